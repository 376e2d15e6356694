import AsyncHTTPClient
import Foundation
import JobsprintDomain
import JobsprintPorts
import JobsprintTesting
import NIOCore
import NIOHTTP1
import Synchronization

/// What a process says of itself.
struct Metrics: Sendable {
  private let lines: [Substring]

  init(of member: Installation.Member, http: HTTPClient, within limit: TimeAmount = .seconds(20)) async throws {
    var request = HTTPClientRequest(url: member.process.baseURL + "/metrics")
    request.headers.add(name: "X-API-Key", value: ServerProcess.apiKey)
    let response = try await http.execute(request, timeout: limit)
    lines = String(buffer: try await response.body.collect(upTo: 1 << 20)).split(separator: "\n")
  }

  /// The sum over all labels.
  subscript(name: String) -> Double {
    lines.filter { $0.hasPrefix(name + " ") || $0.hasPrefix(name + "{") }
      .compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }.reduce(0, +)
  }
}

/// What an installation holds of its machine.
struct Gauges: Sendable {
  private let descriptors: Int
  private let megabytes: Int
  private let connections: Int
  private let members: Int
  /// Sandboxes whose process is gone.
  private let orphans: Set<Int>

  init(of installation: Installation, http: HTTPClient) async throws {
    var metrics: [Metrics] = []
    for member in installation.members { metrics.append(try await Metrics(of: member, http: http)) }
    descriptors = metrics.map { Int($0["process_open_fds"]) }.max() ?? 0
    megabytes = metrics.map { Int($0["process_resident_memory_bytes"]) >> 20 }.max() ?? 0
    connections = try await installation.database.connections()
    members = metrics.count
    orphans = try Self.orphans()
  }

  /// What is more than at the baseline, beyond what comes and goes.
  func leaks(since baseline: Gauges) -> [String] {
    var leaks: [String] = []
    if descriptors > baseline.descriptors + 16 {
      leaks.append("a process has \(descriptors) descriptors; at first \(baseline.descriptors)")
    }
    if megabytes > baseline.megabytes + 128 {
      leaks.append("a process has \(megabytes) MB; at first \(baseline.megabytes)")
    }
    // A pool of 4, and one that listens.
    if connections > members * 5 { leaks.append("\(members) processes have \(connections) connections to PostgreSQL") }
    let orphans = orphans.subtracting(baseline.orphans)
    if !orphans.isEmpty { leaks.append("sandboxes without a parent: \(orphans.sorted())") }
    return leaks
  }

  private static func orphans() throws -> Set<Int> {
    var found: Set<Int> = []
    for name in try FileManager.default.contentsOfDirectory(atPath: "/proc") {
      // `pid (name) state parent …`; whoever has just ended has none.
      guard let pid = Int(name), let text = try? String(contentsOfFile: "/proc/\(name)/stat", encoding: .utf8),
        text.contains("(jobsprint-sandb"),
        text.split(separator: ")").last?.split(separator: " ").dropFirst().first == "1"
      else { continue }
      found.insert(pid)
    }
    return found
  }
}

/// Looks for executions whose holder has lost its lease, and measures for how long nobody has taken them over.
final class TakeoverWatch: Sendable {
  /// For how long, and which fault was the last one then.
  struct Delay: Sendable {
    var duration: Duration = .zero
    var fault: ChaosFault?
  }

  private struct State {
    var worst = Delay()
    var fault: ChaosFault?
    var isSuspended = false
    /// From here on a takeover is owed.
    var owedFrom = 0
  }

  private let installation: Installation
  private let state = Mutex(State())

  init(_ installation: Installation) { self.installation = installation }

  var worst: Delay { state.withLock { $0.worst } }

  /// While wake-ups are out of reach, nothing need be taken over.
  func begin(_ fault: ChaosFault) {
    state.withLock { state in
      state.fault = fault
      if fault.holdsWakeUps { state.isSuspended = true }
    }
  }

  func end(_ fault: ChaosFault) {
    guard fault.holdsWakeUps else { return }
    state.withLock { state in
      state.isSuspended = false
      state.owedFrom = Int(Date.now.timeIntervalSince1970 * 1000)
    }
  }

  /// Until the task is cancelled.
  func run() async throws {
    let clock = MachineClock()
    try await installation.database.withProbe { probe in
      while !Task.isCancelled {
        if let orphan = try await probe.oldestOrphan(lease: Installation.lease * 1000) {
          state.withLock { state in
            guard !state.isSuspended else { return }
            let delay = Duration.milliseconds(orphan.now - max(orphan.lostAt, state.owedFrom))
            if delay > state.worst.duration { state.worst = Delay(duration: delay, fault: state.fault) }
          }
        }
        try? await clock.sleep(for: .milliseconds(100))
      }
    }
  }
}
