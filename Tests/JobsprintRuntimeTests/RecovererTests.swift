import JobsprintDomain
import JobsprintMemory
import JobsprintPorts
import JobsprintTesting
import Synchronization
import Testing

@testable import JobsprintRuntime

/// When a recoverer looks.
@Suite(.timeLimit(.minutes(1))) struct RecovererTests {
  private let rig = Rig()
  private let store = MemoryStore()
  private let timers = TimerSignal()
  private let other = ExecutorID.numbered(7)

  private func recoverer(_ claims: SpyClaims) -> Recoverer {
    var options = RecovererOptions()
    options.jitter = 0...0
    return Recoverer(
      claims: claims, dispatcher: rig.dispatcher, clock: rig.clock, options: options, timers: timers, log: rig.log)
  }

  /// Seconds of the clock at which it looked, of the next ones.
  private func looks(_ seconds: Int, beat: ExecutorID? = nil) async throws -> [Int] {
    let claims = SpyClaims(MemoryExecutionClaims(store), clock: rig.clock)
    let running = Task { [recoverer = recoverer(claims)] in await recoverer.run() }
    for second in 0..<seconds {
      await rig.clock.sleepers()
      if let beat, second % 5 == 0 { _ = try await claims.beat(beat, holding: [], at: rig.clock.now) }
      rig.clock.advance(by: .seconds(1))
    }
    await rig.clock.sleepers()
    running.cancel()
    await running.value
    return claims.looks
  }

  @Test func theLongerItFindsNothingTheMoreSeldomItLooks() async throws {
    #expect(try await looks(60) == [0, 1, 3, 7, 15, 30, 45, 60])
  }

  @Test func whereOthersBeatItLooksWhenTheirLeasesCouldEndAndNoOftener() async throws {
    #expect(try await looks(120, beat: other).count <= 15)
  }

  @Test func whatALostExecutorHeldGoesOnRightAfterItsLease() async throws {
    let claims = SpyClaims(MemoryExecutionClaims(store), clock: rig.clock)
    let running = Task { [recoverer = recoverer(claims)] in await recoverer.run() }
    _ = try await claims.beat(other, holding: [], at: rig.clock.now)
    _ = try await MemoryJournal(store).commit([.accept(.numbered(1, claimedBy: other))])
    // It looks within the second, and knows from then on when the lease ends.
    for _ in 0..<15 {
      await rig.clock.sleepers()
      rig.clock.advance(by: .seconds(1))
    }
    await rig.clock.sleepers()
    rig.clock.advance(by: .milliseconds(1))
    let dispatching = Task { [dispatcher = rig.dispatcher] in await dispatcher.run() }
    let wakeUps = await rig.queue.receive(upTo: 9).wakeUps
    #expect(wakeUps.map(\.execution) == [.numbered(1)])
    #expect(rig.clock.now == .seconds(15) + .milliseconds(1))
    running.cancel()
    await running.value
    rig.dispatcher.close()
    await dispatching.value
  }

  @Test func itLooksWhenATimerIsDueThatIsToldWhileItSleeps() async throws {
    let claims = SpyClaims(MemoryExecutionClaims(store), clock: rig.clock)
    let running = Task { [recoverer = recoverer(claims)] in await recoverer.run() }
    for _ in 0..<30 {
      await rig.clock.sleepers()
      rig.clock.advance(by: .seconds(1))
    }
    await rig.clock.sleepers()
    let before = claims.looks.count
    timers.tell(.seconds(34))
    // Told, it goes to sleep again.
    await claims.awaitLooks(before)
    rig.clock.now = .seconds(33)
    #expect(claims.looks.count == before)
    rig.clock.now = .seconds(34)
    await claims.awaitLooks(before + 1)
    #expect(claims.looks.last == 34)
    running.cancel()
    await running.value
  }

  @Test func whatIsToldWhileNobodySleepsIsNotForgotten() async throws {
    timers.tell(.seconds(3))
    async let sleep: Void = timers.sleep(until: .seconds(60), on: rig.clock)
    await rig.clock.sleepers()
    rig.clock.advance(by: .seconds(3))
    await sleep
    #expect(rig.clock.now == .seconds(3))
    timers.tell(.seconds(1))
    await timers.sleep(until: .seconds(60), on: rig.clock)
    async let whole: Void = timers.sleep(until: .seconds(60), on: rig.clock)
    await rig.clock.sleepers()
    rig.clock.now = .seconds(60)
    await whole
  }
}

/// Notes when it is looked into.
private final class SpyClaims: ExecutionClaims {
  private let claims: MemoryExecutionClaims
  private let clock: TestClock
  private let state = Mutex<(looks: [Int], waiting: [(count: Int, CheckedContinuation<Void, Never>)])>(([], []))

  init(_ claims: MemoryExecutionClaims, clock: TestClock) {
    self.claims = claims
    self.clock = clock
  }

  /// In whole seconds.
  var looks: [Int] { state.withLock { $0.looks } }

  func awaitLooks(_ count: Int) async {
    await withCheckedContinuation { continuation in
      let isThere = state.withLock { state in
        if state.looks.count >= count { return true }
        state.waiting.append((count, continuation))
        return false
      }
      if isThere { continuation.resume() }
    }
  }

  func recoverable(
    carrying tags: WorkerTags, at now: Timestamp, dispatchedBefore: Timestamp, leaseExpiry: Timestamp, lineLimit: Int,
    limit: Int
  ) async throws(PortError) -> [WakeUp] {
    let woken = state.withLock { state in
      state.looks.append(Int(now.milliseconds - Timestamp.seconds(0).milliseconds) / 1000)
      let count = state.looks.count
      defer { state.waiting.removeAll { $0.count <= count } }
      return state.waiting.filter { $0.count <= count }
    }
    for (_, continuation) in woken { continuation.resume() }
    return try await claims.recoverable(
      carrying: tags, at: now, dispatchedBefore: dispatchedBefore, leaseExpiry: leaseExpiry, lineLimit: lineLimit,
      limit: limit)
  }

  func backlog(since time: Timestamp, limit: Int) async throws(PortError) -> [DispatchLine: Int] {
    try await claims.backlog(since: time, limit: limit)
  }

  func nextDue(
    after time: Timestamp, carrying tags: WorkerTags, lease: Duration, turn: Duration
  ) async throws(PortError) -> Timestamp? {
    try await claims.nextDue(after: time, carrying: tags, lease: lease, turn: turn)
  }

  func claim(
    _ wakeUps: [WakeUp], for executor: ExecutorID, carrying tags: WorkerTags, at now: Timestamp, leaseExpiry: Timestamp
  ) async throws(PortError) -> [ClaimedExecution] {
    try await claims.claim(wakeUps, for: executor, at: now, leaseExpiry: leaseExpiry)
  }

  func beat(_ executor: ExecutorID, holding: [ExecutionID], at now: Timestamp) async throws(PortError) -> [ExecutionID]
  {
    try await claims.beat(executor, holding: holding, at: now)
  }

  func retire(_ executors: [ExecutorID]?) async throws(PortError) { try await claims.retire(executors) }
}
