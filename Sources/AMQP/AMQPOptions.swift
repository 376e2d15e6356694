/// How to reach a broker, and the limits under which a connection works with it.
public struct AMQPOptions: Sendable {
  public struct Host: Sendable, Equatable {
    public var name: String
    public var port: Int
  }

  public struct TLS: Sendable {
    /// A PEM file of the authorities that are trusted.
    public var authorities = "/etc/ssl/certs/ca-certificates.crt"
    /// PEM files of a certificate of our own and its key.
    public var certificate: String?
    public var key: String?
    /// False trusts everybody who answers: for tests only.
    public var verifiesPeer = true

    public init() {}
  }

  /// Tried in turn.
  public var hosts: [Host]
  public var virtualHost = "/"
  public var user = "guest"
  public var password = "guest"
  /// Nil: no TLS.
  public var tls: TLS?
  /// What the broker's lists of connections show: the process's role and a stable name of the instance.
  public var connectionName = "swift"

  /// For one attempt to connect and log in.
  public var connectLimit: Duration = .seconds(5)
  /// For declaring the topology, for opening or closing a channel, and for each other question.
  public var answerLimit: Duration = .seconds(10)
  /// From handing a message over to its confirm. Calls can set their own.
  public var publishLimit: Duration = .seconds(10)
  /// How long a publish waits while there is no connection or the broker blocks publishers. Zero fails at once.
  public var waitLimit: Duration = .seconds(2)
  /// A peer that is silent for twice as long is gone. Whole seconds, at least 1; the broker may ask for less.
  public var heartbeat: Duration = .seconds(10)
  /// How many messages of one publisher may be on their way without a confirm.
  public var inFlightMaximum = 10_000
  /// How many more may wait in a publisher; what comes then is refused at once.
  public var waitingMaximum = 100_000
  /// A larger message than this is not accepted from the broker, in bytes.
  public var bodyMaximum = 128 << 20
  /// The first and the longest pause between attempts to connect; doubled each time, and shortened at random by up to
  /// half so that many clients do not return at the same moment. Whoever waits for a broker that is back waits for the
  /// longest pause, too.
  public var backoff: ClosedRange<Duration> = .milliseconds(100) ... .seconds(2)
  /// How long confirms are waited for when the connection is shut down.
  public var drainLimit: Duration = .seconds(5)

  /// - Parameter url: `amqp://user:password@host:5672/vhost` or `amqps://…`, percent-encoded; several hosts are
  ///   separated by commas. Parameters are those of https://www.rabbitmq.com/docs/uri-query-parameters: `cacertfile`,
  ///   `certfile`, `keyfile`, `verify` (`verify_peer`, `verify_none`), `heartbeat` (seconds), `connection_timeout`
  ///   (milliseconds).
  /// - Throws: `invalid`. The message never repeats the URL: it may hold a password.
  public init(_ url: String) throws(AMQPError) {
    self = try AMQPURL.parse(url)
  }

  init(hosts: [Host]) { self.hosts = hosts }
}

extension AMQPOptions: CustomStringConvertible, CustomReflectable {
  /// Neither password nor TLS files: this may end up in a log.
  public var description: String {
    let hosts = hosts.map { "\($0.name):\($0.port)" }.joined(separator: ",")
    return "\(tls == nil ? "amqp" : "amqps")://\(user)@\(hosts)/\(virtualHost == "/" ? "" : virtualHost)"
  }

  public var customMirror: Mirror { Mirror(self, children: ["address": description]) }
}

/// The rules of https://www.rabbitmq.com/docs/uri-spec, but for one: an empty virtual host is "/", as everybody means
/// it.
enum AMQPURL {
  static func parse(_ url: String) throws(AMQPError) -> AMQPOptions {
    let isTLS = url.hasPrefix("amqps://")
    guard isTLS || url.hasPrefix("amqp://") else { throw refused("it does not begin with amqp:// or amqps://") }
    let rest = url.dropFirst(isTLS ? 8 : 7)
    let (beforeQuery, query) = split(rest, at: "?")
    let (authority, path) = split(beforeQuery, at: "/")
    var options = AMQPOptions(hosts: [])
    if isTLS { options.tls = AMQPOptions.TLS() }

    var hosts = authority
    if let at = authority.lastIndex(of: "@") {
      let (user, password) = split(authority[..<at], at: ":")
      options.user = try decoded(user)
      options.password = try decoded(password ?? "")
      hosts = authority[authority.index(after: at)...]
    }
    for host in hosts.split(separator: ",") { options.hosts.append(try self.host(host, isTLS: isTLS)) }
    guard !options.hosts.isEmpty else { throw refused("it names no host") }
    if let path, !path.isEmpty { options.virtualHost = try decoded(path) }
    for pair in (query ?? "").split(separator: "&") {
      let (name, value) = split(pair, at: "=")
      try set(String(name), try decoded(value ?? ""), in: &options)
    }
    return options
  }

  private static func host(_ text: Substring, isTLS: Bool) throws(AMQPError) -> AMQPOptions.Host {
    var name = text
    var port: Substring?
    if text.first == "[", let end = text.lastIndex(of: "]") {
      name = text[text.index(after: text.startIndex)..<end]
      let rest = text[text.index(after: end)...]
      if rest.first == ":" { port = rest.dropFirst() }
    } else {
      (name, port) = split(text, at: ":")
    }
    guard let number = port.map({ Int($0) }) ?? (isTLS ? 5671 : 5672), (1...65535).contains(number), !name.isEmpty
    else {
      throw refused("a host or its port can't be read")
    }
    return AMQPOptions.Host(name: try decoded(name), port: number)
  }

  private static func set(_ name: String, _ value: String, in options: inout AMQPOptions) throws(AMQPError) {
    switch name {
    case "cacertfile": options.tls?.authorities = value
    case "certfile": options.tls?.certificate = value
    case "keyfile": options.tls?.key = value
    case "verify": options.tls?.verifiesPeer = value != "verify_none"
    case "heartbeat":
      guard let seconds = Int(value), (1...600).contains(seconds) else {
        throw refused("heartbeat is 1 to 600 seconds")
      }
      options.heartbeat = .seconds(seconds)
    case "connection_timeout":
      guard let milliseconds = Int(value), (1...600_000).contains(milliseconds) else {
        throw refused("connection_timeout is 1 to 600000 milliseconds")
      }
      options.connectLimit = .milliseconds(milliseconds)
    default: throw refused("the parameter \(name) is not known")
    }
  }

  private static func split(_ text: Substring, at separator: Character) -> (Substring, Substring?) {
    guard let index = text.firstIndex(of: separator) else { return (text, nil) }
    return (text[..<index], text[text.index(after: index)...])
  }

  private static func decoded(_ text: Substring) throws(AMQPError) -> String {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      let digits = rest.prefix(2)
      guard digits.count == 2, let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16), value != 0 else {
        throw refused("a percent sign is not followed by two hexadecimal digits")
      }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func refused(_ reason: String) -> AMQPError {
    AMQPError(
      .invalid,
      "the AMQP address can't be used: \(reason); give amqp://user:password@host:port/vhost with special characters"
        + " percent-encoded, or amqps://")
  }
}

extension Duration {
  /// At least 0, saturating.
  var nanoseconds: UInt64 {
    let (seconds, attoseconds) = components
    guard seconds >= 0, attoseconds >= 0 else { return 0 }
    let (product, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
    return overflow ? .max / 4 : min(product &+ UInt64(attoseconds / 1_000_000_000), .max / 4)
  }
}
