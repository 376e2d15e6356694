public import JobsprintPorts

/// Slows down the guessing of passwords, for the account and for the address that it comes from.
public struct AttemptLimiter: Sendable {
  private let ledger: any AttemptLedger
  private let clock: any WallClock

  public init(ledger: any AttemptLedger, clock: any WallClock) {
    self.ledger = ledger
    self.clock = clock
  }

  /// Counts an attempt before it is looked at.
  /// - Throws: ``AccessError`` with the time to wait; a refused attempt does not count.
  func begin(_ subjects: [AttemptSubject]) async throws(AccessError) {
    guard let wait = await ledger.begin(subjects, at: clock.now) else { return }
    throw AccessError(
      code: .tooManyAttempts, message: "Too many attempts have failed. Try again later.", retryAfter: wait)
  }

  func succeeded(_ subjects: [AttemptSubject]) async { await ledger.succeeded(subjects, at: clock.now) }
}
