// What processes tell each other through the database, so that nobody has to look every second. A word is a hint and
// never the truth: it is lost while the connection is, and whoever hears it looks.

public import Postgres

public enum PostgresNews: String, Sendable, CaseIterable {
  /// Audit entries were committed.
  case auditWritten = "jobsprint.audit"
  /// An executor has handed back what it held.
  case executorLeft = "jobsprint.executors"
  /// An execution of a workflow with a limit was accepted.
  case executionHeld = "jobsprint.held"
}

/// Listens on one connection beside the pool. Not through PgBouncer in transaction mode, which hands nothing on.
public struct PostgresNewsReader: Sendable {
  private let options: PostgresOptions

  public init(_ options: PostgresOptions) { self.options = options }

  /// Until its task is cancelled.
  /// - Parameter tell: called with what was heard, and with everything after each time that the connection was made:
  ///   something may have been said before.
  public func run(_ tell: @escaping @Sendable (PostgresNews) -> Void) async {
    let listener = PostgresListener(options, channels: PostgresNews.allCases.map(\.rawValue))
    let running = Task { await listener.run() }
    await withTaskCancellationHandler {
      for await event in listener.events {
        switch event {
        case .listening: for news in PostgresNews.allCases { tell(news) }
        case .notification(let notification): PostgresNews(rawValue: notification.channel).map(tell)
        }
      }
      await running.value
    } onCancel: {
      running.cancel()
    }
  }
}
