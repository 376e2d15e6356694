import JobsprintDomain
import Testing

@Suite struct JSONValueTests {
  @Test func numbersAreEqualByValueWhateverTheirCase() {
    #expect(JSONValue.integer(1) == .double(1))
    #expect(JSONValue.double(1) == .integer(1))
    #expect(JSONValue.integer(1) != .double(1.5))
    // 2^53 + 1 has no double.
    #expect(JSONValue.integer(9_007_199_254_740_993) != .double(9_007_199_254_740_992))
    #expect(JSONValue.integer(.max) != .double(9_223_372_036_854_775_808))
  }

  @Test func equalValuesHashAlike() {
    let values: [JSONValue] = [
      .integer(2), .double(2), .integer(0), .double(-0.0), .double(0.5), ["a": 1, "b": 2], ["b": .double(2), "a": 1],
      [1, 2], [.double(1), 2], "a", nil, true, [:], [],
    ]
    for left in values {
      for right in values where left == right { #expect(left.hashValue == right.hashValue, "\(left) \(right)") }
    }
    #expect(Set(values).count == 10)
  }

  @Test func kindsAreNeverEqualAcross() {
    let values: [JSONValue] = [nil, false, 0, "", [], [:]]
    for (place, left) in values.enumerated() {
      for (other, right) in values.enumerated() { #expect((left == right) == (place == other)) }
    }
  }

  @Test func kindsHaveJSONsNames() {
    let values: [JSONValue] = [nil, true, 1, 1.5, "", [], [:]]
    #expect(values.map(\.kindName) == ["null", "boolean", "number", "number", "string", "array", "object"])
  }

  @Test func anIntegerIsOneHoweverItWasWritten() {
    #expect(JSONValue.double(2).integerValue == 2)
    #expect(JSONValue.integer(2).integerValue == 2)
    #expect(JSONValue.double(2.5).integerValue == nil)
    #expect(JSONValue.double(1e300).integerValue == nil)
    #expect(JSONValue.double(9_223_372_036_854_775_808).integerValue == nil)
    #expect(JSONValue.string("2").integerValue == nil)
  }

  @Test func membersAndElementsThatAreNotThereAreNil() {
    let value: JSONValue = ["a": [1]]
    #expect(value["a"]?[0] == 1)
    #expect(value["b"] == nil)
    #expect(value["a"]?[1] == nil)
    #expect(value["a"]?[-1] == nil)
    #expect(value[0] == nil)
    #expect(value["a"]?["x"] == nil)
  }
}
