import JobsprintDomain
import JobsprintPorts

/// Makes time-based one-time passwords.
struct TOTPNode: NodeType {
  let description = NodeDescription(
    type: "n8n-nodes-base.totp", displayName: "TOTP", summary: "Generates a time-based one-time password.",
    versions: [1],
    parameters: [
      NodeParameter(
        "operation", .choice, "What is done; needs a credential.", default: "generateSecret",
        choices: ["generateSecret"]),
      NodeParameter("options.algorithm", .text, "The digest.", default: "SHA1"),
      NodeParameter("options.digits", .number, "How many digits a token has.", default: 6),
      NodeParameter("options.period", .number, "Seconds for which a token is valid.", default: 30),
    ], credentials: ["totpApi"])

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    var reading = SharedReading<OneTimePassword>(context)
    return try context.itemByItem { (item, place) throws(NodeError) in
      let password = try reading.settings { () throws(NodeError) in try Self.password(context, item: place) }
      let now = context.clock.now
      let json: JSONObject = [
        "token": .string(try password.token(at: now)),
        "secondsRemaining": .integer(Int64(password.secondsRemaining(at: now))),
      ]
      return Item(json: json, pairedItem: item.pairedItem)
    }
  }

  private static func password(_ context: NodeContext, item: Int) throws(NodeError) -> OneTimePassword {
    let secrets = try context.credential("totpApi", title: "TOTP API")
    return try OneTimePassword(
      secret: secrets["secret"]?.stringValue ?? "",
      algorithm: try context.string("options.algorithm", item: item, default: "SHA1"),
      digits: Int(clamping: try context.number("options.digits", item: item, default: 6)),
      period: Int(clamping: try context.number("options.period", item: item, default: 30)))
  }
}

extension Int {
  /// The whole part of a number, held within the range; 0 for what is no number.
  init(clamping number: Double) {
    self = number.isNaN ? 0 : Int(Swift.min(Swift.max(number, -9e15), 9e15))
  }
}
