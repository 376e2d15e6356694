import JobsprintDomain

/// The names that mean something in an expression.
enum Vocabulary {
  static let roots: [String: Expression.DataRoot] = [
    "$json": .json, "$data": .json, "$binary": .binary, "$itemIndex": .itemIndex, "$position": .itemIndex,
    "$thisItemIndex": .itemIndex, "$thisItem": .item, "$runIndex": .runIndex, "$thisRunIndex": .runIndex,
    "$now": .now, "$today": .today, "$execution": .execution, "$exec": .execution, "$executionId": .executionID,
    "$mode": .mode,
    "$workflow": .workflow, "$prevNode": .previousNode, "$parameter": .parameters, "$rawParameter": .rawParameters,
    "$nodeId": .nodeID, "$nodeVersion": .nodeVersion, "$version": .nodeVersion, "$vars": .variables,
  ]

  static let values: [String: ScriptValue] = {
    var values: [String: ScriptValue] = [
      "undefined": .undefined, "null": .null, "true": .bool(true), "false": .bool(false), "NaN": .number(.nan),
      "Infinity": .number(.infinity), "$env": .object([:]), "$secrets": .object([:]),
    ]
    for name in shadowed { values[name] = .object([:]) }
    return values
  }()

  /// What n8n hides from expressions behind an empty object.
  private static let shadowed = [
    "AsyncFunction", "AsyncGenerator", "AsyncGeneratorFunction", "Function", "Generator", "GeneratorFunction",
    "Promise",
    "Proxy", "Reflect", "WebAssembly", "XMLHttpRequest", "alert", "confirm", "document", "escape", "eval", "fetch",
    "global", "globalThis", "prompt", "self", "setInterval", "setTimeout", "unescape", "uneval", "window",
  ]

  static let keywords: Set<String> = [
    "async", "await", "break", "case", "catch", "class", "const", "continue", "debugger", "default", "delete", "do",
    "else", "enum", "export", "extends", "finally", "for", "function", "if", "import", "in", "instanceof", "let", "new",
    "return", "super", "switch", "this", "throw", "try", "typeof", "var", "void", "while", "with", "yield",
  ]

  /// Objects and functions of JavaScript, Luxon and n8n that only an engine has.
  static let globals: Set<String> = [
    "AggregateError", "Array", "ArrayBuffer", "Atomics", "BigInt", "BigInt64Array", "BigUint64Array", "Boolean",
    "Buffer",
    "DataView", "Date", "DateTime", "Duration", "Error", "EvalError", "FinalizationRegistry", "Float32Array",
    "Float64Array", "Int16Array", "Int32Array", "Int8Array", "Interval", "Intl", "Iterator", "JSON", "Map", "Math",
    "Number", "Object", "RangeError", "ReferenceError", "RegExp", "Set", "SharedArrayBuffer", "String", "Symbol",
    "SyntaxError", "TypeError", "URIError", "URL", "URLSearchParams", "Uint16Array", "Uint32Array", "Uint8Array",
    "Uint8ClampedArray", "WeakMap", "WeakRef", "WeakSet", "arguments", "average", "console", "constructor", "decodeURI",
    "decodeURIComponent", "encodeURI", "encodeURIComponent", "extend", "extendOptional", "isFinite", "isNaN", "max",
    "min", "numberList", "parseFloat", "parseInt", "process", "require", "zip", "$", "$average", "$evaluateExpression",
    "$fromAI", "$fromAi", "$fromai", "$getPairedItem", "$if", "$ifEmpty", "$items", "$jmesPath", "$jmespath", "$max",
    "$min", "$not",
  ]

  private static let refused: Set<String> = [
    "__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__",
  ]

  /// n8n refuses these names wherever they stand.
  static func checkAccess(to name: String) throws(ParseFailure) {
    guard !refused.contains(name) else { throw .invalid("Cannot access \"\(name)\" due to security concerns") }
  }
}
