import CPostgres
import DriverThread
import Glibc

/// Opens one connection. Blocks, so it runs on a thread of its own: libpq resolves names with the system's blocking
/// resolver even in its asynchronous calls.
enum PostgresConnector {
  static func connect(_ options: PostgresOptions) -> Result<PostgresLink, PostgresError> {
    let until = DriverThread.now() &+ options.connectLimit.nanoseconds
    guard let connection = start(options.connectionParameters) else {
      return .failure(PostgresError(.connectFailed, "no memory for a connection"))
    }
    // libpq gives the SQLSTATE of a refusal in the verbose text only.
    PQsetErrorVerbosity(connection, PQERRORS_VERBOSE)
    if let error = complete(connection, until: until) {
      PQfinish(connection)
      return .failure(error)
    }
    PQsetErrorVerbosity(connection, PQERRORS_DEFAULT)
    // From here on the link closes it.
    guard let link = PostgresLink(connection) else {
      return .failure(PostgresError(.connectFailed, "libpq refuses the pipeline mode"))
    }
    return .success(link)
  }

  private static func start(_ parameters: [(String, String)]) -> OpaquePointer? {
    var keywords: [UnsafePointer<CChar>?] = parameters.map { UnsafePointer(strdup($0.0)) }
    var values: [UnsafePointer<CChar>?] = parameters.map { UnsafePointer(strdup($0.1)) }
    defer { for text in keywords + values { free(UnsafeMutablePointer(mutating: text)) } }
    keywords.append(nil)
    values.append(nil)
    return PQconnectStartParams(keywords, values, 0)
  }

  /// Follows libpq's steps until it's connected: nil is success.
  private static func complete(_ connection: OpaquePointer, until: UInt64) -> PostgresError? {
    var wanted = PGRES_POLLING_WRITING
    if PQstatus(connection) == CONNECTION_BAD { return failure(connection) }
    while true {
      var watch = pollfd(
        fd: PQsocket(connection), events: Int16(wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT), revents: 0)
      let now = DriverThread.now()
      guard now < until else {
        return PostgresError(.connectFailed, "no connection to the PostgreSQL server within the limit")
      }
      let ready = poll(&watch, 1, Int32(clamping: (until - now + 999_999) / 1_000_000))
      if ready < 0, errno != EINTR { return PostgresError(.connectFailed, "poll failed with error \(errno)") }
      if ready <= 0 { continue }
      wanted = PQconnectPoll(connection)
      switch wanted {
      case PGRES_POLLING_OK: return nil
      case PGRES_POLLING_FAILED: return failure(connection)
      default: continue
      }
    }
  }

  private static func failure(_ connection: OpaquePointer) -> PostgresError {
    refusal(PostgresLink.message(of: connection))
  }

  /// `…: FATAL:  28P01: password authentication failed for user "x"; LOCATION:  auth_failed, auth.c:329`, of each host
  /// that was tried; the words before the code may be in any language. The code is that of the last one.
  static func refusal(_ text: String) -> PostgresError {
    let code = /: {2}([0-9A-Z]{5}):\s/
    let message = text.replacing(code, with: ":  ").replacing(/; [^;:]+: {2}\w+, [\w.]+:\d+/, with: "")
    var error = PostgresError(.connectFailed, message)
    error.sqlState = text.matches(of: code).last.map { String($0.1) }
    return error
  }
}
