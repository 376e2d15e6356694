// The audit log's entries: one for each call that changes something, written in the transaction of the change. What an
// execution does is recorded by its own journal.

/// What was done.
public enum AuditAction: String, Sendable, Hashable, CaseIterable {
  case workflowCreated = "workflow.created"
  case workflowUpdated = "workflow.updated"
  case workflowActivated = "workflow.activated"
  case workflowDeactivated = "workflow.deactivated"
  case workflowArchived = "workflow.archived"
  case workflowUnarchived = "workflow.unarchived"
  case workflowTagged = "workflow.tagged"
  case workflowDeleted = "workflow.deleted"
  case executionTagged = "execution.tagged"
  case executionDeleted = "execution.deleted"
  case deadLetterRedriven = "deadLetter.redriven"
  case deadLetterDiscarded = "deadLetter.discarded"
  case tagCreated = "tag.created"
  case tagRenamed = "tag.renamed"
  case tagDeleted = "tag.deleted"
  case variableCreated = "variable.created"
  case variableUpdated = "variable.updated"
  case variableDeleted = "variable.deleted"
  case credentialCreated = "credential.created"
  case credentialUpdated = "credential.updated"
  case credentialDeleted = "credential.deleted"
  /// Its secrets were handed to a node; once for each execution that a process takes up.
  case credentialUsed = "credential.used"
  case credentialTested = "credential.tested"
  /// Its secrets are encrypted with another key now; they have not changed.
  case credentialReencrypted = "credential.reencrypted"
  case apiKeyCreated = "apiKey.created"
  case apiKeyDeleted = "apiKey.deleted"
  case workspaceCreated = "workspace.created"
  case workspaceRenamed = "workspace.renamed"
  /// More than its name.
  case workspaceUpdated = "workspace.updated"
  case userCreated = "user.created"
  case userDisabled = "user.disabled"
  case userEnabled = "user.enabled"
  /// By the user himself.
  case passwordChanged = "password.changed"
  /// With a one-time token.
  case passwordReset = "password.reset"
  /// Somebody was given a token for it.
  case passwordResetIssued = "password.resetIssued"
  /// Somebody whom an identity provider knows may sign in as a user.
  case identityLinked = "identity.linked"
  case identityUnlinked = "identity.unlinked"
  case memberInvited = "member.invited"
  case invitationRevoked = "invitation.revoked"
  case memberJoined = "member.joined"
  case memberRoleChanged = "member.roleChanged"
  case memberRemoved = "member.removed"
  case serviceAccountCreated = "serviceAccount.created"
  case serviceAccountUpdated = "serviceAccount.updated"
  /// Its API keys are gone with it.
  case serviceAccountDeleted = "serviceAccount.deleted"
  case sessionBegun = "session.begun"
  /// A sign-in that failed.
  case sessionRefused = "session.refused"
  case sessionRevoked = "session.revoked"
  /// A refresh token that was used before came again: its session is revoked.
  case refreshTokenReused = "refreshToken.reused"
  /// Somebody who is known asked for what he may not do.
  case accessRefused = "access.refused"
}

public struct AuditEntry: Sendable, Hashable {
  public let id: AuditEntryID
  public let caller: Caller
  public let action: AuditAction
  /// The id of what was changed.
  public let subject: String
  /// More of it (a name, a version): a JSON object as bytes, never a secret.
  public let details: [UInt8]
  public let at: Timestamp

  public init(
    id: AuditEntryID, caller: Caller, action: AuditAction, subject: String, details: [UInt8] = Array("{}".utf8),
    at: Timestamp
  ) {
    self.id = id
    self.caller = caller
    self.action = action
    self.subject = subject
    self.details = details
    self.at = at
  }

  /// What is hashed: a JSON array of all fields, in this order for ever.
  public var sealedBytes: [UInt8] {
    JSONValue.array([
      .string("\(id)"), .string("\(caller.workspace)"), .integer(at.milliseconds), .string(caller.actor.kind),
      .string(caller.actor.id), .string(action.rawValue), .string(subject),
      .string(String(decoding: details, as: UTF8.self)), caller.requestID.map { .string($0) } ?? .null,
      caller.address.map { .string($0) } ?? .null,
    ]).jsonBytes
  }
}

/// An entry's place in the chain of its workspace.
public struct AuditSeal: Sendable, Hashable {
  /// From 1, without gaps.
  public let sequence: Int
  /// SHA-256 of the hash before, the sequence (8 bytes, big-endian) and ``AuditEntry/sealedBytes``; 32 bytes.
  public let hash: [UInt8]

  public init(sequence: Int, hash: [UInt8]) {
    self.sequence = sequence
    self.hash = hash
  }
}

/// What retention leaves of the entries that it removes: where the chain goes on.
public struct AuditCheckpoint: Sendable, Hashable {
  public let workspace: WorkspaceID
  /// The last entry that was removed.
  public let seal: AuditSeal
  public let at: Timestamp
  /// HMAC-SHA256 over workspace, sequence, hash and time.
  public let signature: [UInt8]

  public init(workspace: WorkspaceID, seal: AuditSeal, at: Timestamp, signature: [UInt8]) {
    self.workspace = workspace
    self.seal = seal
    self.at = at
    self.signature = signature
  }
}
