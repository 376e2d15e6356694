// What one process says of itself to Prometheus. Everything is counted where it happens and gathered here when somebody
// asks: a scrape asks no store and no broker.

import Foundation
import JobsprintAccess
import JobsprintDomain
import JobsprintPorts
import JobsprintRabbitMQ
import JobsprintRedis
import JobsprintRuntime
import JobsprintScript
import Postgres

struct ProcessMetrics: Sendable {
  let role: ProcessRole
  let storage: Storage
  let broker: RabbitMQBroker?
  let redis: RedisSharedState?
  let writer: JournalWriter
  let dispatcher: Dispatcher
  /// nil where nothing is executed.
  let executor: Executor?
  /// nil where no JavaScript is run.
  let sandboxes: SandboxEvaluator?
  /// None where entries of the audit log go nowhere.
  let auditStreams: [AuditStreamer]
  let caches: CacheCounts
  private let begin = Date.now.timeIntervalSince1970

  init(
    _ role: ProcessRole, storage: Storage, broker: RabbitMQBroker?, redis: RedisSharedState?,
    writer: JournalWriter, dispatcher: Dispatcher,
    executor: Executor?, sandboxes: SandboxEvaluator?, auditStreams: [AuditStreamer], caches: CacheCounts
  ) {
    self.role = role
    self.storage = storage
    self.broker = broker
    self.redis = redis
    self.writer = writer
    self.dispatcher = dispatcher
    self.executor = executor
    self.sandboxes = sandboxes
    self.auditStreams = auditStreams
    self.caches = caches
  }

  var text: String {
    var text = MetricsText()
    text.add(
      "jobsprint_process_info", .gauge, "What this process does; always 1.",
      [MetricsText.Sample(["role": role.rawValue], 1)])
    add(writer.metrics, to: &text)
    if let executor { add(executor.metrics, to: &text) }
    if let sandboxes { add(sandboxes.metrics, to: &text) }
    text.add(
      "jobsprint_dispatch_waiting", .gauge, "Wake-ups that the queue has not taken yet.", dispatcher.waiting)
    addPools(storage.pools(), to: &text)
    if let broker { add(broker.metrics, to: &text) }
    if let redis { add(redis.metrics, to: &text) }
    if !auditStreams.isEmpty { addAuditStreams(to: &text) }
    addCaches(to: &text)
    addProcess(to: &text)
    return text.text
  }

  private func add(_ journal: JournalMetrics, to text: inout MetricsText) {
    text.add(
      "jobsprint_executions_accepted_total", .counter, "Executions that this process has stored.", journal.accepted)
    text.add(
      "jobsprint_executions_ended_total", .counter, "Executions whose end this process has stored, by state.",
      ExecutionState.allCases.filter(\.isTerminal)
        .map { MetricsText.Sample(["state": $0.rawValue], journal.ended[$0] ?? 0) })
    text.add(
      "jobsprint_journal_commits_total", .counter, "Commits of the journal.",
      [
        MetricsText.Sample(["result": "committed"], journal.commits),
        MetricsText.Sample(["result": "failed"], journal.failedCommits),
      ])
    text.add(
      "jobsprint_journal_batch_writes", "Writes in one commit.", [MetricsText.Series([:], Histogram(journal.batches))])
    text.add(
      "jobsprint_journal_commit_seconds", "What commits took.", [MetricsText.Series([:], Histogram(journal.durations))])
    text.add(
      "jobsprint_journal_fenced_total", .counter, "Writes that were refused to a holder that had lost its execution.",
      journal.fenced)
    text.add("jobsprint_journal_waiting", .gauge, "Writes that wait for the next commit.", journal.waiting)
  }

  private func add(_ executor: ExecutorMetrics, to text: inout MetricsText) {
    text.add(
      "jobsprint_executions_started_total", .counter, "Executions taken up, again or for the first time.",
      executor.started)
    text.add("jobsprint_executions_running", .gauge, "Executions that this process holds.", executor.running)
    text.add("jobsprint_executor_slots", .gauge, "Executions that it would hold at most.", executor.slots)
    text.add(
      "jobsprint_wake_ups_idle_total", .counter, "Wake-ups for executions that could not be claimed (any more).",
      executor.idleWakeUps)
    text.add(
      "jobsprint_queue_lag_seconds", "From the acceptance until an execution was first taken out of the queue.",
      [MetricsText.Series([:], Histogram(executor.queueLag))])
  }

  private func add(_ sandboxes: SandboxMetrics, to text: inout MetricsText) {
    text.add("jobsprint_sandboxes", .gauge, "Sandboxes that may be at work at a time.", sandboxes.size)
    text.add("jobsprint_sandboxes_working", .gauge, "Sandboxes at work.", sandboxes.working)
    text.add("jobsprint_sandboxes_waiting", .gauge, "Runs that wait for a sandbox.", sandboxes.waiting)
    text.add(
      "jobsprint_sandbox_starts_total", .counter, "Starts of sandboxes.",
      [
        MetricsText.Sample(["result": "ready"], sandboxes.started),
        MetricsText.Sample(["result": "failed"], sandboxes.failedStarts),
      ])
    text.add(
      "jobsprint_sandbox_ends_total", .counter, "Sandboxes that are gone, by reason.",
      SandboxMetrics.End.allCases.map { MetricsText.Sample(["reason": $0.rawValue], sandboxes.ended[$0] ?? 0) })
  }

  private func addAuditStreams(to text: inout MetricsText) {
    let streams = auditStreams.map { (name: $0.stream.rawValue, metrics: $0.metrics) }
    func samples(_ value: (AuditStreamer.Metrics) -> Int) -> [MetricsText.Sample] {
      streams.map { MetricsText.Sample(["stream": $0.name], value($0.metrics)) }
    }
    text.add(
      "jobsprint_audit_stream_delivered_total", .counter, "Audit entries that the receiver has taken.",
      samples(\.delivered))
    text.add(
      "jobsprint_audit_stream_rejected_total", .counter, "Audit entries that the receiver will never take.",
      samples(\.rejected))
    text.add("jobsprint_audit_stream_failures_total", .counter, "Attempts that failed.", samples(\.failed))
    text.add(
      "jobsprint_audit_stream_holder", .gauge, "1 where this process is the one that streams.",
      samples { $0.isHolder ? 1 : 0 })
  }

  private func addCaches(to text: inout MetricsText) {
    var samples: [MetricsText.Sample] = []
    for cache in CacheName.allCases {
      for outcome in CacheCounts.Outcome.allCases {
        samples.append(
          MetricsText.Sample(
            ["cache": cache.rawValue, "outcome": outcome.rawValue], caches.count(of: outcome, in: cache)))
      }
    }
    text.add(
      "jobsprint_cache_lookups_total", .counter,
      "Look-ups by whether they were remembered, asked for by somebody else just then, read from what is behind, or went past a cache that is away.",
      samples
    )
  }

  private func addProcess(to text: inout MetricsText) {
    let usage = ProcessUsage.now
    text.add("process_resident_memory_bytes", .gauge, "Resident memory.", usage.residentBytes)
    text.add("process_cpu_seconds_total", .counter, "User and system time.", usage.processorSeconds)
    text.add("process_open_fds", .gauge, "Open file descriptors.", usage.openFiles)
    text.add("process_start_time_seconds", .gauge, "When it was started, since 1970.", begin)
  }
}
