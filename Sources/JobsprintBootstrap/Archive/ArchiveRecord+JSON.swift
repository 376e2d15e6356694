// One row of an archive as one JSON object. Documents and payloads are texts in it, so that they come back to the last
// space; hashes are hexadecimal; times are milliseconds since 1970.

import JobsprintDomain
import JobsprintPorts

extension ArchiveRecord {
  /// With `kind` as its first member.
  var json: JSONObject {
    var members: JSONObject = ["kind": .string(kind.rawValue)]
    switch self {
    case .workspace(let workspace):
      members.merge([
        "id": idText(workspace.id), "name": .string(workspace.name),
        "retentionDays": workspace.retentionDays.map { .integer(Int64($0)) } ?? .null,
        "maxConcurrency": workspace.maxConcurrency.map { .integer(Int64($0)) } ?? .null,
        "createdAt": time(workspace.createdAt), "updatedAt": time(workspace.updatedAt),
      ])
    case .user(let user):
      members.merge([
        "id": idText(user.id), "email": .string(user.email.text), "name": .string(user.name),
        "password": optional(user.passwordHash), "status": .string(user.status.rawValue),
        "createdAt": time(user.createdAt), "updatedAt": time(user.updatedAt),
      ])
    case .identity(let identity):
      members.merge([
        "id": idText(identity.id), "user": idText(identity.user), "issuer": .string(identity.issuer),
        "subject": .string(identity.subject), "createdAt": time(identity.createdAt),
      ])
    case .membership(let membership):
      members.merge([
        "workspace": idText(membership.workspace), "user": idText(membership.user),
        "role": .string(membership.role.rawValue), "createdAt": time(membership.createdAt),
        "updatedAt": time(membership.updatedAt),
      ])
    case .serviceAccount(let account):
      members.merge([
        "id": idText(account.id), "workspace": idText(account.workspace), "name": .string(account.name),
        "role": .string(account.role.rawValue), "createdAt": time(account.createdAt),
        "updatedAt": time(account.updatedAt),
      ])
    case .apiKey(let key):
      members.merge([
        "id": idText(key.id), "workspace": idText(key.workspace), "label": .string(key.label), "hash": hex(key.hash),
        "scopes": .array(key.scopes.map(\.rawValue).sorted().map { .string($0) }), "expiresAt": time(key.expiresAt),
        "createdAt": time(key.createdAt), "owner": key.owner.map { idText($0) } ?? .null,
      ])
    case .variable(let variable, let workspace):
      members.merge([
        "id": idText(variable.id), "workspace": idText(workspace), "key": .string(variable.key),
        "value": .string(variable.value), "createdAt": time(variable.createdAt),
        "updatedAt": time(variable.updatedAt),
      ])
    case .credential(let credential):
      members.merge([
        "id": idText(credential.id), "workspace": idText(credential.workspace), "name": .string(credential.name),
        "type": .string(credential.type), "sealedWith": .string(credential.secrets.key),
        "sealed": hex(credential.secrets.bytes),
        "allowedHosts": credential.allowedHosts.map { .array($0.map { .string($0) }) } ?? .null,
        "createdAt": time(credential.createdAt), "updatedAt": time(credential.updatedAt),
      ])
    case .tag(let tag, let workspace):
      members.merge([
        "id": idText(tag.id), "workspace": idText(workspace), "name": .string(tag.name),
        "createdAt": time(tag.createdAt),
        "updatedAt": time(tag.updatedAt),
      ])
    case .version(let version, let workspace):
      members.merge([
        "id": idText(version.id), "workspace": idText(workspace), "workflow": idText(version.workflow),
        "name": .string(version.name), "document": text(version.document), "createdAt": time(version.createdAt),
      ])
    case .workflow(let workflow):
      // Its document is its version's.
      members.merge([
        "id": idText(workflow.id), "workspace": idText(workflow.workspace), "version": idText(workflow.version),
        "activeVersion": workflow.activeVersion.map { idText($0) } ?? .null, "isArchived": .bool(workflow.isArchived),
        "tags": .array(workflow.tags.map { idText($0.id) }), "createdAt": time(workflow.createdAt),
        "updatedAt": time(workflow.updatedAt),
      ])
    case .staticData(let workflow, let values, let workspace):
      members.merge([
        "workflow": idText(workflow), "workspace": idText(workspace),
        "slots": .array(values.map { ["slot": .string($0.slot), "value": text($0.value)] }),
      ])
    case .auditCheckpoint(let checkpoint):
      members.merge([
        "workspace": idText(checkpoint.workspace), "sequence": .integer(Int64(checkpoint.seal.sequence)),
        "hash": hex(checkpoint.seal.hash), "at": time(checkpoint.at), "signature": hex(checkpoint.signature),
      ])
    case .auditEntry(let record):
      let (entry, caller) = (record.entry, record.entry.caller)
      members.merge([
        "id": idText(entry.id), "workspace": idText(caller.workspace), "actor": .string(caller.actor.kind),
        "actorId": .string(caller.actor.id), "requestId": optional(caller.requestID),
        "address": optional(caller.address), "action": .string(entry.action.rawValue),
        "subject": .string(entry.subject), "details": text(entry.details), "at": time(entry.at),
        "sequence": record.seal.map { .integer(Int64($0.sequence)) } ?? .null,
        "hash": record.seal.map { hex($0.hash) } ?? .null,
      ])
    case .execution(let record, let journal):
      members.merge(record.archived)
      members["journal"] = .array(journal.map { .object($0.archived) })
    case .executionTags(let execution, let tags, let workspace):
      members.merge([
        "execution": idText(execution), "workspace": idText(workspace), "tags": .array(tags.map { idText($0) }),
      ])
    case .deadLetter(let letter): members.merge(letter.archived)
    }
    return members
  }
}

extension ExecutionRecord {
  fileprivate var archived: JSONObject {
    [
      "id": .string("\(id)"), "workspace": .string("\(workspace)"), "workflow": .string("\(workflow)"),
      "version": .string("\(version)"), "state": .string(state.rawValue), "mode": .string(mode.rawValue),
      "lane": .string(lane.rawValue), "tag": optional(tag?.name), "term": .integer(Int64(term)),
      "acceptedAt": time(acceptedAt),
      "startedAt": time(startedAt), "finishedAt": time(finishedAt), "waitUntil": time(waitUntil),
      "retryOf": retryOf.map { .string("\($0)") } ?? .null, "error": error.map { text($0) } ?? .null,
      "lastNode": optional(lastNode), "input": text(input),
    ]
  }
}

extension DeadLetter {
  fileprivate var archived: JSONObject {
    [
      "execution": idText(execution), "workspace": idText(workspace), "workflow": idText(workflow),
      "version": idText(version), "reason": .string(reason.rawValue), "error": error.map { text($0) } ?? .null,
      "lastNode": optional(lastNode), "diedAt": time(diedAt), "status": .string(status.rawValue),
      "redrivenAs": redrivenAs.map { idText($0) } ?? .null, "settledAt": time(settledAt),
    ]
  }
}

extension JournalEntry {
  fileprivate var archived: JSONObject {
    [
      "position": .integer(Int64(position)), "kind": .string(kind.rawValue), "node": .string(node),
      "run": .integer(Int64(run)), "attempt": .integer(Int64(attempt)), "term": .integer(Int64(term)),
      "recordedAt": time(recordedAt), "payload": text(payload),
    ]
  }
}

private func idText<Kind>(_ id: Identifier<Kind>) -> JSONValue { .string("\(id)") }
private func time(_ time: Timestamp?) -> JSONValue { time.map { .integer($0.milliseconds) } ?? .null }
private func text(_ bytes: [UInt8]) -> JSONValue { .string(String(decoding: bytes, as: UTF8.self)) }
private func optional(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
private func hex(_ bytes: [UInt8]) -> JSONValue { .string(bytes.hexadecimalText) }
