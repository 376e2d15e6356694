import Foundation

/// How to reach a server or a cluster, and the limits under which a client works with it.
public struct RedisOptions: Sendable {
  public struct Host: Sendable, Hashable, CustomStringConvertible {
    public var name: String
    public var port: Int

    public init(name: String, port: Int) {
      self.name = name
      self.port = port
    }

    public var description: String { "\(name):\(port)" }
  }

  public struct TLS: Sendable {
    /// A PEM file of the authorities that are trusted; nil: the system's.
    public var authorities: String?
    /// PEM files of a certificate of our own and its key.
    public var certificate: String?
    public var key: String?
    /// False trusts everybody who answers: for tests only.
    public var verifiesPeer = true

    public init() {}
  }

  /// Tried in turn; of a cluster any of its nodes.
  public var hosts: [Host]
  public var isCluster = false
  /// nil: the server's default user.
  public var user: String?
  public var password: String?
  /// A cluster has only 0.
  public var database = 0
  /// nil: no TLS.
  public var tls: TLS?
  /// What `CLIENT LIST` shows.
  public var connectionName = "swift"

  /// For one attempt to connect and log in.
  public var connectLimit: Duration = .seconds(2)
  /// From handing a command over to its answer. A server that misses it loses its connection.
  public var answerLimit: Duration = .seconds(1)
  /// A connection without work is asked so often whether it lives.
  public var pingInterval: Duration = .seconds(5)
  /// How many commands may wait for answers on one connection; what comes then is refused at once.
  public var inFlightMaximum = 50_000
  /// A larger answer than this is not accepted, in bytes.
  public var answerMaximum = 64 << 20
  /// The first and the longest pause between attempts to connect; doubled each time, and shortened at random by up to
  /// half so that many clients do not return at the same moment.
  public var backoff: ClosedRange<Duration> = .milliseconds(50) ... .seconds(2)
  /// How many times one command may be sent on by nodes of a cluster.
  public var redirectsMaximum = 5

  /// - Parameter url: `redis://user:password@host:6379/0`, `rediss://…` with TLS, `redis-cluster://…` and
  ///   `rediss-cluster://…` for a cluster; percent-encoded; several hosts are separated by commas. Parameters:
  ///   `cacertfile`, `certfile`, `keyfile`, `verify` (`verify_peer`, `verify_none`).
  /// - Throws: `invalid`. The message never repeats the URL: it may hold a password.
  public init(_ url: String) throws(RedisError) {
    self = try RedisURL.parse(url)
  }

  init(hosts: [Host]) { self.hosts = hosts }
}

extension RedisOptions: CustomStringConvertible, CustomReflectable {
  /// Neither password nor TLS files: this may end up in a log.
  public var description: String {
    let scheme = (tls == nil ? "redis" : "rediss") + (isCluster ? "-cluster" : "")
    return "\(scheme)://\(user.map { "\($0)@" } ?? "")\(hosts.map(\.description).joined(separator: ","))/\(database)"
  }

  public var customMirror: Mirror { Mirror(self, children: ["address": description]) }
}

/// The form that https://www.iana.org/assignments/uri-schemes/prov/redis describes, with several hosts.
enum RedisURL {
  static func parse(_ url: String) throws(RedisError) -> RedisOptions {
    guard let scheme = url.firstRange(of: "://"),
      ["redis", "rediss", "redis-cluster", "rediss-cluster"].contains(url[..<scheme.lowerBound])
    else { throw refused("it does not begin with redis://, rediss://, redis-cluster:// or rediss-cluster://") }
    var options = RedisOptions(hosts: [])
    if url.hasPrefix("rediss") { options.tls = RedisOptions.TLS() }
    options.isCluster = url[..<scheme.lowerBound].hasSuffix("-cluster")
    // Foundation knows one host; the rest belongs to all of them.
    let authority = url[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" }
    let hostsBegin = authority.lastIndex(of: "@").map { authority.index(after: $0) } ?? authority.startIndex
    let rest = url[authority.endIndex...]
    for host in authority[hostsBegin...].split(separator: ",") {
      guard
        let one = URLComponents(
          string: "redis://" + authority[..<hostsBegin] + host + rest, encodingInvalidCharacters: false),
        let name = one.host, !name.isEmpty, (1...65_535).contains(one.port ?? 6379)
      else { throw refused("a host, its port or an encoded character can't be read") }
      // Brackets of an IPv6 address are not part of it.
      options.hosts.append(
        RedisOptions.Host(name: name.trimmingCharacters(in: ["[", "]"]), port: one.port ?? 6379))
      options.user = one.user.flatMap { $0.isEmpty ? nil : $0 }
      options.password = one.password
      options.database = try database(one.path, isCluster: options.isCluster)
      for item in one.queryItems ?? [] { try set(item.name, item.value ?? "", in: &options) }
    }
    guard !options.hosts.isEmpty else { throw refused("it names no host") }
    return options
  }

  private static func database(_ path: String, isCluster: Bool) throws(RedisError) -> Int {
    let text = path.drop { $0 == "/" }
    if text.isEmpty { return 0 }
    guard let number = Int(text), (0...65_535).contains(number) else { throw refused("its database is no number") }
    guard number == 0 || !isCluster else { throw refused("a cluster has only database 0") }
    return number
  }

  private static func set(_ name: String, _ value: String, in options: inout RedisOptions) throws(RedisError) {
    guard options.tls != nil else { throw refused("the parameter \(name) needs TLS: rediss://") }
    switch name {
    case "cacertfile": options.tls?.authorities = value
    case "certfile": options.tls?.certificate = value
    case "keyfile": options.tls?.key = value
    case "verify": options.tls?.verifiesPeer = value != "verify_none"
    default: throw refused("the parameter \(name) is not known")
    }
  }

  private static func refused(_ reason: String) -> RedisError {
    RedisError(
      .invalid,
      "the Redis address can't be used: \(reason); give redis://user:password@host:port/0 with special characters"
        + " percent-encoded, rediss:// for TLS, redis-cluster:// for a cluster")
  }
}
