import JobsprintDomain

/// Reads iCalendar text (RFC 5545) into `{version, prodId, method, events: [{uid, summary, start: {date}, …}]}`.
struct CalendarReader {
  private let lines: [Substring]

  init(_ text: String) {
    // A line that begins with a space or a tab goes on the line before.
    var joined = ""
    for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      if line.first == " " || line.first == "\t" {
        joined += line.dropFirst()
      } else {
        joined += joined.isEmpty ? String(line) : "\n" + line
      }
    }
    lines = joined.split(separator: "\n")
  }

  func calendar() throws(NodeError) -> JSONValue {
    guard lines.first?.uppercased() == "BEGIN:VCALENDAR" else {
      throw NodeError(
        "The file is no iCalendar file: it must begin with BEGIN:VCALENDAR", description: "Check what the file holds.")
    }
    var calendar = JSONObject()
    var events: [JSONValue] = []
    var event: JSONObject?
    // Components in events (alarms) and others than events (time zones) are left aside.
    var open: [String] = []
    for line in lines {
      guard let property = CalendarProperty(line) else { continue }
      switch property.name {
      case "BEGIN":
        open.append(property.value.uppercased())
        if open == ["VCALENDAR", "VEVENT"] { event = [:] }
      case "END":
        guard open.popLast() == property.value.uppercased() else {
          throw NodeError(
            "The iCalendar file ends '\(property.value)' where another component is open",
            description: "Check that the file is complete.")
        }
        if open == ["VCALENDAR"], let finished = event {
          events.append(.object(finished))
          event = nil
        }
      default:
        if open == ["VCALENDAR"] {
          calendar[Self.calendarNames[property.name] ?? property.key] = .string(property.value)
        }
        if open == ["VCALENDAR", "VEVENT"] { event = event.map { property.added(to: $0) } }
      }
    }
    guard open.isEmpty else {
      throw NodeError("The iCalendar file ends inside a component", description: "Check that the file is complete.")
    }
    calendar["events"] = .array(events)
    return .object(calendar)
  }

  private static let calendarNames = ["PRODID": "prodId", "X-WR-CALNAME": "name"]
}

/// One line: `NAME;PARAMETER=x:value`.
private struct CalendarProperty {
  let name: String
  let parameters: [String: String]
  let value: String

  init?(_ line: Substring) {
    var isQuoted = false
    var colon: Substring.Index?
    for place in line.indices {
      if line[place] == "\"" { isQuoted.toggle() }
      if line[place] == ":", !isQuoted {
        colon = place
        break
      }
    }
    guard let colon else { return nil }
    let head = line[..<colon].split(separator: ";")
    guard let first = head.first else { return nil }
    name = first.uppercased()
    var parameters: [String: String] = [:]
    for part in head.dropFirst() {
      let pair = part.split(separator: "=", maxSplits: 1)
      if pair.count == 2 { parameters[pair[0].uppercased()] = pair[1].filter { $0 != "\"" } }
    }
    self.parameters = parameters
    value = Self.unescaped(line[line.index(after: colon)...])
  }

  private static let keys = [
    "DTSTAMP": "stamp", "DTSTART": "start", "DTEND": "end", "TRANSP": "timeTransparent", "RRULE": "recurrenceRule",
    "EXDATE": "exceptionDates", "ATTENDEE": "attendees",
  ]

  /// `LAST-MODIFIED` as `lastModified`.
  var key: String {
    if let known = Self.keys[name] { return known }
    let words = name.lowercased().split(separator: "-")
    return words.enumerated().map { $0 == 0 ? String($1) : $1.prefix(1).uppercased() + $1.dropFirst() }.joined()
  }

  func added(to event: JSONObject) -> JSONObject {
    var event = event
    switch name {
    case "DTSTAMP", "DTSTART", "DTEND", "CREATED", "LAST-MODIFIED", "RECURRENCE-ID": event[key] = date
    case "EXDATE": event[key] = .array((event[key]?.arrayValue ?? []) + [date])
    case "CATEGORIES": event[key] = .array(value.split(separator: ",").map { .string(String($0)) })
    case "ATTENDEE": event[key] = .array((event[key]?.arrayValue ?? []) + [person])
    case "ORGANIZER": event[key] = person
    case "PRIORITY", "SEQUENCE": event[key] = Int64(value).map { .integer($0) } ?? .string(value)
    case "RRULE":
      var rule = JSONObject()
      for part in value.split(separator: ";") {
        let pair = part.split(separator: "=", maxSplits: 1)
        guard pair.count == 2 else { continue }
        let key = pair[0].uppercased() == "FREQ" ? "frequency" : pair[0].lowercased()
        rule[key] = Int64(pair[1]).map { .integer($0) } ?? .string(String(pair[1]))
      }
      event[key] = .object(rule)
    default: event[key] = .string(value)
    }
    return event
  }

  private var person: JSONValue {
    let email = value.lowercased().hasPrefix("mailto:") ? String(value.dropFirst("mailto:".count)) : value
    var person: JSONObject = ["email": .string(email)]
    for (parameter, key) in [("CN", "name"), ("ROLE", "role"), ("PARTSTAT", "partstat")] {
      if let text = parameters[parameter] { person[key] = .string(text) }
    }
    if let answer = parameters["RSVP"] { person["rsvp"] = .bool(answer.uppercased() == "TRUE") }
    return .object(person)
  }

  /// `{date, type, local}`, the date in ISO 8601 and UTC.
  private var date: JSONValue {
    let pattern = value.contains("T") ? "yyyyMMdd'T'HHmmss" : "yyyyMMdd"
    let text = value.hasSuffix("Z") ? String(value.dropLast()) : value
    let name = parameters["TZID"]
    // A zone with rules of its own in the file counts as UTC.
    let zone = value.hasSuffix("Z") ? .utc : name.flatMap { ZoneRules($0) } ?? .utc
    guard let time = DatePattern(luxon: pattern).time(from: text, zone: zone) else { return .string(value) }
    var date: JSONObject = ["date": .string(Timestamp(milliseconds: time.milliseconds).description)]
    if parameters["VALUE"] == "DATE" { date["type"] = "DATE" }
    if let name, !value.hasSuffix("Z") {
      date["local"] = ["timezone": .string(name), "tzoffset": .string(time.offsetText(colon: false))]
    }
    return .object(date)
  }

  private static func unescaped(_ text: Substring) -> String {
    var result = ""
    var isEscaped = false
    for character in text {
      if isEscaped {
        result.append(character == "n" || character == "N" ? "\n" : character)
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else {
        result.append(character)
      }
    }
    return result
  }
}
