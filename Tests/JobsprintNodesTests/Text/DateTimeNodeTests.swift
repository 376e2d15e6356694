import JobsprintDomain
import Testing

@testable import JobsprintNodes

@Suite("dateTime")
struct DateTimeNodeTests {
  private func run(_ parameters: String, zone: String? = nil, version: Double = 2) async throws -> JSONValue? {
    try await SingleNodeRun(type: "n8n-nodes-base.dateTime", version: version, parameters: parameters, timezone: zone)
      .items("{}").first?.json.values.first
  }

  private func format(_ date: String, _ format: String, zone: String? = nil) async throws -> JSONValue? {
    let tokens = JSONValue.string(format).jsonText
    return try await run(#"{"operation": "formatDate", "date": "\#(date)", "format": \#(tokens)}"#, zone: zone)
  }

  @Test(arguments: [
    ("yyyy/MM/dd", "2023/04/01"), ("d.M.yy", "1.4.23"), ("HH:mm:ss.SSS", "13:05:09.007"), ("h:mm a", "1:05 PM"),
    ("EEEE, MMMM d", "Saturday, April 1"), ("ccc LLL", "Sat Apr"), ("'at' o ooo", "at 91 091"),
    ("kkkk-'W'WW", "2023-W13"),
    ("q", "2"), ("X x", "1680347109 1680347109007"), ("Z ZZ ZZZ", "+2 +02:00 +0200"), ("z", "UTC+2"),
    ("DDDD", "Saturday, April 1, 2023"), ("ff", "Apr 1, 2023, 1:05 PM"), ("u S", "007 7"), ("G", "AD"), ("custom", ""),
  ])
  func datesAreWrittenWithLuxonsTokens(pattern: String, expected: String) async throws {
    #expect(try await format("2023-04-01T13:05:09.007+02:00", pattern) == .string(expected))
  }

  @Test(arguments: [
    "2023-04-11T22:00:00Z", "2023-04-12T00:00:00+02:00", "1681250400", "1681250400000", "Tue, 11 Apr 2023 22:00:00 GMT",
    "2023-04-12", "2023-04-12 00:00:00", "04/12/2023", "2023/04/12", "April 12, 2023", "12 Apr 2023",
    "Tue Apr 11 2023 22:00:00 GMT+0000 (Coordinated Universal Time)", "2023-W15-3",
  ])
  func datesAreReadInManyForms(date: String) async throws {
    #expect(
      try await run(
        #"{"operation": "roundDate", "toNearest": "second", "date": "\#(date)"}"#, zone: "Europe/Berlin")
        == "2023-04-12T00:00:00.000+02:00")
  }

  @Test(arguments: [
    ("2016-01-13T08:30:00.1239Z", "2016-01-13 08:30:00.123 +00:00"),
    ("2016-01-13 08:30:00,25 -0530", "2016-01-13 08:30:00.250 -05:30"),
    ("2016-01-13t08:30+05", "2016-01-13 08:30:00.000 +05:00"),
    ("Wed, 13 Jan 2016 08:30:00 +0630", "2016-01-13 08:30:00.000 +06:30"),
    ("13 January 2016 08:30 GMT", "2016-01-13 08:30:00.000 +00:00"),
    ("2016-01-13T24:00 UT", "2016-01-14 00:00:00.000 +00:00"),
    ("2016-01", "2016-01-01 00:00:00.000 +01:00"), ("2016", "2016-01-01 00:00:00.000 +01:00"),
    ("  2016-07-13T08:30:60  ", "2016-07-13 08:31:00.000 +02:00"),
    ("1452673800", "2016-01-13 09:30:00.000 +01:00"), ("1.4526738e9", "2016-01-13 09:30:00.000 +01:00"),
  ])
  func theOffsetThatADateNamesStays(date: String, expected: String) async throws {
    #expect(try await format(date, "yyyy-MM-dd HH:mm:ss.SSS ZZ", zone: "Europe/Berlin") == .string(expected))
  }

  @Test(arguments: [
    "2016-02-30", "2016-01-13T08:30:00Zx", "2016-01-13Z", "2016-01-13T8:30", "2016-01-13T08:30:61Z", "-1452673800",
    "2016-13-01T00:00Z", "16-01-13", "2016-01-13T08:30+1",
  ])
  func whatIsNoDateIsRefused(date: String) async throws {
    let parameters = #"{"operation": "formatDate", "date": "\#(date)"}"#
    let failure = try await SingleNodeRun(type: "n8n-nodes-base.dateTime", version: 2, parameters: parameters).failure()
    #expect(failure?.message == "Invalid date format: '\(date)' in 'date' can't be read")
  }

  @Test func eachItemMayHaveAFormatAndAFieldOfItsOwn() async throws {
    let parameters = #"""
      {"operation": "formatDate", "date": "={{ $json.date }}", "format": "={{ $json.format }}",
       "outputFieldName": "={{ $json.field }}"}
      """#
    let node = SingleNodeRun(type: "n8n-nodes-base.dateTime", version: 2, parameters: parameters)
    let items = #"""
      [{"date": "2016-01-13", "format": "d.M.", "field": "a"}, {"date": "2016-02-14", "format": "yyyy", "field": "b"},
       {"date": "2016-03-15", "format": "d.M.", "field": "a"}]
      """#
    #expect(try await node.json(items) == [["a": "13.1."], ["b": "2016"], ["a": "15.3."]])
  }

  @Test func aFormatOfItsOwnReadsTheDate() async throws {
    let parameters = #"""
      {"operation": "formatDate", "date": "31|12|22 5PM", "format": "yyyy-MM-dd HH", "options": {"fromFormat": "dd|MM|yy ha"}}
      """#
    #expect(try await run(parameters) == "2022-12-31 17")
  }

  @Test(arguments: [
    ("addToDate", "2023-01-31T00:00:00.000Z", "months", "1", "2023-02-28T00:00:00.000Z"),
    ("subtractFromDate", "2024-02-29T12:00:00.000Z", "years", "1", "2023-02-28T12:00:00.000Z"),
    ("addToDate", "2023-01-01T00:00:00.000Z", "quarters", "2", "2023-07-01T00:00:00.000Z"),
    ("addToDate", "2023-01-01T00:00:00.000Z", "weeks", "-1", "2022-12-25T00:00:00.000Z"),
    ("addToDate", "2023-01-01T00:00:00.000Z", "days", "1.5", "2023-01-02T12:00:00.000Z"),
    ("addToDate", "2023-01-01T00:00:00.000Z", "milliseconds", "1", "2023-01-01T00:00:00.001Z"),
  ])
  func unitsAreAdded(operation: String, date: String, unit: String, count: String, expected: String) async throws {
    let parameters =
      #"{"operation": "\#(operation)", "magnitude": "\#(date)", "timeUnit": "\#(unit)", "duration": \#(count)}"#
    #expect(try await run(parameters) == .string(expected))
  }

  @Test func aDayIsADayAlsoWhenTheClockChanges() async throws {
    let start = #"{"operation": "addToDate", "magnitude": "2023-03-25T12:00:00", "timeUnit": "#
    #expect(try await run(start + #""days", "duration": 1}"#, zone: "Europe/Berlin") == "2023-03-26T12:00:00.000+02:00")
    #expect(
      try await run(start + #""hours", "duration": 24}"#, zone: "Europe/Berlin") == "2023-03-26T13:00:00.000+02:00")
    #expect(
      try await run(#"{"operation": "addToDate", "magnitude": "2023-03-26T02:30:00"}"#, zone: "Europe/Berlin")
        == "2023-03-26T03:30:00.000+02:00")
  }

  private static let spans: [(String, JSONObject)] = [
    (#"["day"]"#, ["days": 59.5]), (#"["month", "hours"]"#, ["months": 2, "hours": 12]),
    (#"["years"]"#, ["years": .number(59.5 / 365)]),
    (#"["week", "day", "minute"]"#, ["weeks": 8, "days": 3, "minutes": 720]),
  ]

  @Test(arguments: spans)
  func spansAreMeasured(units: String, expected: JSONObject) async throws {
    let parameters = #"""
      {"operation": "getTimeBetweenDates", "startDate": "2023-01-01", "endDate": "2023-03-01T12:00:00", "units": \#(units)}
      """#
    #expect(try await run(parameters) == .object(expected))
  }

  @Test func spansAreWrittenInISO() async throws {
    let parameters = #"""
      {"operation": "getTimeBetweenDates", "startDate": "2023-03-01T12:00:00.5", "endDate": "2023-01-01",
       "units": ["month", "day", "hour", "second"], "options": {"isoString": true}}
      """#
    #expect(try await run(parameters) == "P-2MT-12H-0.5S")
  }

  @Test(arguments: [
    ("roundDown", "toNearest", "year", "2023-01-01T00:00:00.000Z"),
    ("roundDown", "toNearest", "week", "2023-04-10T00:00:00.000Z"),
    ("roundDown", "toNearest", "hour", "2023-04-12T13:00:00.000Z"),
    ("roundUp", "to", "month", "2023-04-30T23:59:59.999Z"),
  ])
  func datesAreRounded(mode: String, parameter: String, unit: String, expected: String) async throws {
    let parameters =
      #"{"operation": "roundDate", "date": "2023-04-12T13:14:15Z", "mode": "\#(mode)", "\#(parameter)": "\#(unit)"}"#
    #expect(try await run(parameters) == .string(expected))
  }

  @Test(arguments: [
    ("year", 2023), ("month", 1), ("week", 52), ("day", 1), ("hour", 13), ("minute", 14), ("second", 15),
  ])
  func partsAreTakenOut(part: String, expected: Int64) async throws {
    #expect(
      try await run(#"{"operation": "extractDate", "date": "2023-01-01T13:14:15Z", "part": "\#(part)"}"#)
        == .integer(expected))
  }

  @Test func theCurrentDateIsTheClocks() async throws {
    #expect(try await run("{}") == "2021-12-20T11:33:20.000Z")
    #expect(
      try await run(#"{"includeTime": false, "options": {"timezone": "Asia/Tokyo"}}"#)
        == "2021-12-20T00:00:00.000+09:00")
  }

  @Test func fieldsOfTheInputAreKeptOnRequest() async throws {
    let node = SingleNodeRun(
      type: "n8n-nodes-base.dateTime", version: 2,
      parameters: #"{"outputFieldName": "now", "options": {"includeInputFields": true}}"#)
    #expect(try await node.json(#"{"a": 1}"#) == [["a": 1, "now": "2021-12-20T11:33:20.000Z"]])
  }

  @Test(arguments: [
    (#"{"operation": "formatDate", "date": "no date"}"#, "Invalid date format"),
    (#"{"operation": "formatDate"}"#, "Invalid date format"),
    (#"{"operation": "formatDate", "date": {"a": 1}}"#, "Invalid date format"),
    (#"{"operation": "formatDate", "date": "2023-02-30"}"#, "Invalid date format"),
    (#"{"operation": "formatDate", "date": 1e300}"#, "Invalid date format"),
    (#"{"operation": "addToDate", "magnitude": "2023-01-01", "duration": 1e15}"#, "beyond all dates"),
    (#"{"operation": "addToDate", "magnitude": "2023-01-01", "duration": "x"}"#, "must be a number"),
    (#"{"operation": "addToDate", "magnitude": "2023-01-01", "timeUnit": "eons"}"#, "'timeUnit'"),
    (
      #"{"operation": "getTimeBetweenDates", "startDate": "2023-01-01", "endDate": "2023-01-01", "units": ["x"]}"#,
      "'units'"
    ),
    (#"{"options": {"timezone": "Nowhere/Town"}}"#, "The time zone 'Nowhere/Town'"),
    (#"{"operation": "sing"}"#, "'operation'"),
  ])
  func badInputIsAnErrorThatNamesIt(parameters: String, expected: String) async throws {
    let error = try await SingleNodeRun(type: "n8n-nodes-base.dateTime", version: 2, parameters: parameters).failure()
    #expect(error?.message.contains(expected) == true, "\(String(describing: error))")
  }

  @Test func anUnknownZoneOfTheWorkflowIsAnError() async throws {
    let node = SingleNodeRun(type: "n8n-nodes-base.dateTime", version: 2, timezone: "Mars")
    #expect(try await node.failure()?.message.contains("'Mars'") == true)
  }

  @Test(arguments: [
    (
      #"{"value": "2023-04-01T13:05:09.007Z", "toFormat": "dddd, MMMM Do YYYY, h:mm:ss a"}"#,
      "Saturday, April 1st 2023, 1:05:09 pm"
    ),
    (
      #"{"value": "2023-04-01T13:05:09.007Z", "toFormat": "[on] L LT Q DDDD WW SSS"}"#,
      "on 04/01/2023 1:05 PM 2 091 13 007"
    ),
    (#"{"value": "2023-04-01T13:05:09.007Z", "toFormat": "YYYYMMDDHHmmss"}"#, "20230401130509"),
    (#"{"value": "2023-04-01", "toFormat": "x", "options": {"fromTimezone": "US/Hawaii"}}"#, "1680343200000"),
    (#"{"value": "01.04.2023 13h", "options": {"fromFormat": "DD.MM.YYYY HH[h]"}}"#, "04/01/2023"),
    (
      #"{"action": "calculate", "value": "2023-01-31", "duration": 1, "timeUnit": "months"}"#,
      "2023-02-28T00:00:00.000Z"
    ),
    (
      #"{"action": "calculate", "value": 1680354309, "operation": "subtract", "duration": 9, "timeUnit": "seconds"}"#,
      "2023-04-01T13:05:00.000Z"
    ),
  ])
  func version1FollowsMoment(parameters: String, expected: String) async throws {
    #expect(try await run(parameters, version: 1) == .string(expected))
  }

  @Test func version1LeavesItemsWithoutADateAlone() async throws {
    let node = SingleNodeRun(type: "n8n-nodes-base.dateTime", parameters: #"{"value": "={{ $json.date }}"}"#)
    #expect(try await node.json(#"{"a": 1}"#) == [["a": 1]])
    #expect(try await node.failure(#"{"date": "never"}"#)?.message.contains("could not be recognized") == true)
  }

  @Test func anHourThatComesTwiceIsTheFirst() throws {
    let zone = try #require(ZoneRules("Europe/Berlin"))
    let date = CivilDate(year: 2023, month: 10, day: 29)
    let time = try #require(CalendarTime(date, millisecondOfDay: 9_000_000, zone: zone))
    #expect(time.isoText == "2023-10-29T02:30:00.000+02:00")
  }
}
