import AMQP
public import JobsprintDomain

/// Tells whoever has bound a queue that an execution can't be done: `{"execution":…,"workspace":…,"reason":…}` on a
/// topic exchange, with the workspace's id as the routing key. Best effort; the dead letter itself is in the store.
public struct RabbitMQDeadLetters: Sendable {
  let exchange: String
  let outbox: RabbitMQOutbox

  /// Returns at once.
  public func announce(execution: ExecutionID, workspace: WorkspaceID, reason: String) {
    let body: JSONValue = [
      "execution": .string("\(execution)"), "workspace": .string("\(workspace)"), "reason": .string(reason),
    ]
    var message = AMQPMessage(exchange: exchange, routingKey: "\(workspace)", body: body.jsonBytes)
    message.messageID = "\(execution)"
    message.contentType = "application/json"
    message.isMandatory = false
    outbox.put { [message] in message }
  }
}
