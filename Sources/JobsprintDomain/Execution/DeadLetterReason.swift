/// Why an execution can't be done.
public enum DeadLetterReason: String, Sendable, Hashable, CaseIterable {
  /// Its node failed in each attempt of the workflow's retry policy.
  case attemptsExhausted = "attempts_exhausted"
  /// It failed with an error that the workflow's retry policy does not cover, or that must not be tried again.
  case notRetryable = "not_retryable"
  /// The process that ran it ended again and again before it came any further.
  case crashedRepeatedly = "crashed_repeatedly"
  /// It could not be run at all: its workflow, its input or its journal can't be used.
  case cannotRun = "cannot_run"
}

/// What has become of a dead letter.
public enum DeadLetterStatus: String, Sendable, Hashable, CaseIterable {
  /// Somebody has to look at it.
  case open
  /// It was executed again, as a new execution.
  case redriven
  /// Somebody has decided that it is not worth it.
  case discarded
}
