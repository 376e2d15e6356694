import NIOCore
import NIOPosix
import NIOSSL

/// One connection to one server, logged in.
final class RedisLink: Sendable {
  let host: RedisOptions.Host
  private let channel: any Channel
  private let inbox: RedisInbox
  private let answerLimit: Duration

  private init(host: RedisOptions.Host, channel: any Channel, inbox: RedisInbox, answerLimit: Duration) {
    self.host = host
    self.channel = channel
    self.inbox = inbox
    self.answerLimit = answerLimit
  }

  /// Connects and logs in.
  /// - Parameters:
  ///   - tls: made once, of `options.tls`.
  ///   - greeting: commands that every new connection begins with.
  static func open(
    _ host: RedisOptions.Host, on loops: any EventLoopGroup, _ options: RedisOptions, tls: NIOSSLContext?,
    greeting: [RedisCommand], received: (@Sendable (RedisMessage) -> Void)?
  ) async throws(RedisError) -> RedisLink {
    let inbox = RedisInbox(maximum: options.inFlightMaximum)
    let deadline = NIODeadline.now() + TimeAmount(options.connectLimit)
    let channel: any Channel
    do {
      channel = try await ClientBootstrap(group: loops)
        .connectTimeout(TimeAmount(options.connectLimit))
        .channelOption(.tcpOption(.tcp_nodelay), value: 1)
        .channelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            if let tls {
              try channel.pipeline.syncOperations.addHandler(
                NIOSSLClientHandler(context: tls, serverHostname: isAddress(host.name) ? nil : host.name))
            }
            try channel.pipeline.syncOperations.addHandler(
              RedisPipeline(inbox: inbox, answerMaximum: options.answerMaximum, received: received))
          }
        }
        .connect(host: host.name, port: host.port).get()
    } catch { throw explained(error, .connectFailed, "no connection to Redis at \(host)") }
    let link = RedisLink(host: host, channel: channel, inbox: inbox, answerLimit: options.answerLimit)
    do throws(RedisError) {
      try await link.greet(options, with: greeting, until: deadline)
      return link
    } catch {
      link.close(error)
      throw error.code == .timedOut
        ? RedisError(.connectFailed, "Redis at \(host) takes connections, but does not answer") : error
    }
  }

  private func greet(
    _ options: RedisOptions, with greeting: [RedisCommand], until deadline: NIODeadline
  ) async throws(RedisError) {
    if let password = options.password {
      let user = options.user.map { [RedisWord.text($0)] } ?? []
      try await expectOK(RedisCommand(words: ["AUTH"] + user + [.text(password)], key: nil), deadline)
    }
    // A name is a help; a user who may not give one can work without. It has no spaces.
    let name = options.connectionName.replacing(" ", with: "-")
    _ = try await ask(RedisCommand("CLIENT", "SETNAME", .text(name)), until: deadline)
    if options.database > 0 {
      try await expectOK(RedisCommand("SELECT", .number(Int64(options.database))), deadline)
    }
    // Answered with an error while the server is loading its data.
    try await expectOK(RedisCommand("PING"), deadline)
    for command in greeting { try await expectOK(command, deadline) }
  }

  private func expectOK(_ command: RedisCommand, _ deadline: NIODeadline) async throws(RedisError) {
    if case .error(let text) = try await ask(command, until: deadline) { throw RedisError(answer: text) }
  }

  // MARK: asking

  /// - Parameters:
  ///   - answers: how many come; the last one is returned.
  ///   - limit: nil: the options'. Not shorter than those of others: answers come in order.
  /// - Returns: also an error of the server's.
  func ask(
    _ command: RedisCommand, answers: Int = 1, until limit: NIODeadline? = nil
  ) async throws(RedisError) -> RedisValue {
    let deadline = limit ?? NIODeadline.now() + TimeAmount(answerLimit)
    let answer = await withUnsafeContinuation { continuation in
      let request = RedisRequest(
        wire: command.wire, answers: answers, deadline: deadline, continuation: continuation)
      switch inbox.put(request) {
      case .isFirst: channel.pipeline.triggerUserOutboundEvent(RedisPipeline.Submitted(), promise: nil)
      case .isTaken: break
      case .isRefused(let error): continuation.resume(returning: .failure(error))
      }
    }
    return try answer.get()
  }

  var inFlight: Int { inbox.count }

  // MARK: the end

  func close(_ reason: RedisError) {
    inbox.close(reason)
    channel.close(promise: nil)
  }

  /// Returns when the connection has ended, with why.
  func ended() async -> RedisError {
    try? await channel.closeFuture.get()
    return inbox.end ?? RedisError(.connectionLost, "the connection to Redis has ended")
  }

  static func explained(_ error: any Error, _ code: RedisError.Code, _ what: String) -> RedisError {
    switch error {
    case let error as RedisError: error
    case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError:
      RedisError(.tlsFailed, "TLS with Redis has failed: \(error)")
    default: RedisError(code, "\(what): \(error)")
    }
  }

  /// The name of a host, and no address, is what its certificate is held against.
  private static func isAddress(_ name: String) -> Bool { (try? SocketAddress(ipAddress: name, port: 0)) != nil }
}

extension NIOSSLContext {
  /// - Throws: `tlsFailed` for files that can't be used.
  static func make(_ tls: RedisOptions.TLS) throws(RedisError) -> NIOSSLContext {
    do {
      var configuration = TLSConfiguration.makeClientConfiguration()
      configuration.minimumTLSVersion = .tlsv12
      configuration.trustRoots = tls.authorities.map { .file($0) } ?? .default
      if let certificate = tls.certificate {
        configuration.certificateChain = try NIOSSLCertificate.fromPEMFile(certificate).map { .certificate($0) }
      }
      if let key = tls.key { configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: key, format: .pem)) }
      configuration.certificateVerification = tls.verifiesPeer ? .fullVerification : .none
      return try NIOSSLContext(configuration: configuration)
    } catch { throw RedisError(.tlsFailed, "the TLS files for Redis can't be used: \(error)") }
  }
}
