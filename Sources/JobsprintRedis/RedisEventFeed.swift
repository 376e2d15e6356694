// Every process publishes on one channel and hears of all through it, its own events too: so the readers of all
// processes see them in the order in which Redis took them. While Redis is away, readers get the events of their own
// process.

import JobsprintDomain
import JobsprintPorts
import Redis
import Synchronization

final class RedisEventFeed: EventFeed {
  /// Events that wait to be published; of more the oldest are dropped.
  private static let mostWaiting = 10_000
  /// Events of one message.
  private static let mostTogether = 500

  private let client: RedisClient
  private let subscriber: RedisSubscriber?
  private let channel: String
  private let hub: EventHub
  private let takeovers: Takeovers
  private let waiting = Mutex<[FeedEvent]>([])
  private let bell = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

  /// - Parameter subscriber: of the channel; nil: nobody reads here.
  init(
    client: RedisClient, subscriber: RedisSubscriber?, channel: String, hub: EventHub, takeovers: Takeovers
  ) {
    self.client = client
    self.subscriber = subscriber
    self.channel = channel
    self.hub = hub
    self.takeovers = takeovers
  }

  func publish(_ event: ExecutionEvent) {
    let stamped = hub.stamped(event)
    waiting.withLock { waiting in
      if waiting.count >= Self.mostWaiting { waiting.removeFirst(Self.mostTogether) }
      waiting.append(stamped)
    }
    bell.continuation.yield()
  }

  func read(_ workspace: WorkspaceID, after last: FeedEventID?) -> FeedReading { hub.read(workspace, after: last) }

  /// Serves until the task is cancelled.
  func run() async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.send() }
      if let subscriber {
        group.addTask { await subscriber.run() }
        group.addTask { await self.listen(subscriber) }
      }
    }
  }

  private func send() async {
    for await _ in bell.stream {
      while true {
        let batch = waiting.withLock { waiting in
          let batch = Array(waiting.prefix(Self.mostTogether))
          waiting.removeFirst(batch.count)
          return batch
        }
        if batch.isEmpty { break }
        let body = JSONValue.array(batch.map(\.message)).jsonBytes
        do { try await client.send(RedisCommand("PUBLISH", .text(channel), .bytes(body))) } catch {
          takeovers.note(.events)
          hub.deliver(batch)
        }
      }
    }
  }

  private func listen(_ subscriber: RedisSubscriber) async {
    var isListening = false
    for await event in subscriber.events {
      switch event {
      case .subscribed: isListening = true
      case .message(let message): hub.deliver(FeedEvent.events(in: message.payload))
      case .lost:
        // Attempts to connect tell of it again and again; the readers of this process's own events stay.
        if isListening { hub.reset() }
        isListening = false
      }
    }
  }
}

extension FeedEvent {
  fileprivate var message: JSONValue {
    [
      "id": .string("\(id)"), "at": .integer(at.milliseconds), "execution": .string("\(event.execution)"),
      "workspace": .string("\(event.workspace)"), "state": .string(event.state.rawValue),
      "deadLetter": event.deadLetter.map { .string($0.rawValue) } ?? .null,
    ]
  }

  /// Those that can be read: nobody has signed them, so they are hints.
  fileprivate static func events(in body: [UInt8]) -> [FeedEvent] {
    guard let value = try? JSONValue(parsing: body, depthLimit: 4), case .array(let messages) = value else { return [] }
    return messages.compactMap { message in
      guard let id = message["id"]?.stringValue.flatMap({ FeedEventID($0) }),
        case .integer(let at)? = message["at"],
        let execution = message["execution"]?.stringValue.flatMap({ ExecutionID($0) }),
        let workspace = message["workspace"]?.stringValue.flatMap({ WorkspaceID($0) }),
        let state = message["state"]?.stringValue.flatMap({ ExecutionState(rawValue: $0) })
      else { return nil }
      let reason = message["deadLetter"]?.stringValue.flatMap { DeadLetterReason(rawValue: $0) }
      return FeedEvent(
        id: id, at: Timestamp(milliseconds: at),
        event: ExecutionEvent(execution: execution, workspace: workspace, state: state, deadLetter: reason))
    }
  }
}
