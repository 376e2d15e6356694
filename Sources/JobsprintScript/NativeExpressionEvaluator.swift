// n8n's expressions as far as they need no JavaScript engine: literals, operators, conditions, paths, and the data that
// n8n gives them. What is covered is evaluated exactly as JavaScript does; what is not is an error that says so.

public import JobsprintDomain
public import JobsprintPorts

/// Evaluates expressions without a JavaScript engine.
public struct NativeExpressionEvaluator: ExpressionEvaluator {
  private let templates = TemplateCache()
  private let timezone: String

  /// - Parameter timezone: IANA name, for workflows that set none.
  public init(timezone: String = "UTC") { self.timezone = timezone }

  public func resolver(
    for scope: ExpressionScope, inJavaScript forced: Set<ExactString>?
  ) async throws(NodeError) -> any ParameterResolver { resolver(for: scope) }

  func resolver(for scope: ExpressionScope) -> NativeResolver {
    let zone = scope.workflow.settings.timezone ?? timezone
    return NativeResolver(frame: ExpressionFrame(scope: scope, templates: templates, zone: zone))
  }

  /// Tells of one parameter text whether it can be evaluated here.
  ///
  /// - Parameter template: with its leading `=`; text without one is no expression and always covered.
  public static func coverage(of template: String) -> ExpressionCoverage {
    guard template.utf8.first == UInt8(ascii: "=") else { return .native }
    return switch Template(template) {
    case .literal, .single, .mixed: .native
    case .needsJavaScript(let reason): .needsJavaScript(reason: reason)
    case .invalid(let reason): .invalid(reason: reason)
    }
  }
}

/// Whether an expression can be evaluated without a JavaScript engine.
public enum ExpressionCoverage: Sendable, Hashable {
  /// Yes; only a few values of the data itself may still ask for JavaScript.
  case native
  /// No. The reason completes "… needs JavaScript, because".
  case needsJavaScript(reason: String)
  /// No engine could: the text is wrong. The reason completes "invalid syntax:".
  case invalid(reason: String)
}

/// The expressions of one run of a node.
struct NativeResolver: ParameterResolver {
  let frame: ExpressionFrame

  func resolve(_ expression: String, parameter: String, item: Int) throws(NodeError) -> JSONValue? {
    let node = frame.scope.node.name
    do throws(Interruption) {
      return try value(of: expression, item: item)
    } catch {
      switch error {
      case .typeError: return nil
      case .needsJavaScript(let reason):
        throw NodeError(
          needsJavaScript: reason, node: node, parameter: parameter, expression: expression, item: item)
      case .problem(let problem):
        throw NodeError(
          problem, node: node, parameter: parameter, expression: expression, item: item, run: frame.scope.runIndex)
      }
    }
  }

  func pieces(of expression: String) -> [ExpressionPiece]? {
    switch frame.template(expression) {
    case .single(.jsonPath(let names)): return [.field(names)]
    case .mixed(let parts):
      var pieces: [ExpressionPiece] = []
      for part in parts {
        switch part {
        case .text(let text): pieces.append(.text(text))
        case .expression(.jsonPath(let names)): pieces.append(.field(names))
        case .expression: return nil
        }
      }
      return pieces
    default: return nil
    }
  }

  /// The same with the bare interruption: `needsJavaScript` is where a JavaScript engine can take over.
  func value(of expression: String, item: Int) throws(Interruption) -> JSONValue? {
    try Evaluation(frame: frame, item: item).value(of: frame.template(expression))
  }
}
