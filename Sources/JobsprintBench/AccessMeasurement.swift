// What it costs that each request says who sends it, counts against limits, and is looked up: decisions through Redis,
// one request after the other, and E3 on the full stack with an access token and limits beside E3 with an API key and
// none. What the audit log takes is in both: nobody can switch it off.

import Foundation
import JobsprintDomain
import JobsprintMemory
import JobsprintPorts
import JobsprintRedis
import NIOPosix

struct AccessMeasurement {
  private static let callers = 64
  private static let rounds = 3
  private static let requests = 2000
  private static let password = "a password of the measurements"

  private let context: BenchContext

  static func figures(_ context: BenchContext) async throws -> [Figure] {
    let environment = ProcessInfo.processInfo.environment
    guard let server = PostgresMeasurement.address, let broker = environment["JOBSPRINT_TEST_RABBITMQ"],
      let redis = environment["JOBSPRINT_TEST_REDIS"]
    else { return PostgresMeasurement.notMeasured }
    let decisions = try await decisions(redis, seconds: min(10, context.seconds))
    let database = try await BenchDatabase.make(on: server, as: "jobsprint_bench_access", context)
    try makeOwner(context.executable, database.address)
    var (plain, guarded) = (context, context)
    plain.database = database.address
    plain.broker = broker
    guarded.database = database.address
    guarded.broker = broker
    guarded.settings = [
      "JOBSPRINT_REDIS_URL": redis, "JOBSPRINT_REDIS_PREFIX": "jobsprint-bench",
      "JOBSPRINT_TOKEN_KEYS": "bench:\((0..<32).map { UInt8($0 ^ 1) }.hexadecimalText)",
      "JOBSPRINT_RATE_LIMITS": "read=1000000/1,write=1000000/1,execute=1000000/1",
    ]
    var median: [Double] = []
    for context in [plain, guarded] { median.append(try await AccessMeasurement(context: context).oneByOne()) }
    // In turns, so that whatever else the machine does falls on both alike.
    var (without, with) = ([Double](), [Double]())
    for _ in 0..<rounds {
      without.append(try await AccessMeasurement(context: plain).rate())
      with.append(try await AccessMeasurement(context: guarded).rate())
    }
    try await database.drop()
    let (base, measured) = (without.sorted()[rounds / 2], with.sorted()[rounds / 2])
    return [
      Figure("decisions on limits, one connection to Redis", decisions, "/s", against: "aim: 20000 or more"),
      Figure("a list of tags, API key and no limits, p50", median[0], "µs"),
      Figure("the same, access token and limits, p50", median[1], "µs", against: "aim: at most 150 more"),
      Figure("E3 on the full stack, API key and no limits", base, "/s"),
      Figure(
        "the same, access token and limits", measured, "/s",
        against: "\(Int((measured / base * 100).rounded())) %; aim: 85 % or more"),
    ]
  }

  /// Each for one request of a caller of its own.
  private static func decisions(_ address: String, seconds: Int) async throws -> Double {
    let clock = MachineClock()
    var options = RedisSharedState.Options(address: address)
    options.prefix = "jobsprint-bench"
    options.readsEvents = false
    let shared = try RedisSharedState(
      options, clock: clock, rateLimiter: MemoryRateLimiter(clock: clock), attempts: MemoryAttemptLedger(),
      pendingSignIns: MemoryPendingSignIns(clock: clock),
      hub: EventHub(clock: clock) { UUIDv7(at: clock.now, randomHigh: 1, randomLow: 1) })
    return try await withThrowingTaskGroup(of: Int.self) { group in
      group.addTask {
        await shared.run()
        return 0
      }
      let begin = ContinuousClock.now
      for caller in 0..<callers {
        group.addTask {
          let charge = RateCharge(
            subject: "key:\(caller):execute", quota: RateQuota(limit: 100_000_000, window: .seconds(60)))
          var count = 0
          while ContinuousClock.now < begin + .seconds(seconds) {
            guard await shared.rateLimiter.decide([charge], of: "\(caller)")?.isAllowed == true else { break }
            count += 1
          }
          return count
        }
      }
      var total = 0
      for _ in 0..<callers { total += try await group.next() ?? 0 }
      let elapsed = (ContinuousClock.now - begin) / .seconds(1)
      group.cancelAll()
      guard shared.metrics.takeovers.values.allSatisfy({ $0 == 0 }) else {
        throw BenchError(description: "Redis did not decide on all of it")
      }
      return Double(total) / elapsed
    }
  }

  private static func makeOwner(_ executable: String, _ database: String) throws {
    let process = Process()
    process.executableURL = URL(filePath: executable)
    process.arguments = ["users", "create-owner", "--email", "bench@example.com"]
    process.environment = ProcessInfo.processInfo.environment.merging(["JOBSPRINT_DATABASE_URL": database]) { $1 }
    let input = Pipe()
    process.standardInput = input
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    try input.fileHandleForWriting.write(contentsOf: Data("\(password)\n".utf8))
    try input.fileHandleForWriting.close()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw BenchError(description: "the owner could not be made") }
  }

  /// An access token where there are keys for it.
  private func credential(_ site: MeasuredSite) async throws -> LoadCredential {
    guard context.settings["JOBSPRINT_TOKEN_KEYS"] != nil else { return .apiKey }
    let connection = try await LoadConnection.open(port: site.front.port, on: MultiThreadedEventLoopGroup.singleton)
    let body: JSONValue = ["email": "bench@example.com", "password": .string(Self.password)]
    let answer = try await connection.post("/auth/login", body.jsonBytes)
    try await connection.close()
    guard let token = try JSONValue(parsing: answer.body)["accessToken"]?.stringValue else {
      throw BenchError(description: "signing in was answered with \(answer.status)")
    }
    return .token(token)
  }

  /// Microseconds of a request, at the median.
  private func oneByOne() async throws -> Double {
    let site = try await MeasuredSite.open(context)
    defer { site.stop() }
    let connection = try await LoadConnection.open(
      port: site.front.port, on: MultiThreadedEventLoopGroup.singleton, as: try await credential(site))
    var times: [Duration] = []
    for _ in 0..<Self.requests {
      let begin = ContinuousClock.now
      let answer = try await connection.get("/tags")
      guard answer.status == 200 else { throw BenchError(description: "tags were answered with \(answer.status)") }
      times.append(ContinuousClock.now - begin)
    }
    try await connection.close()
    return Percentiles(times).milliseconds(at: 0.5) * 1000
  }

  /// Executions per second that were accepted and have ended.
  private func rate() async throws -> Double {
    let site = try await MeasuredSite.open(context)
    defer { site.stop() }
    let load = try await LoadGenerator.open(site.front, connections: 64, as: try await credential(site))
    let rate = try await load.rate(seconds: max(1, context.seconds / Self.rounds))
    try await load.close()
    return rate
  }
}

private struct MachineClock: WallClock {
  var now: Timestamp { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }

  func sleep(until deadline: Timestamp) async throws { try await Task.sleep(for: deadline - now) }
}
