import Dispatch
import Synchronization

/// Runs tasks outside of Swift's shared pool, on at most `width` threads that may wait for the disk.
final class DiskExecutor: TaskExecutor {
  private struct State {
    var line: [UnownedJob] = []
    var workers = 0
  }

  private let width: Int
  private let queue: DispatchQueue
  private let state = Mutex(State())

  init(label: String, width: Int) {
    self.width = width
    queue = DispatchQueue(label: label, qos: .userInitiated, attributes: .concurrent)
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let needsWorker = state.withLock { state in
      state.line.append(job)
      guard state.workers < width else { return false }
      state.workers += 1
      return true
    }
    if needsWorker { queue.async { self.work() } }
  }

  /// Until nothing is left to do.
  private func work() {
    while let job = next() { job.runSynchronously(on: asUnownedTaskExecutor()) }
  }

  private func next() -> UnownedJob? {
    state.withLock { state in
      if !state.line.isEmpty { return state.line.removeFirst() }
      state.workers -= 1
      return nil
    }
  }
}
