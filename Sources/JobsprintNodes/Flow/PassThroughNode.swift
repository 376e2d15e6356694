import JobsprintDomain
import JobsprintPorts

/// Nodes whose output is their input: triggers that hand on what the execution was started with, NoOp, and notes.
struct PassThroughNode: NodeType {
  let description: NodeDescription

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult { .outputs([context.items]) }

  static let all: [any NodeType] = [
    trigger("manualTrigger", "Manual Trigger", "Starts the workflow when somebody executes it.", [1]),
    trigger(
      "executeWorkflowTrigger", "Execute Workflow Trigger", "Starts the workflow for another one.", [1, 1.1],
      [
        NodeParameter(
          "inputSource", .choice, "How the expected data is described; for the caller's form only.",
          default: "workflowInputs", choices: ["workflowInputs", "jsonExample", "passthrough"]),
        NodeParameter("workflowInputs.values", .list, "The expected fields {name, type}."),
        NodeParameter("jsonExample", .json, "An example of the expected data."),
      ]),
    trigger("start", "Start", "The start node of older workflows.", [1]),
    PassThroughNode(
      description: NodeDescription(
        type: "n8n-nodes-base.noOp", displayName: "No Operation", summary: "Hands its items on.", versions: [1])),
    PassThroughNode(
      description: NodeDescription(
        type: "n8n-nodes-base.stickyNote", displayName: "Sticky Note", summary: "A note for people; never runs.",
        versions: [1], outputs: [],
        parameters: [
          NodeParameter("content", .text, "The note, in Markdown."),
          NodeParameter("height", .number, "Its height in pixels.", default: 160),
          NodeParameter("width", .number, "Its width in pixels.", default: 240),
        ])),
  ]

  private static func trigger(
    _ name: String, _ title: String, _ summary: String, _ versions: [Double], _ parameters: [NodeParameter] = []
  ) -> Self {
    PassThroughNode(
      description: NodeDescription(
        type: "n8n-nodes-base.\(name)", displayName: title, summary: summary, versions: versions, isTrigger: true,
        parameters: parameters))
  }
}
