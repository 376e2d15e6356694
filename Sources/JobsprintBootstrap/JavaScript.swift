import Foundation
import JobsprintPorts
import JobsprintScript
import Logging

/// How expressions and code are evaluated in this process.
struct JavaScript: Sendable {
  let evaluator: any ExpressionEvaluator
  /// nil where there are none.
  let sandboxes: SandboxEvaluator?

  /// What runs code.
  var code: (any CodeRunner)? { sandboxes }

  init(_ configuration: JavaScriptConfiguration = JavaScriptConfiguration()) {
    guard let executable = configuration.executable else {
      evaluator = NativeExpressionEvaluator()
      sandboxes = nil
      return
    }
    var options = SandboxOptions(executable: executable)
    options.size = configuration.size
    options.isInsecure = configuration.isInsecure
    let sandboxes = SandboxEvaluator(options, environment: configuration.environment)
    evaluator = sandboxes
    self.sandboxes = sandboxes
  }

  func close() { sandboxes?.close() }
}

public struct JavaScriptConfiguration: Sendable {
  /// `jobsprint-sandbox`; nil: no JavaScript.
  public var executable = Self.besideThisProgram
  /// Sandboxes at a time.
  public var size = ProcessInfo.processInfo.activeProcessorCount
  /// Without the filter that keeps code from files and network; for a laptop whose kernel has none.
  public var isInsecure = false
  /// Variables that every workflow may read as `$env`.
  public var environment: [String: String] = [:]

  public init() {}

  /// The sandbox in the folder of the running program; nil where there is none.
  static var besideThisProgram: String? {
    guard let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else { return nil }
    let path = URL(filePath: own).deletingLastPathComponent().appending(path: "jobsprint-sandbox").path
    return FileManager.default.isExecutableFile(atPath: path) ? path : nil
  }
}
