import JobsprintDomain
import JobsprintEngine
import Testing

/// Which item was made from which, where the node does not say.
@Suite struct PairingTests {
  private func pairs(input: Int, outputs: [[Item]]) -> [[PairedItem?]] {
    var flow = Flow()
    flow.input = items(input)
    flow.add("A") { _ in .outputs(outputs, state: nil) }
    return flow.play().outputs(of: "A")?.map { $0.map(\.pairedItem) } ?? []
  }

  @Test func oneInputItemIsTheOriginOfAll() {
    #expect(pairs(input: 1, outputs: [items(2), items(1)]) == [[.init(item: 0), .init(item: 0)], [.init(item: 0)]])
  }

  @Test func asManyItemsAsCameInArePairedOneByOne() {
    #expect(pairs(input: 3, outputs: [items(3)]) == [[.init(item: 0), .init(item: 1), .init(item: 2)]])
  }

  @Test func oneItemOfManyIsPairedWithTheFirst() {
    #expect(pairs(input: 3, outputs: [items(1)]) == [[.init(item: 0)]])
  }

  @Test func whereMoreThanOneAnswerIsPossibleThereIsNone() {
    #expect(pairs(input: 3, outputs: [items(2)]) == [[nil, nil]])
    #expect(pairs(input: 2, outputs: [items(2), []]) == [[nil, nil], []])
  }

  @Test func whatTheNodeSaysStays() {
    let own = Item(json: [:], pairedItem: .many([.init(item: 1), .init(item: 0)]))
    #expect(pairs(input: 2, outputs: [[own, Item(json: [:])]]) == [[own.pairedItem, .init(item: 1)]])
  }

  @Test func withTwoInputsNothingIsGuessed() {
    var flow = Flow()
    flow.add("Start")
    flow.add("Merge") { _ in .outputs([items(1)], state: nil) }
    flow.connect("Start", "Merge")
    flow.connect("Start", "Merge", input: 1)
    #expect(flow.play().outputs(of: "Merge")?[0].map(\.pairedItem) == [nil])
  }

  @Test func inputItemsAreTheirOwnOriginWhateverTheyWereBefore() {
    var flow = Flow()
    flow.input = [Item(json: [:], pairedItem: PairedItem(item: 9)), Item(json: [:])]
    flow.add("A")
    #expect(flow.play().outputs(of: "A")?[0].map(\.pairedItem) == [.init(item: 0), .init(item: 1)])
  }
}
