/// What a NOTIFY brought.
public struct PostgresNotification: Sendable, Hashable {
  public let channel: String
  public let payload: String
  /// The server process of whoever notified.
  public let process: Int32
}
