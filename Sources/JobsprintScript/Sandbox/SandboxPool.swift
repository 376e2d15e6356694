// The sandboxes of this process: started ahead, lent for one run at a time, replaced when they are gone. An execution gets
// the one that it had before where that is free, because its context is still there.

import Dispatch
import Synchronization

public struct SandboxOptions: Sendable {
  /// The executable `jobsprint-sandbox`.
  public var executable: String
  /// Processes.
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
  }

  private struct Waiter {
    let context: [UInt8]
    let continuation: CheckedContinuation<SandboxProcess?, Never>
  }

  private struct State {
    var idle: [Idle] = []
    /// Idle, lent, or being started.
    var count = 0
    var waiters: [Waiter] = []
  }

  init(_ options: SandboxOptions) { self.options = options }

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
      replace()
      throw error
    }
  }

  /// Ends all of them.
  func close() {
    let idle = state.withLock { state in
      defer { state.idle = [] }
      return state.idle
    }
    for one in idle { one.process.end(because: .cancelled) }
  }

  private func process(for context: [UInt8]) async throws(SandboxFailure) -> SandboxProcess {
    let lent = await withCheckedContinuation { (continuation: CheckedContinuation<SandboxProcess?, Never>) in
      let found: SandboxProcess?? = state.withLock { state in
        if let place = state.idle.lastIndex(where: { $0.context == context }) ?? state.idle.indices.first {
          return .some(state.idle.remove(at: place).process)
        }
        if state.count < options.size {
          state.count += 1
          return .some(nil)
        }
        state.waiters.append(Waiter(context: context, continuation: continuation))
        return nil
      }
      if let found { continuation.resume(returning: found) }
    }
    if let lent { return lent }
    do { return try await started() } catch {
      replace()
      throw error
    }
  }

  private func started() async throws(SandboxFailure) -> SandboxProcess {
    var arguments = ["--memory", "\(options.memory >> 20)"]
    if options.isInsecure { arguments.append("--insecure") }
    let process = try SandboxProcess(executable: options.executable, arguments: arguments)
    try await process.awaitReady()
    return process
  }

  private func give(back process: SandboxProcess, _ context: [UInt8]) {
    let waiter = state.withLock { state -> Waiter? in
      guard !state.waiters.isEmpty else {
        state.idle.append(Idle(process: process, context: context))
        return nil
      }
      let place = state.waiters.firstIndex { $0.context == context } ?? 0
      return state.waiters.remove(at: place)
    }
    waiter?.continuation.resume(returning: process)
  }

  /// One is gone: who waits starts another in its place, else there is room for one.
  private func replace() {
    let waiter = state.withLock { state -> Waiter? in
      if state.waiters.isEmpty {
        state.count -= 1
        return nil
      }
      return state.waiters.removeFirst()
    }
    waiter?.continuation.resume(returning: nil)
  }
}
