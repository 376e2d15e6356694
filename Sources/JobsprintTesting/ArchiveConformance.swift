import JobsprintDomain
public import JobsprintPorts

/// What every ``Archive`` does: what comes out goes in again, and comes out the same.
public enum ArchiveConformance {
  public struct Subject: Sendable {
    let archive: any Archive

    /// - Parameter archive: of a store that was just made.
    public init(_ archive: any Archive) { self.archive = archive }
  }

  public static let checks: [ConformanceCheck<Subject>] = [
    ConformanceCheck("a new store is empty, and is not once it holds anything") { subject in
      for record in samples {
        if case .workspace(let workspace) = record, workspace.id == .initial { continue }
        try expect(try await subject.archive.isEmpty(), is: true)
        try await subject.archive.insert([record])
        break
      }
      try expect(try await subject.archive.isEmpty(), is: false)
    },
    ConformanceCheck("rows come back as they were stored, a page at a time") { subject in
      try await subject.archive.insert(samples)
      try await subject.archive.reading { reader in
        for kind in ArchiveKind.allCases where kind != .workspace {
          for workspace in [WorkspaceID.initial, .numbered(7)] {
            var (found, last) = ([ArchiveRecord](), UUIDv7?.none)
            while true {
              let page = try await reader.records(of: kind, in: workspace, after: last, limit: 1)
              found += page
              guard let id = page.last?.id else { break }
              last = id
            }
            try expect(found, is: samples.filter { $0.kind == kind && $0.workspace == workspace }, "\(kind):")
          }
        }
        try expect(
          try await reader.workspaces().map { .workspace($0) }, is: samples.filter { $0.kind == .workspace })
      }
    },
  ]

  /// Of each kind, in two workspaces where that matters; with texts that a store may stumble over.
  private static let samples: [ArchiveRecord] = {
    let other = WorkspaceID.numbered(7)
    let document = Array(#"{ "name" : "\u0000 é", "nodes": [ ] }"#.utf8)
    let version = StoredVersion(
      id: .numbered(100), workflow: .numbered(1), name: "Named \u{0} é", document: document, createdAt: .seconds(1))
    let orphan = StoredVersion(
      id: .numbered(101), workflow: .numbered(2), name: "Gone", document: document, createdAt: .seconds(1))
    let tag = Tag(id: .numbered(3), name: "tag", createdAt: .seconds(1), updatedAt: .seconds(2))
    let entry = AuditEntry(
      id: .numbered(5), caller: Caller(workspace: .initial, actor: .system, requestID: "r", address: nil),
      action: .tagCreated, subject: "\(tag.id)", at: .seconds(3))
    let unsealed = AuditEntry(
      id: .numbered(6), caller: Caller(workspace: other, actor: .apiKey(.numbered(8))), action: .tagRenamed,
      subject: "x", details: Array(#"{"name":"n"}"#.utf8), at: .seconds(3))
    let hash = [UInt8](repeating: 7, count: 32)
    let disabled = User.numbered(31, email: "Two@Example.com", password: nil, status: .disabled)
    return [
      .workspace(Workspace(id: .initial, name: "renamed", createdAt: .seconds(1), updatedAt: .seconds(2))),
      .workspace(
        Workspace(
          id: other, name: "other", retentionDays: 30, maxConcurrency: 4, createdAt: .seconds(1), updatedAt: .seconds(1)
        )),
      .user(.numbered(30)), .user(disabled), .identity(.numbered(50, of: 31)),
      .identity(.numbered(51, of: 30)), .membership(.numbered(30)), .membership(.numbered(31, .viewer)),
      .membership(.numbered(30, in: other, .admin)),
      .serviceAccount(.numbered(45, name: "\u{0} é")), .serviceAccount(.numbered(46, in: other, .owner)),
      .apiKey(
        APIKeyRecord(
          id: .numbered(8), workspace: other, label: "key", hash: hash, scopes: [.tagList, .workflowRead],
          expiresAt: .seconds(9), createdAt: .seconds(1), owner: .numbered(30))),
      .variable(.numbered(40), in: .initial), .variable(.numbered(41, value: "\u{0} é"), in: other),
      .credential(.numbered(42, allowedHosts: ["a.example", "*.b.example"])), .credential(.numbered(43, in: other)),
      .tag(tag, in: .initial), .version(version, in: .initial), .version(orphan, in: .initial),
      .version(
        StoredVersion(
          id: .numbered(102), workflow: .numbered(4), name: "Other", document: document, createdAt: .seconds(1)),
        in: other),
      .workflow(
        StoredWorkflow(
          id: .numbered(1), workspace: .initial, version: version.id, name: version.name, document: document,
          activeVersion: version.id, isArchived: false, tags: [tag], createdAt: .seconds(1), updatedAt: .seconds(4))),
      .staticData(
        .numbered(1), [StaticDatum(slot: "global", value: document), StaticDatum(slot: "node:\u{0} é", value: [])],
        in: .initial),
      .auditCheckpoint(
        AuditCheckpoint(
          workspace: .initial, seal: AuditSeal(sequence: 3, hash: hash), at: .seconds(2), signature: hash)),
      .auditEntry(AuditRecord(entry: entry, seal: AuditSeal(sequence: 4, hash: hash))),
      .auditEntry(AuditRecord(entry: unsealed, seal: nil)),
      .execution(
        .sample(.numbered(20), state: .success, finishedAt: .seconds(6)),
        [.entry(at: 0), .entry(at: 1)]),
      .execution(.sample(.numbered(21), state: .waiting, waitUntil: .seconds(90)), [.entry(at: 0)]),
      .execution(.sample(.numbered(22), state: .new), []),
      .executionTags(.numbered(20), [.numbered(3)], in: .initial),
      .executionTags(.numbered(22), [.numbered(3)], in: .initial),
      .deadLetter(
        DeadLetter(
          execution: .numbered(20), workspace: .initial, workflow: .numbered(1), version: .numbered(100),
          reason: .cannotRun, error: nil, lastNode: "Node \u{0}", diedAt: .seconds(6))),
      .deadLetter(
        DeadLetter(
          execution: .numbered(21), workspace: .initial, workflow: .numbered(1), version: .numbered(100),
          reason: .attemptsExhausted, error: Array("{}".utf8), lastNode: nil, diedAt: .seconds(6), status: .redriven,
          redrivenAs: .numbered(22), settledAt: .seconds(8))),
    ]
  }()
}

extension ArchiveRecord {
  fileprivate var workspace: WorkspaceID {
    switch self {
    case .workspace(let workspace): workspace.id
    case .user, .identity: .initial
    case .membership(let membership): membership.workspace
    case .serviceAccount(let account): account.workspace
    case .apiKey(let key): key.workspace
    case .variable(_, let workspace), .tag(_, let workspace), .version(_, let workspace): workspace
    case .credential(let credential): credential.workspace
    case .workflow(let workflow): workflow.workspace
    case .auditCheckpoint(let checkpoint): checkpoint.workspace
    case .auditEntry(let record): record.entry.caller.workspace
    case .execution(let record, _): record.workspace
    case .staticData(_, _, let workspace), .executionTags(_, _, let workspace): workspace
    case .deadLetter(let letter): letter.workspace
    }
  }
}

extension ExecutionRecord {
  fileprivate static func sample(
    _ id: ExecutionID, state: ExecutionState, finishedAt: Timestamp? = nil, waitUntil: Timestamp? = nil
  ) -> ExecutionRecord {
    ExecutionRecord(
      id: id, workspace: .initial, workflow: .numbered(1), version: .numbered(100), state: state, mode: .manual,
      lane: .normal, tag: finishedAt == nil ? WorkerTag("gpu") : nil, term: state == .new ? 0 : 2,
      acceptedAt: .seconds(4),
      startedAt: state == .new ? nil : .seconds(5), finishedAt: finishedAt, waitUntil: waitUntil, retryOf: nil,
      error: nil, lastNode: finishedAt == nil ? nil : "Node \u{0}", input: Array("{}".utf8))
  }
}
