import Synchronization

/// One load for a key at a time: whoever asks meanwhile gets what it brings. So that of many who miss one thing at
/// once, one asks the store.
public final class SharedLoads<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private let loads = Mutex<[Key: Task<Result<Value, PortError>, Never>]>([:])

  public init() {}

  /// - Parameters:
  ///   - note: told whether somebody else had begun the load, before it ends.
  ///   - load: goes on also where whoever began it is cancelled.
  public func value(
    of key: Key, note: (_ isShared: Bool) -> Void = { _ in },
    load: @escaping @Sendable () async throws(PortError) -> Value
  ) async throws(PortError) -> Value {
    let (task, isShared) = loads.withLock { loads in
      if let running = loads[key] { return (running, true) }
      let task = Task { () -> Result<Value, PortError> in
        let result: Result<Value, PortError>
        do throws(PortError) { result = .success(try await load()) } catch { result = .failure(error) }
        self.loads.withLock { $0[key] = nil }
        return result
      }
      loads[key] = task
      return (task, false)
    }
    note(isShared)
    return try await task.value.get()
  }
}
