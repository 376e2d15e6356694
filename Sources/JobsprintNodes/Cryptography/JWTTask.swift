import JobsprintDomain
import JobsprintPorts

/// What the node `jwt` does with an item: its parameters but token and claims, resolved once where they are the same
/// for all items.
final class JWTTask {
  private enum Action {
    case sign(JWTSecrets, header: JSONObject, payloadIsJSON: Bool)
    case decode
    case verify(JWTSecrets, ignoresExpiration: Bool, ignoresNotBefore: Bool, tolerance: Double)
  }

  private let action: Action
  private let algorithm: JSONWebToken.Algorithm
  /// The result has the header and the signature, too.
  private let isComplete: Bool

  init(_ context: NodeContext, item: Int) throws(NodeError) {
    let operation = try context.string("operation", item: item, default: "sign")
    isComplete = try context.bool("options.complete", item: item)
    switch operation {
    case "decode":
      action = .decode
      algorithm = .hs256
    case "sign":
      let secrets: JWTSecrets
      (secrets, algorithm) = try Self.secrets(item, context)
      let key = try context.string("options.kid", item: item)
      action = .sign(
        secrets, header: key.isEmpty ? [:] : ["kid": .string(key)],
        payloadIsJSON: try context.bool("useJson", item: item))
    case "verify":
      let secrets: JWTSecrets
      (secrets, algorithm) = try Self.secrets(item, context)
      let tolerance = try context.number("options.clockTolerance", item: item, default: 0)
      guard tolerance.isFinite else {
        throw context.wrongKind("options.clockTolerance", "a number of seconds", found: .null, item: item)
      }
      action = .verify(
        secrets, ignoresExpiration: try context.bool("options.ignoreExpiration", item: item),
        ignoresNotBefore: try context.bool("options.ignoreNotBefore", item: item), tolerance: tolerance)
    default: throw context.unknownChoice("operation", operation, ["decode", "sign", "verify"], item: item)
    }
  }

  /// The parameter's algorithm comes before the credential's.
  private static func secrets(
    _ item: Int, _ context: NodeContext
  ) throws(NodeError) -> (JWTSecrets, JSONWebToken.Algorithm) {
    let secrets = JWTSecrets(try context.credential("jwtAuth", title: "JWT Auth"))
    let name = try context.string("options.algorithm", item: item, default: secrets.algorithm)
    guard let algorithm = JSONWebToken.Algorithm(rawValue: name) else {
      throw context.unknownChoice("options.algorithm", name, JWTNode.algorithms, item: item)
    }
    return (secrets, algorithm)
  }

  /// The data of the item that comes of another.
  ///
  /// - Parameters:
  ///   - item: the place of the other, whose claims are signed.
  ///   - token: what is read.
  func result(
    _ context: NodeContext, item: Int, token: () throws(NodeError) -> JSONValue?
  ) throws(NodeError) -> JSONObject {
    switch action {
    case .sign(let secrets, let header, let payloadIsJSON):
      let payload = try payloadIsJSON ? Self.payload(item, context) : Self.claims(item, context)
      let token = try JSONWebToken.sign(
        Self.issued(payload, context), header: header, algorithm, secrets.signingKey)
      return ["token": .string(token)]
    case .decode: return shown(try read(token()))
    case .verify(let secrets, let ignoresExpiration, let ignoresNotBefore, let tolerance):
      let token = try read(token())
      try token.verify(
        algorithm, secrets.verificationKey, at: context.clock.now, ignoresExpiration: ignoresExpiration,
        ignoresNotBefore: ignoresNotBefore, tolerance: tolerance)
      return shown(token)
    }
  }

  private func read(_ token: JSONValue?) throws(NodeError) -> JSONWebToken {
    guard let token, !token.isNull else { return try JSONWebToken(reading: "") }
    return try JSONWebToken(reading: token.asText)
  }

  private func shown(_ token: JSONWebToken) -> JSONObject {
    guard isComplete else { return ["payload": .object(token.payload)] }
    return [
      "header": .object(token.header), "payload": .object(token.payload), "signature": .string(token.signature),
    ]
  }

  private static func seconds(_ context: NodeContext) -> Int64 { context.clock.now.milliseconds / 1000 }

  private static func issued(_ payload: JSONObject, _ context: NodeContext) -> JSONObject {
    var payload = payload
    if payload["iat"] == nil { payload["iat"] = .integer(seconds(context)) }
    return payload
  }

  /// The claims under the names that the node gives them, times as seconds since 1970 under those of the standard.
  private static func claims(_ item: Int, _ context: NodeContext) throws(NodeError) -> JSONObject {
    var payload = JSONObject()
    for claim in try context.parameter("claims", item: item)?.objectValue ?? [:] {
      switch claim.key {
      case "expiresIn", "notBefore":
        guard let seconds = claim.value.converted(to: .number)?.doubleValue, seconds.magnitude < 1e11 else {
          throw context.wrongKind("claims.\(claim.key)", "a number of seconds", found: claim.value, item: item)
        }
        payload[claim.key == "expiresIn" ? "exp" : "nbf"] = .number(Double(Self.seconds(context)) + seconds)
      default: payload[claim.key] = claim.value
      }
    }
    return payload
  }

  private static func payload(_ item: Int, _ context: NodeContext) throws(NodeError) -> JSONObject {
    // What the editor shows where nothing was filled in.
    guard let found = try context.parameter("claimsJson", item: item) else {
      return ["my_field_1": "value 1", "my_field_2": "value 2"]
    }
    guard case .object(let object)? = found.converted(to: .object) else {
      throw context.wrongKind("claimsJson", "a JSON object", found: found, item: item)
    }
    return object
  }
}
