// One sandbox: a child process, the socket that is its input and output, and a queue on which somebody may wait for it.
// The frames are described in jobsprint-sandbox/FrameChannel.swift.

import Dispatch
import Glibc
import Synchronization

/// Why a sandbox gave no answer.
enum SandboxFailure: Error, Sendable, Hashable {
  /// It could not be started, or go on; the words are the system's or its own.
  case unavailable(String)
  case outOfTime
  case outOfMemory
  /// Somebody else has killed it: the kernel, which was out of memory, or a person. Code can't: the filter ends it with
  /// another signal where it tries.
  case killed
  /// It ended for a reason that nobody knows.
  case crashed(status: Int32)
  case cancelled
}

final class SandboxProcess: Sendable {
  private let pid: pid_t
  private let channel: Int32
  /// Reads and writes block, so they have a queue of their own, and one run at a time.
  private let queue: DispatchQueue
  private let state = Mutex(State())

  private struct State {
    var isGone = false
    /// Runs so far: what was to end one must not end the next.
    var runs = 0
    var killedBy: SandboxFailure?
  }

  /// What the sandbox ends with when its own guard has stopped it (jobsprint-sandbox/Main.swift).
  private static let outOfMemoryStatus: Int32 = 97
  private static let longestAnswer = 256 << 20

  /// Starts it; it is ready when the first run comes.
  init(executable: String, arguments: [String]) throws(SandboxFailure) {
    // A socket and not a pipe: writing to one whose other end is gone can do without a signal.
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
      throw .unavailable(String(cString: strerror(errno)))
    }
    defer { close(ends[1]) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[1], 0)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    // Threads of this process block signals; a child that inherits that can't stop its own threads (JavaScriptCore's
    // collector does it with one).
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var argv: [UnsafeMutablePointer<CChar>?] = ([executable] + arguments).map { strdup($0) }
    defer { for argument in argv { free(argument) } }
    argv.append(nil)
    // Nothing of this process's environment: it may hold secrets.
    var environment: [UnsafeMutablePointer<CChar>?] = [nil]
    var pid: pid_t = 0
    let status = posix_spawn(&pid, executable, &actions, &attributes, argv, &environment)
    guard status == 0 else {
      close(ends[0])
      throw .unavailable("\(executable): \(String(cString: strerror(status)))")
    }
    self.pid = pid
    channel = ends[0]
    queue = DispatchQueue(label: "jobsprint.sandbox.\(pid)")
  }

  deinit {
    end(because: .cancelled)
    close(channel)
    var status: Int32 = 0
    if !state.withLock({ $0.isGone }) { waitpid(pid, &status, 0) }
  }

  /// Waits until it says that it is ready.
  func awaitReady() async throws(SandboxFailure) {
    let answer = await onQueue { self.frame(of: "R") }
    guard case .failure(.crashed(let status)) = answer else {
      _ = try answer.get()
      return
    }
    let end = status & 0x7F == 0 ? "exit code \(status >> 8)" : "signal \(status & 0x7F)"
    throw .unavailable("the sandbox ended while it started (\(end))")
  }

  /// Nobody is at the other end: what was written is lost. Only between runs.
  var hasEnded: Bool {
    var byte: UInt8 = 0
    let count = recv(channel, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT))
    return count == 0 || count < 0 && errno != EAGAIN && errno != EINTR
  }

  /// Resident memory, 0 where it can't be told.
  var residentBytes: Int {
    let file = open("/proc/\(pid)/statm", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return 0 }
    defer { close(file) }
    // Numbers of pages: all, those that are resident, …
    let line = [UInt8](unsafeUninitializedCapacity: 128) { $1 = max(0, Glibc.read(file, $0.baseAddress, $0.count)) }
    let fields = line.split(separator: UInt8(ascii: " "))
    let pages = fields.count > 1 ? Int(String(decoding: fields[1], as: UTF8.self)) ?? 0 : 0
    return pages * sysconf(Int32(_SC_PAGESIZE))
  }

  /// One run: its answer, or why there is none; without one the process is gone.
  /// - Parameter context: 16 bytes; runs of one name share their globals, others get fresh ones.
  func run(
    context: [UInt8], request: [UInt8], limit: Duration
  ) async throws(SandboxFailure) -> [UInt8] {
    let run = state.withLock { $0.runs }
    // Weak, because the queue keeps it until its time has come, cancelled or not.
    let alarm = DispatchWorkItem { [weak self] in self?.end(because: .outOfTime, in: run) }
    DispatchQueue.global().asyncAfter(deadline: .now() + limit.seconds, execute: alarm)
    defer { alarm.cancel() }
    let answer: Result<[UInt8], SandboxFailure> = await withTaskCancellationHandler {
      await onQueue {
        guard self.write("r", context + request) else { return .failure(self.reason()) }
        return self.frame(of: "a")
      }
    } onCancel: {
      end(because: .cancelled, in: run)
    }
    let killed = state.withLock { state in
      state.runs += 1
      return state.killedBy
    }
    if let killed { throw killed }
    return try answer.get()
  }

  /// Ends it at once; whoever waits for it is told why.
  /// - Parameter run: only while this one goes on; nil: at any time.
  func end(because reason: SandboxFailure, in run: Int? = nil) {
    state.withLock { state in
      guard !state.isGone, run == nil || run == state.runs else { return }
      state.killedBy = state.killedBy ?? reason
      kill(pid, SIGKILL)
    }
  }

  // MARK: On the queue

  private func onQueue<Value: Sendable>(
    _ body: @escaping @Sendable () -> Result<Value, SandboxFailure>
  ) async -> Result<Value, SandboxFailure> {
    await withCheckedContinuation { continuation in queue.async { continuation.resume(returning: body()) } }
  }

  /// Its end, once its socket is closed.
  private func reason() -> SandboxFailure {
    state.withLock { state in
      var status: Int32 = 0
      if !state.isGone {
        kill(pid, SIGKILL)
        waitpid(pid, &status, 0)
        state.isGone = true
      }
      if let killed = state.killedBy { return killed }
      if status & 0x7F == SIGKILL { return .killed }
      return status >> 8 == Self.outOfMemoryStatus ? .outOfMemory : .crashed(status: status)
    }
  }

  private func write(_ kind: Unicode.Scalar, _ rest: [UInt8]) -> Bool {
    let length = UInt32(clamping: rest.count + 1)
    var bytes = (0..<4).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
    bytes.append(UInt8(ascii: kind))
    bytes += rest
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        send(channel, $0.baseAddress?.advanced(by: written), $0.count - written, Int32(MSG_NOSIGNAL))
      }
      if count > 0 { written += count } else if errno != EINTR { return false }
    }
    return true
  }

  /// What the next frame holds, which is to be of that kind; else the process is gone.
  private func frame(of kind: Unicode.Scalar) -> Result<[UInt8], SandboxFailure> {
    let frame = readFrame()
    if let frame, frame.kind == UInt8(ascii: kind) { return .success(frame.rest) }
    let reason = reason()
    if let frame, frame.kind == UInt8(ascii: "f") {
      return .failure(.unavailable(String(decoding: frame.rest, as: UTF8.self)))
    }
    return .failure(reason)
  }

  /// nil when the process has ended.
  private func readFrame() -> (kind: UInt8, rest: [UInt8])? {
    guard let head = read(5) else { return nil }
    let length = head[..<4].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard (1...Self.longestAnswer).contains(length) else {
      end(because: .crashed(status: 0))
      return nil
    }
    return read(length - 1).map { (head[4], $0) }
  }

  private func read(_ count: Int) -> [UInt8]? {
    var isWhole = true
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = 0
      while filled < count, isWhole {
        let got = Glibc.read(channel, buffer.baseAddress?.advanced(by: filled), count - filled)
        if got > 0 { filled += got } else if got == 0 || errno != EINTR { isWhole = false }
      }
    }
    return isWhole ? bytes : nil
  }

}

extension Duration {
  fileprivate var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) / 1e18
  }
}
