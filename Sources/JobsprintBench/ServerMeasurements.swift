// Figures of a whole server on loopback, data on the disk, the load generator on the same cores.

import Foundation

/// Start, memory and processor time of a server that has nothing to do.
enum StartMeasurement {
  private static let idleSeconds = 20

  static func figures(_ context: BenchContext) async throws -> [Figure] {
    // The first start makes the database; what counts is the one of every day.
    try await MeasuredServer(executable: context.executable, folder: context.folder).stop()
    let server = try await MeasuredServer(executable: context.executable, folder: context.folder)
    defer { server.stop() }
    try await Task.sleep(for: .seconds(2))
    let before = server.processorTime
    try await Task.sleep(for: .seconds(idleSeconds))
    let share = (server.processorTime - before) / Double(idleSeconds) * 100
    return [
      Figure("from start to ready", server.startTime / .milliseconds(1), "ms", against: "aim: 300 or less"),
      Figure("resident memory, idle", server.residentMemory, "MB", against: "aim: 80 or less"),
      Figure("processor, idle", share, "%", against: "of one core; aim: under 0.5"),
    ]
  }
}

/// E3 for each second, 64 connections that send as fast as they are answered.
enum ThroughputMeasurement {
  private static let connections = 64
  private static let sample = 1000

  static func figures(_ context: BenchContext) async throws -> [Figure] {
    let site = try await MeasuredSite.open(context)
    defer { site.stop() }
    let load = try await LoadGenerator.open(site.front, connections: connections)
    _ = try await load.closedLoop(until: .now + .seconds(min(5, context.seconds)))
    let memoryBefore = site.residentMemory
    let clock = ContinuousClock()
    let (begin, processorBefore) = (clock.now, site.processorTime)
    let accepted = try await load.closedLoop(until: begin + .seconds(context.seconds))
    // What counts is what has ended: the last one accepted on each connection is waited for.
    let stragglers = try await load.readBack(Array(accepted.suffix(connections * 4)), withData: false)
    let elapsed = (clock.now - begin) / .seconds(1)
    let processor = (site.processorTime - processorBefore) / elapsed
    let memoryAfter = site.residentMemory
    let lost = try await load.readBack(accepted, withData: false)
    let chosen = accepted.shuffled().prefix(sample)
    let wrong = try await load.readBack(Array(chosen), withData: true)
    try await load.close()
    guard stragglers.isEmpty, lost.isEmpty, wrong.isEmpty else {
      throw BenchError(description: "not all is there: \((stragglers + lost + wrong).prefix(5))")
    }
    return [
      Figure(
        "E3, \(connections) connections", Double(accepted.count) / elapsed, "/s",
        against: "aim: \(context.aims.rate) or more"),
      Figure("accepted, ended, read back", Double(accepted.count), "executions", against: "lost: 0"),
      Figure("outputs compared", Double(chosen.count), "executions", against: "wrong: 0"),
      Figure("the programs' share", processor, "cores"),
      Figure("resident memory before", memoryBefore, "MB"),
      Figure("resident memory after", memoryAfter, "MB"),
    ]
  }
}

/// From POST to the end of the execution, at a fixed rate.
enum LatencyMeasurement {
  private static let connections = 64

  static func figures(_ context: BenchContext) async throws -> [Figure] {
    let site = try await MeasuredSite.open(context)
    defer { site.stop() }
    let load = try await LoadGenerator.open(site.front, connections: connections)
    _ = try await load.openLoop(perSecond: 300, seconds: min(5, context.seconds))
    var figures: [Figure] = []
    for rate in [300, 500] {
      let latencies = Percentiles(try await load.openLoop(perSecond: rate, seconds: context.seconds))
      figures += latencies.figures(
        "POST to finished, \(rate)/s",
        aims: rate == 300 ? [0.5: "aim: \(context.aims.p50)", 0.99: "aim: \(context.aims.p99)"] : [0.5: "aim: 2"])
    }
    try await load.close()
    return figures
  }
}
