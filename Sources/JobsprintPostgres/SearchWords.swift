import JobsprintDomain

/// The words of texts, for searching: runs of letters and digits, in lower case.
enum SearchWords {
  /// Longer words are cut, on both sides of the search; PostgreSQL takes 2046 bytes.
  private static let longestWord = 200
  /// Bytes of words that are kept of one text; PostgreSQL takes 1 MB with all that belongs to them.
  private static let most = 400_000

  /// What a row is found by: its words, each once, and one for its workspace.
  static func index(_ texts: [String], of workspace: WorkspaceID) -> [String] {
    var words: Set<String> = []
    var bytes = 0
    for word in texts.lazy.flatMap({ split($0) }) where words.insert(word).inserted {
      bytes += word.utf8.count
      if bytes > most { break }
    }
    return words + ["\(workspace)"]
  }

  /// PostgreSQL's query for all words, each of which may go on; nil without words. Nothing in a word is an operator.
  static func query(_ text: String?) -> String? {
    let words = text.map { split($0) } ?? []
    return words.isEmpty ? nil : words.map { "'\($0)':*" }.joined(separator: " & ")
  }

  private static func split(_ text: String) -> [String] {
    text.unicodeScalars.split { !$0.properties.isAlphabetic && $0.properties.numericType == nil }
      .map { String($0.prefix(longestWord / 4)).lowercased() }
  }
}
