/// Who does something, in which workspace, and on which request.
public struct Caller: Sendable, Hashable {
  public let workspace: WorkspaceID
  public let actor: Actor
  /// `X-Request-Id`; nil for what no request asked for.
  public let requestID: String?
  /// Where the request came from, without its port.
  public let address: String?

  public init(workspace: WorkspaceID, actor: Actor, requestID: String? = nil, address: String? = nil) {
    self.workspace = workspace
    self.actor = actor
    self.requestID = requestID
    self.address = address
  }
}

/// Who acts.
public enum Actor: Sendable, Hashable {
  case apiKey(APIKeyID)
  /// A member who has signed in.
  case user(UserID)
  /// Somebody at a shell of the installation.
  case shell
  /// Jobsprint itself: the first start, retention.
  case system

  /// `apiKey`, `user`, `shell` or `system`.
  public var kind: String {
    switch self {
    case .apiKey: "apiKey"
    case .user: "user"
    case .shell: "shell"
    case .system: "system"
    }
  }

  /// Which one; empty where the kind says it all.
  public var id: String {
    switch self {
    case .apiKey(let id): "\(id)"
    case .user(let id): "\(id)"
    case .shell, .system: ""
    }
  }

  /// nil for what ``kind`` and ``id`` never gave.
  public init?(kind: String, id: String) {
    switch kind {
    case "apiKey":
      guard let id = APIKeyID(id) else { return nil }
      self = .apiKey(id)
    case "user":
      guard let id = UserID(id) else { return nil }
      self = .user(id)
    case "shell": self = .shell
    case "system": self = .system
    default: return nil
    }
  }
}
