import JobsprintDomain
import Testing

struct RenameKeysNodeTests {
  private func regex(_ replacement: String, _ items: String) async throws -> [JSONValue] {
    try await data(
      "renameKeys", #"{"additionalOptions": {"regexReplacement": {"replacements": [\#(replacement)]}}}"#, items)
  }

  @Test func renamesByPath() async throws {
    let parameters = #"{"keys": {"key": [{"currentKey": "a.b", "newKey": "c.d"}, {"currentKey": "x", "newKey": "y"}]}}"#
    #expect(
      try await data("renameKeys", parameters, #"[{"a": {"b": 1}, "x": 2}, {"z": 3}]"#)
        == [["a": [:], "c": ["d": 1], "y": 2], ["z": 3]])
  }

  @Test func namesAreTakenFromEachItem() async throws {
    let parameters = #"{"keys": {"key": [{"currentKey": "={{ $json.from }}", "newKey": "to"}]}}"#
    #expect(
      try await data("renameKeys", parameters, #"[{"from": "a", "a": 1}, {"from": "b", "b": 2}]"#)
        == [["from": "a", "to": 1], ["from": "b", "to": 2]])
  }

  @Test func aKeySpelledLikeThePathComesFirst() async throws {
    let parameters = #"{"keys": {"key": [{"currentKey": "a.b", "newKey": "c"}]}}"#
    #expect(try await data("renameKeys", parameters, #"[{"a.b": 1, "a": {"b": 2}}]"#) == [["c": 1, "a": ["b": 2]]])
  }

  @Test func renamesAllThatMatchOnAllLevels() async throws {
    #expect(
      try await regex(
        #"{"searchRegex": "^(\\w)_(\\w+)", "replaceRegex": "$2-$1$$"}"#, #"[{"a_bc": [{"d_ef": {"g_h": 1}}], "i": 2}]"#)
        == [["bc-a$": [["ef-d$": ["h-g$": 1]]], "i": 2]])
  }

  @Test func depthLimitsTheLevelsAndAListIsOne() async throws {
    let items = #"[{"a": {"a": {"a": 1}}, "b": [{"a": 1}]}]"#
    #expect(
      try await regex(#"{"searchRegex": "a", "replaceRegex": "x", "options": {"depth": 0}}"#, items)
        == [["x": ["a": ["a": 1]], "b": [["a": 1]]]])
    #expect(
      try await regex(
        #"{"searchRegex": "A", "replaceRegex": "x", "options": {"depth": 1, "caseInsensitive": true}}"#, items)
        == [["x": ["x": ["a": 1]], "b": [["a": 1]]]])
  }

  @Test func refusesAPatternThatCannotBeRead() async throws {
    let parameters = #"{"additionalOptions": {"regexReplacement": {"replacements": [{"searchRegex": "("}]}}}"#
    #expect(try await failure("renameKeys", parameters, "[{}]").contains("'(' can't be read"))
  }
}
