import Glibc
import JobsprintDomain
import JobsprintPorts

/// For tests: an outside effect that can be counted. When it acts, it appends one JSON line to the ledger.
struct TestEffectNode: NodeType {
  let description = NodeDescription(
    type: "jobsprint.testEffect", displayName: "Test Effect", summary: "Acts on the outside; for tests only.",
    versions: [1], hasOutsideEffect: true,
    parameters: [
      NodeParameter("label", .text, "What the ledger says.", default: ""),
      NodeParameter("milliseconds", .number, "How long to take before acting.", default: 0),
      NodeParameter("failTimes", .number, "How many attempts fail.", default: 0),
    ])

  private static let page = 4096

  let ledgerPath: String?

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    let label = try context.string("label")
    let wait = try context.number("milliseconds", default: 0)
    let failures = try context.number("failTimes", default: 0)
    do { try await context.clock.sleep(for: .milliseconds(min(max(wait, 0), 3_600_000))) } catch {
      throw NodeError("'\(context.node.name)' was cancelled")
    }
    if Double(context.attempt) <= failures {
      throw NodeError("'\(context.node.name)' fails on attempt \(context.attempt), as it was told to")
    }
    try append([
      "key": .string(context.idempotencyKey), "label": .string(label),
      "execution": .string("\(context.scope.execution.id)"),
    ])
    return .outputs([context.items])
  }

  /// One write(2) in append mode: lines of many processes never mix, and outlive a kill right behind it. A kill can cut
  /// a write where it goes on to the next page of the file, so a line that would cross into it begins there, behind
  /// spaces.
  private func append(_ line: JSONValue) throws(NodeError) {
    guard let ledgerPath else { return }
    let descriptor = open(ledgerPath, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw NodeError("The ledger \(ledgerPath) can't be opened: error \(errno)") }
    defer { close(descriptor) }
    let bytes = line.jsonBytes + [UInt8(ascii: "\n")]
    let end = Int(lseek(descriptor, 0, SEEK_END))
    let room = Self.page - end % Self.page
    if end >= 0, room < bytes.count { _ = write(descriptor, [UInt8](repeating: UInt8(ascii: " "), count: room), room) }
    guard write(descriptor, bytes, bytes.count) == bytes.count else {
      throw NodeError("The ledger \(ledgerPath) can't be written: error \(errno)")
    }
  }
}
