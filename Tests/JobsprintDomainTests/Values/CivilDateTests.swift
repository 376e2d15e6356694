import JobsprintDomain
import Testing

@Suite struct CivilDateTests {
  @Test(arguments: [
    (1970, 1, 1, 0), (1970, 1, 2, 1), (1969, 12, 31, -1), (2000, 2, 29, 11_016), (2000, 3, 1, 11_017),
    (1900, 3, 1, -25_508), (2026, 11, 21, 20_778), (1, 1, 1, -719_162), (0, 3, 1, -719_468), (9999, 12, 31, 2_932_896),
    (-1, 12, 31, -719_529),
  ])
  func daysAreCountedFromTheEpoch(year: Int, month: Int, day: Int, days: Int) {
    #expect(CivilDate(year: year, month: month, day: day).daysSinceEpoch == days)
    #expect(CivilDate(daysSinceEpoch: days) == CivilDate(year: year, month: month, day: day))
  }

  /// Independent of the arithmetic under test: a calendar that is walked day by day.
  @Test func everyDayOfFourHundredYearsFollowsTheOneBefore() {
    func length(_ year: Int, _ month: Int) -> Int {
      let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    }
    var date = CivilDate(year: 1800, month: 1, day: 1)
    let first = date.daysSinceEpoch
    var wrong = 0
    for days in first..<first + 146_097 {
      if date.daysSinceEpoch != days || CivilDate(daysSinceEpoch: days) != date { wrong += 1 }
      date.day += 1
      if date.day > length(date.year, date.month) { (date.month, date.day) = (date.month + 1, 1) }
      if date.month > 12 { (date.year, date.month) = (date.year + 1, 1) }
    }
    #expect(wrong == 0)
    #expect(date == CivilDate(year: 2200, month: 1, day: 1))
  }
}
