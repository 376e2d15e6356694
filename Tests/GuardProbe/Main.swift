// Makes one system call, behind the sandbox's guards or without them, and writes what the kernel has answered: the
// number of the error, or 0. Arguments are numbers or texts.
//
//   guard-probe guarded openat -100 /etc/passwd 0     ->  1
//   guard-probe unguarded openat -100 /etc/passwd 0   ->  0

import CSeccomp
import CSystemCall
import Glibc
import SandboxGuards

@main
enum GuardProbe {
  static func main() throws {
    let words = CommandLine.arguments.dropFirst()
    guard words.count > 1, let mode = words.first, let name = words.dropFirst().first else {
      throw SandboxError("which call?")
    }
    let number = seccomp_syscall_resolve_name(name)
    guard number >= 0 else { throw SandboxError("there is no call \(name)") }
    let kept = open("/proc/self/statm", O_RDONLY)
    // Something that was open before.
    guard dup2(kept, inherited) == inherited else { throw SandboxError(system: "no descriptor") }
    if mode == "guarded" {
      try Guards.leaveNothingOpen(besides: kept)
      try Guards.closeTheDoor()
    }
    let parent = getpid()
    var arguments = words.dropFirst(2).map { Int(word: $0) }
    arguments += Array(repeating: 0, count: max(0, 6 - arguments.count))
    let result = system_call(Int(number), arguments)
    let code = result < 0 ? errno : 0
    // The other one of the two that return from a fork.
    if getpid() != parent { _exit(0) }
    let answer = Array("\(code)\n".utf8)
    write(1, answer, answer.count)
  }

  private static let inherited: Int32 = 900
}

extension Int {
  /// A number, or where a text stands that the kernel may read and write.
  fileprivate init(word: String) {
    self = Int(word) ?? strdup(word).map { Int(bitPattern: $0) } ?? 0
  }
}
