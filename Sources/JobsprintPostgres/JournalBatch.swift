// Writes sorted for set-based statements: by kind, and in the order of ids, so that all transactions lock rows in the
// same order. A statement can't see what it does itself, so a write to an execution, or under an idempotency key, that
// has been written before in the batch belongs to the round behind that, whose statements come after it. Writes that
// have nothing to do with each other share a round. An accept with its execution's success right behind it is one
// write: such an execution was never there to be held, and leaves no dead row where the others of a busy server do.

import JobsprintDomain
import JobsprintPorts

/// Writes that have nothing to do with each other.
struct JournalRound {
  typealias Placed<Write> = (place: Int, write: Write)

  var accepts: [Placed<NewExecution>] = []
  /// Accepts with an idempotency key.
  var keyed: [Placed<NewExecution>] = []
  /// Accepts, each with the success that stands right behind it.
  var whole: [WholeExecution] = []
  var continues: [Placed<JournalAppend>] = []
  /// Ends with success.
  var finishes: [Placed<JournalAppend>] = []
  /// All other ends.
  var failures: [Placed<JournalAppend>] = []
  /// Ends of both kinds that leave something to their workflow.
  var keeping: [Placed<JournalAppend>] = []
  var cancels: [Placed<Cancellation>] = []

  /// - Throws: `refused` for a write that no database would take.
  mutating func add(_ write: JournalWrite, at place: Int) throws(PortError) {
    switch write {
    case .accept(let execution):
      if execution.idempotency == nil { accepts.append((place, execution)) } else { keyed.append((place, execution)) }
    case .append(let append):
      guard case .finish(let state, _, _, _, _) = append.transition else { return continues.append((place, append)) }
      guard state.isTerminal else {
        throw PortError(.refused, "An execution can't end as '\(state.rawValue)'. End it with a terminal state.")
      }
      if append.staticData != nil {
        keeping.append((place, append))
      } else if state == .success {
        finishes.append((place, append))
      } else {
        failures.append((place, append))
      }
    case .cancel(let cancellation): cancels.append((place, cancellation))
    }
  }

  mutating func sort() {
    accepts.sort { $0.write.id < $1.write.id }
    keyed.sort { $0.write.id < $1.write.id }
    whole.sort { $0.accepted.id < $1.accepted.id }
    continues.sort { $0.write.execution < $1.write.execution }
    finishes.sort { $0.write.execution < $1.write.execution }
    failures.sort { $0.write.execution < $1.write.execution }
    keeping.sort { $0.write.execution < $1.write.execution }
    cancels.sort { $0.write.execution < $1.write.execution }
  }
}

struct JournalBatch {
  private struct Key: Hashable {
    let workspace: WorkspaceID
    let key: [UInt8]
  }

  let count: Int
  private(set) var rounds: [JournalRound] = []
  private(set) var workspaces: Set<WorkspaceID> = []

  /// - Throws: `refused` for a write that no database would take.
  init(_ writes: [JournalWrite]) throws(PortError) {
    count = writes.count
    /// The round behind the one that wrote an execution, or under a key, last.
    var nextOfExecution: [ExecutionID: Int] = [:]
    var nextOfKey: [Key: Int] = [:]
    var ended: Int?
    for (place, write) in writes.enumerated() where place != ended {
      let key = write.idempotency.map { Key(workspace: $0.workspace, key: $0.key.stored) }
      let round = max(nextOfExecution[write.execution] ?? 0, key.flatMap { nextOfKey[$0] } ?? 0)
      if round == rounds.count { rounds.append(JournalRound()) }
      nextOfExecution[write.execution] = round + 1
      if let key { nextOfKey[key] = round + 1 }
      workspaces.insert(write.workspace)
      if let whole = writes.whole(at: place) {
        rounds[round].whole.append(whole)
        ended = place + 1
      } else {
        try rounds[round].add(write, at: place)
      }
    }
    for place in rounds.indices { rounds[place].sort() }
  }
}

extension JournalWrite {
  var execution: ExecutionID {
    switch self {
    case .accept(let execution): execution.id
    case .append(let append): append.execution
    case .cancel(let cancellation): cancellation.execution
    }
  }

  var workspace: WorkspaceID {
    switch self {
    case .accept(let execution): execution.workspace
    case .append(let append): append.workspace
    case .cancel(let cancellation): cancellation.workspace
    }
  }

  fileprivate var idempotency: IdempotencyRecord? {
    if case .accept(let execution) = self { execution.idempotency } else { nil }
  }
}
