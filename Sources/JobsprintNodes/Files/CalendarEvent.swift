import JobsprintDomain
import JobsprintPorts

/// One event as an iCalendar file (RFC 5545).
struct CalendarEvent {
  private var lines: [String] = []
  private let fileName: String

  init(_ context: NodeContext, item: Int) throws(NodeError) {
    let more = "additionalFields"
    let inOptions = try context.string("options.fileName", item: item)
    fileName = try context.string("\(more).fileName", item: item, default: inOptions.isEmpty ? "event.ics" : inOptions)
    let isAllDay = try context.bool("allDay", item: item)
    let start = try Self.time("start", context, item)
    let end = try Self.time("end", context, item)
    guard end.milliseconds >= start.milliseconds else {
      throw NodeError(
        "The event ends before it begins", description: "Correct 'Start' or 'End'.", item: item,
        context: ["parameter": "end"])
    }
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "CALSCALE:GREGORIAN", "PRODID:jobsprint", "METHOD:PUBLISH"]
    try add("X-WR-CALNAME", context.string("\(more).calName", item: item))
    lines += ["X-PUBLISHED-TTL:PT1H", "BEGIN:VEVENT"]
    let uid = try context.string("\(more).uid", item: item)
    add("UID", uid.isEmpty ? "\(context.idempotencyKey):\(item)" : uid)
    try add("SUMMARY", context.string("title", item: item))
    lines.append("DTSTAMP:\(Self.basic(context.clock.now, isDate: false))")
    let kind = isAllDay ? ";VALUE=DATE" : ""
    lines.append("DTSTART\(kind):\(Self.basic(start, isDate: isAllDay))")
    // The day on which an event ends is not part of it.
    let dayAfter = Timestamp(milliseconds: end.milliseconds + 86_400_000)
    lines.append("DTEND\(kind):\(Self.basic(isAllDay ? dayAfter : end, isDate: isAllDay))")
    for (name, field) in [
      ("DESCRIPTION", "description"), ("LOCATION", "location"), ("URL", "url"), ("STATUS", "status"),
      ("X-MICROSOFT-CDO-BUSYSTATUS", "busyStatus"),
    ] {
      try add(name, context.string("\(more).\(field)", item: item))
    }
    let rule = try context.string("\(more).recurrenceRule", item: item)
    if !rule.isEmpty { lines.append("RRULE:\(rule.oneLine)") }
    if let place = try context.parameter("\(more).geolocationUi.geolocationValues", item: item) {
      lines.append("GEO:\(place["lat"]?.asText.oneLine ?? "0");\(place["lon"]?.asText.oneLine ?? "0")")
    }
    if let organizer = try context.parameter("\(more).organizerUi.organizerValues", item: item) {
      lines.append(Self.person("ORGANIZER", organizer))
    }
    for attendee in try context.parameter("\(more).attendeesUi.attendeeValues", item: item)?.arrayValue ?? [] {
      lines.append(Self.person("ATTENDEE;RSVP=\(attendee["rsvp"] == true ? "TRUE" : "FALSE")", attendee))
    }
    lines += ["END:VEVENT", "END:VCALENDAR"]
  }

  var file: BinaryFile {
    let text = lines.map { Self.folded($0) + "\r\n" }.joined()
    return BinaryFile(Array(text.utf8), fileName: fileName, mimeType: "text/calendar")
  }

  private mutating func add(_ name: String, _ value: String) {
    if !value.isEmpty { lines.append("\(name):\(value.escapedForCalendar)") }
  }

  private static func person(_ property: String, _ person: JSONValue) -> String {
    var name = (person["name"]?.asText ?? "").oneLine.filter { $0 != "\"" }
    if name.contains(where: { ":;,".contains($0) }) { name = "\"\(name)\"" }
    return "\(property);CN=\(name):mailto:\((person["email"]?.asText ?? "").oneLine)"
  }

  private static func time(_ name: String, _ context: NodeContext, _ item: Int) throws(NodeError) -> Timestamp {
    let value = try context.parameter(name, item: item) ?? .null
    guard let moment = Moment(reading: value) else {
      throw NodeError(
        "The date '\(value.asText)' of the event's \(name) can't be read", description: "Use a date in ISO 8601.",
        item: item, context: ["parameter": .string(name)])
    }
    return Timestamp(milliseconds: moment.milliseconds)
  }

  /// `20260131T120000Z`, or the date alone.
  private static func basic(_ time: Timestamp, isDate: Bool) -> String {
    let text = time.description.prefix(19).filter { $0 != "-" && $0 != ":" }
    return isDate ? String(text.prefix(8)) : text + "Z"
  }

  /// Lines longer than 75 bytes go on behind a line break and a space.
  private static func folded(_ line: String) -> String {
    var result = ""
    var width = 0
    for scalar in line.unicodeScalars {
      let size = UTF8.width(scalar)
      if width + size > 75 {
        result += "\r\n "
        width = 1
      }
      result.unicodeScalars.append(scalar)
      width += size
    }
    return result
  }
}

extension String {
  fileprivate var oneLine: String { filter { !$0.isNewline } }

  fileprivate var escapedForCalendar: String {
    var result = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "\\", ";", ",":
        result += "\\"
        result.unicodeScalars.append(scalar)
      case "\n": result += "\\n"
      case "\r": break
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
