import JobsprintDomain
import JobsprintPorts
import Synchronization

/// What `test.failing` was asked to do so far.
final class Failures: Sendable {
  private let seen = Mutex<[(key: String, attempt: Int)]>([])

  func note(_ key: String, _ attempt: Int) { seen.withLock { $0.append((key, attempt)) } }

  var keys: [String] { seen.withLock { $0.map(\.key) } }
  var attempts: [Int] { seen.withLock { $0.map(\.attempt) } }
}

/// Acts on the outside, and fails until the attempt whose number is its parameter `until`, with an error of that
/// `name`.
struct FailingNode: NodeType {
  let description = NodeDescription(
    type: "test.failing", displayName: "Failing", summary: "Fails until an attempt.", versions: [1],
    hasOutsideEffect: true)
  let failures: Failures

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    failures.note(context.idempotencyKey, context.attempt)
    let until = try context.parameter("until")?.integerValue ?? 1
    guard context.attempt >= until else {
      throw NodeError("not yet", name: try context.parameter("name")?.stringValue ?? "NodeOperationError")
    }
    return .outputs([context.items])
  }
}
