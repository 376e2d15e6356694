import JobsprintDomain
import JobsprintMemory
import JobsprintPorts
import JobsprintTesting
import Synchronization
import Testing

@testable import JobsprintAccess

/// Entries reach the sink in order and at least once, from one process at a time.
@Suite(.timeLimit(.minutes(1))) struct AuditStreamerTests {
  private let store = MemoryStore()
  private let clock = TestClock(at: .seconds(1000))
  private let other = WorkspaceID.numbered(77)

  private var audit: MemoryAuditLog { MemoryAuditLog(store) }
  private var cursors: MemoryAuditCursorStore { MemoryAuditCursorStore(store) }

  /// Takes what it is given, or fails before or behind taking it.
  private final class Sink: AuditSink {
    enum Mood { case takes, takesAllButOne, refuses, takesAndFails }

    private let state = Mutex<(mood: Mood, taken: [(WorkspaceID, Int)])>((.takes, []))

    var mood: Mood {
      get { state.withLock { $0.mood } }
      set { state.withLock { $0.mood = newValue } }
    }

    func taken(of workspace: WorkspaceID) -> [Int] {
      state.withLock { $0.taken.filter { $0.0 == workspace }.map(\.1) }
    }

    func deliver(_ records: [AuditRecord], of workspace: WorkspaceID) async throws -> AuditRejection? {
      let mood = state.withLock { state in
        if state.mood != .refuses { state.taken += records.map { (workspace, $0.seal?.sequence ?? 0) } }
        return state.mood
      }
      switch mood {
      case .takes: return nil
      case .takesAllButOne: return AuditRejection(count: 1, description: "one of them is not wanted")
      case .refuses, .takesAndFails: throw PortError(.unavailable, "no")
      }
    }
  }

  private func write(_ numbers: ClosedRange<Int>, in workspace: WorkspaceID = .initial) async throws {
    for number in numbers { try await audit.write(.numbered(number, in: workspace)) }
    while try await AuditSealer(audit: audit, clock: clock).pass() > 0 {}
  }

  private func streamer(_ sink: Sink, _ locks: any LockService) -> AuditStreamer {
    AuditStreamer(.webhook, audit: audit, cursors: cursors, sink: sink, locks: locks, clock: clock)
  }

  private func lock(_ fence: Int) -> HeldLock {
    HeldLock(name: AuditStreamer.lock(of: .webhook), fence: fence, token: "t")
  }

  @Test func allEntriesAreHandedOverInTheOrderOfTheirChains() async throws {
    _ = try await MemoryWorkspaceStore(store).create(
      Workspace(id: other, name: "other", createdAt: .seconds(0), updatedAt: .seconds(0)),
      firstKey: .numbered(1, in: other), recording: .numbered(900))
    try await write(1...250)
    try await write(1001...1002, in: other)
    let sink = Sink()
    let streamer = streamer(sink, MemoryLocks(clock: clock))
    #expect(try await streamer.pass(under: lock(1)))
    // The workspace's own making is the first workspace's 251st entry.
    #expect(sink.taken(of: .initial) == Array(1...251) && sink.taken(of: other) == [1, 2])
    #expect(try await streamer.pass(under: lock(1)))
    #expect(sink.taken(of: .initial).count == 251, "what was taken does not come again")
    try await write(300...300)
    #expect(try await streamer.pass(under: lock(1)))
    #expect(sink.taken(of: .initial).last == 252)
    #expect(streamer.metrics.delivered == 254)
  }

  @Test(arguments: [false, true])
  func whatWasNotTakenForSureComesAgain(isTaken: Bool) async throws {
    try await write(1...2)
    let sink = Sink()
    sink.mood = isTaken ? .takesAndFails : .refuses
    let streamer = streamer(sink, MemoryLocks(clock: clock))
    await #expect(throws: PortError.self) { try await streamer.pass(under: lock(1)) }
    #expect(try await cursors.cursor(of: .initial, in: .webhook) == nil)
    sink.mood = .takes
    #expect(try await streamer.pass(under: lock(1)))
    #expect(sink.taken(of: .initial) == (isTaken ? [1, 2, 1, 2] : [1, 2]))
  }

  @Test func whatIsRejectedForGoodDoesNotComeAgainAndIsTold() async throws {
    try await write(1...3)
    let sink = Sink()
    sink.mood = .takesAllButOne
    let told = Mutex<[String]>([])
    let streamer = AuditStreamer(
      .otlp, audit: audit, cursors: cursors, sink: sink, locks: MemoryLocks(clock: clock), clock: clock
    ) { error in told.withLock { $0.append("\(error)") } }
    #expect(try await streamer.pass(under: lock(1)))
    #expect(try await streamer.pass(under: lock(1)))
    #expect(sink.taken(of: .initial) == [1, 2, 3] && told.withLock(\.self) == ["one of them is not wanted"])
    #expect((streamer.metrics.delivered, streamer.metrics.rejected, streamer.metrics.failed) == (2, 1, 0))
  }

  @Test func aHolderThatHasLostTheLockMovesNothing() async throws {
    try await write(1...1)
    let (slow, fast) = (streamer(Sink(), MemoryLocks(clock: clock)), streamer(Sink(), MemoryLocks(clock: clock)))
    #expect(try await fast.pass(under: lock(2)))
    try await write(2...2)
    #expect(try await !slow.pass(under: lock(1)))
    #expect(
      try await cursors.cursor(of: .initial, in: .webhook)
        == AuditCursor(of: .webhook, workspace: .initial, sequence: 1, fence: 2))
  }

  @Test func whatRetentionHasRemovedIsPassedOver() async throws {
    try await write(1...3)
    _ = try await AuditRetention(audit: audit, key: AuditSigningKey(), clock: clock).remove(upTo: 2, in: .initial)
    let sink = Sink()
    #expect(try await streamer(sink, MemoryLocks(clock: clock)).pass(under: lock(1)))
    #expect(sink.taken(of: .initial) == [3])
    _ = try await AuditRetention(audit: audit, key: AuditSigningKey(), clock: clock).remove(upTo: 3, in: .initial)
    #expect(try await streamer(sink, MemoryLocks(clock: clock)).pass(under: lock(1)))
  }

  @Test func ofTwoProcessesOneStreamsAndTheOtherTakesOver() async throws {
    try await write(1...1)
    let locks = MemoryLocks(clock: clock)
    let (first, second) = (Sink(), Sink())
    let (one, two) = (streamer(first, locks), streamer(second, locks))
    let running = Task { await one.run() }
    // It waits for more, and its lock for being renewed.
    await clock.sleepers(atLeast: 2)
    let waiting = Task { await two.run() }
    await clock.sleepers(atLeast: 3)
    #expect(first.taken(of: .initial) == [1] && second.taken(of: .initial) == [])
    #expect(one.metrics.isHolder && !two.metrics.isHolder)
    running.cancel()
    await running.value
    try await write(2...2)
    clock.advance(by: .seconds(10))
    try await eventually { second.taken(of: .initial) == [2] }
    #expect(!one.metrics.isHolder && two.metrics.isHolder)
    waiting.cancel()
    await waiting.value
  }
}
