/// A string as a key: equal where the code units are equal, as in JSON and JavaScript.
///
/// Swift's own strings are equal, and have one hash, where they are canonically equivalent: two nodes named `é`, once
/// as one scalar and once as two, would be one node, and text that is written in thousands of equivalent ways would
/// fill one bucket of a hash table.
public struct ExactString: Sendable, Hashable, Comparable, ExpressibleByStringLiteral, CustomStringConvertible {
  public let text: String

  public init(_ text: String) { self.text = text }
  public init(stringLiteral text: String) { self.text = text }

  public var description: String { text }

  public static func == (left: ExactString, right: ExactString) -> Bool { left.text.hasSameCodeUnits(as: right.text) }

  /// By bytes.
  public static func < (left: ExactString, right: ExactString) -> Bool {
    left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
  }

  public func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    // What comes next must not look like more of the text.
    hasher.combine(0xFF as UInt8)
  }
}

extension Dictionary where Key == ExactString {
  public subscript(name: String) -> Value? {
    get { self[ExactString(name)] }
    set { self[ExactString(name)] = newValue }
  }

  public subscript(name: String, default fallback: @autoclosure () -> Value) -> Value {
    get { self[ExactString(name), default: fallback()] }
    _modify { yield &self[ExactString(name), default: fallback()] }
  }
}
