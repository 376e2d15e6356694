public import JobsprintDomain

/// What a ticket turned out to be.
public enum TicketVerdict: Sendable, Hashable {
  /// Ours, and in time.
  case valid(execution: ExecutionID, workspace: WorkspaceID)
  /// Ours, but too old.
  case expired(execution: ExecutionID, workspace: WorkspaceID)
  /// Not ours, with the reason.
  case forged(String)
}

/// Makes and checks the tickets of wake-ups that travel through a broker: who can write to its queues can't make one.
public protocol TicketAuthority: Sendable {
  /// - Returns: a JWT (RFC 7519) of a few hundred bytes.
  func ticket(for execution: ExecutionID, in workspace: WorkspaceID) async -> String

  func verdict(on ticket: String) async -> TicketVerdict
}
