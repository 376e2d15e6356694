import JobsprintDomain
import Testing

struct LimitNodeTests {
  private let items = #"[{"n": 1}, {"n": 2}, {"n": 3}]"#

  @Test func keepsTheFirstItemWhereNothingIsSaid() async throws {
    #expect(try await data("limit", "{}", items) == [["n": 1]])
  }

  @Test func keepsTheLastItems() async throws {
    let trial = try NodeTrial("limit", #"{"maxItems": 2, "keep": "lastItems"}"#, items)
    #expect(try await trial.data() == [["n": 2], ["n": 3]])
    #expect(try await trial.origins() == [[1], [2]])
  }

  @Test func keepsAllWhereThereAreFewer() async throws {
    #expect(try await data("limit", #"{"maxItems": 1e300}"#, items).count == 3)
    #expect(try await data("limit", #"{"maxItems": 5}"#, "[]") == [])
  }

  @Test func refusesWhatIsNoNumberOfItems() async throws {
    #expect(try await failure("limit", #"{"maxItems": -1}"#, items).contains("must be 0 or more"))
    #expect(try await failure("limit", #"{"maxItems": "many"}"#, items).contains("must be a number"))
    #expect(try await failure("limit", #"{"maxItems": [1]}"#, items).contains("must be a number"))
  }
}
