import CPCRE2
import Glibc

/// Searching one text, as often as needed, within one budget.
struct Search: ~Copyable {
  /// Backtracking steps from one place of the text, by its length; two million take 2 to 25 ms in machine code, and up
  /// to 90 ms with the interpreter's part.
  private static let mostSteps: UInt32 = 2_000_000
  private static let fewestSteps: UInt32 = 200_000
  private static let stepsForAByte: UInt32 = 20
  /// Of the interpreter, which takes over where a search needs more than the 32 KiB that machine code has.
  private static let mostKibibytes: UInt32 = 32_768

  private let code: OpaquePointer
  private let text: UnsafeBufferPointer<UInt8>
  private let isSticky: Bool
  private let data: OpaquePointer
  private let context: OpaquePointer
  private let budget: UnsafeMutablePointer<TimeBudget>

  init(
    _ code: OpaquePointer, in text: UnsafeBufferPointer<UInt8>, isSticky: Bool
  ) throws(PatternError) {
    guard let data = pcre2_match_data_create_from_pattern_8(code, nil) else { throw .outOfMemory }
    guard let context = pcre2_match_context_create_8(nil) else {
      pcre2_match_data_free_8(data)
      throw .outOfMemory
    }
    self.code = code
    self.text = text
    self.isSticky = isSticky
    self.data = data
    self.context = context
    budget = .allocate(capacity: 1)
    budget.initialize(to: TimeBudget(bytes: text.count))
    pcre2_set_match_limit_8(context, Self.steps(for: text.count))
    pcre2_set_heap_limit_8(context, Self.mostKibibytes)
    pcre2_set_callout_8(
      context,
      { callout, budget in
        guard let callout, let budget = budget?.assumingMemoryBound(to: TimeBudget.self) else { return 0 }
        let weight = callout.pointee.callout_number == 0 ? 1 : TimeBudget.entryWeight
        return budget.pointee.isSpent(weight) ? PCRE2_ERROR_MATCHLIMIT : 0
      }, budget)
  }

  private static func steps(for bytes: Int) -> UInt32 {
    let (steps, isMore) = UInt32(clamping: bytes).multipliedReportingOverflow(by: stepsForAByte)
    return isMore ? mostSteps : min(max(steps, fewestSteps), mostSteps)
  }

  deinit {
    pcre2_match_data_free_8(data)
    pcre2_match_context_free_8(context)
    budget.deinitialize(count: 1)
    budget.deallocate()
  }

  /// Finds the next match at or behind an offset in UTF-8.
  mutating func next(from start: Int) throws(PatternError) -> Bool {
    let options = UInt32(PCRE2_NO_UTF_CHECK) | (isSticky ? PCRE2_ANCHORED : 0)
    // An empty buffer may have no address, which PCRE2 takes for an error.
    let empty: StaticString = ""
    let address = text.baseAddress ?? empty.utf8Start
    var found = pcre2_match_8(code, address, text.count, start, options, data, context)
    if found == PCRE2_ERROR_JIT_STACKLIMIT {
      found = pcre2_match_8(code, address, text.count, start, options | PCRE2_NO_JIT, data, context)
    }
    switch found {
    case 0...: return true
    case PCRE2_ERROR_NOMATCH: return false
    case PCRE2_ERROR_MATCHLIMIT, PCRE2_ERROR_DEPTHLIMIT, PCRE2_ERROR_HEAPLIMIT: throw .tooManySteps
    case PCRE2_ERROR_NOMEMORY: throw .outOfMemory
    default: throw .failed(PatternError.text(of: found))
    }
  }

  /// The range of a group in the match that was found last; 0 is the whole match.
  func range(of group: Int) -> Range<Int>? {
    guard group < Int(pcre2_get_ovector_count_8(data)), let places = pcre2_get_ovector_pointer_8(data) else {
      return nil
    }
    let (lower, upper) = (places[group * 2], places[group * 2 + 1])
    // PCRE2_UNSET is -1 here. A look-behind may let a match end before it begins.
    guard lower >= 0, lower <= upper, upper <= text.count else { return nil }
    return lower..<upper
  }

  var match: Match { Match(groups: (0..<Int(pcre2_get_ovector_count_8(data))).map { range(of: $0) }) }
}

/// Processor time of the thread, so that a busy machine doesn't make patterns fail.
private struct TimeBudget {
  /// From the first look at the clock on. Of 54 patterns, most made to explode, none took more than 92 ms altogether.
  private static let nanoseconds: UInt64 = 50_000_000
  /// A try with groups may take milliseconds: every fourth looks at the clock.
  static let entryWeight = 16

  private var calls = 0
  private var deadline: UInt64?
  /// Calls between two looks at the clock: few where one step may scan a long text.
  private let interval: Int

  init(bytes: Int) {
    interval = max(1, min(64, 1_000_000 / max(1, bytes)))
    // In a long text the first step may take long already.
    if interval < 64 { calls = interval }
  }

  mutating func isSpent(_ weight: Int) -> Bool {
    calls += weight
    guard calls >= interval else { return false }
    calls = 0
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    let now = UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    guard let deadline else {
      // Most matches end before they get here, and read no clock at all.
      deadline = now + Self.nanoseconds
      return false
    }
    return now > deadline
  }
}
