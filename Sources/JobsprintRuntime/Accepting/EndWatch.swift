// Ends that nobody told: a worker's message to a caller that waits can get lost. One look into the store for all who
// wait.

import JobsprintDomain
public import JobsprintPorts
public import Logging
import Synchronization

public final class EndWatch: Sendable {
  private struct State {
    var waiting: [Int: (execution: ExecutionID, continuation: CheckedContinuation<Void, Never>)] = [:]
    var next = 0
  }

  /// Messages take milliseconds; who still waits after this may have missed his.
  private static let interval: Duration = .seconds(2)
  private static let batch = 500

  private let executions: any ExecutionStore
  private let clock: any WallClock
  private let log: Logger
  private let state = Mutex(State())

  public init(executions: any ExecutionStore, clock: any WallClock, log: Logger) {
    self.executions = executions
    self.clock = clock
    self.log = log
  }

  /// Looks until the task is cancelled; asks nothing while nobody waits.
  public func run() async {
    while !Task.isCancelled {
      let before = state.withLock { $0.next }
      try? await clock.sleep(for: Self.interval)
      do { try await look(upTo: before) } catch {
        log.warning("could not look for ended executions", metadata: ["error": "\(error)"])
      }
    }
  }

  /// Returns when the store says that the execution has ended, or when the task is cancelled.
  func end(of execution: ExecutionID) async {
    let number = state.withLock { state in
      state.next += 1
      return state.next
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isCancelled = state.withLock { state in
          if Task.isCancelled { return true }
          state.waiting[number] = (execution, continuation)
          return false
        }
        if isCancelled { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiting.removeValue(forKey: number) }?.continuation.resume()
    }
  }

  /// - Parameter number: of the last one who has waited for a whole interval.
  private func look(upTo number: Int) async throws(PortError) {
    let all = state.withLock { state in state.waiting.filter { $0.key <= number }.map(\.value.execution) }
    for start in stride(from: 0, to: all.count, by: Self.batch) {
      let ended = Set(try await executions.ended(among: Array(all[start..<min(start + Self.batch, all.count)])))
      let told = state.withLock { state in
        let told = state.waiting.filter { ended.contains($0.value.execution) }
        for key in told.keys { state.waiting[key] = nil }
        return told
      }
      for (_, waiting) in told { waiting.continuation.resume() }
    }
  }
}
