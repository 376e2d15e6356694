public import JobsprintDomain

/// One kind of credential: what has to be filled in, and how it is tried out. Names are n8n's.
public struct CredentialType: Sendable {
  /// What trying a credential has shown.
  public enum Verdict: Sendable, Hashable {
    case good(String)
    case bad(String)
  }

  /// For example `jwtAuth`.
  public let name: String
  public let displayName: String
  /// In the order in which a person fills them in.
  public let fields: [CredentialField]
  private let trial: (@Sendable (JSONObject, Timestamp) -> Verdict)?

  /// - Parameter trial: tries secrets without asking anybody; nil: only the other side knows whether they are good.
  public init(
    _ name: String, displayName: String, fields: [CredentialField],
    trial: (@Sendable (JSONObject, Timestamp) -> Verdict)? = nil
  ) {
    self.name = name
    self.displayName = displayName
    self.fields = fields
    self.trial = trial
  }

  /// Tries secrets that fit the fields. What it says holds none of them.
  public func verdict(on secrets: JSONObject, at time: Timestamp) -> Verdict {
    guard let trial else {
      return .bad(
        "A credential of the type '\(name)' can't be tested by itself: only the service that it is for can say whether it "
          + "is good. Nothing was sent.")
    }
    return trial(secrets, time)
  }
}

/// One field of a credential: a text.
public struct CredentialField: Sendable {
  public let name: String
  public let summary: String
  public let isRequired: Bool
  /// The field counts only where another has this value.
  public let condition: (field: String, value: String)?
  /// What counts where it is left out.
  public let defaultValue: String?
  /// What it may be; empty: anything.
  public let choices: [String]

  public init(
    _ name: String, _ summary: String, isRequired: Bool = false,
    when condition: (field: String, value: String)? = nil, default defaultValue: String? = nil, choices: [String] = []
  ) {
    self.name = name
    self.summary = summary
    self.isRequired = isRequired
    self.condition = condition
    self.defaultValue = defaultValue
    self.choices = choices
  }
}

/// The installed types of credentials by name.
public struct CredentialLibrary: Sendable {
  /// By name.
  public let types: [CredentialType]

  public init(_ types: [CredentialType]) { self.types = types.sorted { $0.name < $1.name } }

  public subscript(name: String) -> CredentialType? { types.first { $0.name == name } }
}
