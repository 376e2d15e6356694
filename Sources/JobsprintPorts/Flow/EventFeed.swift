public import JobsprintDomain

public enum FeedEventKind {}
public typealias FeedEventID = Identifier<FeedEventKind>

/// An event as clients are told of it.
public struct FeedEvent: Sendable, Hashable {
  public let id: FeedEventID
  public let at: Timestamp
  public let event: ExecutionEvent

  public init(id: FeedEventID, at: Timestamp, event: ExecutionEvent) {
    self.id = id
    self.at = at
    self.event = event
  }
}

/// What one reader gets.
public struct FeedReading: Sendable {
  /// Events from now on, behind those that the reader has missed. Ends when the reader is too slow.
  public let events: AsyncStream<FeedEvent>
  /// The event that the reader saw last is not known any more, so it has missed some.
  public let hasGap: Bool

  public init(events: AsyncStream<FeedEvent>, hasGap: Bool) {
    self.events = events
    self.hasGap = hasGap
  }
}

/// Tells the events of all executions, from all processes where that can be, to readers. Best effort: what is true
/// stands in the store.
public protocol EventFeed: Sendable {
  /// Never waits.
  func publish(_ event: ExecutionEvent)

  /// - Parameter last: what the reader saw last; nil: from now on.
  func read(_ workspace: WorkspaceID, after last: FeedEventID?) -> FeedReading
}
