import Synchronization

/// Compiled patterns by their source and flags, shared by many threads and bounded.
public final class PatternCache: Sendable {
  /// Equal by code units: what Swift's `==` takes for one may match different text.
  private struct Key: Hashable {
    let source: [UInt8]
    let flags: Pattern.Flags
  }

  private struct Contents {
    var patterns: [Key: Pattern] = [:]
    var size = 0
  }

  private let mostPatterns: Int
  private let mostBytes: Int
  private let contents = Mutex(Contents())

  /// - Parameter mostBytes: of compiled code altogether.
  public init(mostPatterns: Int = 256, mostBytes: Int = 8 << 20) {
    self.mostPatterns = mostPatterns
    self.mostBytes = mostBytes
  }

  public var count: Int { contents.withLock { $0.patterns.count } }

  public func pattern(_ source: String, flags: Pattern.Flags = []) throws(PatternError) -> Pattern {
    let key = Key(source: Array(source.utf8), flags: flags)
    if let known = contents.withLock({ $0.patterns[key] }) { return known }
    let fresh = try Pattern(source, flags: flags)
    contents.withLock { contents in
      // Dropping all costs one compilation of each pattern that is still in use, and no bookkeeping on every hit.
      if contents.patterns.count >= mostPatterns || contents.size + fresh.size > mostBytes {
        contents = Contents()
      }
      if fresh.size <= mostBytes, contents.patterns.updateValue(fresh, forKey: key) == nil {
        contents.size += fresh.size
      }
    }
    return fresh
  }
}
