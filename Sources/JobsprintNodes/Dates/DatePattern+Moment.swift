extension DatePattern {
  /// Reads a format of Moment.js: `YYYY-MM-DD[T]HH:mm`. A letter that is no token stands for itself.
  init(moment text: String) {
    var pieces: [Piece] = []
    var rest = Self.runs(text, open: "[", close: "]")[...]
    while let run = rest.popFirst() {
      guard case .token(let token) = run else {
        if case .literal(let text) = run { pieces.append(.literal(text)) }
        continue
      }
      // Tokens of two letters: `Do`, `LT`, `LTS`.
      if case .token("o")? = rest.first, let field = Self.momentFields[token] {
        rest.removeFirst()
        pieces.append(.ordinal(field))
      } else if token == "L", case .token("T")? = rest.first {
        rest.removeFirst()
        var macro = "h:mm A"
        if case .token("S")? = rest.first {
          rest.removeFirst()
          macro = "h:mm:ss A"
        }
        pieces += DatePattern(moment: macro).pieces
      } else {
        pieces += Self.pieces(token)
      }
    }
    self.init(pieces: pieces)
  }

  private static func pieces(_ run: String) -> [Piece] {
    var token = run
    if let field = momentFields[token] { return [.field(field)] }
    if let macro = momentMacros[token] { return DatePattern(moment: macro).pieces }
    if token.first == "S", token.count <= 9 { return [.field(.fraction(token.count, isExact: true))] }
    // A longer run is several tokens: the longest ones first.
    var result: [Piece] = []
    while !token.isEmpty {
      var length = token.count
      while length > 1, momentFields[String(token.prefix(length))] == nil { length -= 1 }
      let head = String(token.prefix(length))
      result.append(momentFields[head].map { .field($0) } ?? .literal(head))
      token.removeFirst(length)
    }
    return result
  }

  private static let momentFields: [String: Field] = [
    "M": .month(1), "MM": .month(2), "MMM": .monthName(.short), "MMMM": .monthName(.long), "Q": .quarter(1),
    "D": .day(1), "DD": .day(2), "DDD": .dayOfYear(1), "DDDD": .dayOfYear(3), "d": .weekday(sundayIsZero: true),
    "e": .weekday(sundayIsZero: true), "E": .weekday(sundayIsZero: false), "dd": .weekdayName(.two),
    "ddd": .weekdayName(.short), "dddd": .weekdayName(.long), "w": .localWeek(1), "ww": .localWeek(2), "W": .week(1),
    "WW": .week(2), "YY": .twoDigitYear, "YYYY": .year(4), "Y": .year(1), "YYYYY": .year(5), "YYYYYY": .year(6),
    "gg": .localWeekYear(2), "gggg": .localWeekYear(4), "GG": .weekYear(2), "GGGG": .weekYear(4),
    "A": .meridiem(isUppercase: true), "a": .meridiem(isUppercase: false), "H": .hour24(1), "HH": .hour24(2),
    "h": .hour12(1), "hh": .hour12(2), "k": .hourFrom1(1), "kk": .hourFrom1(2), "m": .minute(1), "mm": .minute(2),
    "s": .second(1), "ss": .second(2), "z": .zoneAbbreviation, "zz": .zoneAbbreviation, "Z": .offset,
    "ZZ": .plainOffset, "X": .unixSeconds, "x": .unixMilliseconds,
  ]

  /// Moment's localized formats, in American English.
  private static let momentMacros: [String: String] = [
    "LL": "MMMM D, YYYY", "LLL": "MMMM D, YYYY h:mm A", "LLLL": "dddd, MMMM D, YYYY h:mm A", "L": "MM/DD/YYYY",
    "l": "M/D/YYYY", "ll": "MMM D, YYYY", "lll": "MMM D, YYYY h:mm A", "llll": "ddd, MMM D, YYYY h:mm A",
  ]
}
