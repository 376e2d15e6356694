import JobsprintDomain
import JobsprintPorts
import Synchronization

/// Where a node stops until the test lets it go on.
final class Gate: Sendable {
  /// A node that stands at the gate.
  final class Arrival: Sendable {
    let key: String
    let attempt: Int
    private let continuation: Mutex<CheckedContinuation<Void, Never>?>

    fileprivate init(key: String, attempt: Int, _ continuation: CheckedContinuation<Void, Never>) {
      self.key = key
      self.attempt = attempt
      self.continuation = Mutex(continuation)
    }

    /// Lets it go on; once.
    func release() { continuation.withLock { $0.take() }?.resume() }
  }

  private struct State {
    var isOpen = false
    var seen: [Arrival] = []
  }

  private let stream: AsyncStream<Arrival>
  private let arrive: AsyncStream<Arrival>.Continuation
  private let state = Mutex(State())

  init() { (stream, arrive) = AsyncStream.makeStream() }

  func pass(key: String, attempt: Int) async {
    await withCheckedContinuation { continuation in
      let arrival = Arrival(key: key, attempt: attempt, continuation)
      let isOpen = state.withLock { state in
        state.seen.append(arrival)
        return state.isOpen
      }
      if isOpen { arrival.release() } else { arrive.yield(arrival) }
    }
  }

  /// The next node to arrive.
  func next() async throws -> Arrival {
    for await arrival in stream { return arrival }
    throw RigError()
  }

  /// Keys of all that arrived so far.
  var keys: [String] { state.withLock { $0.seen.map(\.key) } }

  /// Lets everybody go, now and later.
  func openForGood() {
    let all = state.withLock { state in
      state.isOpen = true
      return state.seen
    }
    for arrival in all { arrival.release() }
  }
}

/// Passes its items on when the gate lets it: `test.effect` acts on the outside, `test.gate` does not.
struct GateNode: NodeType {
  let description: NodeDescription
  private let gate: Gate

  init(gate: Gate, hasEffect: Bool) {
    self.gate = gate
    description = NodeDescription(
      type: hasEffect ? "test.effect" : "test.gate", displayName: "Gate", summary: "Waits for the test.", versions: [1],
      hasOutsideEffect: hasEffect)
  }

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    await gate.pass(key: context.idempotencyKey, attempt: context.attempt)
    return .outputs([context.items])
  }
}
