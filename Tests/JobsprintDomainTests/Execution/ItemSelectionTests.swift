import JobsprintDomain
import Testing

struct ItemSelectionTests {
  private func items(_ count: Int) -> [Item] { (0..<count).map { Item(json: ["n": .integer(Int64($0))]) } }

  @Test(arguments: [0, 1, 63, 64, 65, 128, 150])
  func theBlocksOfAListAreItsItemsInTheirOrder(count: Int) {
    let blocks = Array(items(count).blocks)
    #expect(blocks.flatMap { Array($0) } == Array(0..<count))
    #expect(blocks.allSatisfy { !$0.isEmpty && $0.count <= ItemSelection.mostItems })
  }

  @Test func placesAreTakenInAndOut() throws {
    let block = try #require(Array(items(100).blocks).last)
    var some = block.none
    #expect(some.isEmpty)
    some.insert(99)
    some.insert(64)
    some.insert(70, if: false)
    #expect(Array(some) == [64, 99])
    #expect(some.contains(64) && !some.contains(70))
    #expect(some.rank(of: 99) == 1)
    some.remove(64)
    #expect(Array(some) == [99])
    #expect(Array(block.subtracting(some)) == Array(64..<99))
    #expect(block.subtracting(some).union(some).count == 36)
  }

  @Test func theItemsOfASelectionAreAppended() {
    let items = items(70)
    var picked: [Item] = []
    for block in items.blocks {
      var odd = block.none
      for place in block { odd.insert(place, if: place % 2 == 1) }
      picked.append(odd, of: items)
    }
    #expect(picked == items.enumerated().filter { $0.offset % 2 == 1 }.map(\.element))
  }

  @Test func anItemIsAppendedWithAllThatItHas() {
    let large = JSONObject((0..<40).map { ("key \($0)", .integer(Int64($0))) })
    let items = [
      Item(json: ["n": 1]), Item(json: ["n": 1], pairedItem: PairedItem(item: 7, input: 1)), Item(json: large),
      Item(json: [:], binary: ["file": [:]]), Item(json: [:], error: "wrong"),
      Item(json: large, binary: ["file": [:]], pairedItem: .many([.init(item: 1), .init(item: 2)])),
    ]
    var copied: [Item] = []
    for block in items.blocks { copied.append(block, of: items) }
    #expect(copied == items)
    #expect(copied[5].json["key 39"] == 39)
    copied[2].json["key 3"] = nil
    #expect(copied[2].json["key 39"] == 39)
  }
}
