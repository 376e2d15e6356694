import JobsprintPorts
import Synchronization

/// A commit that begins and does not end until the test says so.
final class HeldCommit: Sendable {
  private struct State {
    var hasBegun = false
    var continuation: CheckedContinuation<Void, Never>?
  }

  private let state = Mutex(State())
  private let stream: AsyncStream<Void>
  private let begin: AsyncStream<Void>.Continuation

  init() { (stream, begin) = AsyncStream.makeStream() }

  /// Returns when it has begun.
  func begins() async { for await _ in stream { return } }

  func letGo() { state.withLock { $0.continuation.take() }?.resume() }

  fileprivate func pass() async {
    await withCheckedContinuation { continuation in
      let isFirst = state.withLock { state in
        guard !state.hasBegun else { return false }
        state.hasBegun = true
        state.continuation = continuation
        return true
      }
      if isFirst { begin.yield() } else { continuation.resume() }
    }
  }
}

/// Passes commits on, the first of them when it is let go.
struct HeldJournal: Journal {
  let journal: any Journal
  let first: HeldCommit
  /// The first with such a write.
  var isHeld: @Sendable (JournalWrite) -> Bool = { _ in true }

  func commit(_ writes: [JournalWrite]) async throws(PortError) -> [JournalOutcome] {
    if writes.contains(where: isHeld) { await first.pass() }
    return try await journal.commit(writes)
  }
}
