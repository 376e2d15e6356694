extension Timestamp {
  /// Reads `2026-01-31T12:00:00Z`, with seconds and fraction optional and any offset; nil for anything else.
  public init?(iso8601 text: String) {
    let bytes = Array(text.utf8)
    func number(_ range: Range<Int>) -> Int? {
      guard range.upperBound <= bytes.count else { return nil }
      var value = 0
      for byte in bytes[range] {
        guard (0x30...0x39).contains(byte) else { return nil }
        value = value * 10 + Int(byte - 0x30)
      }
      return value
    }
    func has(_ character: Character, at place: Int) -> Bool {
      place < bytes.count && bytes[place] == character.asciiValue
    }
    guard let year = number(0..<4), has("-", at: 4), let month = number(5..<7), has("-", at: 7),
      let day = number(8..<10), has("T", at: 10) || has(" ", at: 10), let hour = number(11..<13), has(":", at: 13),
      let minute = number(14..<16), hour < 24, minute < 60
    else { return nil }
    var place = 16
    var milliseconds = (hour * 60 + minute) * 60_000
    if has(":", at: place) {
      guard let second = number(17..<19), second < 60 else { return nil }
      milliseconds += second * 1000
      place = 19
      if has(".", at: place) {
        place += 1
        var weight = 100
        let start = place
        while let digit = number(place..<place + 1) {
          milliseconds += digit * weight
          weight /= 10
          place += 1
        }
        guard place > start else { return nil }
      }
    }
    if !has("Z", at: place) || place + 1 != bytes.count {
      guard has("+", at: place) || has("-", at: place), let hours = number(place + 1..<place + 3),
        has(":", at: place + 3),
        let minutes = number(place + 4..<place + 6), place + 6 == bytes.count,
        hours < 24, minutes < 60
      else { return nil }
      milliseconds -= (hours * 60 + minutes) * 60_000 * (has("-", at: place) ? -1 : 1)
    }
    let date = CivilDate(year: year, month: month, day: day)
    guard CivilDate(daysSinceEpoch: date.daysSinceEpoch) == date else { return nil }
    self.init(milliseconds: Int64(date.daysSinceEpoch) * 86_400_000 + Int64(milliseconds))
  }
}
