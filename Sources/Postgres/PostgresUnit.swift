/// One piece of work of one caller: statements that are sent together and end with one sync, or the wish to have a
/// connection for oneself.
///
/// Created by the caller's task, then changed under the pool's lock only; it is a reference so that the caller's
/// cancellation handler and the pool mean the same one.
// What varies is read and written under the pool's lock only.
final class PostgresUnit: @unchecked Sendable {
  enum Kind {
    /// Runs as one transaction on any connection, maybe behind others.
    case work
    /// What a new connection begins with; nobody waits for it.
    case greeting
    /// Wants a connection: the answer is in `lease`.
    case lease
    /// Runs on the connection that is leased.
    case leased(PostgresLease)
    /// A step of a COPY, or a script, on the connection that is leased.
    case outside(PostgresLease, PostgresOutside)
  }

  enum Place: Equatable {
    case new, waiting
    case reserved(slot: Int)
    case sent(slot: Int)
    case done
  }

  enum Stop { case cancelled, timedOut }

  typealias Answer = Result<[PostgresRows], PostgresError>

  let kind: Kind
  let commands: [PostgresCommand]
  /// What metrics call it.
  let name: String
  /// Nanoseconds from sending to the answer.
  let limit: UInt64

  var continuation: UnsafeContinuation<Answer, Never>?
  var place = Place.new
  var stop: Stop?
  var rows: [PostgresRows] = []
  var error: PostgresError?
  /// The server function that raised the error.
  var routine: String?
  /// Names under which the commands were sent; empty where they went as text.
  var names: [String] = []
  var lease: PostgresLease?
  var attempts = 0
  /// Moments on the monotonic clock, in nanoseconds.
  var waitingSince: UInt64 = 0
  var sentAt: UInt64 = 0
  var deadline = UInt64.max
  var cancelAgainAt = UInt64.max
  var giveUpAt = UInt64.max
  /// How many cancels its connection had sent when it was sent: a later one may have hit it instead of its neighbour.
  var cancelsBefore = 0

  init(_ kind: Kind, _ commands: [PostgresCommand], name: String, limit: UInt64) {
    self.kind = kind
    self.commands = commands
    self.name = name
    self.limit = limit
  }

  /// Makes it as if it had never been sent.
  func rewind() {
    rows.removeAll()
    error = nil
    routine = nil
    deadline = .max
    place = .new
  }
}

/// A connection for oneself. `epoch` says which life of the connection, `serial` which lease of it: what outlives
/// either is refused.
struct PostgresLease: Sendable, Equatable {
  let slot: Int
  let epoch: UInt32
  let serial: UInt64
}

/// What libpq refuses inside a pipeline.
enum PostgresOutside: Sendable {
  /// `COPY … FROM STDIN`; answered when the server is ready for rows.
  case copy
  case rows([UInt8])
  /// nil: all rows were sent.
  case endCopy(reason: String?)
  /// Several commands in one text.
  case script
}
