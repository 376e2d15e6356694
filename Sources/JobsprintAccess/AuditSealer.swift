import JobsprintDomain
public import JobsprintPorts

/// Numbers audit entries and chains them, about a second after they were written. Any number of processes may run one:
/// seals are written only behind the head that they were computed from.
public struct AuditSealer: Sendable {
  private let audit: any AuditLog
  private let clock: any WallClock
  private let onFailure: @Sendable (PortError) -> Void

  /// Between two looks; one query each while nothing is to do.
  static let interval: Duration = .seconds(1)
  /// Entries of one pass.
  static let batch = 500

  /// - Parameter onFailure: told of each pass that failed; the next one begins a second later.
  public init(
    audit: any AuditLog, clock: any WallClock, onFailure: @escaping @Sendable (PortError) -> Void = { _ in }
  ) {
    self.audit = audit
    self.clock = clock
    self.onFailure = onFailure
  }

  /// Until its task is cancelled; what is there then is sealed before it returns.
  public func run() async {
    while !Task.isCancelled {
      await sealAll()
      try? await clock.sleep(for: Self.interval)
    }
    // Whatever was written last; the stop itself must not cancel it.
    await Task { await sealAll() }.value
  }

  private func sealAll() async {
    do throws(PortError) {
      // A pass that was overtaken by another process has sealed less than it saw.
      while try await pass() == Self.batch {}
    } catch { if !Task.isCancelled { onFailure(error) } }
  }

  /// Seals what is there, at most ``batch`` entries.
  /// - Returns: how many were sealed.
  func pass() async throws(PortError) -> Int {
    let entries = try await audit.unsealed(limit: Self.batch)
    var sealed = 0
    // In an order of its own, so that processes meet at one workspace and not at each.
    for (workspace, entries) in Dictionary(grouping: entries, by: \.caller.workspace).sorted(by: { $0.key < $1.key }) {
      let head = try await audit.head(of: workspace)
      var last = head ?? AuditSeal(sequence: 0, hash: AuditChain.root)
      var seals: [(entry: AuditEntryID, seal: AuditSeal)] = []
      for entry in entries {
        let sequence = last.sequence + 1
        last = AuditSeal(
          sequence: sequence, hash: AuditChain.hash(after: last.hash, sequence: sequence, entry))
        seals.append((entry.id, last))
      }
      if try await audit.seal(seals, after: head, in: workspace) { sealed += seals.count }
    }
    return sealed
  }
}
