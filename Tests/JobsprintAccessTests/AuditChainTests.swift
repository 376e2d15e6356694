import Crypto
import JobsprintDomain
import JobsprintMemory
import JobsprintPorts
import JobsprintTesting
import Synchronization
import Testing

@testable import JobsprintAccess

/// Sealing, checking and cutting the chain of a workspace.
@Suite(.timeLimit(.minutes(1))) struct AuditChainTests {
  private let store = MemoryStore()
  private let clock = TestClock()
  private let key = AuditSigningKey()
  private let other = WorkspaceID.numbered(77)

  private var audit: MemoryAuditLog { MemoryAuditLog(store) }
  private var sealer: AuditSealer { AuditSealer(audit: audit, clock: clock) }
  private var verifier: AuditVerifier { AuditVerifier(audit: audit, key: key) }

  private func write(_ numbers: ClosedRange<Int>, in workspace: WorkspaceID = .initial) async throws {
    for number in numbers {
      _ = try await MemoryTagStore(store).create(
        .numbered(number), in: workspace, recording: .numbered(number, in: workspace))
    }
  }

  // MARK: Sealing

  @Test func theHashIsTheDocumentedOne() async throws {
    try await write(1...2)
    #expect(try await sealer.pass() == 2)
    let records = try await audit.chain(after: 0, in: .initial, limit: 10)
    var previous = [UInt8](repeating: 0, count: 32)
    for (place, record) in records.enumerated() {
      let sequence: [UInt8] = [0, 0, 0, 0, 0, 0, 0, UInt8(place + 1)]
      previous = Array(SHA256.hash(data: previous + sequence + record.entry.sealedBytes))
      #expect(record.seal == AuditSeal(sequence: place + 1, hash: previous))
    }
    #expect(records.count == 2)
  }

  @Test func eachWorkspaceHasItsOwnChain() async throws {
    try await write(1...3)
    try await write(11...12, in: other)
    #expect(try await sealer.pass() == 5)
    #expect(try await sealer.pass() == 0)
    try await write(4...4)
    #expect(try await sealer.pass() == 1)
    #expect(try await audit.head(of: .initial)?.sequence == 4)
    #expect(try await audit.head(of: other)?.sequence == 2)
    for workspace in [WorkspaceID.initial, other] { #expect(try await verifier.verify(workspace).flaw == nil) }
  }

  @Test func manySealersMakeOneChain() async throws {
    try await write(1...200)
    try await withThrowingDiscardingTaskGroup { group in
      for _ in 0..<4 { group.addTask { _ = try await sealer.pass() } }
    }
    #expect(try await verifier.verify(.initial).entries == 200)
    #expect(try await audit.unsealed(limit: 1).isEmpty)
  }

  @Test func whatIsWrittenIsSealedWithinASecondAndWhileIdleOneQueryASecondIsMade() async throws {
    let spy = SpyAuditLog(audit)
    let sealer = AuditSealer(audit: spy, clock: clock)
    let running = Task { await sealer.run() }
    await clock.sleepers()
    for _ in 0..<5 {
      clock.advance(by: .seconds(1))
      await clock.sleepers()
    }
    #expect(spy.calls == 6)
    try await write(1...1200)
    clock.advance(by: .seconds(1))
    await clock.sleepers()
    #expect(try await audit.head(of: .initial)?.sequence == 1200)
    try await write(1201...1201)
    running.cancel()
    await running.value
    #expect(try await audit.head(of: .initial)?.sequence == 1201, "what is there at the end is sealed:")
  }

  @Test func whereABellIsRungAMinuteWithoutChangesCostsOneQuery() async throws {
    let (spy, bell) = (SpyAuditLog(audit), AuditBell())
    let sealer = AuditSealer(audit: spy, clock: clock, bell: bell, delay: .milliseconds(200))
    let running = Task { await sealer.run() }
    for _ in 0..<60 {
      await clock.sleepers()
      clock.advance(by: .seconds(1))
    }
    await clock.sleepers()
    #expect(spy.calls == 2)
    try await write(1...3)
    bell.ring()
    while try await audit.head(of: .initial) == nil {
      await clock.sleepers()
      clock.advance(by: .milliseconds(100))
    }
    #expect(try await audit.head(of: .initial)?.sequence == 3)
    #expect(clock.now <= .seconds(60) + .milliseconds(300))
    await clock.sleepers()
    try await write(4...4)
    running.cancel()
    await running.value
    #expect(try await audit.head(of: .initial)?.sequence == 4, "what is there at the end is sealed:")
  }

  @Test func aBellThatIsRungDuringAPassIsHeardBehindIt() async throws {
    let bell = AuditBell()
    bell.ring()
    #expect(await bell.hasRung(within: .seconds(60), on: clock))
    bell.silence()
    bell.ring()
    #expect(await bell.hasRung(within: .seconds(60), on: clock))
    bell.silence()
    async let heard = bell.hasRung(within: .seconds(60), on: clock)
    await clock.sleepers()
    clock.advance(by: .seconds(60))
    #expect(await heard == false)
  }

  @Test func aFailureIsToldAndTheNextPassTriesAgain() async throws {
    let spy = SpyAuditLog(audit)
    let failures = Mutex(0)
    let sealer = AuditSealer(audit: spy, clock: clock) { _ in failures.withLock { $0 += 1 } }
    spy.isBroken = true
    try await write(1...1)
    let running = Task { await sealer.run() }
    await clock.sleepers()
    #expect(failures.withLock { $0 } == 1)
    spy.isBroken = false
    clock.advance(by: .seconds(1))
    await clock.sleepers()
    #expect(try await audit.head(of: .initial)?.sequence == 1)
    running.cancel()
    await running.value
  }

  // MARK: Checking

  @Test func anEmptyAndAnUnsealedChainHold() async throws {
    #expect(try await verifier.verify(.initial).flaw == nil)
    try await write(1...1)
    let verdict = try await verifier.verify(.initial)
    #expect(verdict.flaw == nil && verdict.entries == 0 && verdict.head == nil)
  }

  @Test(arguments: [1, 3, 5])
  func anEntryThatWasChangedIsFound(number: Int) async throws {
    try await write(1...5)
    _ = try await sealer.pass()
    for changed in [
      AuditEntry.numbered(number, subject: "other"), .numbered(number, .tagDeleted), .numbered(number, details: "[]"),
      .numbered(number, by: .system), .numbered(number, at: .seconds(99)),
    ] {
      let tampered = TamperedAuditLog(audit: audit) { record in
        record.entry.id == changed.id ? AuditRecord(entry: changed, seal: record.seal) : record
      }
      let verdict = try await AuditVerifier(audit: tampered, key: key).verify(.initial)
      #expect(verdict.flaw == .wrongHash(sequence: number, entry: changed.id))
      #expect(verdict.entries == number - 1)
    }
  }

  @Test func aMissingEntryIsFound() async throws {
    try await write(1...5)
    _ = try await sealer.pass()
    let tampered = TamperedAuditLog(audit: audit) { $0.entry.id == .numbered(3) ? nil : $0 }
    #expect(
      try await AuditVerifier(audit: tampered, key: key).verify(.initial).flaw == .gap(expected: 3, found: 4))
  }

  @Test func aChainLongerThanABatchIsWalkedToItsEnd() async throws {
    try await write(1...1001)
    while try await sealer.pass() > 0 {}
    let verdict = try await verifier.verify(.initial)
    #expect(verdict.flaw == nil && verdict.entries == 1001 && verdict.head?.sequence == 1001)
  }

  // MARK: Cutting

  @Test func whatRetentionLeavesHolds() async throws {
    try await write(1...5)
    _ = try await sealer.pass()
    let retention = AuditRetention(audit: audit, key: key, clock: clock)
    #expect(try await retention.remove(upTo: 9, in: .initial) == 0)
    #expect(try await retention.remove(upTo: 3, in: .initial) == 3)
    try await write(6...6)
    _ = try await sealer.pass()
    let verdict = try await verifier.verify(.initial)
    #expect(verdict.flaw == nil && verdict.entries == 3 && verdict.checkpoint?.seal.sequence == 3)
    #expect(try await retention.remove(upTo: 6, in: .initial) == 3)
    #expect(try await verifier.verify(.initial).flaw == nil)
  }

  @Test func whatIsOldIsRemovedAndWhatSomebodyStillReadsStays() async throws {
    try await write(1...5)
    _ = try await sealer.pass()
    let retention = AuditRetention(audit: audit, key: key, clock: clock)
    #expect(try await !retention.expire(before: .seconds(1), in: .initial))
    #expect(try await audit.checkpoint(of: .initial) == nil)
    // Entry n is of second n.
    #expect(try await !retention.expire(before: .seconds(4), in: .initial, upTo: 2))
    #expect(try await audit.checkpoint(of: .initial)?.seal.sequence == 2)
    #expect(try await !retention.expire(before: .seconds(4), in: .initial))
    #expect(try await audit.chain(after: 0, in: .initial, limit: 10).map(\.seal?.sequence) == [4, 5])
    let verdict = try await verifier.verify(.initial)
    #expect(verdict.flaw == nil && verdict.entries == 2 && verdict.checkpoint?.seal.sequence == 3)
    #expect(try await !retention.expire(before: .seconds(99), in: other))
  }

  @Test func whatHasNoSealIsNotRemoved() async throws {
    try await write(1...2)
    let retention = AuditRetention(audit: audit, key: key, clock: clock)
    #expect(try await !retention.expire(before: .seconds(99), in: .initial))
    #expect(try await audit.unsealed(limit: 10).count == 2)
  }

  @Test func aCheckpointOfAnotherHandIsFound() async throws {
    try await write(1...5)
    _ = try await sealer.pass()
    _ = try await AuditRetention(audit: audit, key: AuditSigningKey(), clock: clock).remove(upTo: 3, in: .initial)
    #expect(try await verifier.verify(.initial).flaw == .wrongSignature(checkpoint: 3))
    #expect(try await AuditVerifier(audit: audit, key: nil).verify(.initial).flaw == .noSigningKey(checkpoint: 3))
  }

  @Test func aSignatureIsOfOneWorkspaceOnePlaceAndOneTime() throws {
    let seal = AuditSeal(sequence: 3, hash: [UInt8](repeating: 1, count: 32))
    let good = key.checkpoint(of: .initial, at: seal, .seconds(1))
    #expect(key.hasSigned(good))
    #expect(try #require(AuditSigningKey(hexadecimal: key.hexadecimalText)).hasSigned(good))
    for changed in [
      AuditCheckpoint(workspace: other, seal: seal, at: good.at, signature: good.signature),
      AuditCheckpoint(workspace: .initial, seal: seal, at: .seconds(2), signature: good.signature),
      AuditCheckpoint(
        workspace: .initial, seal: AuditSeal(sequence: 4, hash: seal.hash), at: good.at, signature: good.signature),
      AuditCheckpoint(workspace: .initial, seal: seal, at: good.at, signature: []),
    ] { #expect(!key.hasSigned(changed)) }
    for text in ["", "00", String(repeating: "g", count: 64), String(repeating: "0", count: 66)] {
      #expect(AuditSigningKey(hexadecimal: text) == nil)
    }
  }
}
