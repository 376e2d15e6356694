/// What sends the executions of a workflow to certain workers (`settings.workerTag`): 1 to 32 of `a` to `z`, `0` to `9`
/// and `-`, the first no `-`.
public struct WorkerTag: Sendable, Hashable, Comparable, CustomStringConvertible {
  public static let expectation =
    "1 to 32 of the characters a to z, 0 to 9 and -, not beginning with - and not 'untagged'"

  /// What stands for executions without a tag where tags are listed.
  public static let untagged = "untagged"

  public let name: String

  /// nil where it is none.
  public init?(_ name: String) {
    let bytes = Array(name.utf8)
    guard (1...32).contains(bytes.count), bytes[0] != UInt8(ascii: "-"), name != Self.untagged,
      bytes.allSatisfy({ byte in
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
          || byte == UInt8(ascii: "-")
      })
    else { return nil }
    self.name = name
  }

  public var description: String { name }

  public static func < (left: WorkerTag, right: WorkerTag) -> Bool { left.name < right.name }
}

/// Which executions a worker takes: those of the tags that it carries, and, where it says so, those without one.
public struct WorkerTags: Sendable, Hashable {
  /// nil: every tag there is.
  public let tags: Set<WorkerTag>?
  public let takesUntagged: Bool

  /// Whatever there is.
  public static let all = WorkerTags(nil, takesUntagged: true)
  /// What has no tag.
  public static let none = WorkerTags([], takesUntagged: true)

  private init(_ tags: Set<WorkerTag>?, takesUntagged: Bool) {
    self.tags = tags
    self.takesUntagged = takesUntagged
  }

  public init(_ tags: Set<WorkerTag>, takesUntagged: Bool) {
    self.init(.some(tags), takesUntagged: takesUntagged)
  }

  /// Names of tags, of which ``WorkerTag/untagged`` stands for what has none; without any, that is meant.
  /// - Throws: ``WrongWorkerTag`` for a name that is none.
  public init(named names: [String]) throws(WrongWorkerTag) {
    var tags: Set<WorkerTag> = []
    for name in names where name != WorkerTag.untagged {
      guard let tag = WorkerTag(name) else { throw WrongWorkerTag(name: name) }
      tags.insert(tag)
    }
    self.init(tags, takesUntagged: names.isEmpty || names.contains(WorkerTag.untagged))
  }

  public func carries(_ tag: WorkerTag?) -> Bool {
    guard let tag else { return takesUntagged }
    return tags?.contains(tag) ?? true
  }
}

public struct WrongWorkerTag: Error, Hashable {
  public let name: String
}
