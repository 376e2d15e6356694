// Most parameters are constant, exactly one field of the item (`={{ $json.a.b }}`), or a text with fields in it. A node
// that works item by item prepares them once, and pays for an evaluation only where there is one.

public import JobsprintDomain

/// A raw value of a parameter, read once for all items of a run.
public struct PreparedValue: Sendable {
  private enum Form: Sendable {
    case constant
    case member(String)
    /// The names that lead to a field inside a field.
    case field([String])
    case template(TextTemplate)
    case expression
  }

  public let raw: JSONValue
  private let path: String
  private let form: Form
  /// Where each name was in the object in which it was found last; of a template, where each field was in the item.
  private var places: [Int] = []
  private var place = 0

  /// - Parameter path: of the parameter, for messages.
  public init(_ raw: JSONValue, path: String, in context: NodeContext) {
    self.raw = raw
    self.path = path
    guard case .string(let text) = raw, text.utf8.first == UInt8(ascii: "="),
      let pieces = context.resolver.pieces(of: text)
    else {
      form = raw.hasExpression ? .expression : .constant
      return
    }
    guard pieces.count == 1, case .field(let names) = pieces[0] else {
      form = TextTemplate(pieces).map { .template($0) } ?? .expression
      places = [Int](repeating: 0, count: pieces.count)
      return
    }
    form = names.isEmpty ? .expression : names.count == 1 ? .member(names[0]) : .field(names)
    places = [Int](repeating: 0, count: names.count)
  }

  /// It is the same for all items.
  public var isConstant: Bool { if case .constant = form { true } else { false } }

  /// The field of the item for which it stands; nil where it is anything else.
  public var field: String? { if case .member(let name) = form { name } else { nil } }

  /// The value for one item; nil for `undefined`.
  ///
  /// - Parameter item: the item at `index` of the context's items.
  public mutating func value(
    for item: Item, at index: Int, in context: NodeContext
  ) throws(NodeError) -> JSONValue? {
    let found: JSONValue?
    switch form {
    case .constant: return raw
    case .member(let name): found = item.json.value(of: name, near: &place)
    case .field(let names): found = inner(names, of: item.json)
    case .template(let template):
      if let text = template.text(of: item.json, near: &places) { return .string(text) }
      found = nil
    case .expression: found = nil
    }
    switch found {
    // As arithmetic would have it: whole numbers are integers.
    case .double(let number)?: return .number(number)
    case let found?: return found
    // What is not there may be a property that JavaScript knows (`length`), or an error: the evaluator tells.
    case nil: return try context.resolve(raw, path: path, item: index)
    }
  }

  private mutating func inner(_ names: [String], of object: JSONObject) -> JSONValue? {
    var found = JSONValue.object(object)
    for (step, name) in names.enumerated() {
      guard case .object(let members) = found, let next = members.value(of: name, near: &places[step]) else {
        return nil
      }
      found = next
    }
    return found
  }
}

/// A text with fields of the item in it. A class, because it is handed around for every item.
private final class TextTemplate: Sendable {
  /// A field, and how far the text behind it reaches.
  private struct Gap: Sendable {
    let field: String
    var end: Int
  }

  /// All texts between the fields, one behind the other.
  private let texts: [UInt8]
  /// Where the text in front of the first field ends.
  private let begin: Int
  private let gaps: [Gap]

  /// nil where a field stands inside another one.
  init?(_ pieces: [ExpressionPiece]) {
    var texts: [UInt8] = []
    var begin: Int?
    var gaps: [Gap] = []
    for piece in pieces {
      switch piece {
      case .text(let text):
        texts += text.utf8
        if !gaps.isEmpty { gaps[gaps.count - 1].end = texts.count }
      case .field(let names):
        guard names.count == 1 else { return nil }
        begin = begin ?? texts.count
        gaps.append(Gap(field: names[0], end: texts.count))
      }
    }
    self.texts = texts
    self.begin = begin ?? texts.count
    self.gaps = gaps
  }

  /// - Parameter places: where each field was in the item before.
  /// - Returns: nil where a field is not there, or its text is not as simple as that of most values.
  func text(of members: JSONObject, near places: inout [Int]) -> String? {
    guard let length = length(of: members, near: &places) else { return nil }
    let places = places.span
    return String(unsafeUninitializedCapacity: length) { bytes in write(members, places, to: bytes) }
  }

  // Both through pointers: what is taken out of a list is counted, and that took more than half of the time.

  private func length(of members: JSONObject, near places: inout [Int]) -> Int? {
    gaps.withUnsafeBufferPointer { gaps in
      var length = texts.count
      for step in gaps.indices {
        guard let part = members.textLength(of: gaps[step].field, near: &places[step]) else { return nil }
        length += part
      }
      return length
    }
  }

  /// - Returns: how many bytes were written.
  private func write(_ members: JSONObject, _ places: Span<Int>, to bytes: UnsafeMutableBufferPointer<UInt8>) -> Int {
    texts.withUnsafeBufferPointer { texts in
      gaps.withUnsafeBufferPointer { gaps in
        var count = bytes.initialize(fromContentsOf: texts[..<begin])
        var start = begin
        for step in gaps.indices {
          count += members.writeText(at: places[step], to: UnsafeMutableBufferPointer(rebasing: bytes[count...]))
          count = bytes[count...].initialize(fromContentsOf: texts[start..<gaps[step].end])
          start = gaps[step].end
        }
        return count
      }
    }
  }
}
