// What the process gives up before it sees a script. A module of its own, so that tests can make calls from behind it
// that no script can make (Tests/GuardProbe).

import CSeccomp
import Glibc

public enum Guards {
  /// Closes every descriptor but the standard ones, empties the environment.
  public static func leaveNothingOpen(besides kept: Int32) throws {
    guard close_descriptors(3, UInt32(kept) - 1) == 0, close_descriptors(UInt32(kept) + 1, .max) == 0 else {
      throw SandboxError(system: "descriptors can't be closed")
    }
    // One by one: JavaScriptCore walks the list, which clearenv would take away.
    while let first = environ.pointee.map({ String(cString: $0) }) {
      unsetenv(String(first.prefix { $0 != "=" }))
    }
    // A core would hold users' data.
    guard forbid_core_dumps() == 0 else { throw SandboxError(system: "a limit can't be set") }
  }

  /// From here on no file, no network, no process, no signal to another.
  public static func closeTheDoor() throws {
    guard control_process(PR_SET_NO_NEW_PRIVS, 1) == 0 else { throw SandboxError(system: "no-new-privileges") }
    guard control_process(PR_SET_DUMPABLE, 0) == 0 else { throw SandboxError(system: "not dumpable") }
    guard let filter = seccomp_init(refused(EPERM)) else { throw SandboxError("the filter can't be made") }
    defer { seccomp_release(filter) }
    for name in plain { try allow(name, in: filter) }
    // Threads of its own, no process.
    try allow("clone", in: filter, [condition(0, mask: UInt64(CLONE_THREAD), is: UInt64(CLONE_THREAD))])
    // glibc falls back to clone, whose flags can be looked at.
    try add(refused(ENOSYS), "clone3", to: filter, [])
    // JavaScriptCore stops its own threads by a signal.
    try allow("tgkill", in: filter, [equal(0, UInt64(getpid()))])
    for (name, argument, values) in choices {
      for value in values { try allow(name, in: filter, [equal(argument, value)]) }
    }
    for name in fatal { try add(killed, name, to: filter, []) }
    // JavaScriptCore has threads already, and a filter is a thread's own.
    guard seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1) == 0 else {
      throw SandboxError("the filter can't be put before all threads")
    }
    let status = seccomp_load(filter)
    guard status == 0 else { throw SandboxError(system: "the filter can't be loaded", -status) }
  }

  /// Memory, time, threads and what is open already.
  private static let plain = [
    "read", "write", "pread64", "close", "mmap", "munmap", "mprotect", "mremap", "madvise", "brk", "futex",
    "futex_waitv",
    "clock_gettime", "clock_getres", "clock_nanosleep", "nanosleep", "gettimeofday", "sched_yield", "sched_getaffinity",
    "sched_getparam", "sched_getscheduler", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigsuspend",
    "sigaltstack", "exit", "exit_group", "getpid", "gettid", "getrandom", "set_robust_list", "rseq", "membarrier",
    "poll",
    "ppoll", "restart_syscall", "eventfd2", "sysinfo", "getrusage",
  ]

  /// Calls of which one use is harmless: name, argument, its values.
  private static let choices: [(String, UInt32, [UInt64])] = [
    ("prctl", 0, [UInt64(PR_SET_NAME), UInt64(PR_GET_NAME)])
  ]

  /// What no honest script ever leads to.
  private static let fatal = [
    "execve", "execveat", "fork", "vfork", "ptrace", "socket", "connect", "kill", "process_vm_readv",
  ]

  private static let allowed: UInt32 = 0x7FFF_0000
  private static let killed: UInt32 = 0x8000_0000
  private static func refused(_ code: Int32) -> UInt32 { 0x0005_0000 | UInt32(code) }

  private static func equal(_ argument: UInt32, _ value: UInt64) -> scmp_arg_cmp {
    scmp_arg_cmp(arg: argument, op: SCMP_CMP_EQ, datum_a: value, datum_b: 0)
  }

  private static func condition(_ argument: UInt32, mask: UInt64, is value: UInt64) -> scmp_arg_cmp {
    scmp_arg_cmp(arg: argument, op: SCMP_CMP_MASKED_EQ, datum_a: mask, datum_b: value)
  }

  private static func allow(_ name: String, in filter: scmp_filter_ctx, _ conditions: [scmp_arg_cmp] = []) throws {
    try add(allowed, name, to: filter, conditions)
  }

  private static func add(
    _ action: UInt32, _ name: String, to filter: scmp_filter_ctx, _ conditions: [scmp_arg_cmp]
  ) throws {
    let number = seccomp_syscall_resolve_name(name)
    // A call that this processor's kernel does not have can't be made.
    guard number >= 0 else { return }
    let status = seccomp_rule_add_array(filter, action, number, UInt32(conditions.count), conditions)
    guard status == 0 else { throw SandboxError(system: "the filter can't take a rule for \(name)", -status) }
  }
}
