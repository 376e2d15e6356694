/// What a server has to know of a sign-in that is under way elsewhere: kept for minutes and taken once, by any server
/// of the installation where that can be.
public protocol PendingSignIns: Sendable {
  /// - Parameter key: nobody but who began knows what it was made of.
  func keep(_ value: [UInt8], under key: String, for lifetime: Duration) async

  /// - Returns: nil where nothing was kept, its time is over, or somebody has taken it; of two at once one gets it.
  func take(_ key: String) async -> [UInt8]?
}
