import Foundation
import JobsprintDomain
import JobsprintPorts
import JobsprintScript
import JobsprintTesting
import Testing

/// What Luxon's documentation says of its classes, as expressions: weeks of a locale, digits, fixed offsets, parsing.
@Suite struct LuxonTests {
  private static let sandbox = SandboxEvaluator(
    SandboxOptions(executable: ServerProcess.builtProgram("jobsprint-sandbox").path), timezone: "America/New_York")

  private static let day = "DateTime.utc(2026, 5, 6, 7, 8, 9, 123)"

  static let moments: [(String, JSONValue?)] = [
    ("DateTime.utc(2012, 1, 1).localWeekNumber", 1), ("DateTime.utc(2012, 1, 1).weekNumber", 52),
    ("DateTime.utc(2012, 1, 8).localWeekday", 1), ("DateTime.utc(2012, 1, 8).setLocale('de').localWeekday", 7),
    ("DateTime.utc(2022, 6, 1).weeksInLocalWeekYear", 53), ("DateTime.utc(2022, 6, 1).weeksInWeekYear", 52),
    ("DateTime.utc(2011, 12, 31).toFormat('n nn ii iiii')", "53 53 11 2011"),
    ("DateTime.utc(2026, 5, 8).setLocale('he').isWeekend", true), ("DateTime.utc(2026, 5, 8).isWeekend", false),
    ("\(day).set({ localWeekday: 1 }).toISODate()", "2026-05-03"),
    (
      "DateTime.fromObject({ localWeekYear: 2026, localWeekNumber: 1, localWeekday: 1 }, { zone: 'utc' }).toISODate()",
      "2025-12-28"
    ),
    ("DateTime.utc(2026, 5, 3).hasSame(DateTime.utc(2026, 5, 9), 'week', { useLocaleWeeks: true })", true),
    ("DateTime.utc(2026, 5, 3).hasSame(DateTime.utc(2026, 5, 9), 'week')", false),
    (
      "[Info.getStartOfWeek(), Info.getStartOfWeek({ locale: 'de' }), Info.getMinimumDaysInFirstWeek({ locale: 'de' })]",
      [7, 1, 4]
    ),
    ("Info.eras('long', { locale: 'fr' })", ["avant Jésus-Christ", "après Jésus-Christ"]),
    ("Info.meridiems()", ["AM", "PM"]), ("\(day).setLocale('fa').toFormat('yyyy/MM/dd')", "۲۰۲۶/۰۵/۰۶"),
    ("\(day).setLocale('de').toFormat('dd.MM.yyyy')", "06.05.2026"),
    ("\(day).setZone('UTC-8').toLocaleString(DateTime.DATETIME_FULL)", "May 5, 2026 at 11:08 PM GMT-8"),
    ("\(day).setZone('UTC+4:30').toLocaleString(DateTime.TIME_WITH_SHORT_OFFSET)", "11:38:09 AM UTC+4:30"),
    ("\(day).toSQL()", "2026-05-06 07:08:09.123 Z"),
    ("\(day).setZone('Asia/Tokyo').toSQL({ includeOffset: false })", "2026-05-06 16:08:09.123"),
    ("\(day).toISO({ precision: 'minute' })", "2026-05-06T07:08Z"), ("\(day).toISODate()", "2026-05-06"),
    ("\(day).toISOWeekDate()", "2026-W19-3"), ("\(day).toHTTP()", "Wed, 06 May 2026 07:08:09 GMT"),
    ("\(day).toRFC2822()", "Wed, 06 May 2026 07:08:09 +0000"), ("\(day).toFormat(\"yy''LL 'at' H\")", "26'05 at 7"),
    ("\(day).setZone('america/nEw_york').zoneName", "America/New_York"), ("\(day).setZone('Mars/Base').isValid", false),
    ("\(day).setZone('Mars/Base').toISO()", .null),
    ("DateTime.fromISO('2026-02-30').invalidReason", "unit out of range"),
    ("DateTime.fromISO('202605').toISODate()", "2026-05-01"),
    ("DateTime.fromISO('2026-W19-3').toISODate()", "2026-05-06"),
    ("DateTime.fromISO('2026-126').toISODate()", "2026-05-06"),
    ("DateTime.fromISO('2026-05-06T07:08+02:00', { setZone: true }).toISO()", "2026-05-06T07:08:00.000+02:00"),
    ("DateTime.fromRFC2822('Mon, 06 May 2026 07:08:09 +0000').invalidReason", "mismatched weekday"),
    ("DateTime.fromHTTP('Wed, 06 May 2026 07:08:09 GMT').toMillis()", 1_778_051_289_000),
    ("DateTime.fromFormat('6 Mai 2026', 'd MMMM yyyy', { locale: 'de' }).toISODate()", "2026-05-06"),
    ("DateTime.fromFormat('6 dec 2026', 'd LLL yyyy', { locale: 'es' }).isValid", false),
    ("DateTime.fromFormat('06 sept. 2026', 'dd MMM yyyy', { locale: 'fr' }).month", 9),
    ("DateTime.fromFormat('06 sept 2026', 'dd MMM yyyy', { locale: 'fr' }).month", 9),
    ("DateTime.fromFormat('7:08 PM', 'h:mm a').hour", 19), ("DateTime.fromFormat('x', 'yyyy').isValid", false),
    (
      "DateTime.fromFormat('2026-05-06 07:08 Europe/Paris', 'yyyy-MM-dd HH:mm z').toISO()",
      "2026-05-06T01:08:00.000-04:00"
    ),
    ("DateTime.fromMillis(NaN).isValid", false), ("DateTime.fromSeconds(1e20).isValid", false),
    ("DateTime.now().plus({ years: 300000 }).isValid", false),
    (
      "\(day).diff(DateTime.utc(2025, 4, 1), ['years', 'months', 'days', 'hours']).toObject()",
      ["years": 1, "months": 1, "days": 5, "hours": 7.1358675]
    ),
    ("DateTime.utc(2026, 3, 31).minus({ months: 1 }).toISODate()", "2026-02-28"),
    ("DateTime.local(2026, 3, 8, 1, 30).plus({ hours: 1 }).toISO()", "2026-03-08T03:30:00.000-04:00"),
    ("DateTime.local(2026, 3, 7, 2, 30).plus({ days: 1 }).toISO()", "2026-03-08T03:30:00.000-04:00"),
    ("\(day).toRelative({ base: DateTime.utc(2026, 5, 4), round: false })", "in 2.29 days"),
    ("\(day).toRelative({ base: DateTime.utc(2026, 5, 4), rounding: 'expand' })", "in 3 days"),
    ("\(day).toRelativeCalendar({ base: DateTime.utc(2026, 5, 7) })", "yesterday"),
    ("\(day).toRelative({ base: DateTime.utc(2024, 5, 7), locale: 'de' })", "in 1 Jahr"),
    ("DateTime.max(DateTime.utc(2025), \(day), DateTime.utc(2024)).year", 2026),
    ("\(day).until(\(day).plus({ days: 2 })).length('hours')", 48), ("\(day).quarter", 2), ("\(day).ordinal", 126),
    (
      "\(day).toObject()",
      ["year": 2026, "month": 5, "day": 6, "hour": 7, "minute": 8, "second": 9, "millisecond": 123]
    ),
  ]

  static let lengths: [(String, JSONValue?)] = [
    ("Duration.fromObject({ hours: 1, minutes: 90 }).normalize().toObject()", ["hours": 2, "minutes": 30]),
    (
      "Duration.fromISO('P1Y2M3DT4H5M6S').toObject()",
      ["years": 1, "months": 2, "days": 3, "hours": 4, "minutes": 5, "seconds": 6]
    ),
    ("Duration.fromMillis(3_723_004).toFormat('hh:mm:ss.SSS')", "01:02:03.004"),
    ("Duration.fromMillis(-3_723_004).toFormat('h:mm', { signMode: 'all' })", "-1:-02"),
    ("Duration.fromObject({ hours: 1.23456 }).toFormat('h', { floor: false })", "1.235"),
    ("Duration.fromObject({ days: 1, hours: 5 }).toHuman()", "1 day, 5 hours"),
    ("Duration.fromObject({ quarters: 2 }).toHuman()", "6 months"),
    ("Duration.fromISOTime('11:22').toObject()", ["hours": 11, "minutes": 22, "seconds": 0]),
    ("Duration.fromObject({ minutes: 90 }).as('hours')", 1.5), ("Duration.fromObject({ days: 2 }).toISO()", "P2D"),
    ("Duration.fromObject({ minutes: 1 }).equals(Duration.fromObject({ seconds: 60 }))", false),
    ("Interval.fromISO('2026-05-06T09:00Z/T17:30Z').length('hours')", 8.5),
    ("Interval.fromISO('2026-05-06/08').count('days')", 2), ("Interval.fromISO('2026-05-06/P2D').length('days')", 2),
    ("Interval.fromISO('2026-W19-1/-5').length('days')", 4), ("Interval.fromISO('x/y').isValid", false),
    ("Interval.fromDateTimes(DateTime.utc(2026, 5, 6), DateTime.utc(2026, 5, 9)).splitBy({ days: 1 }).length", 3),
    (
      "Interval.fromDateTimes(DateTime.utc(2026, 5, 6), DateTime.utc(2026, 5, 9)).toLocaleString({ month: 'short', day: 'numeric' }).replace(/\\s/g, ' ')",
      "May 6 – 9"
    ),
    ("Interval.after(DateTime.utc(2026, 5, 6), { days: 1 }).contains(DateTime.utc(2026, 5, 6, 12))", true),
  ]

  private static let all: [(String, JSONValue?)] = [moments, lengths].flatMap { $0 }

  @Test(arguments: all)
  func anExpressionGives(code: String, expected: JSONValue?) async throws {
    var scene = Scene(json: [:])
    scene.timezone = "America/New_York"
    let expression = ExactString("={{ \(code) }}")
    let resolver = try await Self.sandbox.resolver(for: scene.scope, inJavaScript: [expression])
    #expect(try resolver.resolve(expression.text, parameter: "value", item: 0) == expected, "\(code)")
  }

  @Test(arguments: [
    "DateTime.fromObject({ weekNumber: 1, month: 2 })", "DateTime.utc(2026).set({ ordinal: 3, day: 2 })",
    "DateTime.fromFormat('13 PM', 'HH a')", "DateTime.utc(2026).set({ localWeekday: 1, weekday: 1 })",
    "DateTime.utc(2026).startOf('decade')", "DateTime.utc(2026).diff(DateTime.utc(2025), 'eras')",
  ])
  func partsThatDontGoTogetherAreAnError(code: String) async throws {
    let expression = ExactString("={{ \(code) }}")
    let resolver = try await Self.sandbox.resolver(for: Scene(json: [:]).scope, inJavaScript: [expression])
    #expect(throws: NodeError.self, "\(code)") {
      try resolver.resolve(expression.text, parameter: "value", item: 0)
    }
  }
}
