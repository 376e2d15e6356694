import JobsprintTesting

/// What can happen to an installation.
enum ChaosFault: Sendable, Hashable {
  case killWorker
  case killAPI
  /// A worker dies when it passes the point for the nth time.
  case killWorkerAt(String, Int)
  /// For three leases, with something in its hands.
  case pauseWorker
  case restartBroker
  case killBroker
  /// It is away for some seconds, and a worker is killed meanwhile.
  case removeBroker(seconds: Int)
  /// What is in the queues is lost.
  case purgeBroker
  /// It takes no messages for some seconds, for want of disk.
  case blockPublishers(seconds: Int)

  static let points = ["afterClaim", "beforeStarted", "afterStarted", "afterEffect", "beforeAppend", "afterAppend"]

  /// Whether wake-ups may be out of reach meanwhile: without a broker, or in the hands of a worker that is paused.
  var holdsWakeUps: Bool {
    switch self {
    case .killWorker, .killAPI, .killWorkerAt: false
    case .pauseWorker, .restartBroker, .killBroker, .removeBroker, .purgeBroker, .blockPublishers: true
    }
  }

  /// Every kind once, in an order and with numbers that the generator gives.
  static func round(_ generator: inout SeededGenerator) -> [ChaosFault] {
    let absences = [5...10, 5...10, 60...60][Int.random(in: 0..<3, using: &generator)]
    let broker: [ChaosFault] = [
      .restartBroker, .killBroker, .removeBroker(seconds: .random(in: absences, using: &generator)),
    ]
    return (others(&generator, blocked: 5...20) + broker).shuffled(using: &generator)
  }

  /// As a round, with one of the faults that take the broker away, and for seconds only.
  static func shortRound(_ generator: inout SeededGenerator) -> [ChaosFault] {
    let broker: [ChaosFault] = [.restartBroker, .killBroker, .removeBroker(seconds: 2)]
    return (others(&generator, blocked: 2...3) + [broker[Int.random(in: 0..<3, using: &generator)]])
      .shuffled(using: &generator)
  }

  private static func others(_ generator: inout SeededGenerator, blocked: ClosedRange<Int>) -> [ChaosFault] {
    var faults: [ChaosFault] = [
      .killAPI, .pauseWorker, .purgeBroker, .blockPublishers(seconds: .random(in: blocked, using: &generator)),
    ]
    faults += points.map { .killWorkerAt($0, .random(in: 1...20, using: &generator)) }
    return faults + Array(repeating: .killWorker, count: 4)
  }
}
