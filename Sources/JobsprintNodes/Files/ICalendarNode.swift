import JobsprintDomain
import JobsprintPorts

/// The older node for calendar files: it makes one of each item.
struct ICalendarNode: NodeType {
  let description = NodeDescription(
    type: "n8n-nodes-base.iCal", displayName: "iCalendar", summary: "Creates iCalendar files.", versions: [1],
    parameters: [
      NodeParameter("operation", .choice, "What is done.", default: "createEventFile", choices: ["createEventFile"]),
      NodeParameter("title", .text, "The event's title."),
      NodeParameter("start", .text, "When the event begins; required."),
      NodeParameter("end", .text, "When the event ends; where it is not set, when it begins."),
      NodeParameter("allDay", .boolean, "The event has no times.", default: false),
      NodeParameter("binaryPropertyName", .text, "The property that receives the file.", default: "data"),
      NodeParameter("additionalFields", .json, CalendarEvent.fields),
    ])

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult { try CalendarEvent.files(context) }
}
