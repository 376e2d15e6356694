/// What the engine has to know of a node: how it is scheduled, never what it does.
public struct NodeTraits: Sendable, Hashable {
  /// Which inputs must have data before a waiting node runs without the others (n8n's `requiredInputs`; order v1 only).
  public enum RequiredInputs: Sendable, Hashable {
    /// Any one is enough.
    case any
    case atLeast(Int)
    case indexes([Int])
  }

  /// It may start a workflow and has no input.
  public var isTrigger: Bool
  public var requiredInputs: RequiredInputs
  /// Main outputs, without an error output.
  public var outputCount: Int
  /// It acts on the world outside: journaled before it starts, and never twice without the same key.
  public var hasOutsideEffect: Bool

  public init(
    isTrigger: Bool = false, requiredInputs: RequiredInputs = .any, outputCount: Int = 1, hasOutsideEffect: Bool = false
  ) {
    self.isTrigger = isTrigger
    self.requiredInputs = requiredInputs
    self.outputCount = outputCount
    self.hasOutsideEffect = hasOutsideEffect
  }
}
