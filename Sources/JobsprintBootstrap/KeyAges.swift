import Foundation
import JobsprintAccess
import JobsprintDomain

/// How old the newest keys of the rings are. A key's id tells its day: those that the program makes begin with it, and
/// an operator's may.
public struct KeyAges: Sendable {
  public struct Finding: Sendable {
    public let subject: String
    /// How it is, and what to do.
    public let words: String
    public let isWell: Bool
  }

  public let findings: [Finding]

  /// From then on a ring should get another key.
  private static let most: Duration = .seconds(90 * 86_400)

  private enum Source {
    case variable(String)
    case file(String)
  }

  /// Of the rings that the environment sets and that a folder holds; none is made.
  /// - Throws: ``SettingError``, ``PortError``.
  public init(folder: String?) throws {
    let configuration = try ProcessConfiguration.fromEnvironment(.embedded)
    let now = SystemClock().now
    let files = try folder.map {
      (
        tokens: try KeyRingFile.tokens(in: $0).presentKeys(),
        credentials: try KeyRingFile.credentials(in: $0).presentKeys()
      )
    }
    func ring(_ set: [NamedKey], _ variable: String, or present: [NamedKey]?, in name: String) -> ([NamedKey], Source) {
      set.isEmpty ? (present ?? [], .file("\(folder ?? "")/\(name)")) : (set, .variable(variable))
    }
    let rings = [
      (
        "token keys", ring(configuration.tokenKeys, "JOBSPRINT_TOKEN_KEYS", or: files?.tokens, in: "token.key"),
        "'jobsprint keys rotate'"
      ),
      (
        "credential keys",
        ring(
          configuration.credentialKeys, "JOBSPRINT_CREDENTIAL_KEYS", or: files?.credentials, in: "credential.key"),
        "'jobsprint credentials reencrypt --new-key' while the server is stopped"
      ),
      ("ticket keys", (configuration.ticketKeys, Source.variable("JOBSPRINT_TICKET_KEYS")), ""),
    ]
    findings = rings.compactMap { subject, ring, command in
      Self.finding(subject, of: ring.0, from: ring.1, command: command, at: now)
    }
  }

  /// nil where there is no ring.
  private static func finding(
    _ subject: String, of keys: [NamedKey], from source: Source, command: String, at now: Timestamp
  ) -> Finding? {
    guard !keys.isEmpty else { return nil }
    guard let newest = keys.compactMap(\.madeAt).max() else {
      return Finding(
        subject: subject,
        words: "their ages are not known: begin a key's id with its day, like \("\(now)".prefix(10))-a, to be reminded",
        isWell: true)
    }
    let days = max(0, Int((now - newest) / .seconds(86_400)))
    guard now - newest > most else {
      return Finding(subject: subject, words: "the newest is \(days) days old", isWell: true)
    }
    let change =
      switch source {
      case .file(let path): "change it with \(command) (\(path))"
      case .variable(let name):
        "put a new one into \(name): behind the others in all processes, then in front (docs/accounts.md, docs/credentials.md)"
      }
    return Finding(subject: subject, words: "the newest is \(days) days old: \(change)", isWell: false)
  }
}

extension NamedKey {
  /// The day with which its id begins (`2026-01-31…`), or the month (`2026-01…`); nil where it begins otherwise.
  var madeAt: Timestamp? {
    let parts = id.split(separator: "-", maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count >= 2, parts[0].count == 4, parts[1].count == 2 else { return nil }
    let day = parts.count > 2 && parts[2].count == 2 && Int(parts[2]) != nil ? parts[2] : "01"
    return Timestamp(iso8601: "\(parts[0])-\(parts[1])-\(day)T00:00:00Z")
  }
}
