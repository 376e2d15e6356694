import Glibc
import JobsprintDomain
import JobsprintPorts
import Synchronization

/// A place on an execution's way at which a process can die, or be paused.
enum KillPoint: String, Sendable, CaseIterable {
  case afterClaim
  /// Around the commit that says that an effect begins.
  case beforeStarted
  case afterStarted
  /// The outside has seen it, and nobody else knows.
  case afterEffect
  /// Around a commit of what nodes have done.
  case beforeAppend
  case afterAppend
}

/// A signal to this process when it comes by a point for the nth time.
final class KillSwitch: Sendable {
  let point: KillPoint
  private let signal: Int32
  private let passes: Atomic<Int>

  /// - Parameters:
  ///   - text: `point:n`; nil where it is something else.
  ///   - signal: SIGKILL, or SIGSTOP.
  init?(_ text: String, signal: Int32) {
    let words = text.split(separator: ":")
    guard words.count == 2, let point = KillPoint(rawValue: String(words[0])), let passes = Int(words[1]) else {
      return nil
    }
    self.point = point
    self.signal = signal
    self.passes = Atomic(passes)
  }

  func pass(_ point: KillPoint) {
    guard point == self.point, passes.subtract(1, ordering: .relaxed).newValue == 0 else { return }
    // To this thread: it goes no step further.
    raise(signal)
  }
}

struct DyingJournal: Journal {
  let journal: any Journal
  let killSwitch: KillSwitch

  func commit(_ writes: [JournalWrite]) async throws(PortError) -> [JournalOutcome] {
    let entries = writes.flatMap { write -> [JournalEntry] in
      if case .append(let append) = write { append.entries } else { [] }
    }
    let begins = entries.contains { $0.kind == .started }
    let records = entries.contains { $0.kind == .finished }
    let claims = writes.contains { if case .append(let append) = $0 { append.claimedAt != nil } else { false } }
    if begins { killSwitch.pass(.beforeStarted) }
    if records { killSwitch.pass(.beforeAppend) }
    let outcomes = try await journal.commit(writes)
    if claims { killSwitch.pass(.afterClaim) }
    if begins { killSwitch.pass(.afterStarted) }
    if records { killSwitch.pass(.afterAppend) }
    return outcomes
  }
}

/// A node with an outside effect.
struct DyingNode: NodeType {
  let type: any NodeType
  let killSwitch: KillSwitch

  var description: NodeDescription { type.description }

  func traits(of node: Node) -> NodeTraits { type.traits(of: node) }

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    let result = try await type.run(context)
    killSwitch.pass(.afterEffect)
    return result
  }
}

/// A node with a fault that no process survives.
struct TrapNode: NodeType {
  let description = NodeDescription(
    type: "jobsprint.testTrap", displayName: "Test Trap", summary: "Ends the process; for tests only.", versions: [1])

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    // To this thread: a signal to the process may reach another one, while this one goes on and ends the execution.
    raise(SIGTRAP)
    return .ended
  }
}
