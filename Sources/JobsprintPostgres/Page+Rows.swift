import JobsprintPorts
import Postgres

extension PageRequest {
  /// Rows to look at: more than the page holds, and one of few numbers, because it stands in the text of a statement.
  /// The planner has to see that a page is short; of a number that is bound it only knows that it is a tenth of
  /// everything.
  var rowsToRead: Int { [11, 51, 101, 251, 1001].first { $0 > limit } ?? (limit / 1000 + 1) * 1000 + 1 }

  /// Of a list that is newest first, or the other way round.
  var direction: String { isOldestFirst ? "ASC" : "DESC" }
  /// How ids of such a list compare with the one before them.
  var behind: String { isOldestFirst ? ">" : "<" }

  /// The part of a query's rows that the page holds, as a query with the columns of `rows` and their number last.
  /// Payloads beyond the page's limit of bytes stay where they are: only their sizes are read.
  /// - Parameters:
  ///   - rows: a query in the page's order with ``rowsToRead`` as its limit.
  ///   - order: the order in terms of its columns.
  ///   - weight: bytes of payload in a row, in terms of its columns.
  ///   - place: the number of the first of two parameters, the page's limits.
  func cut(_ rows: String, order: String, weight: String = "0", place: Int) -> String {
    """
    SELECT * FROM (
      SELECT r.*, count(*) OVER () AS rows_read, row_number() OVER (ORDER BY \(order)) AS row_place,
        sum(\(weight)) OVER (ORDER BY \(order) ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS bytes_before
      FROM (\(rows)) AS r
    ) AS r WHERE row_place <= $\(place) AND coalesce(bytes_before, 0) < $\(place + 1) ORDER BY \(order)
    """
  }

  func bindLimits(into values: inout PostgresBindings) throws {
    try values.bind(max(0, limit))
    try values.bind(max(1, payloadLimit))
  }
}

extension Page {
  /// From rows of a query that ``PageRequest/cut(_:order:weight:place:)`` made.
  init(rows: [(element: Element, read: Int)]) {
    self.init(elements: rows.map(\.element), hasMore: rows.first.map { $0.read > rows.count } ?? false)
  }
}
