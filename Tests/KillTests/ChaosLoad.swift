import AsyncHTTPClient
import JobsprintDomain
import JobsprintPorts
import JobsprintTesting
import Synchronization

/// Callers that start executions, each in a loop, and insist on an answer: a request whose server died under it is sent
/// again with the same idempotency key.
final class ChaosLoad: Sendable {
  struct Options: Sendable {
    var callers = 12
    /// Seconds for which a caller waits for the end; nil: not at all.
    var wait: Int? = 3
    /// One of so many executions has effects that take `slowness` milliseconds.
    var slowOne = 10
    var slowness = 1500
  }

  /// What callers were told.
  struct Tally: Sendable {
    /// Of all requests, answered or not.
    var sent: Set<Int> = []
    /// Markers by execution.
    var accepted: [String: Int] = [:]
    /// Ends that were told, by execution.
    var ends: [String: String] = [:]
    /// Answers that nobody should get.
    var strange: [String] = []
    fileprivate var successes: [ContinuousClock.Instant] = []
    fileprivate var isOver = false
  }

  private let options: Options
  private let installation: Installation
  private let http: HTTPClient
  private let path: String
  private let clock = MachineClock()
  private let markers = Counter()
  private let state = Mutex(Tally())

  /// - Parameter workflow: its id.
  init(_ options: Options, workflow: String, on installation: Installation, http: HTTPClient) {
    self.options = options
    self.installation = installation
    self.http = http
    path = "/workflows/\(workflow)/execute" + (options.wait.map { "?wait=\($0)" } ?? "")
  }

  var tally: Tally { state.withLock { $0 } }

  /// Until ``stop()``; then what was begun is brought to its answer.
  func run() async {
    await withDiscardingTaskGroup { group in
      for _ in 0..<options.callers {
        group.addTask { while !self.tally.isOver { await self.call() } }
      }
    }
  }

  func stop() { state.withLock { $0.isOver = true } }

  private func call() async {
    let marker = markers.next()
    state.withLock { _ = $0.sent.insert(marker) }
    let isSlow = marker % options.slowOne == 0
    let input = KillWorkflow.input(marker, milliseconds: isSlow ? options.slowness : 15)
    while true {
      let client = Client(http: http, baseURL: installation.baseURL)
      if let answer = try? await client.send("POST", path, input, key: "chaos-\(marker)") {
        switch answer.status {
        case 200, 202: return note(marker, answer.body)
        // The first request is still on its way, or the process stops.
        case 409, 503: break
        default: return state.withLock { $0.strange.append("\(marker): \(answer)") }
        }
      }
      try? await clock.sleep(for: .milliseconds(50))
    }
  }

  private func note(_ marker: Int, _ body: JSONValue) {
    guard let id = body["id"]?.stringValue, let status = body["status"]?.stringValue else {
      return state.withLock { $0.strange.append("\(marker): \(body)") }
    }
    state.withLock { state in
      state.accepted[id] = marker
      guard ExecutionState(rawValue: status)?.isTerminal == true else { return }
      state.ends[id] = status
      if status == "success" { state.successes.append(.now) }
    }
  }

  // MARK: How it goes

  /// Successes in the window before now.
  func successes(in window: Duration) -> Int {
    let begin = ContinuousClock.now - window
    return state.withLock { $0.successes.reversed().prefix { $0 >= begin }.count }
  }

  /// Waits for so many more answers of any kind.
  func proceed(by count: Int) async throws {
    let before = state.withLock { $0.accepted.count }
    try await eventually(within: .seconds(60)) {
      try await clock.sleep(for: .milliseconds(5))
      return state.withLock { $0.accepted.count } >= before + count
    }
  }

  /// How long after `moment` the next success was told; nil when there was none within the limit.
  func nextSuccess(after moment: ContinuousClock.Instant, within limit: Duration) async throws -> Duration? {
    while ContinuousClock.now < moment + limit {
      if let first = state.withLock({ $0.successes.first { $0 >= moment } }) { return first - moment }
      try await clock.sleep(for: .milliseconds(10))
    }
    return nil
  }
}
