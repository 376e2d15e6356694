/// What the code of a node wrote to its `console` with one call.
public struct ConsoleLine: Sendable, Hashable {
  public enum Level: String, Sendable, Hashable { case log, info, warn, error, debug }

  public let level: Level
  public let text: String

  public init(_ level: Level, _ text: String) {
    self.level = level
    self.text = text
  }
}

extension ConsoleLine {
  /// Reads `{level, text}`.
  public init?(_ value: JSONValue) {
    guard let level = value["level"]?.stringValue.flatMap({ Level(rawValue: $0) }),
      let text = value["text"]?.stringValue
    else { return nil }
    self.init(level, text)
  }

  public var asJSON: JSONValue { ["level": .string(level.rawValue), "text": .string(text)] }
}
