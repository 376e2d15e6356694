import JobsprintDomain
import Testing

struct ItemListsTests {
  private let items = (0..<4).map { Item(json: ["n": .integer(Int64($0))], pairedItem: PairedItem(item: $0)) }

  @Test func everyItemIsPairedWithItsPlace() {
    var paired = [items[2], items[0], items[3]]
    #expect(paired.map(\.pairedItem) == [PairedItem(item: 2), PairedItem(item: 0), PairedItem(item: 3)])
    paired.pair(withInput: 1)
    #expect(paired.map(\.pairedItem) == (0..<3).map { PairedItem(item: $0, input: 1) })
    #expect(paired.map(\.json) == [["n": 2], ["n": 0], ["n": 3]])
  }

  @Test func aListThatIsPairedSoStaysAsItIs() {
    var paired = items
    paired.pair(withInput: 0)
    #expect(paired == items)
  }

  @Test(arguments: 0..<4)
  func oneItemThatIsPairedOtherwiseIsEnough(place: Int) {
    let origin = PairedItem.Origin(item: place, source: RunSource(node: "Loop"))
    for other in [nil, PairedItem(item: 9), PairedItem(item: place, input: 1), .one(origin)] {
      var changed = items
      changed[place].pairedItem = other
      changed.pair(withInput: 0)
      #expect(changed == items)
    }
  }

  @Test func textIsComparedWhereItIsText() {
    let values: [JSONValue] = ["a", "A", "", "a text of more than fifteen bytes", 0, .null]
    let items = values.map { Item(json: ["field": $0]) } + [Item(json: [:])]
    var hint = 0
    for wanted in ["a", "a text of more than fifteen bytes"] {
      #expect(
        items.indices.map { items.isText(wanted, of: "field", at: $0, near: &hint) }
          == values.map { value in value.stringValue.map { $0 == wanted } } + [nil])
    }
  }

  @Test func contentIsWhatIsNeitherNullNorEmpty() {
    let values: [JSONValue] = [.null, "", "a", 0, false, [], [:]]
    let items = values.map { Item(json: ["field": $0]) } + [Item(json: [:])]
    var hint = 0
    #expect(
      items.indices.map { items.hasContent(of: "field", at: $0, near: &hint) }
        == [false, false, true, true, true, true, true, false])
  }
}
