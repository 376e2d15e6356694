import JobsprintPorts

/// A journal that answers accepts before they are committed. It exists so that the kill test can be seen to turn red;
/// only with JOBSPRINT_TEST_NODES=1 and JOBSPRINT_TEST_SABOTAGE=answerBeforeCommit.
struct AnswerBeforeCommitJournal: Journal {
  let journal: any Journal
  let clock: SystemClock

  func commit(_ writes: [JournalWrite]) async throws(PortError) -> [JournalOutcome] {
    let isAccepting = writes.contains { if case .accept = $0 { true } else { false } }
    guard isAccepting else { return try await journal.commit(writes) }
    Task {
      try await clock.sleep(for: .milliseconds(50))
      _ = try await journal.commit(writes)
    }
    return writes.map { _ in .committed }
  }
}
