/// A date format, read from the tokens of Luxon or of Moment.js into one vocabulary.
struct DatePattern: Sendable {
  enum NameLength: Sendable { case long, short, two, narrow }

  enum Field: Sendable {
    /// With at least that many digits.
    case year(Int)
    case twoDigitYear
    case quarter(Int)
    case month(Int)
    case monthName(NameLength)
    case day(Int)
    case dayOfYear(Int)
    /// Monday is 1 and Sunday 7, or Sunday 0 and Saturday 6.
    case weekday(sundayIsZero: Bool)
    case weekdayName(NameLength)
    case week(Int)
    case weekYear(Int)
    /// Weeks as in the United States: they begin on Sunday, the first holds January 1.
    case localWeek(Int)
    case localWeekYear(Int)
    case hour24(Int)
    /// 1 to 24.
    case hourFrom1(Int)
    case hour12(Int)
    case minute(Int)
    case second(Int)
    /// So many digits of the fraction; `isExact`: trailing zeros stay.
    case fraction(Int, isExact: Bool)
    case meridiem(isUppercase: Bool)
    /// `+5`, `+05:00`, `+0500`.
    case narrowOffset, offset, plainOffset
    case zoneAbbreviation, zoneLongName, zoneName
    case era(NameLength)
    case unixSeconds, unixMilliseconds
  }

  enum Piece: Sendable {
    case literal(String)
    case field(Field)
    /// With `st`, `nd`, `rd`, `th`.
    case ordinal(Field)
  }

  let pieces: [Piece]

  static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
  ]
  /// From Monday on.
  static let weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

  /// Splits into runs of one letter, literals and escapes.
  ///
  /// - Parameters:
  ///   - quote: what opens and closes a literal.
  static func runs(_ text: String, open: Character, close: Character) -> [Run] {
    var runs: [Run] = []
    var literal = ""
    var isQuoted = false
    var rest = text[...]
    func flush() {
      if !literal.isEmpty { runs.append(.literal(literal)) }
      literal = ""
    }
    while let character = rest.popFirst() {
      if isQuoted {
        if character == close { isQuoted = false } else { literal.append(character) }
      } else if character == open, rest.contains(close) || open == close {
        isQuoted = true
      } else if character.isASCII, character.isLetter {
        flush()
        var token = String(character)
        while rest.first == character {
          token.append(character)
          rest.removeFirst()
        }
        runs.append(.token(token))
      } else {
        literal.append(character)
      }
    }
    flush()
    return runs
  }

  enum Run {
    case literal(String)
    case token(String)
  }
}
