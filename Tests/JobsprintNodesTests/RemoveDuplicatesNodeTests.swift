import JobsprintDomain
import Testing

struct RemoveDuplicatesNodeTests {
  private let items = """
    [{"a": 1, "b": {"c": 1, "d": 1}}, {"b": {"d": 1, "c": 1}, "a": 1.0}, {"a": "1", "b": {"c": 1, "d": 2}},
     {"a": null}, {}]
    """

  @Test func comparesAllFieldsWhateverTheirOrder() async throws {
    #expect(try await NodeTrial("removeDuplicates", "{}", items).origins() == [[0], [2], [3], [4]])
  }

  @Test func comparesSelectedFieldsWithTheirTypes() async throws {
    let parameters = #"{"compare": "selectedFields", "fieldsToCompare": "a"}"#
    #expect(try await NodeTrial("removeDuplicates", parameters, items).origins() == [[0], [2], [3], [4]])
  }

  @Test func comparesNestedFieldsAndKeepsOnlyThem() async throws {
    let parameters =
      #"{"compare": "selectedFields", "fieldsToCompare": "b.c, x", "options": {"removeOtherFields": true}}"#
    #expect(
      try await data("removeDuplicates", parameters, #"[{"b": {"c": 1, "d": 2}, "x": 1}, {"b": {"c": 1}, "x": 1}]"#)
        == [["b": ["c": 1], "x": 1]])
  }

  @Test func leavesFieldsOut() async throws {
    let parameters = #"{"compare": "allFieldsExcept", "fieldsToExclude": "b.d, a"}"#
    #expect(try await NodeTrial("removeDuplicates", parameters, items).origins() == [[0], [3]])
    let removing =
      #"{"compare": "allFieldsExcept", "fieldsToExclude": ["a"], "options": {"removeOtherFields": true}}"#
    #expect(try await data("removeDuplicates", removing, #"[{"a": 1, "b": 2}, {"a": 2, "b": 2}]"#) == [["b": 2]])
  }

  @Test func aNameWithADotIsAPlainKeyWithoutDotNotation() async throws {
    let parameters =
      #"{"compare": "selectedFields", "fieldsToCompare": "a.b", "options": {"disableDotNotation": true}}"#
    let items = #"[{"a.b": 1, "a": {"b": 1}}, {"a.b": 1, "a": {"b": 2}}]"#
    #expect(try await data("removeDuplicates", parameters, items).count == 1)
  }

  @Test func refusesWhatIsNotThere() async throws {
    #expect(
      try await failure("removeDuplicates", #"{"compare": "selectedFields"}"#, "[{}]") == "No fields specified")
    #expect(
      try await failure(
        "removeDuplicates", #"{"compare": "selectedFields", "fieldsToCompare": "x"}"#, #"[{"a": 1}]"#
      ).contains("'x'"))
  }

  @Test func anExpressionMayGiveTheFields() async throws {
    let parameters = #"{"compare": "selectedFields", "fieldsToCompare": "={{ $json.fields }}"}"#
    let items = #"[{"fields": "a,b", "a": 1, "b": 1}, {"fields": "a", "a": 1, "b": 2}, {"a": 1, "b": 1}]"#
    #expect(try await NodeTrial("removeDuplicates", version: 1.1, parameters, items).origins() == [[0], [1]])
  }
}
