import JobsprintDomain
import Testing

struct CompareDatasetsNodeTests {
  private let first = #"[{"id": 1, "v": "a"}, {"id": 2, "v": "b"}, {"id": 3, "v": "c"}, {"v": "no id"}]"#
  private let second = #"[{"id": 1, "v": "a"}, {"id": 2, "v": "x"}, {"id": 2, "v": "y"}, {"id": 4, "v": "d"}]"#

  private func compared(
    version: Double = 2.3, _ more: String = "", key: String = "id", _ inputs: String...
  ) async throws -> [[JSONValue]] {
    let parameters = #"{"mergeByFields": {"values": [{"field1": "\#(key)", "field2": "\#(key)"}]}\#(more)}"#
    return try await NodeTrial(
      "compareDatasets", version: version, parameters, inputs: inputs.isEmpty ? [first, second] : inputs
    ).allData()
  }

  @Test func tellsWhatOneHasWhatIsSameAndWhatDiffers() async throws {
    #expect(
      try await compared() == [
        [["id": 3, "v": "c"], ["v": "no id"]],
        [["id": 1, "v": "a"]],
        [
          ["keys": ["id": 2], "same": ["id": 2], "different": ["v": ["inputA": "b", "inputB": "x"]]],
          ["keys": ["id": 2], "same": ["id": 2], "different": ["v": ["inputA": "b", "inputB": "y"]]],
        ],
        [["id": 4, "v": "d"]],
      ])
  }

  @Test(arguments: [1, 2, 2.1, 2.2, 2.3]) func comparesWithAllMatchesUnlessToldOtherwise(version: Double) async throws {
    func outputs(_ options: String) async throws -> [[JSONValue]] {
      try await compared(version: version, #", "resolve": "preferInput2", "options": {\#(options)}"#)
    }
    let first = try await outputs(#""multipleMatches": "first""#)
    #expect(first[2] == [["id": 2, "v": "x"]])
    #expect(first[3] == [["id": 2, "v": "y"], ["id": 4, "v": "d"]])
    for options in ["", #""multipleMatches": "all""#] {
      let all = try await outputs(options)
      #expect(all[2] == [["id": 2, "v": "x"], ["id": 2, "v": "y"]])
      #expect(all[3] == [["id": 4, "v": "d"]])
    }
  }

  @Test func prefersOneInput() async throws {
    #expect(try await compared(#", "resolve": "preferInput1""#)[2] == [["id": 2, "v": "b"], ["id": 2, "v": "b"]])
    #expect(try await compared(version: 1)[2] == [["id": 2, "v": "x"], ["id": 2, "v": "y"]])
  }

  @Test func mixesFieldsByPath() async throws {
    let mix = #", "resolve": "mix", "preferWhenMix": "input1", "exceptWhenMix": "o.p, gone""#
    #expect(
      try await compared(
        mix, #"[{"id": 1, "o": {"p": 1, "q": 1}, "gone": 1}]"#, #"[{"id": 1, "o": {"p": 0, "q": 2}}]"#)[2]
        == [["id": 1, "o": ["p": 0, "q": 1]]])
  }

  @Test func skipsFieldsAndPartsOfFields() async throws {
    let outputs = try await compared(
      #", "options": {"skipFields": "t, o.p"}"#,
      #"[{"id": 1, "t": 1, "o": {"p": 1, "q": 1}}, {"id": 2, "t": 1, "o": {"p": 1, "q": 1}}]"#,
      #"[{"id": 1, "t": 2, "o": {"p": 2, "q": 1}}, {"id": 2, "t": 2, "o": {"p": 2, "q": 2}}]"#)
    #expect(outputs[1].map { $0["id"] } == [1])
    #expect(
      outputs[2] == [
        [
          "keys": ["id": 2], "same": ["id": 2], "different": ["o": ["inputA": ["q": 1], "inputB": ["q": 2]]],
          "skipped": ["t": ["inputA": 1, "inputB": 2], "o": ["inputA": ["p": 1], "inputB": ["p": 2]]],
        ]
      ])
  }

  @Test func aFieldThatOnlyOneHasIsNullInTheOther() async throws {
    let outputs = try await compared("", #"[{"id": 1}]"#, #"[{"id": 1, "k": 2}]"#)
    #expect(outputs[2].first?["different"] == ["k": ["inputA": nil, "inputB": 2]])
  }

  @Test func fuzzyComparisonTakesTypesLightly() async throws {
    let fuzzy = #", "fuzzyCompare": true"#
    let outputs = try await compared(
      fuzzy, #"[{"id": "1", "v": true}, {"id": 2, "v": "[1]"}, {"id": 3, "v": null}, {"id": "1.0", "v": 1}]"#,
      #"[{"id": 1, "v": "TRUE"}, {"id": "2", "v": [1]}, {"id": 3}]"#)
    #expect(outputs[1].count == 4)
    #expect(outputs.map(\.count) == [0, 4, 0, 0])
    // Two texts are what they are.
    #expect(try await compared(fuzzy, #"[{"id": "1"}]"#, #"[{"id": "1.0"}]"#).map(\.count) == [1, 0, 0, 1])
  }

  @Test func aKeySpelledLikeThePathComesFirst() async throws {
    let first = #"[{"id": {"code": 1}, "d": "A"}, {"id.code": "AAA"}]"#
    let second = #"[{"id": {"code": 1}, "d": "B"}, {"id.code": "AAA"}]"#
    #expect(try await compared("", key: "id.code", first, second).map(\.count) == [0, 1, 1, 0])
    let plain = #", "options": {"disableDotNotation": true}"#
    #expect(try await compared(plain, key: "id.code", first, second).map(\.count) == [1, 1, 0, 1])
  }

  @Test func anEmptyInputIsOnlyAnErrorBeforeVersion22() async throws {
    #expect(try await compared(version: 2.2, "", key: "x", #"[{"id": 1}]"#, "[]") == [[["id": 1]], [], [], []])
    #expect(try await compared(version: 2.2, "", key: "x", "[]", #"[{"id": 1}]"#) == [[], [], [], [["id": 1]]])
    let parameters = #"{"mergeByFields": {"values": [{"field1": "x", "field2": "x"}]}}"#
    #expect(
      try await NodeTrial("compareDatasets", version: 2.1, parameters, #"[{"x": 1}]"#, "[]").failure().message
        == "Couldn't find the field 'x' in input B")
    #expect(
      try await NodeTrial("compareDatasets", version: 2.3, parameters, first, second).failure().message
        == "Couldn't find the field 'x' in input A")
  }

  @Test func pairsWithTheItemsOfBothInputs() async throws {
    let parameters = #"{"mergeByFields": {"values": [{"field1": "id", "field2": "id"}]}}"#
    let outputs = try await NodeTrial("compareDatasets", version: 2.3, parameters, first, second).outputs()
    let origins = outputs[2].map { $0.pairedItem?.origins.map { [$0.input, $0.item] } }
    #expect(origins == [[[0, 1], [1, 1]], [[0, 1], [1, 2]]])
    #expect(outputs[3].map { $0.pairedItem?.origins.first?.item } == [3])
  }

  @Test func manyEqualKeysAreNoProblemForFirstMatches() async throws {
    let items = "[\((0..<20_000).map { "{\"id\": 1, \"n\": \($0)}" }.joined(separator: ","))]"
    let first = #", "options": {"multipleMatches": "first"}"#
    #expect(try await compared(first, key: "id", items, items).map(\.count) == [0, 1, 19_999, 19_999])
    let parameters = #"{"mergeByFields": {"values": [{"field1": "id", "field2": "id"}]}}"#
    #expect(
      try await NodeTrial("compareDatasets", version: 2.3, parameters, items, items).failure().message
        .contains("items would come out"))
  }

  @Test func refusesNoFieldsAndUnknownResolutions() async throws {
    #expect(try await failure("compareDatasets", "{}", "[]").contains("at least one pair of fields"))
    await #expect(throws: NodeError.self) { try await compared(#", "resolve": "guess""#) }
  }
}
