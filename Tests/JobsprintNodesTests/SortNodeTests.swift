import JobsprintDomain
import Testing

struct SortNodeTests {
  private func sorted(_ values: String, descending: Bool = false) async throws -> [JSONValue?] {
    let elements = try #require(JSONValue(parsing: values).arrayValue)
    let items = JSONValue.array(elements.map { $0 == "missing" ? [:] : ["v": $0] })
    let order = descending ? "descending" : "ascending"
    let parameters = #"{"sortFieldsUi": {"sortField": [{"fieldName": "v", "order": "\#(order)"}]}}"#
    return try await data("sort", parameters, items.jsonText).map { $0["v"] }
  }

  @Test func sortsNumbers() async throws {
    #expect(try await sorted("[10, 9, 1.5, -3]") == [-3, 1.5, 9, 10])
    #expect(try await sorted("[10, 9, 1.5, -3]", descending: true) == [10, 9, 1.5, -3])
  }

  @Test func sortsTextWithoutCaseByItsUnits() async throws {
    #expect(try await sorted(#"["b", "A", "a", "B", "10", "9"]"#) == ["10", "9", "A", "a", "b", "B"])
    #expect(try await sorted(#"["\uFF5E", "😀", "é", "Z"]"#) == ["Z", "é", "😀", "\u{FF5E}"])
  }

  @Test func numbersWrittenAsTextAreNumbersAmongNumbers() async throws {
    #expect(try await sorted(#"["10", 9, true, null]"#) == [.null, true, 9, "10"])
  }

  @Test func whatCannotBeComparedComesLast() async throws {
    #expect(try await sorted(#"["b", null, "missing", {"a": 1}, "a", 5]"#).prefix(3) == [5, "a", "b"])
    #expect(try await sorted(#"["b", null, "a"]"#, descending: true) == [.null, "b", "a"])
    #expect(try await sorted(#"[2, "missing", 1]"#) == [1, 2, nil])
  }

  @Test func equalItemsKeepTheirOrderUnderSeveralFields() async throws {
    let trial = try NodeTrial(
      "sort",
      #"{"sortFieldsUi": {"sortField": [{"fieldName": "a.b", "order": "descending"}, {"fieldName": "c"}]}}"#,
      #"[{"a": {"b": 1}, "c": 2}, {"a": {"b": 2}, "c": 2}, {"a": {"b": 1}, "c": 1}, {"a": {"b": 2}, "c": 2, "d": 1}]"#)
    #expect(try await trial.origins() == [[1], [3], [2], [0]])
  }

  @Test func randomOrderKeepsAllItems() async throws {
    let values = (0..<100).map { "{\"n\": \($0)}" }.joined(separator: ",")
    let shuffled = try await data("sort", #"{"type": "random"}"#, "[\(values)]")
    #expect(Set(shuffled).count == 100)
  }

  @Test func aFieldThatNoItemHasIsAnError() async throws {
    let parameters =
      #"{"sortFieldsUi": {"sortField": [{"fieldName": "x.y"}]}, "options": {"disableDotNotation": true}}"#
    let error = try await NodeTrial("sort", parameters, #"[{"x": {"y": 1}}]"#).failure()
    #expect(error.message == "Couldn't find the field 'x.y' in the input data")
    #expect(error.description?.contains("Disable Dot Notation") == true)
    #expect(try await data("sort", parameters, "[]") == [])
  }

  @Test func refusesCodeAndMissingFields() async throws {
    #expect(try await failure("sort", #"{"type": "code", "code": "return 0"}"#, "[{}]").contains("no JavaScript here"))
    #expect(try await failure("sort", "{}", "[{}]").contains("No sorting specified"))
    #expect(try await failure("sort", #"{"type": "upwards"}"#, "[{}]").contains("can't be 'upwards'"))
    #expect(try await failure("sort", #"{"sortFieldsUi": {"sortField": 5}}"#, "[{}]").contains("must be a list"))
  }

  @Test func sortsAHundredThousandMixedValues() async throws {
    let values = (0..<100_000).map { $0 % 3 == 0 ? "\"t\($0 * 7919 % 1000)\"" : $0 % 3 == 1 ? "\($0)" : "null" }
    #expect(try await sorted("[\(values.joined(separator: ","))]").count == 100_000)
  }
}
