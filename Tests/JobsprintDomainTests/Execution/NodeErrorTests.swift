import JobsprintDomain
import Testing

@Suite struct NodeErrorTests {
  @Test func whatIsWrittenReadsBack() {
    let errors = [
      NodeError("no"), NodeError("", name: "ExpressionError"), NodeError("no", description: "do this"),
      NodeError("no", item: 0), NodeError("no", item: 3, context: ["parameter": "url", "nodeCause": "A"]),
      NodeError("no", context: ["runIndex": 1]),
    ]
    for error in errors { #expect(NodeError(error.asJSON) == error) }
  }

  @Test func hasN8nsShape() {
    let error = NodeError("no", name: "E", description: "why", item: 2, context: ["runIndex": 1])
    #expect(
      error.asJSON.jsonText
        == #"{"name":"E","message":"no","description":"why","context":{"runIndex":1,"itemIndex":2}}"#)
    #expect(NodeError("no").asJSON.jsonText == #"{"name":"NodeOperationError","message":"no"}"#)
  }

  @Test func anErrorOfAnotherShapeIsStillAnError() {
    #expect(NodeError([:]) == NodeError("", name: "Error"))
    #expect(NodeError(JSONValue.string("text")) == NodeError("", name: "Error"))
    #expect(NodeError(["message": "no", "context": "x"]) == NodeError("no", name: "Error"))
  }
}
