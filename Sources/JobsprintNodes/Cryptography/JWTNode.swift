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

  private static let algorithms = JSONWebToken.Algorithm.allCases.map(\.rawValue)

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    try context.itemByItem { (item, place) throws(NodeError) in
      let operation = try context.string("operation", item: place, default: "sign")
      switch operation {
      case "sign":
        let (secrets, algorithm) = try secrets(place, context)
        let token = try JSONWebToken.sign(
          payload(place, context), header: header(place, context), algorithm, secrets.signingKey)
        return [Item(json: ["token": .string(token)], pairedItem: item.pairedItem)]
      case "decode":
        let token = try JSONWebToken(reading: context.string("token", item: place))
        return [Item(json: try shown(token, place, context), pairedItem: item.pairedItem)]
      case "verify":
        let token = try JSONWebToken(reading: context.string("token", item: place))
        let (secrets, algorithm) = try secrets(place, context)
        let tolerance = try context.number("options.clockTolerance", item: place, default: 0)
        guard tolerance.isFinite else {
          throw context.wrongKind("options.clockTolerance", "a number of seconds", found: .null, item: place)
        }
        try token.verify(
          algorithm, secrets.verificationKey, at: context.clock.now,
          ignoresExpiration: context.bool("options.ignoreExpiration", item: place),
          ignoresNotBefore: context.bool("options.ignoreNotBefore", item: place),
          tolerance: tolerance)
        return [Item(json: try shown(token, place, context), pairedItem: item.pairedItem)]
      default: throw context.unknownChoice("operation", operation, ["decode", "sign", "verify"], item: place)
      }
    }
  }

  private func shown(_ token: JSONWebToken, _ place: Int, _ context: NodeContext) throws(NodeError) -> JSONObject {
    guard try context.bool("options.complete", item: place) else { return ["payload": .object(token.payload)] }
    return [
      "header": .object(token.header), "payload": .object(token.payload), "signature": .string(token.signature),
    ]
  }

  private func header(_ place: Int, _ context: NodeContext) throws(NodeError) -> JSONObject {
    let key = try context.string("options.kid", item: place)
    return key.isEmpty ? [:] : ["kid": .string(key)]
  }

  /// The claims under the names that the node gives them, times as seconds since 1970 under those of the standard.
  func payload(_ place: Int, _ context: NodeContext) throws(NodeError) -> JSONObject {
    let now = context.clock.now.milliseconds / 1000
    var payload = JSONObject()
    if try context.bool("useJson", item: place) {
      payload = try jsonPayload(place, context)
    } else {
      for claim in try context.parameter("claims", item: place)?.objectValue ?? [:] {
        switch claim.key {
        case "expiresIn", "notBefore":
          guard let seconds = claim.value.converted(to: .number)?.doubleValue, seconds.magnitude < 1e11 else {
            throw context.wrongKind("claims.\(claim.key)", "a number of seconds", found: claim.value, item: place)
          }
          payload[claim.key == "expiresIn" ? "exp" : "nbf"] = .number(Double(now) + seconds)
        default: payload[claim.key] = claim.value
        }
      }
    }
    if payload["iat"] == nil { payload["iat"] = .integer(now) }
    return payload
  }

  private func jsonPayload(_ place: Int, _ context: NodeContext) throws(NodeError) -> JSONObject {
    // What the editor shows where nothing was filled in.
    guard let found = try context.parameter("claimsJson", item: place) else {
      return ["my_field_1": "value 1", "my_field_2": "value 2"]
    }
    guard case .object(let object)? = found.converted(to: .object) else {
      throw context.wrongKind("claimsJson", "a JSON object", found: found, item: place)
    }
    return object
  }

  /// The parameter's algorithm comes before the credential's.
  private func secrets(
    _ place: Int, _ context: NodeContext
  ) throws(NodeError) -> (JWTSecrets, JSONWebToken.Algorithm) {
    let secrets = JWTSecrets(try context.credential("jwtAuth", title: "JWT Auth"))
    let name = try context.string("options.algorithm", item: place, default: secrets.algorithm)
    guard let algorithm = JSONWebToken.Algorithm(rawValue: name) else {
      throw context.unknownChoice("options.algorithm", name, Self.algorithms, item: place)
    }
    return (secrets, algorithm)
  }
}
