// An installation under load to which faults happen one after the other; between two, executions succeed again. Then it
// comes to rest, and all that it leaves is gathered for the verifier.

import AMQP
import AsyncHTTPClient
import Foundation
import JobsprintDomain
import JobsprintPorts
import JobsprintTesting
import NIOCore
import Testing

struct ChaosRun {
  struct Options: Sendable {
    var workers = 3
    var load = ChaosLoad.Options()
    /// Answers before the first fault, and behind each.
    var warmUp = 60
    var between = 5...40
    var sabotage: String?
    var doublesWakeUps = true
    /// How long executions may take to end after the last fault.
    var patience: Duration = .seconds(60)
    /// Compares the rates and the resources before and after.
    var measures = true
  }

  private let options: Options
  private let installation: Installation
  private let broker: TestBroker
  private let load: ChaosLoad
  private let http: HTTPClient
  private let clock = MachineClock()
  private var generator: SeededGenerator
  private var evidence = ChaosVerifier.Evidence()
  private var paused: [Installation.Member] = []

  /// - Parameter faults: given the generator, what is to happen next; nil: nothing more.
  static func report(
    _ options: Options = Options(), seed: UInt64, next faults: (inout SeededGenerator) -> ChaosFault?
  ) async throws -> ChaosVerifier.Report {
    var settings = HTTPClient.Configuration()
    // A dead server is an answer, too.
    settings.connectionPool.retryConnectionEstablishment = false
    let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
    defer { http.shutdown { _ in } }
    let installation = try await Installation(
      workers: options.workers, sabotage: options.sabotage, doublesWakeUps: options.doublesWakeUps)
    do {
      var run = try await ChaosRun(options, on: installation, http: http, seed: seed)
      try await run.breakThings(faults)
      try await run.gather()
      let codes = try await installation.end()
      if !codes.allSatisfy({ $0 == 0 }) { run.evidence.leaks.append("exit codes \(codes) at the end") }
      return ChaosVerifier.report(run.evidence)
    } catch {
      try? await installation.kill()
      throw error
    }
  }

  private init(_ options: Options, on installation: Installation, http: HTTPClient, seed: UInt64) async throws {
    self.options = options
    self.installation = installation
    self.http = http
    broker = try await TestBroker(
      folder: ProcessInfo.processInfo.environment["JOBSPRINT_TEST_RABBITMQ_HOME"].map {
        URL(filePath: $0).deletingLastPathComponent().path
      })
    let created = try await Client(http: http, baseURL: installation.baseURL).send(
      "POST", "/workflows", KillWorkflow.document)
    load = ChaosLoad(
      options.load, workflow: try #require(created.body["id"]?.stringValue, "\(created)"), on: installation, http: http)
    generator = SeededGenerator(seed: seed)
  }

  // MARK: Under load

  private mutating func breakThings(_ next: (inout SeededGenerator) -> ChaosFault?) async throws {
    let running = Task { [load] in await load.run() }
    let watch = TakeoverWatch(installation)
    let watching = Task { try await watch.run() }
    defer {
      load.stop()
      watching.cancel()
    }
    try await load.proceed(by: options.warmUp)
    let baseline = try await measured { try await Gauges(of: installation, http: http) }
    let before = try await measured { try await rate(upTo: .max, within: .seconds(5)) }
    while let fault = next(&generator) {
      watch.begin(fault)
      try await happen(fault)
      watch.end(fault)
      if options.load.wait != nil {
        let after = try await load.nextSuccess(after: .now, within: .seconds(30))
        evidence.recoveries.append((fault, after))
      }
      try await load.proceed(by: .random(in: options.between, using: &generator))
    }
    if let before {
      evidence.rates = (before, try await rate(upTo: before * 9 / 10, within: .seconds(30)))
    }
    load.stop()
    await running.value
    try await comeToRest()
    watching.cancel()
    _ = await watching.result
    evidence.worstTakeover = watch.worst
    if let baseline {
      try await clock.sleep(for: .seconds(1))
      evidence.leaks += try await Gauges(of: installation, http: http).leaks(since: baseline)
    }
  }

  private func measured<Value>(_ body: () async throws -> Value) async throws -> Value? {
    options.measures ? try await body() : nil
  }

  /// The best number of successes in five seconds, of those that end within the time.
  private func rate(upTo enough: Int, within limit: Duration) async throws -> Int {
    let end = ContinuousClock.now + limit
    var best = 0
    repeat {
      try await clock.sleep(for: min(.seconds(5), end - .now))
      best = max(best, load.successes(in: .seconds(5)))
    } while best < enough && .now < end
    return best
  }

  private mutating func happen(_ fault: ChaosFault) async throws {
    switch fault {
    case .killWorker:
      if let victim = installation.workers.randomElement(using: &generator) { try await installation.replace(victim) }
    case .killAPI: try await installation.replaceAPI()
    case .killWorkerAt(let point, let passes):
      let worker = try await installation.addWorker(["JOBSPRINT_TEST_KILL": "\(point):\(passes)"])
      try #require(try await worker.process.halt() == .ended, "a worker was paused")
      // One more than before until here; it has died by itself.
      installation.kill(worker)
    case .pauseWorker: try await pause()
    case .restartBroker:
      try await broker.halt()
      try await broker.start()
    case .killBroker:
      try await broker.kill()
      try await broker.start()
    case .removeBroker(let seconds):
      try await broker.halt()
      try await clock.sleep(for: .seconds(seconds))
      if let victim = installation.workers.randomElement(using: &generator) { try await installation.replace(victim) }
      try await broker.start()
    case .purgeBroker:
      try await Installation.withBroker { connection in
        for lane in Lane.allCases { _ = try await connection.purge(installation.queue(of: lane)) }
      }
    case .blockPublishers(let seconds):
      try await broker.control("set_disk_free_limit", "1000GB")
      try await clock.sleep(for: .seconds(seconds))
      try await broker.control("set_disk_free_limit", "50MB")
    }
  }

  /// Of one more worker than before, right before a commit of what it has done: when it wakes up, it sends that.
  private mutating func pause() async throws {
    let commit = Int.random(in: 1...3, using: &generator)
    let worker = try await installation.addWorker(["JOBSPRINT_TEST_PAUSE": "beforeAppend:\(commit)"])
    try #require(try await worker.process.halt() == .paused, "a worker died on its way to a commit")
    try await clock.sleep(for: .seconds(Installation.lease * 3))
    worker.process.resume()
    var awakening = ChaosVerifier.Awakening()
    // An answer that does not come while it wakes up says nothing.
    try? await eventually(within: .seconds(15)) {
      guard let metrics = try? await Metrics(of: worker, http: http, within: .seconds(3)) else { return false }
      awakening.refused = Int(metrics["jobsprint_journal_fenced_total"])
      awakening.failed = Int(metrics[#"jobsprint_journal_commits_total{result="failed"}"#])
      return awakening.refused > 0
    }
    evidence.awakenings.append(awakening)
    let code = installation.dismiss(worker)
    if code != 0 { evidence.leaks.append("exit code \(code) of a worker that was paused") }
  }

  // MARK: At rest

  private mutating func comeToRest() async throws {
    let limit = ContinuousClock.now + options.patience
    evidence.live = try await installation.database.withProbe { probe in
      while true {
        let live = try await probe.live()
        if live.isEmpty || ContinuousClock.now >= limit { return live }
        try await clock.sleep(for: .milliseconds(100))
      }
    }
  }

  private mutating func gather() async throws {
    evidence.tally = load.tally
    evidence.faulted = installation.faulted
    evidence.acts = try installation.acts()
    let client = Client(http: http, baseURL: installation.baseURL)
    for execution in try await client.all("/executions?includeData=true") {
      if let id = execution["id"]?.stringValue { evidence.executions[id] = execution }
    }
  }
}
