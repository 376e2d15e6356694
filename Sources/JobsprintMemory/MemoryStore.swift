// The storage ports in memory, for tests and trials: everything is gone with the process. One mutex guards it all, so
// every call is one transaction; its rules are those of the databases, checked by the same conformance suites.

import JobsprintDomain
import Synchronization

/// What the `Memory…` ports share.
public final class MemoryStore: Sendable {
  private let state = Mutex(MemoryState())

  public init() {}

  func withState<Value: Sendable, Failure: Error>(
    _ body: (inout sending MemoryState) throws(Failure) -> sending Value
  ) throws(Failure) -> sending Value {
    try state.withLock(body)
  }
}
