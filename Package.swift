// swift-tools-version: 6.2
// The floors of the house: a target exists where it protects an import rule (docs/architecture.md).
import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
]

func floor(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = []) -> Target {
  .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let grdbSQLite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioHTTP = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
  name: "jobsprint",
  products: [
    .executable(name: "jobsprint", targets: ["jobsprint"]),
    .executable(name: "jobsprint-api", targets: ["jobsprint-api"]),
    .executable(name: "jobsprint-worker", targets: ["jobsprint-worker"]),
    .executable(name: "jobsprint-sandbox", targets: ["jobsprint-sandbox"]),
  ],
  dependencies: [
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.3.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
    .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
  ],
  targets: [
    // cellar
    .systemLibrary(name: "CLibXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
    .systemLibrary(
      name: "CCMarkGFM", pkgConfig: "libcmark-gfm",
      providers: [.apt(["libcmark-gfm-dev", "libcmark-gfm-extensions-dev"])]),
    .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
    .systemLibrary(
      name: "CJavaScriptCore", pkgConfig: "javascriptcoregtk-4.1", providers: [.apt(["libjavascriptcoregtk-4.1-dev"])]),
    .systemLibrary(name: "CSeccomp", pkgConfig: "libseccomp", providers: [.apt(["libseccomp-dev"])]),
    .target(name: "CSandboxRuntime"),
    floor("SandboxGuards", ["CSeccomp"]),
    floor("LibXML2", ["CLibXML2"]),
    floor("PCRE2", ["CPCRE2"]),
    .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(name: "CAllocator"),
    floor("Allocator", ["CAllocator"]),
    .systemLibrary(name: "CThreads"),
    floor("DriverThread", ["CThreads"]),
    floor("Postgres", ["CPostgres", "DriverThread", deque]),
    .systemLibrary(name: "CRabbitMQ", pkgConfig: "librabbitmq", providers: [.apt(["librabbitmq-dev"])]),
    floor("AMQP", ["CRabbitMQ", "DriverThread", deque]),
    // Its pkg-config file has flags that the package manager does not pass on.
    .systemLibrary(name: "CHiredis", providers: [.apt(["libhiredis-dev"])]),
    floor("Redis", ["CHiredis", crypto, deque, nioCore, nioPosix, nioSSL]),
    floor("CMarkGFM", ["CCMarkGFM"]),
    floor("OpenSSL", ["COpenSSL"]),
    // ground
    floor("JobsprintDomain"),
    // 1
    floor("JobsprintEngine", ["JobsprintDomain"]),
    floor("JobsprintPorts", ["JobsprintDomain"]),
    // 2
    floor("JobsprintRuntime", ["JobsprintDomain", "JobsprintEngine", "JobsprintPorts", logging]),
    floor("JobsprintAccess", ["JobsprintDomain", "JobsprintPorts", "OpenSSL", crypto]),
    // wings
    floor(
      "JobsprintSQLite", ["JobsprintDomain", "JobsprintPorts", grdb, grdbSQLite],
      resources: [.embedInCode("Migrations")]),
    floor(
      "JobsprintPostgres", ["JobsprintDomain", "JobsprintPorts", "Postgres"], resources: [.embedInCode("Migrations")]),
    floor("JobsprintRabbitMQ", ["JobsprintDomain", "JobsprintPorts", "AMQP", logging]),
    floor("JobsprintRedis", ["JobsprintDomain", "JobsprintPorts", "Redis", crypto]),
    floor("JobsprintMemory", ["JobsprintDomain", "JobsprintPorts"]),
    floor("JobsprintNodes", ["JobsprintDomain", "JobsprintPorts", "LibXML2", "CMarkGFM", "OpenSSL", "PCRE2"]),
    floor("JobsprintScript", ["JobsprintDomain", "JobsprintPorts"]),
    // 3
    floor(
      "JobsprintAPI",
      [
        "JobsprintDomain", "JobsprintPorts", "JobsprintRuntime", "JobsprintAccess", hummingbird,
        hummingbirdCore, httpTypes, nioCore, nioHTTPTypes, crypto, logging, lifecycle,
      ],
      resources: [.embedInCode("Resources")]),
    // 4
    floor(
      "JobsprintBootstrap",
      [
        "JobsprintDomain", "JobsprintPorts", "JobsprintRuntime", "JobsprintAccess", "JobsprintSQLite",
        "JobsprintPostgres", "Postgres", "JobsprintMemory", "JobsprintRabbitMQ", "JobsprintRedis", "JobsprintNodes",
        "JobsprintScript", "JobsprintAPI", "Allocator",
        hummingbird, crypto, httpClient, logging, lifecycle, signals, nioCore, nioHTTP,
        configuration,
      ]),
    // roof
    .executableTarget(
      name: "jobsprint",
      dependencies: [
        "JobsprintBootstrap", "JobsprintBench", "JobsprintDomain", argumentParser, httpClient, logging, nioCore,
        nioHTTP,
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "jobsprint-api", dependencies: ["JobsprintBootstrap", argumentParser], swiftSettings: settings),
    .executableTarget(
      name: "jobsprint-worker", dependencies: ["JobsprintBootstrap", argumentParser], swiftSettings: settings),
    .executableTarget(
      name: "jobsprint-sandbox", dependencies: ["CJavaScriptCore", "CSandboxRuntime", "SandboxGuards"],
      swiftSettings: settings),
    // yard
    floor("JobsprintTesting", ["JobsprintDomain", "JobsprintPorts", crypto, logging]),
    floor(
      "JobsprintBench",
      [
        "JobsprintAccess", "JobsprintDomain", "JobsprintEngine", "JobsprintMemory", "JobsprintNodes", "JobsprintPorts",
        "JobsprintRedis", "JobsprintScript", "Postgres", "Allocator", nioCore, nioPosix, nioHTTP,
      ]),
    tests(
      "JobsprintRuntimeTests",
      [
        "jobsprint-sandbox", "JobsprintRuntime", "JobsprintDomain", "JobsprintMemory", "JobsprintNodes",
        "JobsprintPorts", "JobsprintScript",
        "JobsprintTesting", logging,
      ]),
    tests("FloorTests", []),
    tests(
      "DocumentationTests",
      ["JobsprintDomain", "JobsprintNodes", "JobsprintPorts", "JobsprintRuntime", "JobsprintScript"]),
    tests(
      "ExamplesTests",
      [
        "JobsprintDomain", "JobsprintEngine", "JobsprintNodes", "JobsprintPorts", "JobsprintRuntime", "JobsprintScript",
        "JobsprintTesting",
      ]),
    tests("LibXML2Tests", ["LibXML2"]),
    tests("CMarkGFMTests", ["CMarkGFM"]),
    tests("OpenSSLTests", ["OpenSSL"]),
    tests("PCRE2Tests", ["PCRE2"]),
    tests("PostgresTests", ["Postgres", "JobsprintTesting"]),
    tests("AMQPTests", ["AMQP", "JobsprintTesting"]),
    tests("RedisTests", ["Redis", "JobsprintTesting", nioCore, nioPosix]),
    tests("JobsprintDomainTests", ["JobsprintDomain", "JobsprintTesting"]),
    tests("JobsprintEngineTests", ["JobsprintEngine", "JobsprintDomain", "JobsprintTesting"]),
    tests(
      "JobsprintAccessTests",
      [
        "JobsprintAccess", "JobsprintDomain", "JobsprintMemory", "JobsprintPorts", "JobsprintTesting", "OpenSSL",
        crypto,
      ]),
    tests(
      "JobsprintNodesTests",
      ["JobsprintNodes", "JobsprintDomain", "JobsprintPorts", "JobsprintScript", "JobsprintTesting"]),
    tests(
      "JobsprintAPITests",
      [
        "JobsprintAPI", "JobsprintBootstrap", "JobsprintDomain", "JobsprintMemory", "JobsprintPorts",
        "JobsprintRuntime", "JobsprintTesting", crypto, httpClient, httpTypes,
        logging, nioCore, nioHTTP, nioPosix, yams,
      ]),
    tests(
      "KillTests",
      [
        "jobsprint", "jobsprint-api", "jobsprint-worker", "jobsprint-sandbox", "AMQP", "JobsprintDomain",
        "JobsprintPorts", "JobsprintTesting", "Postgres", httpClient, nioCore, nioHTTP,
      ]),
    tests("CommandTests", ["jobsprint", "jobsprint-sandbox", "JobsprintDomain", "JobsprintTesting"]),
    .systemLibrary(name: "CSystemCall", path: "Tests/CSystemCall"),
    .executableTarget(
      name: "guard-probe", dependencies: ["CSeccomp", "CSystemCall", "SandboxGuards"], path: "Tests/GuardProbe",
      swiftSettings: settings),
    tests(
      "JobsprintScriptTests",
      ["guard-probe", "jobsprint-sandbox", "JobsprintScript", "JobsprintDomain", "JobsprintPorts", "JobsprintTesting"]),
    tests(
      "JobsprintSQLiteTests",
      [
        "JobsprintSQLite", "JobsprintAccess", "JobsprintDomain", "JobsprintPorts", "JobsprintTesting", grdb, grdbSQLite,
      ]),
    tests(
      "JobsprintPostgresTests",
      [
        "JobsprintPostgres", "JobsprintAccess", "JobsprintDomain", "JobsprintMemory", "JobsprintNodes",
        "JobsprintPorts", "JobsprintRuntime", "JobsprintScript", "JobsprintTesting", "Postgres", logging,
      ]),
    tests(
      "JobsprintRabbitMQTests",
      [
        "JobsprintRabbitMQ", "JobsprintAccess", "JobsprintDomain", "JobsprintMemory", "JobsprintPorts",
        "JobsprintTesting", "AMQP", crypto, logging,
      ]),
    tests(
      "JobsprintRedisTests",
      ["JobsprintRedis", "JobsprintAccess", "JobsprintDomain", "JobsprintMemory", "JobsprintPorts", "JobsprintTesting"]),
    tests("JobsprintMemoryTests", ["JobsprintMemory", "JobsprintDomain", "JobsprintPorts", "JobsprintTesting"]),
    tests(
      "ConformanceTests",
      [
        "jobsprint-sandbox",
        "JobsprintDomain", "JobsprintEngine", "JobsprintNodes", "JobsprintPorts", "JobsprintRuntime", "JobsprintScript",
        "JobsprintTesting",
      ]),
  ]
)
