import JobsprintDomain
public import JobsprintPorts

/// What every ``EventBus`` promises.
public enum EventBusConformance {
  private static func event(_ number: Int, _ state: ExecutionState) -> ExecutionEvent {
    ExecutionEvent(execution: .numbered(number), workspace: .initial, state: state)
  }

  public static let checks: [ConformanceCheck<any EventBus>] = [
    ConformanceCheck("a reader gets the events of its execution from now on, in order") { bus in
      bus.publish(event(1, .new))
      var events = bus.events(of: .numbered(1)).makeAsyncIterator()
      bus.publish(event(1, .running))
      bus.publish(event(2, .error))
      bus.publish(event(1, .success))
      try expect(await events.next(), is: event(1, .running))
      try expect(await events.next(), is: event(1, .success))
    },
    ConformanceCheck("all readers of an execution get its events") { bus in
      var readers = (0..<3).map { _ in bus.events(of: .numbered(1)).makeAsyncIterator() }
      bus.publish(event(1, .success))
      for place in readers.indices { try expect(await readers[place].next(), is: event(1, .success)) }
    },
    ConformanceCheck("a reader that waits is woken") { bus in
      let stream = bus.events(of: .numbered(1))
      let reader = Task {
        for await event in stream { return event.state }
        return .crashed
      }
      for _ in 0..<100 { await Task.yield() }
      bus.publish(event(1, .waiting))
      try expect(await reader.value, is: .waiting)
    },
    ConformanceCheck("a cancelled reader's stream ends, the others go on") { bus in
      let stream = bus.events(of: .numbered(1))
      var other = bus.events(of: .numbered(1)).makeAsyncIterator()
      let reader = Task {
        var count = 0
        for await _ in stream { count += 1 }
        return count
      }
      for _ in 0..<100 { await Task.yield() }
      reader.cancel()
      _ = await reader.value
      bus.publish(event(1, .success))
      try expect(await other.next(), is: event(1, .success))
    },
    ConformanceCheck("cancellations of all executions are told from now on") { bus in
      bus.publish(event(1, .canceled))
      var cancellations = bus.cancellations().makeAsyncIterator()
      bus.publish(event(2, .success))
      bus.publish(event(3, .canceled))
      try expect(await cancellations.next(), is: .numbered(3))
    },
    ConformanceCheck("a slow reader stops nobody and keeps the newest events") { bus in
      var slow = bus.events(of: .numbered(1)).makeAsyncIterator()
      for _ in 0..<10_000 { bus.publish(event(1, .running)) }
      bus.publish(event(1, .success))
      var count = 1
      while let event = await slow.next(), event.state != .success { count += 1 }
      try expect(count < 10_000, "a slow reader's events are bounded")
    },
  ]
}
