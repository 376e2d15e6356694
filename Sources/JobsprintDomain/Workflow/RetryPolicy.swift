// What becomes of an execution when a node has failed for good: `settings.retryPolicy` of a workflow's document,
// `{"attempts", "backoffSeconds", "factor", "longestPauseSeconds", "errors"}`. It's Jobsprint's own member. Values that
// can't be meant are held within what can; `issues(in:)` tells of them when the document is stored.

/// How often, when and after which errors a failed node of the workflow is run again.
public struct RetryPolicy: Sendable, Hashable {
  /// All attempts together, the first included: 1 to 20. Each has all the tries of the node's own `retryOnFail`.
  public let attempts: Int
  /// The longest pause before the second attempt: 0 s to a day.
  public let firstPause: Duration
  /// By which the longest pause grows from one attempt to the next: 1 to 100.
  public let factor: Double
  /// Beyond which no pause grows: 0 s to a day.
  public let longestPause: Duration
  /// Names or codes of the errors that are worth another attempt; nil for all.
  public let errors: [String]?

  public init(
    attempts: Int = 3, firstPause: Duration = .seconds(1), factor: Double = 2, longestPause: Duration = .seconds(300),
    errors: [String]? = nil
  ) {
    self.attempts = min(max(attempts, Self.attemptsRange.lowerBound), Self.attemptsRange.upperBound)
    self.firstPause = min(max(firstPause, .zero), .seconds(Self.day))
    self.factor = min(max(factor, Self.factorRange.lowerBound), Self.factorRange.upperBound)
    self.longestPause = min(max(longestPause, .zero), .seconds(Self.day))
    self.errors = errors
  }

  /// The error's name, or the code that it carries (`context.code`, `context.httpCode`), is one of ``errors``.
  public func covers(_ error: NodeError) -> Bool {
    guard let errors else { return true }
    let known = [error.name, error.context["code"]?.asWord, error.context["httpCode"]?.asWord].compactMap { $0 }
    return errors.contains { wanted in known.contains { $0.hasSameCodeUnits(as: wanted) } }
  }

  /// Exponential backoff with full jitter: anywhere between nothing and the longest pause of that failure, so that what
  /// failed together does not come back together.
  /// - Parameters:
  ///   - failures: attempts that have failed so far, from 1.
  ///   - draw: where between the two, from 0 to 1.
  public func pause(after failures: Int, draw: Double) -> Duration {
    var longest = min(firstPause, longestPause) / .milliseconds(1)
    let limit = longestPause / .milliseconds(1)
    for _ in 1..<max(1, failures) where longest < limit { longest = min(longest * factor, limit) }
    return .milliseconds(Int64(longest * min(max(draw, 0), 1)))
  }

  private static let attemptsRange = 1...20
  private static let factorRange = 1.0...100.0
  private static let day = 86_400.0
}

extension RetryPolicy {
  /// nil where there is none. What is absent or of another type is as the initializer has it.
  init?(_ value: JSONValue?) {
    guard let members = value?.objectValue else { return nil }
    func number(_ name: String, _ standard: Double, upTo limit: Double) -> Double {
      min(max(members[name]?.doubleValue ?? standard, 0), limit)
    }
    self.init(
      attempts: Int(number("attempts", 3, upTo: 100)),
      firstPause: .milliseconds(Int64(number("backoffSeconds", 1, upTo: Self.day) * 1000)),
      factor: number("factor", 2, upTo: Self.factorRange.upperBound),
      longestPause: .milliseconds(Int64(number("longestPauseSeconds", 300, upTo: Self.day) * 1000)),
      errors: members["errors"]?.arrayValue.map { $0.compactMap(\.asWord) })
  }

  /// Values of a document's policy that can't be meant, in their order.
  public static func issues(in document: JSONObject) -> [WorkflowIssue] {
    let place = "/settings/retryPolicy"
    func issue(_ pointer: String, _ message: String) -> WorkflowIssue {
      WorkflowIssue(code: .retryPolicyDoubtful, pointer: place + pointer, message: message)
    }
    guard let value = document["settings"]?["retryPolicy"], !value.isNull else { return [] }
    guard let members = value.objectValue else {
      return [issue("", "expected an object, found \(value.kindName); the workflow has no retry policy")]
    }
    var issues: [WorkflowIssue] = []
    for (name, value) in members.map({ ($0.key, $0.value) }) {
      let pointer = "/" + name.asPointerToken
      let range: (lowest: Double, highest: Double, unit: String)? =
        switch name {
        case "attempts": (1, 20, "")
        case "backoffSeconds", "longestPauseSeconds": (0, day, " (seconds)")
        case "factor": (factorRange.lowerBound, factorRange.upperBound, "")
        default: nil
        }
      if let range {
        guard let number = value.doubleValue else {
          issues.append(issue(pointer, "expected a number, found \(value.kindName); it counts as absent"))
          continue
        }
        let isWhole = name != "attempts" || number == number.rounded()
        if !(range.lowest...range.highest).contains(number) || !isWhole {
          issues.append(
            issue(
              pointer,
              "expected a \(name == "attempts" ? "whole " : "")number from \(range.lowest.javaScriptText) to "
                + "\(range.highest.javaScriptText)\(range.unit); \(number.javaScriptText) is held within that"))
        }
      } else if name == "errors" {
        guard let elements = value.arrayValue else {
          issues.append(
            issue(pointer, "expected an array of names or codes, found \(value.kindName); all errors count"))
          continue
        }
        for (index, element) in elements.enumerated() where element.asWord == nil {
          issues.append(
            issue("/errors/\(index)", "expected a name or a code, found \(element.kindName); it is ignored"))
        }
        if elements.allSatisfy({ $0.asWord == nil }) {
          issues.append(issue(pointer, "it names no error, so that no error is tried again; leave it out for all"))
        }
      } else {
        issues.append(
          issue(
            pointer,
            "it is not known; known are attempts, backoffSeconds, factor, longestPauseSeconds and errors"))
      }
    }
    return issues
  }
}

extension JSONValue {
  /// A text, or a number as text; nil for everything else.
  fileprivate var asWord: String? { stringValue ?? doubleValue?.javaScriptText }
}
