/// Runs that are due, as a double-ended queue: order v0 appends, order v1 puts in front.
struct DueQueue: Sendable {
  private var front: [ExecutionStateMachine.DueRun] = []
  private var back: [ExecutionStateMachine.DueRun] = []
  private var taken = 0

  mutating func append(_ run: ExecutionStateMachine.DueRun) { back.append(run) }

  mutating func prepend(_ run: ExecutionStateMachine.DueRun) { front.append(run) }

  mutating func popFirst() -> ExecutionStateMachine.DueRun? {
    if let run = front.popLast() { return run }
    guard taken < back.count else { return nil }
    let run = back[taken]
    taken += 1
    if taken == back.count {
      back.removeAll(keepingCapacity: true)
      taken = 0
    } else if taken >= 64, taken * 2 > back.count {
      back.removeFirst(taken)
      taken = 0
    }
    return run
  }

  func contains(_ place: Int) -> Bool {
    front.contains { $0.place == place } || back[taken...].contains { $0.place == place }
  }
}
