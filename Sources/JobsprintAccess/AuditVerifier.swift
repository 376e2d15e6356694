public import JobsprintDomain
public import JobsprintPorts

/// What the check of a workspace's chain found.
public struct AuditVerdict: Sendable, Hashable {
  public let workspace: WorkspaceID
  /// Entries that hold, up to the first broken place.
  public let entries: Int
  /// Where the chain begins, when retention has removed what was before.
  public let checkpoint: AuditCheckpoint?
  /// The last seal that holds. Noted elsewhere, it also proves that nothing was cut off behind it.
  public let head: AuditSeal?
  /// nil: all holds.
  public let flaw: AuditFlaw?
}

/// The first place where a chain is broken.
public enum AuditFlaw: Sendable, Hashable, CustomStringConvertible {
  /// The chain begins at a checkpoint, and there is no key to check it with.
  case noSigningKey(checkpoint: Int)
  /// The signature is not the one of this checkpoint.
  case wrongSignature(checkpoint: Int)
  /// Entries are missing, or come twice.
  case gap(expected: Int, found: Int)
  /// The entry is not what was sealed, or one before it is not.
  case wrongHash(sequence: Int, entry: AuditEntryID)
  /// What is stored behind this sequence is no entry.
  case unreadable(after: Int)

  public var description: String {
    switch self {
    case .noSigningKey(let sequence):
      "the chain begins behind entry \(sequence), and the key that signs checkpoints is not there"
    case .wrongSignature(let sequence): "the checkpoint at entry \(sequence) has a wrong signature"
    case .gap(let expected, let found): "entry \(expected) is missing: the next one is \(found)"
    case .wrongHash(let sequence, let entry): "entry \(sequence) (\(entry)) is not what was sealed"
    case .unreadable(let sequence): "what follows entry \(sequence) can't be read"
    }
  }
}

/// Walks the chains of an audit log. Needs nothing but the store and the key that signs checkpoints.
public struct AuditVerifier: Sendable {
  private let audit: any AuditLog
  private let key: AuditSigningKey?

  private static let batch = 500

  public init(audit: any AuditLog, key: AuditSigningKey?) {
    self.audit = audit
    self.key = key
  }

  public func verify(_ workspace: WorkspaceID) async throws(PortError) -> AuditVerdict {
    let checkpoint = try await audit.checkpoint(of: workspace)
    var head = checkpoint?.seal
    var entries = 0
    func verdict(_ flaw: AuditFlaw?) -> AuditVerdict {
      AuditVerdict(workspace: workspace, entries: entries, checkpoint: checkpoint, head: head, flaw: flaw)
    }
    if let checkpoint {
      guard let key else { return verdict(.noSigningKey(checkpoint: checkpoint.seal.sequence)) }
      guard key.hasSigned(checkpoint) else { return verdict(.wrongSignature(checkpoint: checkpoint.seal.sequence)) }
    }
    var batch = Self.batch
    while true {
      let last = head ?? AuditSeal(sequence: 0, hash: AuditChain.root)
      let records: [AuditRecord]
      do { records = try await audit.chain(after: last.sequence, in: workspace, limit: batch) } catch {
        guard error.code == .corrupted else { throw error }
        guard batch > 1 else { return verdict(.unreadable(after: last.sequence)) }
        // One by one, to say where.
        batch = 1
        continue
      }
      for record in records {
        if let flaw = Self.flaw(of: record, after: head) { return verdict(flaw) }
        head = record.seal
        entries += 1
      }
      if records.count < batch { return verdict(nil) }
    }
  }

  private static func flaw(of record: AuditRecord, after head: AuditSeal?) -> AuditFlaw? {
    let expected = (head?.sequence ?? 0) + 1
    let found = record.seal?.sequence ?? 0
    guard found == expected else { return .gap(expected: expected, found: found) }
    let hash = AuditChain.hash(after: head?.hash ?? AuditChain.root, sequence: expected, record.entry)
    return record.seal?.hash == hash ? nil : .wrongHash(sequence: expected, entry: record.entry.id)
  }
}
