// The names of an expression's world that do not depend on its data: n8n's functions, what JavaScript offers, and what
// n8n hides behind an empty object.

section("globals", () => {
  const { ExpressionError, ExpressionExtensionError, problems } = use("problems");
  const { isForbidden } = use("names");

  const fail = (message) => { throw new ExpressionError(message); };

  const functions = {
    $if: (condition, then, otherwise) => (condition ? then : otherwise ?? false),
    $ifEmpty(...values) {
      if (values.length < 2) fail("expected two arguments (value, defaultValue) for this function");
      const [value, otherwise] = values;
      if (value === undefined || value === null || value === "") return otherwise;
      if (typeof value === "object" && value.isLuxonDateTime !== true
        && Object.prototype.toString.call(value) !== "[object Date]") {
        return Object.keys(value).length > 0 ? value : otherwise;
      }
      return value;
    },
    $not: (value) => !value,
    $min: (...numbers) => Math.min(...numbers),
    $max: (...numbers) => Math.max(...numbers),
    $average: (...numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length,
    numberList(start, end) {
      const count = Math.abs(end - start) + 1, step = end < start ? -1 : 1;
      return Array.from({ length: count }, (_, place) => start + place * step);
    },
    zip(keys, values) {
      if (!Array.isArray(keys)
        || !Array.isArray(values)) throw new ExpressionExtensionError("keys and values must be arrays");
      if (keys.length !== values.length) throw new ExpressionExtensionError("keys and values not of equal length");
      const zipped = {};
      for (let place = 0; place < keys.length; place++) {
        Object.defineProperty(zipped, keys[place],
          { value: values[place], enumerable: true, writable: true, configurable: true });
      }
      return zipped;
    },
  };
  functions.min = functions.$min;
  functions.max = functions.$max;
  functions.average = functions.$average;

  function jmespath(data, expression) {
    if (data === null || typeof data !== "object" || typeof expression !== "string") {
      fail("expected two arguments (Object, string) for this function");
    }
    return use("jmespath").search(data, expression);
  }

  // `Object` and the errors without what reaches JavaScript's machinery.
  const hidden = new Set(
    ["defineProperty", "defineProperties", "setPrototypeOf", "getPrototypeOf", "getOwnPropertyDescriptor",
    "getOwnPropertyDescriptors", "captureStackTrace", "stackTraceLimit", "prepareStackTrace"]);
  const guarded = (original) => {
    const proxy = new Proxy(original, handler(() => proxy));
    return proxy;
  };
  const handler = (proxy) => ({
    construct: (target, values, newTarget) =>
      Reflect.construct(target, values, newTarget === proxy() ? target : newTarget),
    get: (target, key) => (hidden.has(key) ? undefined : target[key]),
    set: () => true,
    defineProperty: () => false,
    has: (target, key) => !hidden.has(key) && key in target,
    getOwnPropertyDescriptor: (target, key) =>
      (hidden.has(key) && Reflect.getOwnPropertyDescriptor(target, key)?.configurable !== false
      ? undefined : Reflect.getOwnPropertyDescriptor(target, key)),
  });

  const realm = globalThis;
  const plain = ["Array", "ArrayBuffer", "Atomics", "BigInt", "BigInt64Array", "BigUint64Array", "Boolean", "DataView",
    "Date", "Float32Array",
    "Float64Array", "Infinity", "Int16Array", "Int32Array", "Int8Array", "Intl", "JSON", "Map", "Math", "NaN", "Number",
    "RegExp", "Set",
    "SharedArrayBuffer", "String", "Symbol", "Uint16Array", "Uint32Array", "Uint8Array", "Uint8ClampedArray", "WeakMap",
    "WeakRef", "WeakSet",
    "decodeURI", "decodeURIComponent", "encodeURI", "encodeURIComponent", "isFinite", "isNaN", "parseFloat", "parseInt",
    "undefined"];
  const errors = ["Error", "AggregateError", "EvalError", "RangeError", "ReferenceError", "SyntaxError", "TypeError",
    "URIError"];
  const shadowed = ["AsyncFunction", "AsyncGenerator", "AsyncGeneratorFunction", "Function", "FinalizationRegistry",
    "Generator",
    "GeneratorFunction", "Promise", "Proxy", "Reflect", "WebAssembly", "XMLHttpRequest", "alert", "confirm", "document",
    "escape", "eval",
    "fetch", "global", "globalThis", "prompt", "self", "setInterval", "setTimeout", "unescape", "uneval", "window"];

  let known;
  /** The object behind the data's names; nothing of it can be changed. */
  function names() {
    return (known ??= install(Object.create(null)));
  }

  function install(names) {
    const put = (name, value) => Object.defineProperty(names, name, { value, enumerable: false });
    for (const name of plain) if (name in realm) put(name, realm[name]);
    // An engine may leave it out; without threads it is as good as any buffer.
    if (!("SharedArrayBuffer" in realm)) put("SharedArrayBuffer", class SharedArrayBuffer extends ArrayBuffer {});
    const lazily = (name, make) => {
      let value;
      Object.defineProperty(names, name, { get: () => (value ??= make()) });
    };
    for (const name of ["Object", ...errors]) lazily(name, () => guarded(realm[name]));
    for (const name of ["URL", "URLSearchParams"]) lazily(name, () => use("nodeGlobals")[name]);
    for (const name of shadowed) Object.defineProperty(names, name, { get: () => ({}) });
    for (const [name, body] of Object.entries(functions)) put(name, body);
    put("extend", (...values) => use("extend").extend(...values));
    put("extendOptional", (...values) => use("extend").extendOptional(...values));
    Object.defineProperty(names, "process", {
      get: () => (
        { arch: "x64", env: {}, platform: "linux", pid: 1, ppid: 0, release: { name: "node" }, version: "v22.0.0",
        versions: { node: "22.0.0" } }),
    });
    // For rewritten code.
    lazily("__extend", () => use("extend").extend);
    lazily("__optional", () => use("extend").extendOptional);
    // Data may have members of forbidden names; nothing else gives them away.
    put("__member", (value, name) => {
      if (value === undefined || value === null) throw new TypeError(
        `Cannot read properties of ${value} (reading '${name}')`);
      if (typeof value === "object" && Object.hasOwn(value, name)) {
        const prototype = Object.getPrototypeOf(value);
        if (prototype === Object.prototype || Array.isArray(value)) return value[name];
      }
      throw problems.forbidden(name);
    });
    // A function that is called without an object has the global one as its `this`.
    put("__this", (value) => (value === realm ? {} : value));
    put("__key", (key) => {
      if (typeof key === "number" || typeof key === "symbol") return key;
      const name = typeof key === "string" ? key : String(key);
      if (isForbidden(name)) throw problems.forbidden(name);
      return name;
    });
    return names;
  }

  return { functions, jmespath, names };
});
