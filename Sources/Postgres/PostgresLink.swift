import CPostgres
import Glibc

/// libpq's connection: open, non-blocking, in pipeline mode. Every call returns at once.
///
/// Not to be used by two threads at the same time: the pool calls it under its lock only. libpq asks for no more
/// (https://www.postgresql.org/docs/current/libpq-threading.html).
final class PostgresLink: Sendable {
  // Under the pool's lock, see above.
  nonisolated(unsafe) private let connection: OpaquePointer
  let socket: Int32

  enum Flush { case done, pending, failed }

  /// What came next from the server.
  enum Received {
    case rows(PostgresRows)
    case error(PostgresError, routine: String?)
    /// A statement that wasn't run because one before it failed.
    case skipped
    /// There's no more from the current statement.
    case commandEnd
    /// The end of what was sent up to one `sync`.
    case sync
    /// The server waits for the rows of a COPY.
    case copyIn
  }

  /// Takes over a connection that was just opened.
  init?(_ connection: OpaquePointer) {
    self.connection = connection
    socket = PQsocket(connection)
    guard socket >= 0, PQsetnonblocking(connection, 1) == 0, PQenterPipelineMode(connection) == 1 else { return nil }
    // The default prints to stderr.
    PQsetNoticeReceiver(connection, { _, _ in }, nil)
  }

  deinit { PQfinish(connection) }

  var host: String { PQhost(connection).map { String(cString: $0) } ?? "" }
  var failure: String { Self.message(of: connection) }

  static func message(of connection: OpaquePointer?) -> String {
    guard let text = PQerrorMessage(connection) else { return "no memory" }
    var message = Substring(String(cString: text))
    while message.last?.isWhitespace == true { message.removeLast() }
    return String(message.replacing("\n", with: "; "))
  }

  // MARK: sending

  func prepare(_ name: String, _ command: PostgresCommand) -> Bool {
    withUnsafeTemporaryAllocation(of: Oid.self, capacity: command.values.fields.count) { types in
      for (index, field) in command.values.fields.enumerated() { types[index] = field.type }
      return PQsendPrepare(connection, name, command.sql, Int32(types.count), types.baseAddress) == 1
    }
  }

  /// - Parameter prepared: the name under which the text was prepared, or nil to send the text itself.
  func send(_ command: PostgresCommand, prepared: String?, binary: Bool = true) -> Bool {
    let fields = command.values.fields
    let count = fields.count
    return command.values.buffer.bytes.withUnsafeBytes { bytes in
      withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: count) { values in
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: count * 2) { lengths in
          withUnsafeTemporaryAllocation(of: Oid.self, capacity: count) { types in
            // A value of no bytes still needs an address: nil would be NULL.
            let start = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 8)
            for index in 0..<count {
              let field = fields[index]
              values[index] =
                field.length < 0 ? nil : (start.map { $0 + field.offset })?.assumingMemoryBound(to: CChar.self)
              lengths[index] = Int32(clamping: max(0, field.length))
              lengths[count + index] = 1
              types[index] = field.type
            }
            let formats = lengths.baseAddress.map { $0 + count }
            let result: Int32 = binary ? 1 : 0
            if let prepared {
              return PQsendQueryPrepared(
                connection, prepared, Int32(count), values.baseAddress, lengths.baseAddress, formats, result) == 1
            }
            return PQsendQueryParams(
              connection, command.sql, Int32(count), types.baseAddress, values.baseAddress, lengths.baseAddress,
              formats,
              result) == 1
          }
        }
      }
    }
  }

  /// Ends a unit: the server commits what came since the last sync (unless a BEGIN is open) and answers.
  func sync() -> Bool { PQpipelineSync(connection) == 1 }

  func flush() -> Flush {
    switch PQflush(connection) {
    case 0: .done
    case 1: .pending
    default: .failed
    }
  }

  // MARK: outside of the pipeline (COPY and scripts are refused inside)

  func leavePipeline() -> Bool { PQexitPipelineMode(connection) == 1 }
  func enterPipeline() -> Bool { PQenterPipelineMode(connection) == 1 }
  func sendScript(_ sql: String) -> Bool { PQsendQuery(connection, sql) == 1 }

  func putCopy(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBytes { raw in
      PQputCopyData(connection, raw.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(clamping: raw.count)) == 1
    }
  }

  /// - Parameter reason: nil ends the COPY, a text makes the server refuse it with that text.
  func endCopy(_ reason: String?) -> Bool { PQputCopyEnd(connection, reason) == 1 }

  // MARK: receiving

  /// Reads what has arrived. False: the connection is gone.
  func consume() -> Bool { PQconsumeInput(connection) == 1 }

  /// The next thing that has arrived as a whole; nil where more bytes are needed. Only to be called while an answer is
  /// due: with nothing due libpq says `commandEnd` for ever.
  func next() -> Received? {
    guard PQisBusy(connection) == 0 else { return nil }
    guard let result = PQgetResult(connection) else { return .commandEnd }
    switch PQresultStatus(result) {
    case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: return .rows(PostgresRows(result: result))
    case PGRES_PIPELINE_SYNC:
      PQclear(result)
      return .sync
    case PGRES_PIPELINE_ABORTED:
      PQclear(result)
      return .skipped
    case PGRES_COPY_IN:
      PQclear(result)
      return .copyIn
    default:
      defer { PQclear(result) }
      return .error(PostgresError(result: result), routine: PostgresError.field("R", of: result))
    }
  }

  func nextNotification() -> PostgresNotification? {
    guard let raw = PQnotifies(connection) else { return nil }
    defer { PQfreemem(raw) }
    return PostgresNotification(
      channel: String(cString: raw.pointee.relname), payload: String(cString: raw.pointee.extra),
      process: raw.pointee.be_pid)
  }

  // MARK: cancelling

  func canceller() -> PostgresCanceller? { PQgetCancel(connection).map(PostgresCanceller.init) }
}

/// What is needed to cancel whatever a connection is running. libpq's call connects anew and blocks until the server
/// has passed the signal on, so it is made on a thread of its own.
final class PostgresCanceller: Sendable {
  // libpq allows a cancel to be used from any thread; it is never changed.
  nonisolated(unsafe) private let cancel: OpaquePointer

  init(_ cancel: OpaquePointer) { self.cancel = cancel }

  deinit { PQfreeCancel(cancel) }

  /// Blocks. Failure shows in the statement's going on.
  func run() {
    var reason = [CChar](repeating: 0, count: 256)
    _ = PQcancel(cancel, &reason, Int32(reason.count))
  }
}

extension PostgresError {
  /// The fields are known by a letter: PG_DIAG_… in postgres_ext.h, which are macros that Swift can't see.
  static func field(_ letter: Unicode.Scalar, of result: OpaquePointer) -> String? {
    PQresultErrorField(result, Int32(letter.value)).map { String(cString: $0) }
  }

  /// The server's report, or libpq's own where there is none.
  init(result: OpaquePointer) {
    let text = { (letter: Unicode.Scalar) in Self.field(letter, of: result) }
    var fallback = PQresultErrorMessage(result).map { String(cString: $0) } ?? "no message"
    while fallback.last?.isWhitespace == true { fallback.removeLast() }
    self.init(.server, text("M") ?? fallback)
    sqlState = text("C")
    severity = text("V")
    detail = text("D")
    hint = text("H")
    context = text("W")
    schema = text("s")
    table = text("t")
    column = text("c")
    constraint = text("n")
    position = text("P").flatMap(Int.init)
  }
}
