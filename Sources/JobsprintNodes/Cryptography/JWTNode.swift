import JobsprintDomain
import JobsprintPorts

/// Signs, verifies and decodes JSON Web Tokens.
struct JWTNode: NodeType {
  let description = NodeDescription(
    type: "n8n-nodes-base.jwt", displayName: "JWT", summary: "Signs, verifies and decodes JSON Web Tokens.",
    versions: [1],
    parameters: [
      NodeParameter(
        "operation", .choice, "What is done; sign and verify need a credential.", default: "sign",
        choices: ["decode", "sign", "verify"]),
      NodeParameter("token", .text, "decode, verify: the token; required."),
      NodeParameter("useJson", .boolean, "sign: the payload is JSON instead of claims.", default: false),
      NodeParameter(
        "claims", .json, "sign: audience, expiresIn (seconds), issuer, jwtid, notBefore (seconds), subject."),
      NodeParameter("claimsJson", .json, "sign: the payload, with useJson."),
      NodeParameter("options.algorithm", .choice, "Instead of the credential's one.", choices: algorithms),
      NodeParameter("options.kid", .text, "sign: the key's id in the header."),
      NodeParameter("options.complete", .boolean, "decode, verify: with header and signature.", default: false),
      NodeParameter("options.ignoreExpiration", .boolean, "verify: an expired token passes.", default: false),
      NodeParameter("options.ignoreNotBefore", .boolean, "verify: a token of the future passes.", default: false),
      NodeParameter("options.clockTolerance", .number, "verify: seconds by which clocks may differ.", default: 0),
    ], credentials: ["jwtAuth"])

  static let algorithms = JSONWebToken.Algorithm.allCases.map(\.rawValue)

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    var reading = SharedReading<JWTTask>(context, without: ["token", "claims", "claimsJson"])
    var token = context.rawParameter("token").map { PreparedValue($0, path: "token", in: context) }
    return try context.itemByItem { (item, place) throws(NodeError) in
      let task = try reading.settings { () throws(NodeError) in try JWTTask(context, item: place) }
      let result = try task.result(context, item: place) { () throws(NodeError) in
        try token?.value(for: item, at: place, in: context)
      }
      return Item(json: result, pairedItem: item.pairedItem)
    }
  }
}
