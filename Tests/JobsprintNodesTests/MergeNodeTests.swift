import JobsprintDomain
import Testing

struct MergeNodeTests {
  private let first = #"[{"id": 1, "a": 1}, {"id": 2, "a": 2}]"#
  private let second = #"[{"id": 1, "b": 1}, {"id": 1, "b": 2}, {"id": 3, "b": 3}]"#

  private func merged(version: Double = 3.2, _ parameters: String) async throws -> [JSONValue] {
    try await data("merge", version: version, parameters, first, second)
  }

  @Test func appendsWhereNothingIsSaid() async throws { #expect(try await merged("{}").count == 5) }

  @Test func combinesByFields() async throws {
    #expect(
      try await merged(#"{"mode": "combine", "fieldsToMatchString": "id"}"#)
        == [["id": 1, "a": 1, "b": 1], ["id": 1, "a": 1, "b": 2]])
    #expect(
      try await merged(#"{"mode": "combine", "fieldsToMatchString": "id", "joinMode": "keepEverything"}"#)
        == [["id": 1, "a": 1, "b": 1], ["id": 1, "a": 1, "b": 2], ["id": 2, "a": 2], ["id": 3, "b": 3]])
    #expect(
      try await merged(#"{"mode": "combine", "fieldsToMatchString": "id", "options": {"multipleMatches": "first"}}"#)
        == [["id": 1, "a": 1, "b": 1]])
  }

  @Test func combinesByPositionAndByAll() async throws {
    #expect(
      try await merged(#"{"mode": "combine", "combineBy": "combineByPosition"}"#)
        == [["id": 1, "a": 1, "b": 1], ["id": 1, "a": 2, "b": 2]])
    #expect(try await merged(#"{"mode": "combine", "combineBy": "combineAll"}"#).count == 6)
  }

  @Test func anInputWithoutDataLeavesTheOthersItemsInVersion2() async throws {
    let parameters = #"{"mode": "combine", "combinationMode": "mergeByPosition"}"#
    for version in [2, 2.1] {
      #expect(
        try await data("merge", version: version, parameters, first, "[]") == [["id": 1, "a": 1], ["id": 2, "a": 2]])
      #expect(try await data("merge", version: version, parameters, "[]", second).count == 3)
    }
    let third = #"{"mode": "combine", "combineBy": "combineByPosition"}"#
    #expect(try await data("merge", version: 3, third, first, "[]").isEmpty)
  }

  @Test func fuzzyMatchesTakeTypesLightly() async throws {
    let parameters = #"{"mode": "combine", "fieldsToMatchString": "id", "options": {"fuzzyCompare": true}}"#
    #expect(
      try await data("merge", version: 3, parameters, #"[{"id": "1"}]"#, #"[{"id": 1, "b": 2}]"#)
        == [["id": 1, "b": 2]])
  }

  @Test func choosesABranch() async throws {
    #expect(try await merged(#"{"mode": "chooseBranch", "useDataOfInput": 2}"#).count == 3)
    #expect(try await merged(#"{"mode": "chooseBranch", "output": "empty"}"#) == [[:]])
  }

  @Test func version1JoinsByKey() async throws {
    #expect(
      try await merged(version: 1, #"{"mode": "mergeByKey", "propertyName1": "id", "propertyName2": "id"}"#)
        == [["id": 1, "a": 1, "b": 2], ["id": 2, "a": 2]])
  }

  @Test func refusesWhatCannotBeMerged() async throws {
    func message(_ parameters: String) async throws -> String {
      try await NodeTrial("merge", version: 3.2, parameters, first, second).failure().message
    }
    #expect(try await message(#"{"mode": "combine"}"#).contains("at least one pair"))
    #expect(try await message(#"{"mode": "combine", "fieldsToMatchString": "x"}"#).contains("'x' in input 1"))
    #expect(try await message(#"{"mode": "combineBySql"}"#).contains("SQL"))
    #expect(try await message(#"{"mode": "chooseBranch", "useDataOfInput": 9}"#).contains("no input 9"))
    let many = "[\(Array(repeating: "{}", count: 3000).joined(separator: ","))]"
    #expect(
      try await NodeTrial("merge", version: 3, #"{"mode": "combine", "combineBy": "combineAll"}"#, many, many)
        .failure().message.contains("items would come out"))
  }
}
