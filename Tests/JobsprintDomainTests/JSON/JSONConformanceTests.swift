import Foundation
import JobsprintDomain
import Testing

/// nst/JSONTestSuite: `y_` must be read, `n_` refused, `i_` may be either.
@Suite(.enabled(if: ConformanceData.isPresent, ConformanceData.absence))
struct JSONConformanceTests {
  private static func files(_ kind: String) -> [String] {
    ConformanceData.files(below: "json/test_parsing").filter { $0.contains("/\(kind)_") }
  }

  @Test(arguments: files("y"))
  func whatIsJSONIsRead(file: String) throws {
    let value = try JSONValue(parsing: ConformanceData.bytes(file))
    #expect(try JSONValue(parsing: value.jsonBytes) == value)
  }

  @Test(arguments: files("n"))
  func whatIsNoJSONIsRefused(file: String) throws {
    let bytes = try ConformanceData.bytes(file)
    let error = #expect(throws: JSONError.self) { try JSONValue(parsing: bytes) }
    #expect((0...bytes.count).contains(error?.offset ?? -1))
  }

  @Test(arguments: files("i") + ConformanceData.files(below: "json/test_transform"))
  func whatIsDebatableIsReadOrRefused(file: String) throws {
    let bytes = try ConformanceData.bytes(file)
    let value: JSONValue
    do {
      value = try JSONValue(parsing: bytes)
    } catch {
      #expect((0...bytes.count).contains(error.offset))
      return
    }
    #expect(try JSONValue(parsing: value.jsonBytes) == value)
  }

  @Test func theSuiteIsComplete() {
    #expect(Self.files("y").count > 90)
    #expect(Self.files("n").count > 180)
    #expect(Self.files("i").count > 30)
  }
}
