public import JobsprintDomain
import Synchronization

/// Where events arrive, of this process or of all, and where the readers of this process get them. The latest of each
/// workspace are kept for readers that come back.
public final class EventHub: Sendable {
  fileprivate struct Room {
    /// The latest, oldest first.
    var latest: [FeedEvent] = []
    var readers: [Int: AsyncStream<FeedEvent>.Continuation] = [:]
  }

  private struct State {
    var rooms: [WorkspaceID: Room] = [:]
    var nextReader = 0
  }

  /// Events that a reader may have waiting; the next one cuts it off.
  public static let mostWaiting = 1000
  private static let mostKept = 1000
  /// Workspaces whose events are kept; more begin anew.
  private static let mostRooms = 1000

  private let state = Mutex(State())
  private let clock: any WallClock
  private let makeID: @Sendable () -> UUIDv7

  /// - Parameter makeID: gives rising ids, never one twice.
  public init(clock: any WallClock, makeID: @escaping @Sendable () -> UUIDv7) {
    self.clock = clock
    self.makeID = makeID
  }

  /// With an id and the time.
  public func stamped(_ event: ExecutionEvent) -> FeedEvent {
    FeedEvent(id: FeedEventID(makeID()), at: clock.now, event: event)
  }

  /// Tells events to the readers here, in this order.
  public func deliver(_ events: [FeedEvent]) {
    // Inside the lock, so that every reader sees one order.
    state.withLock { state in
      for event in events {
        let workspace = event.event.workspace
        if state.rooms[workspace] == nil, state.rooms.count >= Self.mostRooms {
          state.rooms = state.rooms.filter { !$0.value.readers.isEmpty }
        }
        state.rooms[workspace, default: Room()].add(event, keeping: Self.mostKept)
      }
    }
  }

  public func read(_ workspace: WorkspaceID, after last: FeedEventID?) -> FeedReading {
    let (stream, continuation) = AsyncStream.makeStream(
      of: FeedEvent.self, bufferingPolicy: .bufferingOldest(Self.mostWaiting))
    let (reader, hasGap) = state.withLock { state in
      state.nextReader += 1
      var room = state.rooms[workspace] ?? Room()
      var hasGap = false
      if let last {
        let place = room.latest.lastIndex { $0.id == last }
        hasGap = place == nil
        for event in room.latest[(place.map { $0 + 1 } ?? room.latest.endIndex)...] { continuation.yield(event) }
      }
      room.readers[state.nextReader] = continuation
      state.rooms[workspace] = room
      return (state.nextReader, hasGap)
    }
    continuation.onTermination = { [weak self] _ in
      self?.state.withLock { $0.rooms[workspace]?.readers[reader] = nil }
    }
    return FeedReading(events: stream, hasGap: hasGap)
  }

  /// Events were lost: all readers are sent away, and who comes back hears that there is a gap.
  public func reset() {
    let readers = state.withLock { state in
      defer { state.rooms = [:] }
      return state.rooms.values.flatMap { $0.readers.values }
    }
    for reader in readers { reader.finish() }
  }
}

extension EventHub.Room {
  fileprivate mutating func add(_ event: FeedEvent, keeping most: Int) {
    latest.append(event)
    // In bulk, so that an event costs the same however many are kept.
    if latest.count >= 2 * most { latest.removeFirst(latest.count - most) }
    for (id, reader) in readers {
      if case .enqueued = reader.yield(event) { continue }
      // Too slow, or gone. Its end comes when the lock is free: it takes the lock itself.
      readers[id] = nil
      Task { reader.finish() }
    }
  }
}
