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
      NodeParameter("end", .text, "When the event ends; required."),
      NodeParameter("allDay", .boolean, "The event has no times.", default: false),
      NodeParameter("binaryPropertyName", .text, "The property that receives the file.", default: "data"),
      NodeParameter("additionalFields", .json, "fileName, calName, description, location and others."),
    ])

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    try context.itemByItem { (item, place) throws(NodeError) in
      let property = try context.string("binaryPropertyName", item: place, default: "data")
      let file = try CalendarEvent(context, item: place).file
      return [Item(json: [:], pairedItem: item.pairedItem).adding(file, as: property)]
    }
  }
}
