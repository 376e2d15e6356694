public import JobsprintDomain
public import JobsprintPorts
import Synchronization

/// The event bus of a program that runs alone.
public final class MemoryEventBus: EventBus {
  private struct State {
    var readers: [ExecutionID: [Int: AsyncStream<ExecutionEvent>.Continuation]] = [:]
    var nextReader = 0
  }

  private let bound: Int
  private let state = Mutex(State())

  /// - Parameter bound: how many events wait for a slow reader; the oldest are dropped.
  public init(bound: Int = 64) { self.bound = max(1, bound) }

  public func publish(_ event: ExecutionEvent) {
    // Inside the lock, so that every reader sees one order.
    state.withLock { state in
      guard let readers = state.readers[event.execution] else { return }
      for reader in readers.values { reader.yield(event) }
    }
  }

  public func events(of execution: ExecutionID) -> AsyncStream<ExecutionEvent> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: ExecutionEvent.self, bufferingPolicy: .bufferingNewest(bound))
    let id = state.withLock { state in
      state.nextReader += 1
      state.readers[execution, default: [:]][state.nextReader] = continuation
      return state.nextReader
    }
    continuation.onTermination = { [weak self] _ in
      self?.state.withLock { state in
        state.readers[execution]?[id] = nil
        if state.readers[execution]?.isEmpty ?? false { state.readers[execution] = nil }
      }
    }
    return stream
  }
}
