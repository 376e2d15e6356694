import JobsprintDomain
public import JobsprintPorts

/// Numbers audit entries and chains them within a second after they were written. Any number of processes may run one:
/// seals are written only behind the head that they were computed from.
///
/// Where somebody tells it of new entries it looks then, a moment later: so that it seals a burst at once, and so that
/// of many processes the one with the shortest moment does it, and the others find it done.
public struct AuditSealer: Sendable {
  private let audit: any AuditLog
  private let clock: any WallClock
  private let bell: AuditBell?
  private let delay: Duration
  private let onFailure: @Sendable (PortError) -> Void

  /// Between two looks where nobody tells, and after one that failed; one query each while nothing is to do.
  static let interval: Duration = .seconds(1)
  /// Between two looks that nobody asked for.
  static let longestInterval: Duration = .seconds(60)
  /// Entries of one pass.
  static let batch = 500

  /// - Parameters:
  ///   - bell: rung for new entries; nil where nobody does that.
  ///   - delay: between the bell and the look; every process should have another.
  ///   - onFailure: told of each pass that failed; the next one begins a second later.
  public init(
    audit: any AuditLog, clock: any WallClock, bell: AuditBell? = nil,
    delay: Duration = .milliseconds(.random(in: 20...300)),
    onFailure: @escaping @Sendable (PortError) -> Void = { _ in }
  ) {
    self.audit = audit
    self.clock = clock
    self.bell = bell
    self.delay = delay
    self.onFailure = onFailure
  }

  /// Until its task is cancelled; what is there then is sealed before it returns.
  public func run() async {
    while !Task.isCancelled {
      let isWell = await sealAll()
      guard let bell, isWell else {
        try? await clock.sleep(for: Self.interval)
        continue
      }
      if await bell.hasRung(within: Self.longestInterval, on: clock) { try? await clock.sleep(for: delay) }
      bell.silence()
    }
    // Whatever was written last; the stop itself must not cancel it.
    _ = await Task { await sealAll() }.value
  }

  /// - Returns: whether it could.
  private func sealAll() async -> Bool {
    do throws(PortError) {
      // A pass that was overtaken by another process has sealed less than it saw.
      while try await pass() == Self.batch {}
      return true
    } catch {
      if !Task.isCancelled { onFailure(error) }
      return false
    }
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
