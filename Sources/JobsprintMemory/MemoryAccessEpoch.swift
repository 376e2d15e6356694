public import JobsprintPorts
import Synchronization

/// The changes that one process makes.
public final class MemoryAccessEpoch: AccessEpoch {
  private let count = Atomic(0)

  public init() {}

  public func current() async -> AccessMark? { AccessMark("\(count.load(ordering: .sequentiallyConsistent))") }

  public func advance() async { count.add(1, ordering: .sequentiallyConsistent) }
}
