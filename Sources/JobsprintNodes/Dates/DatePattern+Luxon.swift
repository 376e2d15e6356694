import JobsprintDomain

extension DatePattern {
  /// Reads a format of Luxon: `yyyy-MM-dd'T'HH:mm`. A letter that is no token stands for itself.
  init(luxon text: String) {
    self.init(
      pieces: Self.runs(text, open: "'", close: "'").flatMap { run -> [Piece] in
        switch run {
        case .literal(let text): return [.literal(text)]
        case .token(let token):
          if let field = Self.luxonFields[token] { return [.field(field)] }
          if let macro = Self.luxonMacros[token] { return DatePattern(luxon: macro).pieces }
          return [.literal(token)]
        }
      })
  }

  private static let luxonFields: [String: Field] = [
    "S": .fraction(3, isExact: false), "u": .fraction(3, isExact: true), "SSS": .fraction(3, isExact: true),
    "uu": .fraction(2, isExact: true), "uuu": .fraction(1, isExact: true), "s": .second(1), "ss": .second(2),
    "m": .minute(1), "mm": .minute(2), "h": .hour12(1), "hh": .hour12(2), "H": .hour24(1), "HH": .hour24(2),
    "Z": .narrowOffset, "ZZ": .offset, "ZZZ": .plainOffset, "ZZZZ": .zoneAbbreviation, "ZZZZZ": .zoneLongName,
    "z": .zoneName, "a": .meridiem(isUppercase: true), "d": .day(1), "dd": .day(2),
    "c": .weekday(sundayIsZero: false), "ccc": .weekdayName(.short), "cccc": .weekdayName(.long),
    "ccccc": .weekdayName(.narrow), "E": .weekday(sundayIsZero: false), "EEE": .weekdayName(.short),
    "EEEE": .weekdayName(.long), "EEEEE": .weekdayName(.narrow), "L": .month(1), "LL": .month(2),
    "LLL": .monthName(.short), "LLLL": .monthName(.long), "LLLLL": .monthName(.narrow), "M": .month(1),
    "MM": .month(2), "MMM": .monthName(.short), "MMMM": .monthName(.long), "MMMMM": .monthName(.narrow),
    "y": .year(1), "yy": .twoDigitYear, "yyyy": .year(4), "yyyyyy": .year(6), "G": .era(.short), "GG": .era(.long),
    "GGGGG": .era(.narrow), "kk": .weekYear(2), "kkkk": .weekYear(4), "W": .week(1), "WW": .week(2),
    "n": .localWeek(1), "nn": .localWeek(2), "ii": .localWeekYear(2), "iiii": .localWeekYear(4), "o": .dayOfYear(1),
    "ooo": .dayOfYear(3), "q": .quarter(1), "qq": .quarter(2), "X": .unixSeconds, "x": .unixMilliseconds,
  ]

  /// Luxon's localized formats, in American English.
  private static let luxonMacros: [String: String] = [
    "D": "M/d/yyyy", "DD": "MMM d, yyyy", "DDD": "MMMM d, yyyy", "DDDD": "EEEE, MMMM d, yyyy", "t": "h:mm a",
    "tt": "h:mm:ss a", "ttt": "h:mm:ss a ZZZZ", "tttt": "h:mm:ss a ZZZZZ", "T": "HH:mm", "TT": "HH:mm:ss",
    "TTT": "HH:mm:ss ZZZZ", "TTTT": "HH:mm:ss ZZZZZ", "f": "M/d/yyyy, h:mm a", "ff": "MMM d, yyyy, h:mm a",
    "fff": "MMMM d, yyyy 'at' h:mm a ZZZZ", "ffff": "EEEE, MMMM d, yyyy 'at' h:mm a ZZZZZ",
    "F": "M/d/yyyy, h:mm:ss a", "FF": "MMM d, yyyy, h:mm:ss a", "FFF": "MMMM d, yyyy 'at' h:mm:ss a ZZZZ",
    "FFFF": "EEEE, MMMM d, yyyy 'at' h:mm:ss a ZZZZZ",
  ]
}
