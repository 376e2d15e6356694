import JobsprintDomain
import JobsprintMemory
import JobsprintPorts
import JobsprintTesting
import Testing

@testable import JobsprintRuntime

/// Redriving and discarding what could not be done.
@Suite(.timeLimit(.minutes(1))) struct DeadLetterOfficeTests {
  private let rig = Rig()
  private let executor: Executor
  private let caller = Caller(workspace: .initial, actor: .shell)

  init() { executor = rig.executor(.numbered(1)) }

  private func office(_ letters: (any DeadLetterStore)? = nil) -> DeadLetterOffice {
    DeadLetterOffice(
      letters: letters ?? rig.deadLetters, acceptor: rig.acceptor(executor), clock: rig.clock, ids: rig.ids)
  }

  /// An execution that has died at its last node, whose next attempt would succeed.
  private func dead(_ name: String = "Test", until attempt: Int = 2) async throws -> ExecutionID {
    let workflow = try await rig.store(
      [("Act", "test.failing", ["parameters": ["until": .integer(Int64(attempt))]])],
      settings: ["retryPolicy": ["attempts": 1]], name: name)
    let id = try await rig.accept(workflow, by: executor)
    #expect(try await rig.ended(id).state == .error)
    return id
  }

  private func actions() async throws -> [AuditAction] {
    try await rig.audit.entries(matching: AuditFilter(), in: .initial, page: PageRequest()).elements.map(\.entry.action)
      .filter { $0 != .workflowCreated }
  }

  private func retries(of id: ExecutionID) async throws -> Int {
    try await rig.executions.executions(matching: ExecutionFilter(), in: .initial, page: PageRequest()).elements
      .count { $0.retryOf == id }
  }

  @Test func aRedrivenLetterNamesTheExecutionThatTookItsPlace() async throws {
    try await rig.run([executor]) {
      let id = try await dead()
      let letter = try await office().redrive(id, by: caller)
      let next = try #require(letter.redrivenAs)
      #expect(letter.status == .redriven && letter.settledAt == rig.clock.now)
      let record = try await rig.ended(next)
      #expect(record.retryOf == id && record.mode == .retry)
      #expect(try await rig.deadLetters.letter(of: id, in: .initial) == letter)
      #expect(try await actions() == [.deadLetterRedriven])
    }
  }

  @Test func whoeverRedrivesALetterAgainGetsTheSameExecution() async throws {
    try await rig.run([executor]) {
      let id = try await dead()
      let first = try await office().redrive(id, by: caller)
      #expect(try await office().redrive(id, Redrive(from: .start), by: caller) == first)
      #expect(try await retries(of: id) == 1)
      #expect(try await actions() == [.deadLetterRedriven])
    }
  }

  @Test func manyAtOnceMakeOneExecution() async throws {
    try await rig.run([executor]) {
      let id = try await dead()
      let office = office()
      let all = try await withThrowingTaskGroup(of: ExecutionID?.self) { group in
        for number in 0..<8 {
          let how = Redrive(from: number.isMultiple(of: 2) ? .start : .failedNode)
          group.addTask { try await office.redrive(id, how, by: caller).redrivenAs }
        }
        return try await group.reduce(into: Set<ExecutionID?>()) { $0.insert($1) }
      }
      #expect(all.count == 1 && !all.contains(nil))
      #expect(try await retries(of: id) == 1)
      #expect(try await actions() == [.deadLetterRedriven])
    }
  }

  @Test func aCrashBetweenAcceptingAndSettlingMakesNoSecondExecution() async throws {
    try await rig.run([executor]) {
      let id = try await dead()
      let broken = BrokenLetters(letters: rig.deadLetters)
      await #expect(throws: RuntimeError.self) { try await office(broken).redrive(id, by: caller) }
      #expect(try await rig.deadLetters.letter(of: id, in: .initial)?.status == .open)
      #expect(try await retries(of: id) == 1)
      let next = try #require(try await office().redrive(id, by: caller).redrivenAs)
      #expect(try await retries(of: id) == 1)
      #expect(try await rig.executions.execution(next, in: .initial)?.retryOf == id)
    }
  }

  @Test func aDiscardedLetterRests() async throws {
    try await rig.run([executor]) {
      let id = try await dead()
      let letter = try await office().discard(id, by: caller)
      #expect(letter.status == .discarded)
      #expect(try await office().discard(id, by: caller) == letter)
      await #expect { try await office().redrive(id, by: caller) } throws: {
        ($0 as? RuntimeError)?.code == .deadLetterSettled
      }
      #expect(try await retries(of: id) == 0)
      #expect(try await actions() == [.deadLetterDiscarded])
    }
  }

  @Test func whatIsNoLetterIsNotFound() async throws {
    try await rig.run([executor]) {
      let id = try await dead()
      let stranger = Caller(workspace: .numbered(77), actor: .shell)
      for (wanted, who) in [(ExecutionID.numbered(9), caller), (id, stranger)] {
        await #expect { try await office().redrive(wanted, by: who) } throws: {
          ($0 as? RuntimeError)?.code == .deadLetterNotFound
        }
        await #expect { try await office().discard(wanted, by: who) } throws: {
          ($0 as? RuntimeError)?.code == .deadLetterNotFound
        }
      }
    }
  }

  @Test func manyAreRedrivenInBatchesAndOneThatCantBeHoldsUpNobody() async throws {
    try await rig.run([executor]) {
      let ids = [try await dead("1"), try await dead("2"), try await dead("3")]
      let archived = try #require(try await rig.executions.execution(ids[1], in: .initial)).workflow
      _ = try await rig.editor.setArchived(true, archived, by: caller)
      func redrive(after last: ExecutionID? = nil) async throws -> RedriveReport {
        let plan = try await office().plan(
          matching: DeadLetterFilter(), page: PageRequest(after: last, limit: 2), in: .initial)
        #expect(try RedrivePlan(bytes: plan.bytes) == plan)
        return try await office().redrive(plan, by: caller)
      }
      let first = try await redrive()
      #expect(first.outcomes.map(\.letter) == [ids[2], ids[1]])
      #expect(first.redriven == 1 && first.next == ids[1])
      let second = try await redrive(after: first.next)
      #expect(second.outcomes.map(\.letter) == [ids[0]])
      #expect(second.redriven == 1 && second.next == nil)
      #expect(try await rig.deadLetters.letter(of: ids[1], in: .initial)?.status == .open)
      let named = try await office().redrive(RedrivePlan([ids[1], ids[0], ids[1], .numbered(9)]), by: caller)
      #expect(named.outcomes.count == 3 && named.redriven == 1)
    }
  }
}

/// Letters of a process that dies before it settles.
private struct BrokenLetters: DeadLetterStore {
  let letters: any DeadLetterStore

  func letter(of execution: ExecutionID, in workspace: WorkspaceID) async throws(PortError) -> DeadLetter? {
    try await letters.letter(of: execution, in: workspace)
  }

  func letters(
    matching filter: DeadLetterFilter, in workspace: WorkspaceID, page: PageRequest<ExecutionID>
  ) async throws(PortError) -> Page<DeadLetter> {
    try await letters.letters(matching: filter, in: workspace, page: page)
  }

  func settle(
    _ execution: ExecutionID, in workspace: WorkspaceID, as settlement: DeadLetterSettlement, at time: Timestamp,
    recording record: ChangeRecord
  ) async throws(PortError) -> UpdateOutcome<DeadLetter> { throw PortError(.unavailable, "gone") }
}
