// The sandboxes of this process: lent for one run at a time, replaced when they are gone. An execution gets the one
// that it had before where that is free, because its context is still there. One more than may be at work is started
// ahead, so that whoever needs a fresh one finds it.

import Dispatch
import Synchronization

public struct SandboxOptions: Sendable {
  /// The executable `jobsprint-sandbox`.
  public var executable: String
  /// Processes at work at a time.
  public var size = 2
  /// Bytes of resident memory of each.
  public var memory = 128 << 20
  /// For one run of a node.
  public var timeLimit: Duration = .seconds(60)
  /// Without its filter: a laptop whose kernel has none.
  public var isInsecure = false

  public init(executable: String) { self.executable = executable }
}

final class SandboxPool: Sendable {
  private let options: SandboxOptions
  private let state = Mutex(State())

  private struct Idle {
    let process: SandboxProcess
    let context: [UInt8]
    /// Bytes of resident memory after its last run.
    let resident: Int
  }

  private struct Waiter {
    let context: [UInt8]
    let continuation: CheckedContinuation<Place, Never>
  }

  /// What a run is given.
  private enum Place {
    case process(SandboxProcess)
    /// Room for a fresh one; what stood there before.
    case room(SandboxProcess?)
  }

  private typealias Start = Task<Result<SandboxProcess, SandboxFailure>, Never>

  private struct State {
    var idle: [Idle] = []
    /// Idle, lent, or being started for a run.
    var count = 0
    /// Ready, or on its way.
    var spare: Start?
    var waiters: [Waiter] = []
    var backoff = StartBackoff()
    var metrics = SandboxMetrics()
    var isClosed = false
  }

  init(_ options: SandboxOptions) { self.options = options }

  var metrics: SandboxMetrics {
    state.withLock { state in
      var metrics = state.metrics
      metrics.size = options.size
      metrics.working = state.count - state.idle.count
      metrics.waiting = state.waiters.count
      return metrics
    }
  }

  /// One run in a sandbox that is free; once more in another where somebody has killed the first, idle or not: what
  /// runs there leaves nothing outside that would be done twice.
  /// - Parameter next: takes an answer; gives what to ask the same sandbox then, nil when that was all.
  func run(
    context: [UInt8], request: [UInt8], next: ([UInt8]) -> [UInt8]?
  ) async throws(SandboxFailure) {
    do { try await runOnce(context: context, request: request, next: next) } catch {
      guard error == .killed else { throw error }
      try await runOnce(context: context, request: request, next: next)
    }
  }

  private func runOnce(
    context: [UInt8], request: [UInt8], next: ([UInt8]) -> [UInt8]?
  ) async throws(SandboxFailure) {
    let process = try await process(for: context)
    // A run that is begun and cancelled costs the process.
    guard !Task.isCancelled else {
      give(back: process, context)
      throw .cancelled
    }
    do throws(SandboxFailure) {
      var request: [UInt8]? = request
      while let asked = request {
        request = next(try await process.run(context: context, request: asked, limit: options.timeLimit))
      }
      give(back: process, context)
    } catch {
      replace(after: SandboxMetrics.End(error))
      throw error
    }
  }

  /// Ends all that are not at work; the others end with their runs.
  func close() {
    // Let go of outside of the lock: each waits for the end of its process.
    _ = state.withLock { state in
      defer { (state.idle, state.spare, state.isClosed) = ([], nil, true) }
      return (state.idle, state.spare)
    }
  }

  // MARK: Lending

  private func process(for context: [UInt8]) async throws(SandboxFailure) -> SandboxProcess {
    let place = await withCheckedContinuation { (continuation: CheckedContinuation<Place, Never>) in
      let place = state.withLock { state -> Place? in
        if let place = state.idle.lastIndex(where: { $0.context == context }) ?? state.idle.indices.first {
          let idle = state.idle.remove(at: place)
          guard let end = end(of: idle, for: context) else { return .process(idle.process) }
          state.metrics.ended[end, default: 0] += 1
          return .room(idle.process)
        }
        if state.count < options.size {
          state.count += 1
          return .room(nil)
        }
        state.waiters.append(Waiter(context: context, continuation: continuation))
        return nil
      }
      if let place { continuation.resume(returning: place) }
    }
    if case .process(let process) = place { return process }
    do { return try await fresh() } catch {
      replace(after: SandboxMetrics.End(error))
      throw error
    }
  }

  /// Why an idle one does not serve the next run; nil where it does. What an execution leaves behind is freed when the
  /// next one begins, but not all: nobody shall run out of memory that others have filled. A batch of 10,000 items
  /// leaves half of the usual limit.
  private func end(of idle: Idle, for context: [UInt8]) -> SandboxMetrics.End? {
    if idle.process.hasEnded { return .killed }
    return idle.context != context && idle.resident > options.memory / 4 * 3 ? .retired : nil
  }

  private func give(back process: SandboxProcess, _ context: [UInt8]) {
    let idle = Idle(process: process, context: context, resident: process.residentBytes)
    let next = state.withLock { state -> (Waiter, Place)? in
      guard !state.waiters.isEmpty else {
        if state.isClosed { state.count -= 1 } else { state.idle.append(idle) }
        return nil
      }
      let waiter = state.waiters.remove(at: state.waiters.firstIndex { $0.context == context } ?? 0)
      guard let end = end(of: idle, for: waiter.context) else { return (waiter, .process(process)) }
      state.metrics.ended[end, default: 0] += 1
      return (waiter, .room(process))
    }
    if let (waiter, place) = next { waiter.continuation.resume(returning: place) }
  }

  /// One is gone: who waits gets another in its place, else there is room for one.
  private func replace(after end: SandboxMetrics.End?) {
    let waiter = state.withLock { state -> Waiter? in
      if let end { state.metrics.ended[end, default: 0] += 1 }
      if state.waiters.isEmpty {
        state.count -= 1
        return nil
      }
      return state.waiters.removeFirst()
    }
    waiter?.continuation.resume(returning: .room(nil))
  }

  // MARK: Starting

  /// The one that was started ahead, or else one that is started now.
  private func fresh() async throws(SandboxFailure) -> SandboxProcess {
    let spare = state.withLock { state in
      defer { state.spare = nil }
      return state.spare
    }
    defer { startSpare() }
    if case .success(let process) = await spare?.value, !process.hasEnded { return process }
    return try await started()
  }

  /// Why it fails, if it does, is said to the first run that needs it.
  private func startSpare() {
    state.withLock { state in
      guard state.spare == nil, !state.isClosed else { return }
      state.spare = Task {
        do throws(SandboxFailure) { return .success(try await started()) } catch { return .failure(error) }
      }
    }
  }

  private func started() async throws(SandboxFailure) -> SandboxProcess {
    if let refusal = state.withLock({ $0.backoff.refusal(at: .now) }) { throw .unavailable(refusal) }
    var arguments = ["--memory", "\(options.memory >> 20)"]
    if options.isInsecure { arguments.append("--insecure") }
    do throws(SandboxFailure) {
      let process = try SandboxProcess(executable: options.executable, arguments: arguments)
      try await process.awaitReady()
      state.withLock { state in
        state.metrics.started += 1
        state.backoff.succeeded()
      }
      return process
    } catch {
      state.withLock { state in
        state.metrics.failedStarts += 1
        // That somebody has killed one says nothing about the next.
        if case .unavailable(let reason) = error { state.backoff.failed(because: reason, at: .now) }
      }
      throw error
    }
  }
}
