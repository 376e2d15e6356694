import Allocator
import Foundation
import JobsprintDomain
import Logging

/// One program from its settings to its exit code, in words for the person at the shell.
public struct ProcessRunner: Sendable {
  private let role: ProcessRole
  private let change: @Sendable (inout ProcessConfiguration) throws(SettingError) -> Void

  /// - Parameters:
  ///   - host, port: in place of the settings'.
  ///   - folder: in place of the settings' store.
  ///   - tags: in place of the settings', where there are any.
  public init(
    _ role: ProcessRole, host: String? = nil, port: Int? = nil, folder: String? = nil, tags: [String] = []
  ) {
    self.role = role
    change = { configuration throws(SettingError) in
      if let host { configuration.host = host }
      if let port { configuration.port = port }
      if let folder { configuration.storage = .folder(folder) }
      if !tags.isEmpty { configuration.workerTags = try WorkerTags(setting: tags) }
    }
  }

  /// Serves until it is told to stop.
  /// - Returns: the exit code: 0, or 1 with the reason on standard error.
  public func run() async -> Int32 {
    Allocator.keepFreedMemory()
    var configuration: ProcessConfiguration
    do {
      configuration = try .fromEnvironment(role)
      try change(&configuration)
    } catch {
      return fail(explanation(of: error))
    }
    guard (0...65_535).contains(configuration.port) else {
      return fail("the port must be from 0 to 65535, not \(configuration.port).")
    }
    LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
    var log = Logger(label: role.program)
    log.logLevel = configuration.logLevel
    let (host, place, role) = (configuration.host, configuration.storage.name, role)
    do {
      guard let platform = try await Platform.waiting(role, configuration, log: log) else { return 0 }
      // It is stored by now: whatever happens next, it can't be shown again.
      if let key = platform.newAPIKey { say("API key (shown only this once; keep it): \(key)") }
      let setup = platform.setupToken
      try await platform.run { port in
        if let setup, role != .worker {
          say(
            "Nobody can sign in yet. The first owner is made, within an hour, with: curl \(Self.setupURL(host, port)) "
              + #"-d '{"token":"\#(setup)","email":"…","password":"…"}'"#)
        }
        switch role {
        case .embedded, .api: say("Jobsprint is ready: http://\(host):\(port)/api/v1  (data in \(place))")
        case .worker: say("jobsprint-worker is ready: http://\(host):\(port)/livez  (data in \(place))")
        }
      }
      return 0
    } catch {
      return fail(explanation(of: error, for: configuration))
    }
  }

  private static func setupURL(_ host: String, _ port: Int) -> String { "http://\(host):\(port)/api/v1/auth/setup" }

  private func fail(_ explanation: String) -> Int32 {
    FileHandle.standardError.write(Data("\(role.program): \(explanation)\n".utf8))
    return 1
  }
}

private func say(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }
