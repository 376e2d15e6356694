import Foundation
import JobsprintDomain
import JobsprintPorts
import JobsprintScript
import JobsprintTesting
import Testing

/// What the kernel answers from behind the sandbox's guards. No script can make these calls: `guard-probe` makes them,
/// as code would that had broken out of the engine.
@Suite struct GuardTests {
  /// As the probe's arguments: the name of a call, then numbers and texts.
  struct Call: Sendable, CustomTestStringConvertible {
    let words: [String]

    init(_ line: String) { words = line.split(separator: " ").map(String.init) }

    var testDescription: String { words.joined(separator: " ") }
  }

  /// Open to everybody who has no guards, and without harm then.
  private static let deadly = [
    "execve /bin/true 0 0", "execveat -100 /bin/true 0 0 0", "fork", "ptrace 0 0 0 0", "socket 2 1 0", "socket 1 1 0",
    "connect 0 x 16", "kill 0 0", "process_vm_readv \(ProcessInfo.processInfo.processIdentifier) 0 0 0 0 0",
  ].map { Call($0) }

  private static let refused = [
    "open /etc/passwd 0", "openat -100 /etc/passwd 0", "openat -100 /proc/self/maps 0", "openat -100 /proc/1/cmdline 0",
    "openat -100 /tmp 65", "creat /dev/null 420", "stat /etc/passwd 0", "access /etc/passwd 4", "statx -100 /etc 0 0 0",
    "readlink /proc/self/exe xxxxxxxxxxxxxxxx 16", "getdents64 0 xxxxxxxxxxxxxxxx 16", "mkdir /tmp 448",
    "unlink /tmp/there-is-no-such-file", "rename /tmp/no-such-file /tmp/no-other", "symlink /tmp /tmp", "chdir /tmp",
    "socketpair 1 1 0 xxxxxxxx", "bind 0 x 16", "listen 0 1", "accept 0 0 0", "sendto 0 x 1 0 0 0",
    "recvfrom 0 x 1 0 0 0",
    "dup 0", "dup2 0 700", "fcntl 0 1 0", "ioctl 0 21531 xxxxxxxx", "pipe2 xxxxxxxx 0", "memfd_create name 0",
    "inotify_init1 0",
    "clone 17 0 0 0 0", "tkill 1 0", "tgkill \(ProcessInfo.processInfo.processIdentifier) 1 0", "getppid",
    "pidfd_open \(ProcessInfo.processInfo.processIdentifier) 0", "process_vm_writev 1 0 0 0 0 0", "prctl 4 1 0 0 0",
    "prctl 3 0 0 0 0", "prlimit64 0 7 0 0", "getuid", "uname 0", "shmget 0 4096 896", "msgget 0 896",
    "seccomp 2 0 0",
  ].map { Call($0) }

  /// What a container or a machine may refuse by itself.
  private static let privileged = [
    "unshare 0", "setns 0 0", "mount 0 0 0 0 0", "chroot /", "setuid 0", "setgid 0", "bpf 0 0 0",
    "perf_event_open 0 0 0 0 0",
    "userfaultfd 0", "io_uring_setup 1 0", "keyctl 0 -3 0", "personality 4294967295", "open_by_handle_at 0 0 0",
    "pidfd_getfd 0 0 0", "process_madvise 0 0 0 0 0", "init_module 0 0 0", "sethostname x 1", "reboot 0 0 0 0",
  ].map { Call($0) }

  @Test(arguments: deadly)
  func whatNoScriptLeadsToEndsTheProcess(call: Call) throws {
    #expect(try ended(.guarded, call) == .killed)
    #expect(try ended(.unguarded, call) != .killed)
  }

  @Test(arguments: refused)
  func theKernelRefusesTheRest(call: Call) throws {
    #expect(try ended(.guarded, call) == .answered("\(EPERM)"))
    #expect(try ended(.unguarded, call) != .answered("\(EPERM)"), "without a guard it is not refused")
  }

  @Test(arguments: privileged)
  func privilegesAreRefusedToo(call: Call) throws {
    #expect(try ended(.guarded, call) == .answered("\(EPERM)"))
  }

  @Test func theCallThatMakesThreadsIsHiddenBecauseItsFlagsCannotBeSeen() throws {
    #expect(try ended(.guarded, Call("clone3 0 0")) == .answered("\(ENOSYS)"))
    #expect(try ended(.unguarded, Call("clone3 0 0")) == .answered("\(EINVAL)"))
  }

  @Test func whatWasOpenBeforeIsClosed() throws {
    #expect(try ended(.guarded, Call("read 900 x 1")) == .answered("\(EBADF)"))
    #expect(try ended(.unguarded, Call("read 900 x 1")) == .answered("0"))
  }

  /// The engine has threads before the filter is loaded, and a filter is a thread's own.
  @Test func everyThreadOfASandboxIsBehindItsFilter() async throws {
    let sandbox = try TestSandbox()
    let sandboxes = SandboxEvaluator(SandboxOptions(executable: sandbox.path))
    _ = try await sandboxes.run(
      NodeCode(kind: .all, source: "return []", continuesOnFail: false), in: Scene(json: [:]).scope,
      console: NodeConsole())
    let process = try #require(sandbox.processes.first)
    let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task")
    #expect(threads.count > 1)
    for thread in threads {
      let status = try String(contentsOfFile: "/proc/\(process)/task/\(thread)/status", encoding: .utf8)
      #expect(status.contains("\nSeccomp:\t2\n") && status.contains("\nNoNewPrivs:\t1\n"), "\(status)")
    }
    sandboxes.close()
  }

  // MARK: The probe

  private enum Guarding: String {
    case guarded, unguarded
  }

  private enum End: Equatable {
    /// The number of the kernel's error, 0 for none; nothing where another program took the probe's place.
    case answered(String)
    /// By the filter.
    case killed
    case failed(status: Int32)
  }

  private func ended(_ guarding: Guarding, _ call: Call) throws -> End {
    let process = Process()
    process.executableURL = ServerProcess.builtProgram("guard-probe")
    process.arguments = [guarding.rawValue] + call.words
    let output = Pipe()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    if process.terminationReason == .uncaughtSignal, process.terminationStatus == SIGSYS { return .killed }
    guard process.terminationStatus == 0 else { return .failed(status: process.terminationStatus) }
    return .answered(text.split(separator: "\n").first.map(String.init) ?? "")
  }
}
