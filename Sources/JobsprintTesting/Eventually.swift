/// Asks until the answer is yes.
/// - Throws: `ServerFailure` with the place that asked, when the limit is over.
public func eventually(
  within limit: Duration = .seconds(30), file: String = #fileID, line: Int = #line,
  _ condition: () async throws -> Bool
) async throws {
  let deadline = ContinuousClock.now + limit
  while try await !condition() {
    guard ContinuousClock.now < deadline else { throw ServerFailure(reason: "it didn't come about: \(file):\(line)") }
    await Task.yield()
  }
}
