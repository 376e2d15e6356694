// What becomes of dead letters: redriven, or discarded.
//
// Redriving is accepting a new execution and then settling the letter, in two transactions. The new one is accepted
// under an idempotency key that is the letter's own and that no client can send, so that however many redrive one
// letter, at the same time or after a crash between the two, they find one execution. A letter is settled only as an
// execution that is durable: it is never lost. A second execution is made only where the process died between the two
// and nobody redrove the letter within the 24 hours for which the store keeps the key.

public import JobsprintDomain
public import JobsprintPorts

public struct DeadLetterOffice: Sendable {
  private let letters: any DeadLetterStore
  private let acceptor: Acceptor
  private let clock: any WallClock
  private let note: ChangeNote

  public init(letters: any DeadLetterStore, acceptor: Acceptor, clock: any WallClock, ids: IdentifierSource) {
    self.letters = letters
    self.acceptor = acceptor
    self.clock = clock
    note = ChangeNote(clock: clock, ids: ids)
  }

  /// Executes what died once more, as a new execution. A letter that was redriven before gives the execution that it
  /// was redriven as.
  /// - Returns: the letter as it is then; ``DeadLetter/redrivenAs`` is set.
  /// - Throws: `deadLetterNotFound`; `deadLetterSettled` for a discarded one; what keeps the execution from being
  ///   repeated. The letter stays open then.
  public func redrive(
    _ execution: ExecutionID, _ how: Redrive = Redrive(), by caller: Caller
  ) async throws(RuntimeError) -> DeadLetter {
    let letter = try await onStore { () async throws(PortError) in
      try await letters.letter(of: execution, in: caller.workspace)
    }
    guard let letter else { throw notFound(execution) }
    switch letter.status {
    case .redriven: return letter
    case .discarded: throw settled(letter)
    case .open: return try await redrive(letter, how, by: caller)
    }
  }

  /// Which open letters match now.
  /// - Parameters:
  ///   - filter: its status is not looked at.
  ///   - page: where to begin, and how many.
  public func plan(
    matching filter: DeadLetterFilter, page: PageRequest<ExecutionID>, in workspace: WorkspaceID
  ) async throws(RuntimeError) -> RedrivePlan {
    var filter = filter
    filter.status = .open
    let wanted = filter
    let found = try await onStore { () async throws(PortError) in
      try await letters.letters(matching: wanted, in: workspace, page: page)
    }
    return RedrivePlan(found.elements.map(\.execution), next: found.hasMore ? found.elements.last?.execution : nil)
  }

  /// Redrives letters one after the other, each once; one that can't be redriven holds up none of the others. What is
  /// redriven twice is one execution.
  public func redrive(
    _ plan: RedrivePlan, _ how: Redrive = Redrive(), by caller: Caller
  ) async throws(RuntimeError) -> RedriveReport {
    var report = RedriveReport(next: plan.next)
    var seen: Set<ExecutionID> = []
    for execution in plan.letters where seen.insert(execution).inserted {
      // Read again: the list may lag behind, and what was discarded meanwhile must not be executed.
      try await report.add(execution) { () async throws(RuntimeError) in
        try await redrive(execution, how, by: caller)
      }
    }
    return report
  }

  /// Lets the letter rest. One that was discarded before is given as it is.
  /// - Throws: `deadLetterNotFound`; `deadLetterSettled` for a redriven one.
  public func discard(_ execution: ExecutionID, by caller: Caller) async throws(RuntimeError) -> DeadLetter {
    let record = note.record(.deadLetterDiscarded, of: execution, by: caller)
    let letter = try await settle(execution, as: .discarded, recording: record, in: caller.workspace)
    guard letter.status == .discarded else { throw settled(letter) }
    return letter
  }

  private func redrive(
    _ letter: DeadLetter, _ how: Redrive, by caller: Caller
  ) async throws(RuntimeError) -> DeadLetter {
    let command = RetryCommand(
      workspace: letter.workspace, execution: letter.execution, from: how.from, usesNewestVersion: how.usesNewestVersion
    )
    // The one fingerprint of all: whoever redrives the letter in another way at the same time gets what the first one
    // got.
    let key = IdempotencyRequest<AcceptedExecution>(key: "redrive\n\(letter.execution)", fingerprint: []) { accepted in
      (0, Array("\(accepted.id)".utf8))
    }
    let next: ExecutionID
    switch try await acceptor.retry(command, idempotency: key) {
    case .created(let accepted): next = accepted.id
    case .replayed(_, let body):
      guard let id = ExecutionID(String(decoding: body, as: UTF8.self)) else {
        throw RuntimeError(PortError(.corrupted, "The key under which \(letter.execution) was redriven holds no id."))
      }
      next = id
    }
    let record = note.record(
      .deadLetterRedriven, of: letter.execution, by: caller,
      [
        "execution": .string("\(next)"), "from": how.from == .start ? "start" : "failedNode",
        "newestVersion": .bool(how.usesNewestVersion),
      ])
    let now = try await settle(letter.execution, as: .redriven(as: next), recording: record, in: letter.workspace)
    // Discarded by somebody in the meantime: the execution runs, and its `retryOf` tells whose it is.
    guard now.status == .redriven else { throw settled(now) }
    return now
  }

  private func settle(
    _ execution: ExecutionID, as settlement: DeadLetterSettlement, recording record: ChangeRecord,
    in workspace: WorkspaceID
  ) async throws(RuntimeError) -> DeadLetter {
    let time = clock.now
    let outcome = try await onStore { () async throws(PortError) in
      try await letters.settle(execution, in: workspace, as: settlement, at: time, recording: record)
    }
    switch outcome {
    case .updated(let letter), .changed(let letter): return letter
    case .notFound, .nameTaken: throw notFound(execution)
    }
  }

  private func notFound(_ execution: ExecutionID) -> RuntimeError {
    RuntimeError(.deadLetterNotFound, "There is no dead letter of an execution \(execution) in this workspace.")
  }

  private func settled(_ letter: DeadLetter) -> RuntimeError {
    let how = letter.redrivenAs.map { "redriven as \($0)" } ?? letter.status.rawValue
    return RuntimeError(
      .deadLetterSettled,
      "The dead letter was \(how). To execute it nevertheless, use POST /executions/\(letter.execution)/retry.")
  }
}

/// How a letter is redriven.
public struct Redrive: Sendable, Hashable {
  public var from: RetryCommand.From
  /// The workflow's newest version in place of the one that died.
  public var usesNewestVersion: Bool

  public init(from: RetryCommand.From = .failedNode, usesNewestVersion: Bool = false) {
    self.from = from
    self.usesNewestVersion = usesNewestVersion
  }
}

/// Which letters are to be redriven.
public struct RedrivePlan: Sendable, Hashable {
  public let letters: [ExecutionID]
  /// Where the next plan begins; nil where no letter is left.
  public let next: ExecutionID?

  public init(_ letters: [ExecutionID], next: ExecutionID? = nil) {
    self.letters = letters
    self.next = next
  }

  /// For a store that keeps it.
  public var bytes: [UInt8] {
    let plan: JSONValue = [
      "letters": .array(letters.map { .string("\($0)") }), "next": next.map { .string("\($0)") } ?? .null,
    ]
    return plan.jsonBytes
  }

  /// - Throws: for bytes that are no plan's.
  public init(bytes: [UInt8]) throws(RuntimeError) {
    let value = try? JSONValue(parsing: bytes)
    let ids = value?["letters"]?.arrayValue?.map { $0.stringValue.flatMap { ExecutionID($0) } } ?? [nil]
    guard !ids.contains(nil) else {
      throw RuntimeError(PortError(.corrupted, "What is kept for an idempotency key is no plan for dead letters."))
    }
    self.init(ids.compactMap(\.self), next: value?["next"]?.stringValue.flatMap { ExecutionID($0) })
  }
}

/// What became of several letters.
public struct RedriveReport: Sendable {
  public enum Outcome: Sendable {
    /// Its new execution.
    case redriven(ExecutionID)
    case failed(RuntimeError)
  }

  /// One for each letter, in their order.
  public private(set) var outcomes: [(letter: ExecutionID, outcome: Outcome)] = []
  /// As the plan's.
  public let next: ExecutionID?

  fileprivate init(next: ExecutionID?) { self.next = next }

  public var redriven: Int {
    outcomes.count { if case .redriven = $0.outcome { true } else { false } }
  }

  /// - Throws: when the store fails; whatever else happens concerns this letter only.
  fileprivate mutating func add(
    _ letter: ExecutionID, _ redrive: () async throws(RuntimeError) -> DeadLetter
  ) async throws(RuntimeError) {
    do throws(RuntimeError) {
      let next = try await redrive().redrivenAs
      if let next { outcomes.append((letter, .redriven(next))) }
    } catch {
      if let port = error.port, port.code != .refused { throw error }
      outcomes.append((letter, .failed(error)))
    }
  }
}
