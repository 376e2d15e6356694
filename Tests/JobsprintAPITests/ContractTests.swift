import HTTPTypes
import JobsprintDomain
import NIOHTTP1
import Testing

@testable import JobsprintAPI

/// The route table and openapi.yaml are the same list. (Each answer of the other tests is held against its schema.)
struct ContractTests {
  private static let publicPaths = ["/livez", "/readyz", "/openapi.yaml"]

  @Test func everyRouteIsInTheDocumentAndEveryOperationHasARoute() throws {
    let routes = Set(APIRoute.all.map { OpenAPIDocument.Operation(method: $0.method.rawValue, path: $0.path) })
    let operations = try OpenAPIDocument.shared.get().operations
    #expect(operations == routes.union(Self.publicPaths.map { .init(method: "GET", path: $0) }))
  }

  @Test func operationsHaveUniqueNamesAndDocumentTheirRefusal() throws {
    let document = try OpenAPIDocument.shared.get()
    var names: Set<String> = []
    for operation in document.operations {
      let value = document.root["paths"]?[operation.path]?[operation.method.lowercased()]
      let name = try #require(value?["operationId"]?.stringValue)
      #expect(names.insert(name).inserted, "\(name) stands twice")
      // What is public may refuse for reasons of its own.
      guard !PublicRoutes.api.contains("\(operation.method) \(operation.path)") else { continue }
      let isPublic = Self.publicPaths.contains(operation.path)
      #expect((value?["responses"]?["401"] != nil) != isPublic, "\(name)")
    }
  }

  @Test func theDocumentIsServedAsItIs() async throws {
    try await TestServer.running { server in
      let answer = try await server.send("GET", "/openapi.yaml", key: nil, base: "")
      #expect(answer.status == 200)
      #expect(String(decoding: answer.bytes, as: UTF8.self).hasPrefix("# The contract of the API"))
    }
  }

  @Test func aWrongAnswerIsFound() throws {
    let document = try OpenAPIDocument.shared.get()
    func problems(_ body: String, status: Int = 200) -> [String] {
      document.problems(
        of: Answer(status: status, headers: ["Content-Type": "application/json"], bytes: Array(body.utf8)),
        to: "GET", "/api/v1/tags/01a1fcfb-5762-7312-9ebc-fe994fe3f7b9")
    }
    let tag =
      #"{"id":"01a1fcfb-5762-7312-9ebc-fe994fe3f7b9","name":"a","createdAt":"2026-01-01T00:00:00.000Z","updatedAt":"2026-01-01T00:00:00.000Z"}"#
    #expect(problems(tag) == [])
    #expect(problems(tag.replacing(#""name":"a""#, with: #""name":1"#)).count == 1)
    #expect(problems(tag.replacing(#""name":"a","#, with: "")).count == 1)
    #expect(problems(tag.replacing(#""name""#, with: #""other":2,"name""#)).count == 1)
    #expect(problems(tag.replacing("2026-01-01T00:00:00.000Z", with: "soon")).count == 2)
    #expect(problems(tag.replacing("01a1fcfb", with: "x")).count == 1)
    #expect(problems(tag, status: 418).count == 1)
  }
}
