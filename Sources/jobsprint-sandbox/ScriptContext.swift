// A realm of its own: globals, prototypes and the runtime's functions, shared with nobody.
//
// The runtime's entry takes a request and gives an answer, both JSON texts, or a promise of one. A script can replace
// whatever it likes in here: all that it can spoil is its own answer.

import CJavaScriptCore
import CSandboxRuntime
import Glibc
import SandboxGuards

/// The context of one execution.
final class ScriptContext {
  private let context: JSGlobalContextRef
  private let run: JSObjectRef
  private var answer: [UInt8]?

  /// Calls the entry and hands its answer to `settle`, which is out of the scripts' reach. Without a request, calls the
  /// timer that is due (Runtime/Timers.js).
  private static let bridge = """
    (function (settle) {
      'use strict';
      const { __jobsprint: entry, __jobsprintTick: tick } = globalThis;
      delete globalThis.__jobsprintTick;
      const { stringify } = JSON, { apply } = Reflect, { then } = Promise.prototype;
      const failure = (error) => {
        let name = 'Error', message = 'unknown';
        try { name = String(error.name); message = String(error.message); } catch {}
        return stringify({ error: { name, message } });
      };
      return (request) => {
        if (request === undefined) return tick();
        try {
          const answer = entry(request);
          if (typeof answer === 'string') settle(answer);
          else apply(then, answer, [settle, (error) => settle(failure(error))]);
        } catch (error) {
          settle(failure(error));
        }
      };
    })
    """

  init() throws {
    // A virtual machine of its own: two contexts share neither heap nor compiled code.
    guard let context = JSGlobalContextCreate(nil) else { throw SandboxError("no context can be made") }
    self.context = context
    try Self.offer(HostFunction.random, named: "__jobsprintRandom", in: context)
    let runtime = "(function () { \"use strict\";\n\(String(cString: sandbox_runtime_text()))})();"
    _ = try Self.evaluate(runtime, in: context)
    let bridge = try Self.evaluate(Self.bridge, in: context)
    let settle = JSObjectMake(context, HostFunction.settle.type, nil)
    var exception: JSValueRef?
    var arguments: [JSValueRef?] = [settle]
    let function = JSObjectCallAsFunction(context, bridge, nil, 1, &arguments, &exception)
    guard exception == nil, let function else { throw Self.failure("the bridge", exception, in: context) }
    JSValueProtect(context, function)
    run = function
    JSObjectSetPrivate(settle, Unmanaged.passUnretained(self).toOpaque())
    // Half of what the first run would take.
    _ = run(Array(#"{"op":"warm"}"#.utf8))
  }

  deinit {
    JSValueUnprotect(context, run)
    JSGlobalContextRelease(context)
  }

  /// Runs one request to its end; the answer is the runtime's, or an object with `error`.
  func run(_ request: [UInt8]) -> [UInt8] {
    answer = nil
    let text = Self.string(request)
    defer { JSStringRelease(text) }
    var arguments: [JSValueRef?] = [JSValueMakeString(context, text)]
    var exception: JSValueRef?
    // Promises are settled as far as they can be when this returns.
    JSObjectCallAsFunction(context, run, nil, 1, &arguments, &exception)
    while answer == nil {
      switch nextTimer() {
      // A sandbox runs one request at a time: its thread has nobody else to serve meanwhile.
      case .inMilliseconds(let pause): usleep(pause * 1000)
      case .never:
        return Self.error("NeverSettled", "nothing is left that could settle it")
      case .tooLate:
        return Self.error(
          "ExecutionError", "The code waits for more than 10 s",
          "A run may wait 10 s with its timers: use a Wait node to pause a workflow.")
      }
    }
    return answer ?? []
  }

  private enum NextTimer {
    case inMilliseconds(UInt32)
    case never, tooLate
  }

  /// Calls the timer that is due, or says how long the next one takes.
  private func nextTimer() -> NextTimer {
    var exception: JSValueRef?
    let pause = JSValueToNumber(context, JSObjectCallAsFunction(context, run, nil, 0, nil, &exception), nil)
    guard exception == nil, let pause = Int(exactly: pause.rounded(.up)) else { return .never }
    return pause == -2 ? .tooLate : UInt32(exactly: pause).map { .inMilliseconds(min($0, 1000)) } ?? .never
  }

  /// An answer that says what went wrong; the texts need no escaping.
  private static func error(_ name: String, _ message: String, _ description: String = "") -> [UInt8] {
    Array(#"{"error":{"name":"\#(name)","message":"\#(message)","description":"\#(description)"}}"#.utf8)
  }

  // MARK: What a script's call comes back to

  fileprivate func settle(_ value: JSValueRef?) {
    answer = Self.text(of: value, in: context)
  }

  // MARK: Values

  private static func evaluate(_ source: String, in context: JSGlobalContextRef) throws -> JSObjectRef? {
    let text = string(Array(source.utf8))
    defer { JSStringRelease(text) }
    var exception: JSValueRef?
    // With a name of its own, so that lines of users' code are told apart.
    let name = string(Array("jobsprint".utf8))
    defer { JSStringRelease(name) }
    let value = JSEvaluateScript(context, text, nil, name, 1, &exception)
    if exception != nil { throw failure("the runtime", exception, in: context) }
    return JSValueIsObject(context, value) ? JSValueToObject(context, value, nil) : nil
  }

  /// Puts a function before the runtime, which takes it away from the scripts.
  private static func offer(_ function: HostFunction, named name: String, in context: JSGlobalContextRef) throws {
    let name = string(Array(name.utf8))
    defer { JSStringRelease(name) }
    var exception: JSValueRef?
    let object = JSObjectMake(context, function.type, nil)
    JSObjectSetProperty(
      context, JSContextGetGlobalObject(context), name, object, JSPropertyAttributes(kJSPropertyAttributeNone),
      &exception)
    if exception != nil { throw failure("a function of the host", exception, in: context) }
  }

  private static func failure(_ what: String, _ exception: JSValueRef?, in context: JSContextRef) -> SandboxError {
    SandboxError("\(what): " + String(decoding: text(of: exception, in: context) ?? [], as: UTF8.self))
  }

  fileprivate static func string(_ bytes: [UInt8]) -> JSStringRef? {
    var bytes = bytes
    bytes.append(0)
    return bytes.withUnsafeBytes { JSStringCreateWithUTF8CString($0.bindMemory(to: CChar.self).baseAddress) }
  }

  private static func text(of value: JSValueRef?, in context: JSContextRef) -> [UInt8]? {
    guard let text = JSValueToStringCopy(context, value, nil) else { return nil }
    defer { JSStringRelease(text) }
    let most = JSStringGetMaximumUTF8CStringSize(text)
    return [UInt8](unsafeUninitializedCapacity: most) { buffer, count in
      let written = buffer.withMemoryRebound(to: CChar.self) { JSStringGetUTF8CString(text, $0.baseAddress, most) }
      count = max(0, written - 1)
    }
  }
}

/// A function that a script can call, which leads to its ``ScriptContext``.
private struct HostFunction {
  // A class of JavaScriptCore is never changed once it is made.
  nonisolated(unsafe) let type: JSClassRef?

  private init(_ call: @escaping JSObjectCallAsFunctionCallback) {
    var definition = kJSClassDefinitionEmpty
    definition.callAsFunction = call
    type = JSClassCreate(&definition)
  }

  static let settle = HostFunction { context, function, _, count, arguments, _ in
    guard count > 0 else { return JSValueMakeUndefined(context) }
    HostFunction.owner(of: function)?.settle(arguments?[0])
    return JSValueMakeUndefined(context)
  }

  /// So many random bytes as hexadecimal digits, at most 65,536.
  static let random = HostFunction { context, _, _, count, arguments, _ in
    let wanted = count > 0 ? JSValueToNumber(context, arguments?[0], nil) : 0
    let bytes = (0..<(Int(exactly: wanted).map { max(0, min($0, 65_536)) } ?? 0)).map { _ in UInt8.random(in: 0...255) }
    let text = ScriptContext.string(bytes.flatMap { [hexDigits[Int($0 >> 4)], hexDigits[Int($0 & 15)]] })
    defer { JSStringRelease(text) }
    return JSValueMakeString(context, text)
  }

  private static let hexDigits = Array("0123456789abcdef".utf8)

  private static func owner(of function: JSObjectRef?) -> ScriptContext? {
    JSObjectGetPrivate(function).map { Unmanaged<ScriptContext>.fromOpaque($0).takeUnretainedValue() }
  }
}
