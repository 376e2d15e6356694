import JobsprintPorts
import Postgres

extension PortError {
  /// An error of the driver, of the server or of a statement, in the terms of the ports.
  init(postgres error: any Error) {
    if let own = error as? PortError {
      self = own
      return
    }
    guard let failure = error as? PostgresError else {
      self.init(.unavailable, "The database could not be asked.", underlying: "\(error)")
      return
    }
    let words = failure.description
    switch failure.code {
    case .server where failure.sqlState == "22023" && failure.message.hasPrefix("role \"jobsprint_"):
      self.init(.newer, "The database was never migrated. Run 'jobsprint migrate up'.", underlying: words)
    case .server: self.init(sqlState: failure.sqlState ?? "", words)
    case .invalidValue: self.init(.refused, "The database refuses this value.", underlying: words)
    case .unexpectedColumn:
      self.init(
        .newer, "The database does not have the columns that this program reads. Run 'jobsprint migrate status'.",
        underlying: words)
    case .connectFailed, .connectionLost:
      self.init(.unavailable, "The database is out of reach. Jobsprint keeps trying to connect.", underlying: words)
    case .waitTimedOut, .tooManyWaiting:
      self.init(.unavailable, "All connections to the database are busy. Try again later.", underlying: words)
    case .statementTimedOut:
      self.init(.unavailable, "The database took too long. Try again later.", underlying: words)
    case .cancelled, .closed: self.init(.unavailable, "The request was given up.", underlying: words)
    case .transactionAborted, .misuse: self.init(.unavailable, "The database could not be asked.", underlying: words)
    }
  }

  /// The classes of https://www.postgresql.org/docs/current/errcodes-appendix.html.
  private init(sqlState: String, _ words: String) {
    switch (sqlState.prefix(2), sqlState) {
    case (_, "53100"):
      self.init(.full, "There is no room left for the database. Free some space on its server.", underlying: words)
    case ("22", _), ("23", _), ("54", _):
      self.init(.refused, "The database refuses this value.", underlying: words)
    case (_, "42501"), ("28", _):
      self.init(
        .forbidden,
        "The database denies access. Its user has to be a member of the roles jobsprint_api, jobsprint_journal, "
          + "jobsprint_claimer and jobsprint_keeper.", underlying: words)
    case (_, "42P01"), (_, "42703"), (_, "42883"), (_, "3F000"), (_, "42704"):
      self.init(
        .newer, "The database does not have the tables that this program knows. Run 'jobsprint migrate status'.",
        underlying: words)
    case ("XX", _):
      self.init(.corrupted, "The database is damaged. Look at its server's log.", underlying: words)
    case (_, "25006"):
      self.init(.unavailable, "The database only reads at the moment. Try again later.", underlying: words)
    default:
      self.init(.unavailable, "The database is busy or restarting. Try again later.", underlying: words)
    }
  }
}
