import JobsprintDomain
import JobsprintPorts

extension ArchiveRecord {
  /// Reads what ``json`` wrote.
  /// - Parameter documents: a version's document by its id, read before the workflows that have it.
  init(_ members: JSONObject, documents: (VersionID) throws(ArchiveError) -> StoredVersion?) throws(ArchiveError) {
    let row = Row(members: members)
    guard let kind = ArchiveKind(rawValue: try row.string("kind")) else {
      throw ArchiveError("a row of the kind '\(try row.string("kind"))', which this program does not know")
    }
    switch kind {
    case .workspace:
      self = .workspace(
        Workspace(
          id: try row.id("id"), name: try row.string("name"), retentionDays: members["retentionDays"]?.integerValue,
          maxConcurrency: members["maxConcurrency"]?.integerValue, createdAt: try row.time("createdAt"),
          updatedAt: try row.time("updatedAt")))
    case .user:
      guard let email = EmailAddress(try row.string("email")) else {
        throw ArchiveError("a user has no usable 'email'")
      }
      self = .user(
        User(
          id: try row.id("id"), email: email, name: try row.string("name"),
          passwordHash: members["password"]?.stringValue, status: try row.word("status"),
          createdAt: try row.time("createdAt"), updatedAt: try row.time("updatedAt")))
    case .identity:
      self = .identity(
        LinkedIdentity(
          id: try row.id("id"), user: try row.id("user"), issuer: try row.string("issuer"),
          subject: try row.string("subject"), createdAt: try row.time("createdAt")))
    case .membership:
      self = .membership(
        Membership(
          workspace: try row.id("workspace"), user: try row.id("user"), role: try row.word("role"),
          createdAt: try row.time("createdAt"), updatedAt: try row.time("updatedAt")))
    case .serviceAccount:
      self = .serviceAccount(
        ServiceAccount(
          id: try row.id("id"), workspace: try row.id("workspace"), name: try row.string("name"),
          role: try row.word("role"), createdAt: try row.time("createdAt"), updatedAt: try row.time("updatedAt")))
    case .apiKey:
      self = .apiKey(
        APIKeyRecord(
          id: try row.id("id"), workspace: try row.id("workspace"), label: try row.string("label"),
          hash: try row.hex("hash"), scopes: Set((members["scopes"]?.arrayValue ?? []).compactMap(Scope.init(json:))),
          expiresAt: row.optionalTime("expiresAt"), createdAt: try row.time("createdAt"),
          owner: try row.optionalID("owner")))
    case .variable:
      self = .variable(
        Variable(
          id: try row.id("id"), key: try row.string("key"), value: try row.string("value"),
          createdAt: try row.time("createdAt"), updatedAt: try row.time("updatedAt")), in: try row.id("workspace"))
    case .credential:
      self = .credential(
        StoredCredential(
          id: try row.id("id"), workspace: try row.id("workspace"), name: try row.string("name"),
          type: try row.string("type"),
          secrets: SealedSecrets(key: try row.string("sealedWith"), bytes: try row.hex("sealed")),
          allowedHosts: members["allowedHosts"]?.arrayValue?.compactMap(\.stringValue),
          createdAt: try row.time("createdAt"), updatedAt: try row.time("updatedAt")))
    case .tag:
      self = .tag(
        Tag(
          id: try row.id("id"), name: try row.string("name"), createdAt: try row.time("createdAt"),
          updatedAt: try row.time("updatedAt")), in: try row.id("workspace"))
    case .version:
      self = .version(
        StoredVersion(
          id: try row.id("id"), workflow: try row.id("workflow"), name: try row.string("name"),
          document: try row.bytes("document"), createdAt: try row.time("createdAt")), in: try row.id("workspace"))
    case .workflow: self = .workflow(try row.workflow(documents))
    case .staticData:
      var values: [StaticDatum] = []
      for slot in members["slots"]?.arrayValue ?? [] {
        let slot = Row(members: slot.objectValue ?? [:])
        values.append(StaticDatum(slot: try slot.string("slot"), value: try slot.bytes("value")))
      }
      self = .staticData(try row.id("workflow"), values, in: try row.id("workspace"))
    case .auditCheckpoint:
      self = .auditCheckpoint(
        AuditCheckpoint(
          workspace: try row.id("workspace"),
          seal: AuditSeal(sequence: try row.integer("sequence"), hash: try row.hex("hash")), at: try row.time("at"),
          signature: try row.hex("signature")))
    case .auditEntry: self = .auditEntry(try row.auditRecord())
    case .execution:
      var journal: [JournalEntry] = []
      for entry in members["journal"]?.arrayValue ?? [] {
        journal.append(try Row(members: entry.objectValue ?? [:]).journalEntry())
      }
      self = .execution(try row.execution(), journal)
    case .executionTags:
      self = .executionTags(try row.id("execution"), try row.tags(), in: try row.id("workspace"))
    case .deadLetter: self = .deadLetter(try row.deadLetter())
    }
  }
}

extension Scope {
  /// nil for one that this program does not know: a key never gets more than it had.
  fileprivate init?(json: JSONValue) {
    guard let scope = json.stringValue.flatMap({ Scope(rawValue: $0) }) else { return nil }
    self = scope
  }
}

/// A row while it is read; says which member is not what it should be.
private struct Row {
  let members: JSONObject

  func string(_ name: String) throws(ArchiveError) -> String {
    guard let text = members[name]?.stringValue else { throw wrong(name) }
    return text
  }

  func bytes(_ name: String) throws(ArchiveError) -> [UInt8] { Array(try string(name).utf8) }

  func integer(_ name: String) throws(ArchiveError) -> Int {
    guard let number = members[name]?.integerValue else { throw wrong(name) }
    return number
  }

  func time(_ name: String) throws(ArchiveError) -> Timestamp {
    Timestamp(milliseconds: Int64(try integer(name)))
  }

  func optionalTime(_ name: String) -> Timestamp? {
    members[name]?.integerValue.map { Timestamp(milliseconds: Int64($0)) }
  }

  func id<Kind>(_ name: String) throws(ArchiveError) -> Identifier<Kind> {
    guard let id = Identifier<Kind>(try string(name)) else { throw wrong(name) }
    return id
  }

  func optionalID<Kind>(_ name: String) throws(ArchiveError) -> Identifier<Kind>? {
    guard let value = members[name], !value.isNull else { return nil }
    return try id(name)
  }

  func word<Word: RawRepresentable<String>>(_ name: String) throws(ArchiveError) -> Word {
    guard let word = Word(rawValue: try string(name)) else { throw wrong(name) }
    return word
  }

  func hex(_ name: String) throws(ArchiveError) -> [UInt8] {
    guard let bytes = [UInt8](hexadecimal: try string(name)) else { throw wrong(name) }
    return bytes
  }

  func workflow(
    _ documents: (VersionID) throws(ArchiveError) -> StoredVersion?
  ) throws(ArchiveError) -> StoredWorkflow {
    let version: VersionID = try id("version")
    guard let stored = try documents(version) else { throw wrong("version") }
    // Its name and times are in the tag's own row.
    let tags = try tags().map { Tag(id: $0, name: "", createdAt: stored.createdAt, updatedAt: stored.createdAt) }
    return StoredWorkflow(
      id: try id("id"), workspace: try id("workspace"), version: version, name: stored.name,
      document: stored.document, activeVersion: try optionalID("activeVersion"),
      isArchived: members["isArchived"] == true, tags: tags, createdAt: try time("createdAt"),
      updatedAt: try time("updatedAt"))
  }

  func tags() throws(ArchiveError) -> [TagID] {
    var tags: [TagID] = []
    for value in members["tags"]?.arrayValue ?? [] {
      guard let id = value.stringValue.flatMap({ TagID($0) }) else { throw wrong("tags") }
      tags.append(id)
    }
    return tags
  }

  func auditRecord() throws(ArchiveError) -> AuditRecord {
    guard let actor = Actor(kind: try string("actor"), id: try string("actorId")) else { throw wrong("actor") }
    let caller = Caller(
      workspace: try id("workspace"), actor: actor, requestID: members["requestId"]?.stringValue,
      address: members["address"]?.stringValue)
    let entry = AuditEntry(
      id: try id("id"), caller: caller, action: try word("action"), subject: try string("subject"),
      details: try bytes("details"), at: try time("at"))
    guard members["sequence"]?.integerValue != nil else { return AuditRecord(entry: entry, seal: nil) }
    return AuditRecord(entry: entry, seal: AuditSeal(sequence: try integer("sequence"), hash: try hex("hash")))
  }

  func execution() throws(ArchiveError) -> ExecutionRecord {
    ExecutionRecord(
      id: try id("id"), workspace: try id("workspace"), workflow: try id("workflow"), version: try id("version"),
      state: try word("state"), mode: try word("mode"), lane: try word("lane"),
      tag: members["tag"]?.stringValue.flatMap { WorkerTag($0) }, term: try integer("term"),
      acceptedAt: try time("acceptedAt"), startedAt: optionalTime("startedAt"), finishedAt: optionalTime("finishedAt"),
      waitUntil: optionalTime("waitUntil"), retryOf: try optionalID("retryOf"),
      error: members["error"]?.stringValue.map { Array($0.utf8) }, lastNode: members["lastNode"]?.stringValue,
      input: try bytes("input"))
  }

  func deadLetter() throws(ArchiveError) -> DeadLetter {
    DeadLetter(
      execution: try id("execution"), workspace: try id("workspace"), workflow: try id("workflow"),
      version: try id("version"), reason: try word("reason"),
      error: members["error"]?.stringValue.map { Array($0.utf8) }, lastNode: members["lastNode"]?.stringValue,
      diedAt: try time("diedAt"), status: try word("status"), redrivenAs: try optionalID("redrivenAs"),
      settledAt: optionalTime("settledAt"))
  }

  func journalEntry() throws(ArchiveError) -> JournalEntry {
    JournalEntry(
      position: try integer("position"), kind: try word("kind"), node: try string("node"), run: try integer("run"),
      attempt: try integer("attempt"), term: try integer("term"), recordedAt: try time("recordedAt"),
      payload: try bytes("payload"))
  }

  private func wrong(_ name: String) -> ArchiveError {
    ArchiveError("a row of the kind '\(members["kind"]?.stringValue ?? "?")' has no usable '\(name)'")
  }
}
