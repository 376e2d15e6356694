// Runs JavaScript of workflows where an escape finds nothing: a process with an empty environment, three descriptors,
// and a filter that leaves it no file, network, process or signal. It reads requests from standard input and writes
// answers to standard output; time is kept by whoever started it, with SIGKILL.

import Glibc
import SandboxGuards

@main
enum Sandbox {
  static func main() {
    let channel = FrameChannel()
    do {
      let options = try Options(CommandLine.arguments)
      let memory = try MemoryGuard(limit: options.memoryLimit)
      try Guards.leaveNothingOpen(besides: memory.descriptor)
      var contexts = try ContextSupply()
      if !options.isInsecure { try Guards.closeTheDoor() }
      memory.watch()
      try channel.write(.ready)
      while let frame = try channel.read() {
        guard case .run(let context, let request) = frame else {
          throw SandboxError("a run was expected")
        }
        let script = try contexts.context(named: context)
        try channel.write(.answer(script.run(request)))
        try contexts.prepare()
      }
    } catch {
      try? channel.write(.failure((error as? SandboxError)?.message ?? "\(error)"))
      exit(ExitStatus.failed)
    }
  }
}

/// What its end says.
enum ExitStatus {
  /// The reason was the last frame.
  static let failed: Int32 = 1
  static let outOfMemory: Int32 = 97
}

struct Options {
  /// Bytes.
  private(set) var memoryLimit = 128 << 20
  private(set) var isInsecure = false

  init(_ arguments: [String]) throws {
    var rest = arguments.dropFirst()
    while let argument = rest.popFirst() {
      switch argument {
      case "--insecure": isInsecure = true
      case "--memory":
        guard let megabytes = rest.popFirst().flatMap({ Int($0) }), (32...4096).contains(megabytes) else {
          throw SandboxError("--memory must be from 32 to 4096 (MiB)")
        }
        memoryLimit = megabytes << 20
      default: throw SandboxError("unknown option \(argument)")
      }
    }
  }
}
