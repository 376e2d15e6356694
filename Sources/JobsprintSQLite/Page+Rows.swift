import JobsprintPorts

extension PageRequest {
  /// One row more than the page holds tells whether there is another page.
  var limitAndOne: Int { max(0, limit) + 1 }

  /// Of a list that is newest first, or the other way round.
  var direction: String { isOldestFirst ? "ASC" : "DESC" }
  /// How ids of such a list compare with the one before them.
  var behind: String { isOldestFirst ? ">" : "<" }
}

extension Connection {
  /// A page of the rows of a statement that asks for ``PageRequest/limitAndOne``.
  /// - Parameter payload: bytes of payload in a row.
  func page<S: SQLStatement, Key>(
    _ statement: S, of request: PageRequest<Key>, payload: (S.Row) -> Int = { _ in 0 }
  ) throws -> Page<S.Row> where S.Row: Sendable {
    var rows: [S.Row] = []
    var hasMore = false
    var bytes = 0
    try forEach(statement) { row in
      hasMore = rows.count >= request.limit || bytes >= request.payloadLimit
      guard !hasMore else { return false }
      bytes += payload(row)
      rows.append(row)
      return true
    }
    return Page(elements: rows, hasMore: hasMore)
  }
}
