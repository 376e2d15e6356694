import DriverThread
import Synchronization

/// The driver under pools and listeners: holds the core's lock, performs what the core asks for outside of it, and is
/// who the poller calls.
final class PostgresEngine: PostgresPollerClient {
  private let core: Mutex<PostgresCore>
  private let poller: PostgresPoller
  private let options: PostgresOptions
  private let greeted: @Sendable () -> Void
  private let notified: @Sendable (PostgresNotification) -> Void
  private let stopped = Mutex<(done: Bool, waiting: UnsafeContinuation<Void, Never>?)>((false, nil))

  init(
    options: PostgresOptions, greeting: [PostgresCommand] = [], greeted: @escaping @Sendable () -> Void = {},
    notified: @escaping @Sendable (PostgresNotification) -> Void = { _ in }
  ) {
    let poller = PostgresPoller.shared
    self.poller = poller
    self.options = options
    self.greeted = greeted
    self.notified = notified
    core = Mutex(PostgresCore(options: options, greeting: greeting, client: 0, poller: poller))
    let client = poller.register(self)
    core.withLock { $0.client = client }
  }

  deinit {
    core.withLock { $0.closeNow(now: DriverThread.now()) }
    poller.unregister(core.withLock { $0.client })
  }

  func snapshot() -> PostgresMetrics { core.withLock { $0.snapshot() } }

  var isConnected: Bool { core.withLock { $0.slots.contains { $0.machine.isReady } } }

  // MARK: life

  /// Runs until the task is cancelled, then lets what is on its way end.
  func run() async {
    perform { $0.start(now: $1) }
    await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        let done = stopped.withLock { state in
          if !state.done { state.waiting = continuation }
          return state.done
        }
        if done { continuation.resume() }
      }
    } onCancel: {
      perform { $0.close(now: $1) }
    }
  }

  private func stop() {
    let waiting = stopped.withLock { state in
      state.done = true
      defer { state.waiting = nil }
      return state.waiting
    }
    waiting?.resume()
  }

  // MARK: work

  func run(_ unit: PostgresUnit) async throws -> [PostgresRows] {
    let answer = await withTaskCancellationHandler {
      await withUnsafeContinuation { (continuation: UnsafeContinuation<PostgresUnit.Answer, Never>) in
        perform {
          unit.continuation = continuation
          $0.submit(unit, now: $1)
        }
      }
    } onCancel: {
      perform { $0.cancel(unit, now: $1) }
    }
    return try answer.get()
  }

  func release(_ lease: PostgresLease, rollback: Bool) {
    perform { $0.release(lease, rollback: rollback, now: $1) }
  }

  // MARK: the poller's calls

  func ready(_ token: PostgresPoller.Token, writable: Bool) {
    perform { $0.ready(token, writable: writable, now: $1) }
  }

  func tick() {
    perform { core, now in
      core.tick(now: now)
      if core.isOverdue(now) {
        core.closeNow(now: now)
        core.actions.append(.stopped)
      }
    }
  }

  // MARK: performing

  /// The only way to the core: what it wants done is done after the lock was left.
  private func perform(_ body: (inout PostgresCore, UInt64) -> Void) {
    let now = DriverThread.now()
    let actions = core.withLock { core in
      body(&core, now)
      if core.nextDeadline < core.announced {
        core.announced = core.nextDeadline
        // Under the lock: of two threads the one with the later deadline must not be the last to tell.
        poller.setDeadline(core.nextDeadline, of: core.client)
      }
      let actions = core.actions
      core.actions.removeAll()
      return actions
    }
    for action in actions { perform(action) }
  }

  private func perform(_ action: PostgresCore.Action) {
    switch action {
    case .answer(let unit, let answer): unit.continuation?.resume(returning: answer)
    case .connect(let slot): connect(slot)
    case .cancel(let slot, let epoch, let canceller):
      let started = DriverThread.start("postgres-cancel") { [weak self] in
        canceller.run()
        self?.perform { $0.cancelArrived(slot, epoch: epoch, now: $1) }
      }
      if !started { perform { $0.cancelArrived(slot, epoch: epoch, now: $1) } }
    case .tell(let event): options.observer?(event)
    case .notified(let notification): notified(notification)
    case .greeted: greeted()
    case .stopped: stop()
    }
  }

  private func connect(_ slot: Int) {
    let options = options
    let started = DriverThread.start("postgres-connect") { [weak self] in
      let result = PostgresConnector.connect(options)
      self?.perform { core, now in
        switch result {
        case .success(let link): core.connected(slot, link, now: now)
        case .failure(let error): core.connectFailed(slot, error, now: now)
        }
      }
    }
    if !started {
      let error = PostgresError(.connectFailed, "the system gives no thread to connect with")
      perform { $0.connectFailed(slot, error, now: $1) }
    }
  }
}
