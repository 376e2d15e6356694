public import JobsprintDomain
public import JobsprintPorts
import Synchronization

/// The events of one process.
public final class MemoryEventBus: EventBus {
  private struct State {
    var readers: [ExecutionID: [Int: AsyncStream<ExecutionEvent>.Continuation]] = [:]
    var cancellationReaders: [Int: AsyncStream<ExecutionID>.Continuation] = [:]
    var nextReader = 0

    mutating func newReader() -> Int {
      nextReader += 1
      return nextReader
    }
  }

  private let bound: Int
  private let state = Mutex(State())

  /// - Parameter bound: how many events wait for a slow reader; the oldest are dropped.
  public init(bound: Int = 64) { self.bound = max(1, bound) }

  public var replyAddress: String? { nil }

  public func publish(_ event: ExecutionEvent) {
    // Inside the lock, so that every reader sees one order.
    state.withLock { state in
      for reader in (state.readers[event.execution] ?? [:]).values { reader.yield(event) }
      guard event.state == .canceled else { return }
      for reader in state.cancellationReaders.values { reader.yield(event.execution) }
    }
  }

  public func events(of execution: ExecutionID) -> AsyncStream<ExecutionEvent> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: ExecutionEvent.self, bufferingPolicy: .bufferingNewest(bound))
    let id = state.withLock { state in
      let id = state.newReader()
      state.readers[execution, default: [:]][id] = continuation
      return id
    }
    continuation.onTermination = { [weak self] _ in
      self?.state.withLock { state in
        state.readers[execution]?[id] = nil
        if state.readers[execution]?.isEmpty ?? false { state.readers[execution] = nil }
      }
    }
    return stream
  }

  public func cancellations() -> AsyncStream<ExecutionID> {
    // A reader that is slower than thousands of cancellations finds the rest by its next heartbeat.
    let (stream, continuation) = AsyncStream.makeStream(of: ExecutionID.self, bufferingPolicy: .bufferingNewest(4096))
    let id = state.withLock { state in
      let id = state.newReader()
      state.cancellationReaders[id] = continuation
      return id
    }
    continuation.onTermination = { [weak self] _ in self?.state.withLock { $0.cancellationReaders[id] = nil } }
    return stream
  }
}
