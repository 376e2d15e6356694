import JobsprintPorts

extension PageRequest {
  /// One row more than the page holds tells whether there is another page.
  var limitAndOne: Int { max(0, limit) + 1 }
}

extension Page {
  /// A page of rows that were asked for with ``PageRequest/limitAndOne``.
  init<Key>(_ rows: [Element], of request: PageRequest<Key>) {
    let limit = max(0, request.limit)
    self.init(elements: Array(rows.prefix(limit)), hasMore: rows.count > limit)
  }
}
