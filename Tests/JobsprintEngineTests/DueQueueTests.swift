import JobsprintDomain
import JobsprintTesting
import Testing

@testable import JobsprintEngine

@Suite struct DueQueueTests {
  private func run(_ place: Int) -> ExecutionStateMachine.DueRun {
    ExecutionStateMachine.DueRun(place: place, inputs: [], sources: [])
  }

  @Test func whatIsAppendedComesInItsOrder() {
    var queue = DueQueue()
    for place in 0..<3 { queue.append(run(place)) }
    #expect((0..<4).map { _ in queue.popFirst()?.place } == [0, 1, 2, nil])
  }

  @Test func whatIsPrependedComesBeforeAllElseTheLastFirst() {
    var queue = DueQueue()
    queue.append(run(0))
    queue.prepend(run(1))
    queue.prepend(run(2))
    #expect((0..<4).map { _ in queue.popFirst()?.place } == [2, 1, 0, nil])
  }

  @Test func whatIsTakenIsContainedNoMore() {
    var queue = DueQueue()
    for place in 0..<3 { queue.append(run(place)) }
    _ = queue.popFirst()
    #expect(!queue.contains(0) && queue.contains(1) && queue.contains(2))
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func behavesAsAnArray(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var queue = DueQueue()
    var model: [Int] = []
    for step in 0..<20_000 {
      // Grows and shrinks by turns, beyond the size at which taken places are given back.
      switch Int.random(in: 0..<(step / 1000 % 2 == 0 ? 4 : 9), using: &generator) {
      case 0, 1:
        queue.append(run(step))
        model.append(step)
      case 2:
        queue.prepend(run(step))
        model.insert(step, at: 0)
      default:
        let taken = queue.popFirst()?.place
        #expect(taken == (model.isEmpty ? nil : model.removeFirst()))
      }
      if step % 100 == 0 {
        let place = Int.random(in: 0...step, using: &generator)
        #expect(queue.contains(place) == model.contains(place))
      }
    }
    while let place = queue.popFirst()?.place { #expect(place == model.removeFirst()) }
    #expect(model.isEmpty)
  }
}
