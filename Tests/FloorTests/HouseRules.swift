/// Rules of the house that a reader of lines can check.
enum HouseRules {
  private static let mostLines = 500

  /// What a file of `Sources` does that the house does not.
  static func violations(in file: SourceFile) -> [String] {
    var found: [String] = []
    if file.lines.count > mostLines { found.append("\(file.path): \(file.lines.count) lines; at most \(mostLines)") }
    for (place, line) in file.lines.enumerated() where mayViolate(line) {
      let code = line.code
      func report(_ what: String) { found.append("\(file.path):\(place + 1): \(what)") }
      if code.contains(#/\btry!|\bas! |\bfatalError\(|\bpreconditionFailure\(/#) {
        report("a trap: throw an error that says what to do")
      }
      if code.contains(#/@unchecked Sendable|nonisolated\(unsafe\)/#), !file.hasComment(above: place) {
        report("an unchecked promise without its reason in the line above")
      }
      if code.contains(#/\bprint\(/#) { report("print: people's output belongs to the roof, the rest to the log") }
      if code.contains(#/\bTODO\b|\bFIXME\b/#) { report("unfinished work") }
      if line.contains(#/"(?:SELECT|INSERT|UPDATE|DELETE|CREATE|DROP) /#), !file.path.contains("/Statements/"),
        !file.path.hasPrefix("Sources/Postgres/")
      {
        // The driver's own SQL sets what a transaction is; it knows no table.
        report("SQL outside of Statements and Migrations")
      }
    }
    return found
  }

  /// Looked for first: a regular expression on every line of the house took a minute.
  private static func mayViolate(_ line: String) -> Bool { words.contains { line.contains($0) } }

  private static let words = [
    "!", "fatalError(", "preconditionFailure(", "unchecked", "unsafe", "print(", "TODO", "FIXME", "SELECT ", "INSERT ",
    "UPDATE ", "DELETE ", "CREATE ", "DROP ",
  ]

  /// What a file of `Tests` does that a test must not.
  static func violations(inTest file: SourceFile) -> [String] {
    file.lines.enumerated().filter { $0.element.contains("leep") }.compactMap { place, line in
      line.code.contains(#/Task\.sleep|\busleep\(|\bThread\.sleep/#)
        ? "\(file.path):\(place + 1): a sleep: use the test clock or a signal" : nil
    }
  }
}

extension SourceFile {
  fileprivate func hasComment(above place: Int) -> Bool {
    place > 0 && lines[place - 1].drop { $0 == " " }.hasPrefix("//")
  }
}

extension String {
  /// Without a comment at its end, and without what stands in quotes.
  fileprivate var code: Substring {
    let bare = replacing(#/"(?:[^"\\]|\\.)*"/#, with: "\"\"")
    return bare.firstRange(of: "//").map { bare[..<$0.lowerBound] } ?? bare[...]
  }
}
