import DriverThread

/// Messages that one caller publishes and waits for. After it was handed over only the owner's thread touches it.
final class AMQPPublishUnit: Sendable {
  typealias Answer = Result<Void, AMQPError>

  let messages: [AMQPMessage]
  let submitted: UInt64
  let deadline: UInt64
  // Of the owner's thread alone, once it was handed over.
  nonisolated(unsafe) var continuation: UnsafeContinuation<Answer, Never>?

  /// How many were sent; the others follow in order. Of the owner's thread alone, once it was handed over.
  nonisolated(unsafe) var sent = 0
  // Of the owner's thread alone, once it was handed over.
  nonisolated(unsafe) private(set) var isAnswered = false
  /// Its caller's task was cancelled, maybe before it came to the owner. Of the owner's thread alone.
  nonisolated(unsafe) var isCancelled = false
  // Of the owner's thread alone, once it was handed over.
  nonisolated(unsafe) var isSubmitted = false
  // Of the owner's thread alone, once it was handed over.
  nonisolated(unsafe) private var settled: [Bool]
  // Of the owner's thread alone, once it was handed over.
  nonisolated(unsafe) private var missing: Int
  // Of the owner's thread alone, once it was handed over.
  nonisolated(unsafe) private var failures: [AMQPError.Failure] = []
  // Of the owner's thread alone, once it was handed over.
  nonisolated(unsafe) private var firstError: AMQPError?

  init(_ messages: [AMQPMessage], limit: UInt64) {
    self.messages = messages
    submitted = DriverThread.now()
    deadline = submitted &+ limit
    settled = [Bool](repeating: false, count: messages.count)
    missing = messages.count
  }

  /// How many are on their way, and waited for.
  var flying: Int { isAnswered ? 0 : missing - (messages.count - sent) }

  /// - Parameter error: nil: confirmed.
  /// - Returns: true where the caller was answered by this.
  func settle(_ index: Int, _ error: AMQPError?) -> Bool {
    guard !isAnswered, !settled[index] else { return false }
    fail(index, error)
    guard missing == 0 else { return false }
    answer()
    return true
  }

  /// The caller is answered now: what isn't settled has failed.
  /// - Returns: how many have.
  func abort(_ code: AMQPError.Code, _ message: String, replyCode: Int? = nil) -> Int {
    guard !isAnswered else { return 0 }
    var count = 0
    for index in messages.indices where !settled[index] {
      let outcome: AMQPError.Outcome = index < sent ? .unknown : .notPublished
      fail(index, AMQPError(code, message, replyCode: replyCode, outcome: outcome))
      count += 1
    }
    answer()
    return count
  }

  private func fail(_ index: Int, _ error: AMQPError?) {
    settled[index] = true
    missing -= 1
    guard let error else { return }
    failures.append(AMQPError.Failure(index: index, code: error.code, outcome: error.outcome))
    if firstError == nil { firstError = error }
  }

  private func answer() {
    isAnswered = true
    guard var error = firstError else {
      continuation?.resume(returning: .success(()))
      return
    }
    error.failures = failures.sorted { $0.index < $1.index }
    error.outcome = failures.contains { $0.outcome == .unknown } ? .unknown : .notPublished
    continuation?.resume(returning: .failure(error))
  }
}

/// Questions that are asked one after the other on a channel of their own, because an answer of "no" closes the
/// channel.
final class AMQPErrand: Sendable {
  typealias Answer = Result<[Int], AMQPError>

  let commands: [AMQPCommand]
  /// Nil: the connection's own, the declaration of its topology.
  let topology: AMQPTopology?
  let isOwn: Bool
  let deadline: UInt64
  // Of the owner's thread alone, once it was handed over.
  nonisolated(unsafe) var continuation: UnsafeContinuation<Answer, Never>?
  /// After it was handed over only the owner's thread touches these.
  nonisolated(unsafe) var counts: [Int] = []
  // Of the owner's thread alone, once it was handed over.
  nonisolated(unsafe) private var isAnswered = false

  init(_ commands: [AMQPCommand], topology: AMQPTopology? = nil, isOwn: Bool = false, limit: UInt64) {
    self.commands = commands
    self.topology = topology
    self.isOwn = isOwn
    deadline = DriverThread.now() &+ limit
  }

  func answer(_ answer: Answer) {
    guard !isAnswered else { return }
    isAnswered = true
    continuation?.resume(returning: answer)
  }
}
