// Expressions and code with JavaScript in them: what the native evaluator covers is evaluated there, the rest of a node
// goes to a sandbox in one request for all items. Code of users always runs in a sandbox.

public import JobsprintDomain
public import JobsprintPorts
import Synchronization

public final class SandboxEvaluator: ExpressionEvaluator, CodeRunner {
  private let native: NativeExpressionEvaluator
  private let pool: SandboxPool
  private let timezone: String
  private let environment: JSONObject

  /// Requests for more items that one run may make.
  private static let mostRounds = 1000

  /// - Parameters:
  ///   - timezone: IANA name, for workflows that set none.
  ///   - environment: `$env`: every workflow can read it.
  public init(_ options: SandboxOptions, timezone: String = "UTC", environment: [String: String] = [:]) {
    native = NativeExpressionEvaluator(timezone: timezone)
    pool = SandboxPool(options)
    self.timezone = timezone
    self.environment = JSONObject(environment.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
  }

  /// Ends all sandboxes.
  public func close() { pool.close() }

  public var metrics: SandboxMetrics { pool.metrics }

  public func resolver(
    for scope: ExpressionScope, inJavaScript forced: Set<ExactString>?
  ) async throws(NodeError) -> any ParameterResolver {
    let native = native.resolver(for: scope)
    // Most nodes need none, and looking through all parameters costs each run of each node.
    if let forced, forced.isEmpty { return SandboxResolver(native: native, results: [:]) }
    var texts = forced ?? []
    JSONValue.object(scope.node.parameters).collectExpressions(into: &texts) {
      if case .needsJavaScript = native.frame.template($0) { true } else { false }
    }
    guard !texts.isEmpty else { return SandboxResolver(native: native, results: [:]) }
    let count = max(1, scope.items.count)
    let ordered = texts.sorted()
    var request: [UInt8] = []
    request.append("{\"op\":\"evaluate\",\"count\":")
    request.append(decimal: Int64(count))
    request.append(",\"templates\":")
    JSONValue.array(ordered.map { .string($0.text) }).write(to: &request)
    let answer = try await ask(request, in: scope)
    scope.notes.takeAnswer(answer)
    guard let values = answer["values"]?.arrayValue, values.count == ordered.count else {
      throw NodeError(answer["error"] ?? .null)
    }
    var results: [ExactString: SandboxResults] = [:]
    for (text, values) in zip(ordered, values) { results[text] = SandboxResults(values: values.arrayValue ?? []) }
    for odd in answer["odd"]?.arrayValue ?? [] {
      guard let template = odd["template"]?.integerValue, let item = odd["item"]?.integerValue,
        ordered.indices.contains(template)
      else { continue }
      results[ordered[template]]?.odd[item] = odd
    }
    return SandboxResolver(native: native, results: results)
  }

  public func run(
    _ code: NodeCode, in scope: ExpressionScope, console: NodeConsole
  ) async throws(NodeError) -> [Item] {
    let slots = [("global", StaticDataSlot.global), ("node", .node(scope.node.name))]
    let staticData = JSONObject(
      slots.compactMap { kind, slot in scope.notes.staticData(slot).map { (kind, .object($0)) } })
    let head: JSONObject = [
      "op": "code", "kind": .string(code.kind.rawValue), "source": .string(code.source),
      "continueOnFail": .bool(code.continuesOnFail), "staticData": .object(staticData),
    ]
    var request = JSONValue.object(head).jsonBytes
    request.removeLast()
    let answer = try await ask(request, in: scope)
    console.write((answer["console"]?.arrayValue ?? []).compactMap { ConsoleLine($0) })
    scope.notes.takeAnswer(answer)
    for (kind, slot) in slots {
      guard let before = staticData[kind], let after = answer["staticData"]?[kind], after != before,
        let value = after.objectValue
      else { continue }
      guard !value.isDeeper(than: JSONValue.depthLimit) else {
        throw NodeError(
          "The static data '\(slot.name)' has more than \(JSONValue.depthLimit) levels", name: "StaticDataTooLargeError"
        )
      }
      try scope.notes.leave(value, in: slot)
    }
    if let error = answer["error"] { throw NodeError(error).inNode(scope.node.name) }
    return (answer["items"]?.arrayValue ?? []).map { Item($0.objectValue ?? [:]) }
  }

  /// - Parameter request: an object that is still open, without its scene.
  private func ask(_ request: [UInt8], in scope: ExpressionScope) async throws(NodeError) -> JSONValue {
    let scene = SandboxScene(scope: scope, timezone: timezone, environment: environment)
    let first = request + Array(",\"scene\":".utf8) + scene.bytes + [UInt8(ascii: "}")]
    let rounds = Mutex(0)
    let answer = Mutex<JSONValue?>(nil)
    do throws(SandboxFailure) {
      try await pool.run(context: scope.execution.id.uuid.bytes, request: first) { bytes in
        let value = try? JSONValue(parsing: bytes, depthLimit: JSONValue.depthLimit + 8)
        let round = rounds.withLock { count in
          count += 1
          return count
        }
        guard let needs = value?["needs"]?.arrayValue, !needs.isEmpty, round < Self.mostRounds else {
          answer.withLock { $0 = value }
          return nil
        }
        return request + Array(",\"data\":".utf8) + scene.answer(to: needs) + [UInt8(ascii: "}")]
      }
    } catch {
      throw NodeError(error, node: scope.node.name)
    }
    guard let answer = answer.withLock({ $0 }) else {
      throw NodeError(
        "What the code of '\(scope.node.name)' gave can't be read", name: "CodeSandboxError",
        description:
          "It may nest more than \(JSONValue.depthLimit) levels deep, or have replaced what writes it as JSON.",
        context: ["nodeName": .string(scope.node.name)])
    }
    return answer
  }
}

/// What a sandbox gave for an expression.
private struct SandboxResults {
  /// One for each item.
  var values: [JSONValue]
  /// By item: what is no value.
  var odd: [Int: JSONValue] = [:]
}

/// Values that came back from a sandbox, and the native evaluator for all others.
private final class SandboxResolver: ParameterResolver {
  private let native: NativeResolver
  private let results: [ExactString: SandboxResults]
  private let missed = Mutex<Set<ExactString>>([])

  init(native: NativeResolver, results: [ExactString: SandboxResults]) {
    self.native = native
    self.results = results
  }

  var neededJavaScript: Set<ExactString> { missed.withLock { $0 } }

  func resolve(_ expression: String, parameter: String, item: Int) throws(NodeError) -> JSONValue? {
    guard let results = results[expression] else { return try evaluate(expression, parameter, item) }
    // Without items an expression is evaluated once.
    let place = results.values.indices.contains(item) ? item : 0
    if let odd = results.odd[place] {
      guard let error = odd["error"] else { return Optional.none }
      var described = NodeError(error).inNode(native.frame.scope.node.name)
      described.context["parameter"] = .string(parameter)
      throw described
    }
    return results.values.isEmpty ? .null : results.values[place]
  }

  func pieces(of expression: String) -> [ExpressionPiece]? {
    results[expression] == nil ? native.pieces(of: expression) : nil
  }

  private func evaluate(_ expression: String, _ parameter: String, _ item: Int) throws(NodeError) -> JSONValue? {
    do throws(NodeError) { return try native.resolve(expression, parameter: parameter, item: item) } catch {
      // Only the data itself has shown that JavaScript is needed.
      if error.context["type"] == "javascript_needed" { missed.withLock { _ = $0.insert(ExactString(expression)) } }
      throw error
    }
  }
}

extension JSONValue {
  /// Strings with a leading `=`, as deep as they are.
  fileprivate func collectExpressions(into texts: inout Set<ExactString>, where isWanted: (String) -> Bool) {
    switch self {
    case .string(let text): if text.utf8.first == UInt8(ascii: "="), isWanted(text) { texts.insert(ExactString(text)) }
    case .array(let elements): for element in elements { element.collectExpressions(into: &texts, where: isWanted) }
    case .object(let members): for member in members { member.value.collectExpressions(into: &texts, where: isWanted) }
    default: break
    }
  }
}

extension UUIDv7 {
  fileprivate var bytes: [UInt8] {
    [high, low].flatMap { half in (0..<8).map { UInt8(truncatingIfNeeded: half >> (56 - 8 * $0)) } }
  }
}

extension NodeNotes {
  /// Takes what JavaScript left, also where it failed in the end.
  fileprivate func takeAnswer(_ answer: JSONValue) {
    if let customData = answer["customData"]?.objectValue { leave(CustomData(customData)) }
  }
}

extension NodeError {
  fileprivate func inNode(_ name: String) -> NodeError {
    var error = self
    error.context["nodeName"] = .string(name)
    return error
  }

  fileprivate init(_ failure: SandboxFailure, node: String) {
    let (message, advice) =
      switch failure {
      case .unavailable(let words):
        (
          "JavaScript can't be run: \(words)",
          "jobsprint-sandbox must stand beside the program ('make run' builds both), and be able to start: see the reason."
        )
      case .outOfTime:
        (
          "The code of '\(node)' used up its time",
          "It may wait for something that never comes, or loop without an end."
        )
      case .outOfMemory:
        ("The code of '\(node)' used up its memory", "Work on fewer items at a time: put a Loop Over Items before it.")
      case .killed:
        (
          "The sandbox of '\(node)' was killed from outside, twice in a row",
          "See whether the machine runs out of memory, and retry the execution."
        )
      case .crashed(let status):
        ("The sandbox of '\(node)' ended unexpectedly (status \(status))", "Retry the execution.")
      case .cancelled: ("The code of '\(node)' was cancelled", "The execution was stopped, or took too long.")
      }
    self.init(message, name: "CodeSandboxError", description: advice, context: ["nodeName": .string(node)])
  }
}
