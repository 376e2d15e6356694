public import JobsprintPorts
public import Logging

/// Hands what is committed, and only that, to the queue (arrows 4 and 5). A message that gets lost is no loss: the
/// recoverer finds whatever nobody claims.
public struct Dispatcher: Sendable {
  private let queue: any WakeUpQueue
  private let log: Logger

  public init(queue: any WakeUpQueue, log: Logger) {
    self.queue = queue
    self.log = log
  }

  func dispatch(_ wakeUps: [WakeUp]) async {
    do { try await queue.publish(wakeUps) } catch {
      log.warning("could not publish wake-ups", metadata: ["error": "\(error)", "count": "\(wakeUps.count)"])
    }
  }
}
