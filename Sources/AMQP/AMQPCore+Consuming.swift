import DequeModule

/// Messages from the broker to their readers, and what the readers say about them.
extension AMQPCore {
  mutating func delivered(_ channel: UInt16, _ content: AMQPContent) {
    metrics.delivered += 1
    if content.redelivered { metrics.redelivered += 1 }
    guard let index = index(of: channel) else { return }
    let machine = lanes[index].machine
    // It was on its way when its consumer was stopped.
    guard machine.state == .open || machine.state == .opening else {
      if machine.hasChannel { outbox.append((channel, .reject(tag: content.deliveryTag, requeue: true))) }
      return
    }
    lanes[index].settlements.delivered(tag: content.deliveryTag)
    lanes[index].fresh.append(AMQPDelivery(content, channel: channel, epoch: machine.epoch, inbox: inbox))
  }

  mutating func acknowledge(_ channel: UInt16, epoch: UInt32, tags: [UInt64], multiple: Bool) {
    guard let index = index(of: channel), lanes[index].isCurrent(epoch) else {
      metrics.settledLate += tags.count
      return
    }
    for tag in tags { metrics.acknowledged += lanes[index].settlements.acknowledge(tag: tag, multiple: multiple) }
  }

  mutating func reject(_ channel: UInt16, epoch: UInt32, tag: UInt64, requeue: Bool) {
    guard let index = index(of: channel), lanes[index].isCurrent(epoch) else {
      metrics.settledLate += 1
      return
    }
    guard lanes[index].settlements.reject(tag: tag) else { return }
    metrics.rejected += 1
    outbox.append((channel, .reject(tag: tag, requeue: requeue)))
  }

  mutating func cancelled(_ channel: UInt16, now: UInt64) {
    guard let index = index(of: channel), leave(channel, now: now) else { return }
    metrics.consumersCancelled += 1
    pass(.consumerCancelled(queue: lanes[index].queueName))
  }

  /// No new deliveries: what nobody has read yet goes back to the queue.
  mutating func stop(_ channel: UInt16, now: UInt64) {
    guard let index = index(of: channel) else { return }
    if lanes[index].machine.stop(now: now, limit: answerLimit) {
      outbox.append((channel, .cancel(tag: AMQPLane.consumerTag)))
    }
    for delivery in lanes[index].buffer?.end() ?? [] {
      reject(channel, epoch: delivery.epoch, tag: delivery.deliveryTag, requeue: true)
    }
  }
}

extension AMQPLane {
  /// Whether what was delivered then can still be settled.
  func isCurrent(_ epoch: UInt32) -> Bool { machine.hasChannel && machine.epoch == epoch }

  var queueName: String? {
    if case .consumer(_, let queue, _, _) = kind { queue } else { nil }
  }
}
