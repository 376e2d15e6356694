import JobsprintRabbitMQ
import JobsprintRedis
import JobsprintRuntime
import Postgres

extension ProcessMetrics {
  typealias Pools = [(name: String, metrics: PostgresMetrics)]

  func addPools(_ pools: Pools, to text: inout MetricsText) {
    func add(_ name: String, _ kind: MetricsText.Kind, _ help: String, _ value: KeyPath<PostgresMetrics, Int>) {
      text.add(
        "jobsprint_postgres_\(name)", kind, help,
        pools.map { MetricsText.Sample(["pool": $0.name], $0.metrics[keyPath: value]) })
    }
    add("connections_max", .gauge, "Connections of the pool, never more.", \.size)
    add("connections", .gauge, "Connections that are open.", \.connected)
    add("connections_in_use", .gauge, "Connections with something on their way, or leased.", \.inUse)
    add("in_flight", .gauge, "Units of work on their way.", \.inFlight)
    add("waiting", .gauge, "Callers that wait for a connection.", \.waiting)
    add("waits_timed_out_total", .counter, "Callers that have waited in vain.", \.waitsTimedOut)
    add("waits_refused_total", .counter, "Callers that were refused: too many waited.", \.waitsRefused)
    add("repeated_total", .counter, "Work that was sent again because it certainly had no effect.", \.repeated)
    add("connects_total", .counter, "Connections that were made.", \.connects)
    add("connects_failed_total", .counter, "Attempts to connect that failed.", \.connectsFailed)
    add("connections_lost_total", .counter, "Connections that were lost.", \.connectionsLost)
    text.add(
      "jobsprint_postgres_wait_seconds", "For a connection; only of those that had to wait.",
      pools.map { MetricsText.Series(["pool": $0.name], Histogram($0.metrics.waits)) })
    addStatements(pools, to: &text)
  }

  private func addStatements(_ pools: Pools, to text: inout MetricsText) {
    let statements = pools.flatMap { pool in
      pool.metrics.statements.sorted { $0.key < $1.key }.map { (pool: pool.name, name: $0.key, metrics: $0.value) }
    }
    var outcomes: [MetricsText.Sample] = []
    for statement in statements {
      let metrics = statement.metrics
      let counts = [
        ("succeeded", metrics.succeeded), ("failed", metrics.failed), ("timed_out", metrics.timedOut),
        ("cancelled", metrics.cancelled), ("lost", metrics.lost),
      ]
      for (outcome, count) in counts where outcome == "succeeded" || count > 0 {
        outcomes.append(
          MetricsText.Sample(
            ["pool": statement.pool, "statement": statement.name, "outcome": outcome], count))
      }
    }
    text.add(
      "jobsprint_postgres_statements_total", .counter, "Statements and pipelines by name, and what became of them.",
      outcomes)
    text.add(
      "jobsprint_postgres_statement_seconds", "From sending a statement to its answer.",
      statements.map {
        MetricsText.Series(["pool": $0.pool, "statement": $0.name], Histogram($0.metrics.durations))
      })
  }

  func add(_ broker: RabbitMQMetrics, to text: inout MetricsText) {
    func add(_ name: String, _ kind: MetricsText.Kind, _ help: String, _ value: Int) {
      text.add("jobsprint_rabbitmq_\(name)", kind, help, value)
    }
    var links: [MetricsText.Sample] = []
    for (connection, current) in [("publishing", broker.publishing), ("consuming", broker.consuming)] {
      for state in RabbitMQMetrics.Link.allCases {
        links.append(
          MetricsText.Sample(["connection": connection, "state": state.rawValue], state == current ? 1 : 0))
      }
    }
    text.add(
      "jobsprint_rabbitmq_connection", .gauge, "1 for the state in which a connection is.", links)
    add("reconnects_total", .counter, "Connections that were made again.", broker.reconnects)
    add("published_total", .counter, "Messages handed to the broker.", broker.published)
    add("confirmed_total", .counter, "Messages that it has confirmed.", broker.confirmed)
    add("refused_total", .counter, "Messages that it has refused: a queue was full or missing.", broker.refused)
    add("failed_total", .counter, "Messages on which it said nothing in time.", broker.failed)
    add("uncarried_total", .counter, "Wake-ups of worker tags that no worker has ever carried.", broker.uncarried)
    add("untold_total", .counter, "Ends, cancellations and dead letters that nobody was told of.", broker.untold)
    add("received_total", .counter, "Wake-ups that were ours, and in time.", broker.received)
    add("waiting", .gauge, "Wake-ups that are here and that nobody has taken.", broker.waiting)
    add("redelivered_total", .counter, "Messages that were delivered before and not settled.", broker.redelivered)
    add("expired_total", .counter, "Wake-ups that were too old, and were issued again.", broker.expired)
    text.add(
      "jobsprint_rabbitmq_quarantined_total", .counter, "Messages that went into the quarantine, by reason.",
      RabbitMQMetrics.Rejection.allCases
        .map { MetricsText.Sample(["reason": $0.rawValue], broker.quarantined[$0] ?? 0) })
    if let silence = broker.silence {
      text.add(
        "jobsprint_rabbitmq_silence_seconds", .gauge, "Since when nothing was heard of the broker.",
        silence / .seconds(1))
    }
  }
}

extension ProcessMetrics {
  func add(_ redis: RedisStateMetrics, to text: inout MetricsText) {
    func add(_ name: String, _ kind: MetricsText.Kind, _ help: String, _ value: Int) {
      text.add("jobsprint_redis_\(name)", kind, help, value)
    }
    add("servers", .gauge, "Servers that are to be reached.", redis.servers)
    add("connected", .gauge, "Servers that are reached.", redis.connected)
    add("reconnects_total", .counter, "Connections that were made again.", redis.reconnects)
    add("in_flight", .gauge, "Commands that wait for their answers.", redis.inFlight)
    add("answered_total", .counter, "Commands that were answered.", redis.answered)
    add(
      "unanswered_total", .counter, "Commands that were not: no connection, a lost one, or too late.", redis.unanswered)
    add("timed_out_total", .counter, "Of these, too late; each ends a connection.", redis.timedOut)
    add("redirected_total", .counter, "Commands that a node of a cluster sent to another.", redis.redirected)
    text.add(
      "jobsprint_redis_takeovers_total", .counter, "How often this process did without Redis, by what for.",
      RedisUse.allCases.map { MetricsText.Sample(["use": $0.rawValue], redis.takeovers[$0] ?? 0) })
  }
}

extension Histogram {
  /// In seconds. The driver's own buckets are an eighth of their value wide; what reaches beyond a bound counts with
  /// the next one.
  init(_ histogram: PostgresHistogram) {
    cumulated = Distribution.seconds.bounds.map { bound in
      (bound, Double(histogram.count(upTo: UInt64(bound * 1_000_000))))
    }
    sum = Double(histogram.sum) / 1_000_000
    count = Double(histogram.count)
  }
}
