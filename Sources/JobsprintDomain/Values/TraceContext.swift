/// Where somebody's trace has come to, as https://www.w3.org/TR/trace-context/#traceparent-header says it. It is handed
/// on and logged, and decides nothing.
public struct TraceContext: Sendable, Hashable, CustomStringConvertible {
  /// 32 hexadecimal digits in small letters, not only zeros.
  public let trace: String
  /// 16 of them: the span that is the parent of what comes next.
  public let span: String
  /// 2 of them.
  public let flags: String

  /// - Parameter text: a `traceparent`; nil for what is none. What a version to come writes behind the flags is left
  ///   out.
  public init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { String($0) }
    guard parts.count >= 4, Self.isHexadecimal(parts[0], 2), parts[0] != "ff", parts[0] != "00" || parts.count == 4,
      Self.isHexadecimal(parts[1], 32), Self.isHexadecimal(parts[2], 16), Self.isHexadecimal(parts[3], 2),
      parts[1].contains(where: { $0 != "0" }), parts[2].contains(where: { $0 != "0" })
    else { return nil }
    (trace, span, flags) = (parts[1], parts[2], parts[3])
  }

  private init(trace: String, span: String, flags: String) {
    (self.trace, self.span, self.flags) = (trace, span, flags)
  }

  /// The same trace, with a span of one's own.
  /// - Parameter number: a random one, not 0.
  public func child(span number: UInt64) -> TraceContext {
    let digits = String(number, radix: 16)
    return TraceContext(
      trace: trace, span: String(repeating: "0", count: 16 - digits.count) + digits, flags: flags)
  }

  /// In version 00, as it is sent.
  public var description: String { "00-\(trace)-\(span)-\(flags)" }

  private static func isHexadecimal(_ text: String, _ count: Int) -> Bool {
    text.utf8.count == count && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }
}
