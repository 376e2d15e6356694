// `$vars` for executions. Only workflows that mention it ask, once when a process takes an execution up; what they got
// is remembered for a second at most, and not at all across a change that this process makes.

import JobsprintDomain
public import JobsprintPorts
import Synchronization

public final class VariableCatalog: Sendable {
  private struct Cache {
    var values: [WorkspaceID: (values: JSONObject, readAt: ContinuousClock.Instant)] = [:]
    /// Rises with every change, so that a read that began before it is not remembered.
    var epoch = 0
  }

  /// How long another process's change may go unnoticed.
  private static let staleness: Duration = .seconds(1)
  private static let mostWorkspaces = 1000

  private let store: any VariableStore
  private let cache = Mutex(Cache())

  public init(store: any VariableStore) { self.store = store }

  /// To be called after every change of a variable.
  func forget(_ workspace: WorkspaceID) {
    cache.withLock { cache in
      cache.values[workspace] = nil
      cache.epoch += 1
    }
  }

  /// Values by their keys.
  func values(in workspace: WorkspaceID) async throws(PortError) -> JSONObject {
    let (known, epoch) = cache.withLock { ($0.values[workspace], $0.epoch) }
    let now = ContinuousClock.now
    if let known, now - known.readAt < Self.staleness { return known.values }
    let values = JSONObject(try await store.current(in: workspace).map { ($0.key, .string($0.value)) })
    cache.withLock { cache in
      guard cache.epoch == epoch else { return }
      if cache.values.count >= Self.mostWorkspaces { cache.values.removeAll() }
      cache.values[workspace] = (values, now)
    }
    return values
  }
}

extension Workflow {
  /// Whether its expressions or code may read `$vars`.
  var mentionsVariables: Bool { nodes.contains { JSONValue.object($0.parameters).mentions("$vars") } }
}

extension JSONValue {
  fileprivate func mentions(_ word: String) -> Bool {
    switch self {
    case .string(let text): text.contains(word)
    case .array(let elements): elements.contains { $0.mentions(word) }
    case .object(let members): members.contains { $0.value.mentions(word) }
    default: false
    }
  }
}
