import CPostgres
import DriverThread
import Glibc
import Synchronization

/// Who owns watched sockets. Called on the poller's thread only.
protocol PostgresPollerClient: AnyObject, Sendable {
  func ready(_ token: PostgresPoller.Token, writable: Bool)
  /// A deadline that was set has passed. The client sets the next one.
  func tick()
}

/// The one thread that waits for all sockets and deadlines of the driver, with epoll.
///
/// It only receives: callers send on their own thread, because a send never blocks and a wake-up of another thread
/// costs more than the send. A deadline that is earlier than the one it sleeps for wakes it through an eventfd.
///
/// Tasks that prefer it as their executor run on its thread between two waits, so their answers wake no other thread.
final class PostgresPoller: Sendable {
  static let shared = PostgresPoller()

  /// Which client's which connection. `epoch` is never given twice, so that an event that was on its way when its
  /// connection was closed is told from one of the next connection.
  struct Token: Sendable, Equatable {
    var client: UInt16
    var slot: UInt16
    var epoch: UInt32

    var bits: UInt64 { UInt64(client) << 48 | UInt64(slot) << 32 | UInt64(epoch) }

    init(client: UInt16, slot: UInt16, epoch: UInt32) {
      self.client = client
      self.slot = slot
      self.epoch = epoch
    }

    init(bits: UInt64) {
      client = UInt16(truncatingIfNeeded: bits >> 48)
      slot = UInt16(truncatingIfNeeded: bits >> 32)
      epoch = UInt32(truncatingIfNeeded: bits)
    }
  }

  private struct Entry {
    weak var client: (any PostgresPollerClient)?
    var deadline: UInt64 = .max
    var taken = false
  }

  private struct State {
    var entries: [Entry] = []
    /// Of tasks that prefer this thread.
    var jobs: [UnownedJob] = []
    /// Until when the thread sleeps; 0 while it doesn't.
    var sleepsUntil: UInt64 = 0
  }

  private let epoll: Int32
  private let wake: Int32
  private let epochs = Atomic<UInt32>(1)
  private let state = Mutex(State())

  private static let wakeBits = UInt64.max

  private init() {
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    wake = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(u64: Self.wakeBits))
    epoll_ctl(epoll, EPOLL_CTL_ADD, wake, &event)
    // The descriptors and the thread live as long as the process.
    precondition(
      DriverThread.start("postgres-poll") { [self] in loop() }, "the system gives no thread for the PostgreSQL driver"
    )
  }

  func nextEpoch() -> UInt32 { epochs.wrappingAdd(1, ordering: .relaxed).newValue }

  /// The number by which a client's tokens and deadlines are known.
  func register(_ client: any PostgresPollerClient) -> UInt16 {
    state.withLock { state in
      let entry = Entry(client: client, taken: true)
      if let free = state.entries.firstIndex(where: { !$0.taken }) {
        state.entries[free] = entry
        return UInt16(free)
      }
      state.entries.append(entry)
      return UInt16(truncatingIfNeeded: state.entries.count - 1)
    }
  }

  func unregister(_ number: UInt16) {
    state.withLock { $0.entries[Int(number)] = Entry() }
  }

  func setDeadline(_ deadline: UInt64, of number: UInt16) {
    let late = state.withLock { state in
      state.entries[Int(number)].deadline = deadline
      return deadline < state.sleepsUntil
    }
    if late { eventfd_write(wake, 1) }
  }

  /// - Returns: false where the system refuses, for want of memory or watches.
  func add(_ socket: Int32, _ token: Token) -> Bool {
    var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(u64: token.bits))
    return epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event) == 0
  }

  func watch(_ socket: Int32, _ token: Token, writable: Bool) {
    let events = writable ? EPOLLIN.rawValue | EPOLLOUT.rawValue : EPOLLIN.rawValue
    var event = epoll_event(events: events, data: epoll_data_t(u64: token.bits))
    epoll_ctl(epoll, EPOLL_CTL_MOD, socket, &event)
  }

  func remove(_ socket: Int32) {
    epoll_ctl(epoll, EPOLL_CTL_DEL, socket, nil)
  }

  private func loop() {
    let capacity = 64
    let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: capacity)
    while true {
      let count = epoll_wait(epoll, events, Int32(capacity), timeout())
      let due = wakeUp()
      for index in 0..<max(0, Int(count)) {
        let event = events[index]
        if event.data.u64 == Self.wakeBits {
          var value: eventfd_t = 0
          eventfd_read(wake, &value)
          continue
        }
        let token = Token(bits: event.data.u64)
        client(token.client)?.ready(token, writable: event.events & EPOLLOUT.rawValue != 0)
      }
      for client in due { client.tick() }
      // Those that they bring about have their turn behind the next look at the sockets.
      for job in takeJobs() { job.runSynchronously(on: asUnownedTaskExecutor()) }
    }
  }

  private func takeJobs() -> [UnownedJob] {
    state.withLock { state in
      defer { state.jobs.removeAll() }
      return state.jobs
    }
  }

  /// Milliseconds to the next deadline, rounded up so that it has passed when the thread wakes; -1 is "for ever".
  private func timeout() -> Int32 {
    state.withLock { state in
      if !state.jobs.isEmpty { return 0 }
      var first = UInt64.max
      for entry in state.entries { first = min(first, entry.deadline) }
      state.sleepsUntil = first
      guard first != .max else { return -1 }
      let now = DriverThread.now()
      return first <= now ? 0 : Int32(clamping: (first - now + 999_999) / 1_000_000)
    }
  }

  /// The clients whose deadline has passed; it's cleared, they set the next.
  private func wakeUp() -> [any PostgresPollerClient] {
    state.withLock { state in
      let first = state.sleepsUntil
      state.sleepsUntil = 0
      guard first != .max else { return [] }
      let now = DriverThread.now()
      guard first <= now else { return [] }
      var due: [any PostgresPollerClient] = []
      for index in state.entries.indices where state.entries[index].deadline <= now {
        state.entries[index].deadline = .max
        if let client = state.entries[index].client { due.append(client) }
      }
      return due
    }
  }

  private func client(_ number: UInt16) -> (any PostgresPollerClient)? {
    state.withLock { Int(number) < $0.entries.count ? $0.entries[Int(number)].client : nil }
  }
}

extension PostgresPoller: TaskExecutor {
  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let sleeps = state.withLock { state in
      state.jobs.append(job)
      return state.jobs.count == 1 && state.sleepsUntil > 0
    }
    if sleeps { eventfd_write(wake, 1) }
  }
}
