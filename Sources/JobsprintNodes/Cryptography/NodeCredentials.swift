import JobsprintDomain
import JobsprintPorts

extension NodeContext {
  /// What a node needs of its user's secrets. The platform holds none yet, so this always throws; the nodes that call
  /// it are otherwise complete.
  ///
  /// - Parameters:
  ///   - type: n8n's name of the credential type, for example `jwtAuth`.
  ///   - title: what people know it by.
  func credentials(_ type: String, title: String) throws(NodeError) -> JSONObject {
    throw NodeError(
      "The node '\(node.name)' needs credentials of the type '\(title)' (\(type)), which this platform does not hold yet",
      description: "Use a node without credentials, or remove this one.", context: ["credential": .string(type)])
  }
}
