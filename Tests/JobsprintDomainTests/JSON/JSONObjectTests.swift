import JobsprintDomain
import JobsprintTesting
import Testing

@Suite struct JSONObjectTests {
  @Test func keepsTheOrderOfItsKeys() throws {
    let text = #"{"z":1,"a":2,"10":3,"9":4,"":5,"A":6}"#
    #expect(try JSONValue(parsing: text).jsonText == text)
    #expect(try JSONValue(parsing: text).objectValue.map { Array($0.keys) } == ["z", "a", "10", "9", "", "A"])
  }

  @Test func ofKeysGivenTwiceTheLastValueWinsAtTheFirstPlace() throws {
    #expect(try JSONValue(parsing: #"{"a":1,"b":2,"a":3}"#).jsonText == #"{"a":3,"b":2}"#)
    #expect(try JSONValue(parsing: #"{"a":1,"\u0061":2}"#).jsonText == #"{"a":2}"#)
    #expect(JSONObject([("a", 1), ("b", 2), ("a", 3)]) == ["b": 2, "a": 3])
  }

  @Test func theWordsOfJavaScriptAreKeysLikeAnyOther() throws {
    let text = #"{"__proto__":{"polluted":true},"constructor":1,"toString":2,"hasOwnProperty":3,"length":4}"#
    let value = try JSONValue(parsing: text)
    #expect(value.jsonText == text)
    #expect(value["__proto__"]?["polluted"] == true)
    #expect(value["polluted"] == nil)
    #expect(JSONObject()["__proto__"] == nil)
  }

  @Test func theOrderOfKeysDoesNotMatterForEquality() {
    let left: JSONObject = ["a": 1, "b": [2]]
    let right: JSONObject = ["b": [2], "a": 1]
    #expect(left == right)
    #expect(left.hashValue == right.hashValue)
    #expect(left != ["a": 1])
    #expect(left != ["a": 1, "c": [2]])
  }

  @Test func writingNilRemovesAKey() {
    var object: JSONObject = ["a": 1, "b": nil]
    object["a"] = nil
    object["missing"] = nil
    #expect(Array(object.keys) == ["b"])
    #expect(object["b"] == .some(.null))
    #expect(object.contains("b") && !object.contains("a"))
  }

  @Test func mergingWritesOverAndAppends() {
    var object: JSONObject = ["a": 1, "b": 2]
    object.merge(["b": 3, "c": 4])
    #expect(JSONValue.object(object).jsonText == #"{"a":1,"b":3,"c":4}"#)
  }

  /// An index comes and goes with the number of keys; nothing of it may show.
  @Test func behavesAsAListOfPairsInEverySize() {
    var generator = SeededGenerator(seed: 3)
    var object = JSONObject()
    var model: [(key: String, value: JSONValue)] = []
    for step in 0..<6000 {
      let key = "k\(Int.random(in: 0..<40, using: &generator))"
      // Grows and shrinks by turns, across the size at which the index begins.
      let removes = generator.chance(step / 500 % 2 == 0 ? 20 : 80)
      let place = model.firstIndex { $0.key == key }
      object[key] = removes ? nil : .integer(Int64(step))
      if removes {
        if let place { model.remove(at: place) }
      } else if let place {
        model[place].value = .integer(Int64(step))
      } else {
        model.append((key, .integer(Int64(step))))
      }
      let found = object[key]
      #expect(found == (removes ? nil : .integer(Int64(step))))
      guard step % 50 == 0 else { continue }
      #expect(Array(object.keys) == model.map(\.key))
      #expect(Array(object.values) == model.map(\.value))
      for (key, value) in model { #expect(object[key] == value) }
    }
  }

  @Test(arguments: [0, 1, 15, 16, 40])
  func membersThatAreWrittenInPlaceAreFound(count: Int) {
    var object = JSONObject(capacity: 40) { members in
      for number in 0..<count { members.append(JSONObject.Entry(key: "k\(number)", value: .integer(Int64(number)))) }
    }
    #expect(object.count == count)
    for number in 0..<count { #expect(object["k\(number)"] == .integer(Int64(number))) }
    object["k0"] = true
    object["new"] = false
    #expect(object.count == max(count, 1) + 1)
    #expect(object["new"] == false)
  }

  @Test func aCopyIsIndependent() {
    var original = JSONObject((0..<20).map { ("k\($0)", .integer(Int64($0))) })
    let copy = original
    original["k5"] = nil
    original["k6"] = "changed"
    #expect(copy["k5"] == 5 && copy["k6"] == 6 && copy.count == 20)
    #expect(original["k5"] == nil && original["k19"] == 19)
  }

  @Test func keysThatDifferInTheirScalarsAreTwoKeys() throws {
    // "é" as one scalar, and as "e" with a combining accent: two keys for JavaScript and for RFC 8259, section 8.3.
    let both = "\"\u{E9}\":\"composed\",\"e\u{301}\":\"decomposed\""
    let others = (0..<20).map { "\"k\($0)\":\($0)" }.joined(separator: ",")
    for text in ["{\(both)}", "{\(both),\(others)}", "{\(others),\(both)}"] {
      #expect(try JSONValue(parsing: text).jsonText == text)
    }
  }
}
