import CRabbitMQ
import DriverThread
import Glibc

/// Connects and logs in. It blocks, within the limit but for the system's look-up of names, so it is called on a thread
/// of its own: the owner goes on watching everybody's limits.
enum AMQPConnector {
  static func connect(_ options: AMQPOptions, _ host: AMQPOptions.Host) -> Result<AMQPLink, AMQPError> {
    let started = DriverThread.now()
    guard let state = amqp_new_connection() else { return .failure(AMQPError(.connectFailed, "no memory")) }
    if let error = open(state, options, host) ?? login(state, options, host, started: started) {
      amqp_destroy_connection(state)
      return .failure(error)
    }
    let link = AMQPLink(state, bodyMaximum: options.bodyMaximum)
    // A method or header that doesn't fit into a frame would leave a message half sent.
    guard amqp_get_frame_max(state) >= 2 * AMQPMessage.headersMaximum else {
      return .failure(AMQPError(.connectFailed, "the broker's frame_max is too small: 16384 is the least"))
    }
    return .success(link)
  }

  private static func open(
    _ state: amqp_connection_state_t, _ options: AMQPOptions, _ host: AMQPOptions.Host
  ) -> AMQPError? {
    let place = "the broker at \(host.name):\(host.port)"
    let socket: OpaquePointer?
    if let tls = options.tls {
      socket = amqp_ssl_socket_new(state)
      if let socket {
        amqp_ssl_socket_set_verify_peer(socket, tls.verifiesPeer ? 1 : 0)
        amqp_ssl_socket_set_verify_hostname(socket, tls.verifiesPeer ? 1 : 0)
        amqp_ssl_socket_set_ssl_versions(socket, AMQP_TLSv1_2, AMQP_TLSvLATEST)
        if tls.verifiesPeer, amqp_ssl_socket_set_cacert(socket, tls.authorities) != 0 {
          return AMQPError(.tlsFailed, "the certificate authorities in \(tls.authorities) can't be read")
        }
        if let certificate = tls.certificate {
          guard amqp_ssl_socket_set_key(socket, certificate, tls.key ?? certificate) == 0 else {
            return AMQPError(.tlsFailed, "the client certificate \(certificate) or its key can't be read")
          }
        }
      }
    } else {
      socket = amqp_tcp_socket_new(state)
    }
    guard let socket else { return AMQPError(.connectFailed, "no memory for the connection to \(place)") }
    var limit = timeval(nanoseconds: options.connectLimit.nanoseconds)
    let status = amqp_socket_open_noblock(socket, host.name, Int32(host.port), &limit)
    guard status != 0 else { return nil }
    if status <= AMQP_STATUS_SSL_ERROR.rawValue {
      return AMQPError(
        .tlsFailed,
        "TLS with \(place) failed: \(AMQPLink.text(status)); check the authorities (cacertfile) and that the"
          + " certificate names this host")
    }
    return AMQPError(.connectFailed, "\(place) can't be reached: \(AMQPLink.text(status))")
  }

  private static func login(
    _ state: amqp_connection_state_t, _ options: AMQPOptions, _ host: AMQPOptions.Host, started: UInt64
  ) -> AMQPError? {
    let spent = DriverThread.now() &- started
    let limit = options.connectLimit.nanoseconds
    var left = timeval(nanoseconds: max(limit > spent ? limit - spent : 0, 10_000_000))
    amqp_set_handshake_timeout(state, &left)

    let arena = AMQPArena()
    // connection.blocked is told, and a consumer's end, only to those who say that they understand them.
    var properties = arena.table([
      "connection_name": .string(options.connectionName),
      "product": .string("AMQP for Swift"),
      "capabilities": .table([
        "connection.blocked": .bool(true), "consumer_cancel_notify": .bool(true), "basic.nack": .bool(true),
        "publisher_confirms": .bool(true), "authentication_failure_close": .bool(true),
      ]),
    ])
    let heartbeat = Int32(clamping: max(1, options.heartbeat.components.seconds))
    let reply = crabbitmq_login(
      state, options.virtualHost, Int32(UInt16.max), AMQP_DEFAULT_FRAME_SIZE, heartbeat, &properties, options.user,
      options.password)

    let place = "the broker at \(host.name):\(host.port)"
    switch reply.reply_type {
    case AMQP_RESPONSE_NORMAL: return nil
    case AMQP_RESPONSE_SERVER_EXCEPTION:
      guard reply.reply.id == AMQP_CONNECTION_CLOSE_METHOD,
        let close = reply.reply.decoded?.assumingMemoryBound(to: amqp_connection_close_t.self).pointee
      else { return AMQPError(.connectFailed, "\(place) refused the login") }
      let code = Int(close.reply_code)
      let isAccess = code == 403 || code == 530
      return AMQPError(
        isAccess ? .accessRefused : .connectFailed,
        "\(place) refused the login of user \(options.user) to \(options.virtualHost): \(String(close.reply_text))",
        replyCode: code)
    default:
      return AMQPError(.connectFailed, "\(place) broke off the login: \(AMQPLink.text(reply.library_error))")
    }
  }
}

extension timeval {
  init(nanoseconds: UInt64) {
    self.init(tv_sec: Int(nanoseconds / 1_000_000_000), tv_usec: Int(nanoseconds % 1_000_000_000 / 1000))
  }
}
