public import JobsprintDomain
public import JobsprintPorts

/// The events of one process.
public struct MemoryEventFeed: EventFeed {
  private let hub: EventHub

  public init(_ hub: EventHub) { self.hub = hub }

  public func publish(_ event: ExecutionEvent) { hub.deliver([hub.stamped(event)]) }

  public func read(_ workspace: WorkspaceID, after last: FeedEventID?) -> FeedReading {
    hub.read(workspace, after: last)
  }
}
