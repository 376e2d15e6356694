import JobsprintDomain
import Testing

@Suite struct ItemTests {
  private let source = RunSource(node: "Loop", output: 1, run: 2)

  private var items: [Item] {
    [
      Item(json: [:]), Item(json: ["a": [1, nil, "é"]]),
      Item(json: ["a": 1], binary: ["file": ["mimeType": "text/plain"]]),
      Item(json: [:], pairedItem: PairedItem(item: 3)), Item(json: [:], pairedItem: PairedItem(item: 3, input: 1)),
      Item(json: [:], pairedItem: .many([])),
      Item(json: [:], pairedItem: .many([.init(item: 0), .init(item: 1, input: 2)])),
      Item(json: [:], pairedItem: .one(.init(item: 0, source: source))), Item(json: [:], error: ["message": "no"]),
      Item(json: [:], error: "no"),
      Item(json: ["json": 1], binary: [:], pairedItem: .many([.init(item: 7, input: 7, source: source)]), error: nil),
    ]
  }

  @Test func whatIsWrittenReadsBack() throws {
    for item in items {
      let members = try #require(item.asJSON.objectValue)
      #expect(Item(members) == item)
    }
  }

  @Test func bothWaysOfWritingGiveTheSameBytes() {
    for item in items {
      var bytes: [UInt8] = []
      item.write(to: &bytes)
      #expect(bytes == item.asJSON.jsonBytes)
    }
  }

  @Test func hasN8nsShape() {
    let item = Item(
      json: ["a": 1], binary: ["f": [:]],
      pairedItem: .many([.init(item: 2), .init(item: 0, input: 1, source: source)]),
      error: "no")
    #expect(
      item.asJSON.jsonText == #"{"json":{"a":1},"binary":{"f":{}},"pairedItem":[{"item":2},{"item":0,"input":1,"#
        + #""sourceOverwrite":{"previousNode":"Loop","previousNodeOutput":1,"previousNodeRun":2}}],"error":"no"}"#)
  }

  @Test func aMissingOrOddJSONIsAnEmptyObject() {
    #expect(Item([:]).json == [:])
    #expect(Item(["json": "text"]).json == [:])
    #expect(Item(["json": nil, "pairedItem": "x"]) == Item(json: [:]))
  }

  @Test func aPairIsReadAsNumberObjectOrList() {
    #expect(PairedItem(4) == PairedItem(item: 4))
    #expect(PairedItem(.double(4)) == PairedItem(item: 4))
    #expect(PairedItem(["item": 4]) == PairedItem(item: 4))
    #expect(PairedItem(["item": 4, "input": 1]) == PairedItem(item: 4, input: 1))
    #expect(PairedItem([1, ["item": 2]]) == .many([.init(item: 1), .init(item: 2)]))
    #expect(PairedItem([1, nil, "x", 1.5]) == .many([.init(item: 1)]))
    for value: JSONValue in ["4", nil, 1.5, true, [:], ["item": "4"]] { #expect(PairedItem(value) == nil) }
  }

  @Test func mergedPairsHoldEachOriginOnceInOrder() {
    let left = PairedItem.many([.init(item: 1), .init(item: 0)])
    let right = PairedItem.many([.init(item: 0), .init(item: 0, input: 1), .init(item: 1)])
    #expect(left.merged(with: right).origins == [.init(item: 1), .init(item: 0), .init(item: 0, input: 1)])
    #expect(PairedItem(item: 1).merged(with: PairedItem(item: 1)) == .many([.init(item: 1)]))
  }

  @Test func originsAreEqualByTheirSourceNotByItsBox() {
    let left = PairedItem.Origin(item: 0, source: source)
    let right = PairedItem.Origin(item: 0, source: RunSource(node: "Loop", output: 1, run: 2))
    #expect(left == right && left.hashValue == right.hashValue)
    #expect(left != PairedItem.Origin(item: 0))
  }
}
