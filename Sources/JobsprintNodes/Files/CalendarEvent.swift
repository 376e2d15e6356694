import JobsprintDomain
import JobsprintPorts

/// Events as iCalendar files (RFC 5545), one for each item: all but title and times, read once where they are the same.
final class CalendarEvent {
  /// What a node says of its parameter `additionalFields`.
  static let fields =
    "fileName, calName, description, location, url, uid, status, busyStatus, sequence, recurrenceRule,"
    + " geolocationUi.geolocationValues {lat, lon}, organizerUi.organizerValues {name, email},"
    + " attendeesUi.attendeeValues [{name, email, rsvp}], useWorkflowTimezone (dates without an offset are in the"
    + " workflow's zone, instead of UTC)."

  /// What receives the file.
  private let property: String
  private let label: BinaryFile.Label
  private let isAllDay: Bool
  /// Of dates that name no offset.
  private let zone: ZoneRules
  /// Up to the event's own lines, and behind them.
  private let head: [UInt8]
  private let tail: [UInt8]
  private let uid: String
  /// Of an event without a UID.
  private let runKey: String
  private let stamp: [UInt8]

  /// A file of each item, and nothing else.
  static func files(_ context: NodeContext) throws(NodeError) -> NodeResult {
    let own = ["title", "start", "end"]
    var reading = SharedReading<CalendarEvent>(context, without: own)
    var values = own.map { name in context.rawParameter(name).map { PreparedValue($0, path: name, in: context) } }
    return try context.itemByItem { (item, place) throws(NodeError) in
      let event = try reading.settings { () throws(NodeError) in try CalendarEvent(context, item: place) }
      func value(_ number: Int) throws(NodeError) -> JSONValue {
        try values[number]?.value(for: item, at: place, in: context) ?? .null
      }
      let title = try value(0)
      let file = try event.file(
        title: title.isNull ? "" : title.asText, start: value(1), end: value(2), at: place)
      return Item(file: file, as: event.property, item.pairedItem)
    }
  }

  private init(_ context: NodeContext, item: Int) throws(NodeError) {
    let more = "additionalFields"
    func text(_ field: String) throws(NodeError) -> String { try context.string("\(more).\(field)", item: item) }
    property = try context.string("binaryPropertyName", item: item, default: "data")
    let inOptions = try context.string("options.fileName", item: item)
    let name = try context.string("\(more).fileName", item: item, default: inOptions.isEmpty ? "event.ics" : inOptions)
    label = BinaryFile.Label(fileName: name, mimeType: "text/calendar")
    isAllDay = try context.bool("allDay", item: item)
    let usesWorkflowZone = try context.bool("\(more).useWorkflowTimezone", item: item)
    zone = usesWorkflowZone ? try DateTimeNode.workflowZone(context) : .utc
    uid = try text("uid")
    runKey = context.idempotencyKey
    guard let now = CalendarTime(milliseconds: context.clock.now.milliseconds, zone: .utc) else {
      throw NodeError("The clock shows no date")
    }
    var stamp: [UInt8] = []
    Self.append("DTSTAMP:", now, to: &stamp)
    self.stamp = stamp

    var lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "CALSCALE:GREGORIAN", "PRODID:jobsprint", "METHOD:PUBLISH"]
    lines += Self.property("X-WR-CALNAME", try text("calName"))
    lines += ["X-PUBLISHED-TTL:PT1H", "BEGIN:VEVENT"]
    head = Array(lines.map(Self.line).joined().utf8)

    lines = try Self.sequence(context, item)
    for (name, field) in [
      ("DESCRIPTION", "description"), ("LOCATION", "location"), ("URL", "url"), ("STATUS", "status"),
      ("X-MICROSOFT-CDO-BUSYSTATUS", "busyStatus"),
    ] {
      lines += Self.property(name, try text(field))
    }
    let rule = try text("recurrenceRule")
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
    tail = Array((lines + ["END:VEVENT", "END:VCALENDAR"]).map(Self.line).joined().utf8)
  }

  /// Counts the changes of an event that has a UID of its own.
  private static func sequence(_ context: NodeContext, _ item: Int) throws(NodeError) -> [String] {
    let path = "additionalFields.sequence"
    guard context.rawParameter(path) != nil else { return [] }
    guard let sequence = Int(exactly: try context.number(path, item: item, default: 0)), sequence >= 0 else {
      throw NodeError(
        "The event's sequence must be a whole number from 0 on", item: item, context: ["parameter": .string(path)])
    }
    return ["SEQUENCE:\(sequence)"]
  }

  /// - Parameters:
  ///   - end: when the event begins, where it is not set.
  ///   - item: its place.
  private func file(title: String, start: JSONValue, end: JSONValue, at item: Int) throws(NodeError) -> JSONValue {
    let start = try time(start, "start", item)
    let end = end.isNull || end == "" ? start : try time(end, "end", item)
    guard end.milliseconds >= start.milliseconds else {
      throw NodeError(
        "The event ends before it begins", description: "Correct 'Start' or 'End'.", item: item,
        context: ["parameter": "end"])
    }
    var text = head
    text.reserveCapacity(head.count + stamp.count + tail.count + title.utf8.count + runKey.utf8.count + 128)
    for line in Self.property("UID", uid.isEmpty ? runKey + ":" + String(item) : uid) { text += Self.line(line).utf8 }
    for line in Self.property("SUMMARY", title) { text += Self.line(line).utf8 }
    text += stamp
    if isAllDay {
      // The day on which an event ends is not part of it.
      let dayAfter = CivilDate(daysSinceEpoch: end.date.daysSinceEpoch + 1)
      Self.append("DTSTART;VALUE=DATE:", start.date, to: &text)
      Self.append("DTEND;VALUE=DATE:", dayAfter, to: &text)
    } else {
      Self.append("DTSTART:", start.in(.utc), to: &text)
      Self.append("DTEND:", end.in(.utc), to: &text)
    }
    text += tail
    return label.file(of: text)
  }

  private func time(_ value: JSONValue, _ name: String, _ item: Int) throws(NodeError) -> CalendarTime {
    guard let time = DateReading(zone: zone).time(value) else {
      throw NodeError(
        "The date '\(value.asText)' of the event's \(name) can't be read", description: "Use a date in ISO 8601.",
        item: item, context: ["parameter": .string(name)])
    }
    return time
  }

  /// One line, or none without a value.
  private static func property(_ name: String, _ value: String) -> [String] {
    value.isEmpty ? [] : ["\(name):\(value.escapedForCalendar)"]
  }

  private static func person(_ property: String, _ person: JSONValue) -> String {
    var name = (person["name"]?.asText ?? "").oneLine.filter { $0 != "\"" }
    if name.contains(where: { ":;,".contains($0) }) { name = "\"\(name)\"" }
    return "\(property);CN=\(name):mailto:\((person["email"]?.asText ?? "").oneLine)"
  }

  /// A line with a moment: `20260131T120000Z`.
  private static func append(_ name: StaticString, _ time: CalendarTime, to text: inout [UInt8]) {
    append(name, date: time.date, to: &text)
    text.append(UInt8(ascii: "T"))
    text.append(time.hour, width: 2)
    text.append(time.minute, width: 2)
    text.append(time.second, width: 2)
    text += "Z\r\n".utf8
  }

  /// A line with a day: `20260131`.
  private static func append(_ name: StaticString, _ date: CivilDate, to text: inout [UInt8]) {
    append(name, date: date, to: &text)
    text += "\r\n".utf8
  }

  private static func append(_ name: StaticString, date: CivilDate, to text: inout [UInt8]) {
    name.withUTF8Buffer { text += $0 }
    text.append(abs(date.year), width: 4)
    text.append(date.month, width: 2)
    text.append(date.day, width: 2)
  }

  /// With its end. A line longer than 75 bytes goes on behind a line break and a space.
  private static func line(_ text: String) -> String {
    if text.utf8.count <= 75 { return text + "\r\n" }
    var result = ""
    var width = 0
    for scalar in text.unicodeScalars {
      let size = UTF8.width(scalar)
      if width + size > 75 {
        result += "\r\n "
        width = 1
      }
      result.unicodeScalars.append(scalar)
      width += size
    }
    return result + "\r\n"
  }
}

extension String {
  fileprivate var oneLine: String { filter { !$0.isNewline } }

  fileprivate var escapedForCalendar: String {
    guard utf8.contains(where: { "\\;,\n\r".utf8.contains($0) }) else { return self }
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
