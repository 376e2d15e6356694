/// The words of texts, for searching: runs of letters and digits, in lower case.
struct Words {
  private let all: [String]

  init(of texts: [String]) { all = texts.flatMap(Self.split) }

  /// Whether each word of `query` begins one of these.
  func match(_ query: String) -> Bool {
    Self.split(query).allSatisfy { word in all.contains { $0.hasPrefix(word) } }
  }

  private static func split(_ text: String) -> [String] {
    text.unicodeScalars.split { !$0.properties.isAlphabetic && $0.properties.numericType == nil }
      .map { String($0).lowercased() }
  }
}
