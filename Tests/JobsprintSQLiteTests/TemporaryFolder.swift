import Foundation

/// A path of a folder that does not exist yet, and is gone with this value.
final class TemporaryFolder: Sendable {
  let path = NSTemporaryDirectory() + "jobsprint-\(UUID().uuidString)"

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
