// Who may import whom (docs/architecture.md). The compiler refuses what Package.swift does not declare; this table
// refuses what Package.swift must not declare.

/// One target's place in the house.
struct Floor {
  let target: String
  /// Own targets it may import.
  let own: Set<String>
  /// Packages and C libraries it may import, besides Swift's own modules.
  let foreign: Set<String>

  init(_ target: String, own: Set<String> = [], foreign: Set<String> = []) {
    self.target = target
    self.own = own
    self.foreign = foreign
  }
}

enum FloorPlan {
  private static let wing: Set<String> = ["JobsprintDomain", "JobsprintPorts"]

  static let floors: [String: Floor] = Dictionary(
    uniqueKeysWithValues: [
      Floor("LibXML2", foreign: ["CLibXML2"]),
      Floor("CMarkGFM", foreign: ["CCMarkGFM"]),
      Floor("OpenSSL", foreign: ["COpenSSL"]),
      Floor("PCRE2", foreign: ["CPCRE2"]),
      Floor("Allocator", foreign: ["CAllocator"]),
      Floor("SandboxGuards", foreign: ["CSeccomp"]),
      Floor("DriverThread", foreign: ["CThreads"]),
      Floor("Postgres", own: ["DriverThread"], foreign: ["CPostgres", "DequeModule"]),
      Floor("AMQP", own: ["DriverThread"], foreign: ["CRabbitMQ", "DequeModule"]),
      Floor("Redis", foreign: ["CHiredis", "Crypto", "DequeModule", "NIOCore", "NIOPosix", "NIOSSL"]),
      Floor("JobsprintDomain"),
      Floor("JobsprintEngine", own: ["JobsprintDomain"]),
      Floor("JobsprintPorts", own: ["JobsprintDomain"]),
      Floor("JobsprintRuntime", own: ["JobsprintDomain", "JobsprintEngine", "JobsprintPorts"], foreign: ["Logging"]),
      Floor("JobsprintAccess", own: wing.union(["OpenSSL"]), foreign: ["Crypto"]),
      Floor("JobsprintSQLite", own: wing, foreign: ["GRDB", "GRDBSQLite"]),
      Floor("JobsprintPostgres", own: wing.union(["Postgres"])),
      Floor("JobsprintRabbitMQ", own: wing.union(["AMQP"]), foreign: ["Logging"]),
      Floor("JobsprintRedis", own: wing.union(["Redis"]), foreign: ["Crypto"]),
      Floor("JobsprintMemory", own: wing),
      Floor("JobsprintNodes", own: wing.union(["LibXML2", "CMarkGFM", "OpenSSL", "PCRE2"])),
      Floor("JobsprintScript", own: wing),
      Floor(
        "JobsprintAPI", own: ["JobsprintDomain", "JobsprintPorts", "JobsprintRuntime", "JobsprintAccess"],
        foreign: [
          "Hummingbird", "HummingbirdCore", "HTTPTypes", "NIOCore", "NIOHTTPTypes", "Crypto", "Logging",
          "ServiceLifecycle",
        ]),
      Floor(
        "JobsprintBootstrap",
        own: [
          "JobsprintDomain", "JobsprintPorts", "JobsprintRuntime", "JobsprintAccess", "JobsprintSQLite",
          "JobsprintPostgres", "Postgres", "JobsprintMemory", "JobsprintRabbitMQ", "JobsprintRedis", "JobsprintNodes",
          "JobsprintScript", "JobsprintAPI", "Allocator",
        ],
        foreign: [
          "AsyncHTTPClient", "Hummingbird", "Crypto", "Configuration", "Logging", "NIOCore", "NIOHTTP1",
          "ServiceLifecycle",
          "UnixSignals",
        ]),
      Floor(
        "jobsprint", own: ["JobsprintBootstrap", "JobsprintBench", "JobsprintDomain"],
        foreign: ["ArgumentParser", "AsyncHTTPClient", "Logging", "NIOCore", "NIOHTTP1"]),
      Floor("jobsprint-api", own: ["JobsprintBootstrap"], foreign: ["ArgumentParser"]),
      Floor("jobsprint-worker", own: ["JobsprintBootstrap"], foreign: ["ArgumentParser"]),
      Floor("jobsprint-sandbox", own: ["SandboxGuards"], foreign: ["CJavaScriptCore", "CSandboxRuntime"]),
      Floor("JobsprintTesting", own: wing, foreign: ["Crypto", "Logging"]),
      Floor(
        "JobsprintBench",
        own: [
          "JobsprintAccess", "JobsprintDomain", "JobsprintEngine", "JobsprintMemory", "JobsprintNodes",
          "JobsprintPorts", "JobsprintRedis", "JobsprintScript", "Postgres", "Allocator",
        ],
        foreign: ["NIOCore", "NIOPosix", "NIOHTTP1"]),
    ].map { ($0.target, $0) })

  /// Come with Swift itself.
  private static let swift: Set<String> = ["Foundation", "Dispatch", "Glibc", "Synchronization", "Testing"]

  /// What a file imports that its target may not.
  static func violations(in file: SourceFile) -> [String] {
    guard let floor = floors[file.target] else {
      return ["\(file.path): the target \(file.target) stands on no floor: give it a place in FloorPlan"]
    }
    return file.imports.filter { !floor.own.contains($0) && !floor.foreign.contains($0) && !swift.contains($0) }
      .map { "\(file.path): \(file.target) may not import \($0)" }
  }
}
