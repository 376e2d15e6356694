// What Code nodes expect of Node.js beyond ECMAScript, as far as it needs no outside world: Buffer, URL, TextEncoder
// and their like. What does need it says so.

section("nodeGlobals", () => {
  const bytes = use("bytes");
  const timers = use("timers");
  const { problems } = use("problems");

  class Buffer extends Uint8Array {
    static from(value, encoding, length) {
      if (typeof value === "string") return Buffer.of_(encoded(value, encoding));
      if (value instanceof ArrayBuffer) return new Buffer(value, encoding, length);
      if (value?.type === "Buffer" && Array.isArray(value.data)) return Buffer.of_(value.data);
      if (value === null || typeof value !== "object") {
        throw new TypeError("Buffer.from() takes a string, a Buffer, an ArrayBuffer or an array");
      }
      return Buffer.of_(Array.from(value));
    }
    static of_(source) {
      const buffer = new Buffer(source.length);
      buffer.set(source);
      return buffer;
    }
    static alloc(size, fill = 0, encoding) { return new Buffer(size).fill(fill, 0, size, encoding); }
    static allocUnsafe(size) { return new Buffer(size); }
    static isBuffer(value) { return value instanceof Buffer; }
    static isEncoding(name) { return ["utf8", "utf-8", "hex", "base64", "base64url", "latin1", "binary", "ascii",
      "utf16le", "ucs2"].includes(String(name).toLowerCase()); }
    static byteLength(value, encoding) { return typeof value === "string" ? encoded(value, encoding).length
      : value.byteLength; }
    static concat(list, total = list.reduce((sum, one) => sum + one.length, 0)) {
      const joined = Buffer.alloc(total);
      let at = 0;
      for (const one of list) {
        joined.set(one.subarray(0, Math.max(total - at, 0)), at);
        at += one.length;
      }
      return joined;
    }
    static compare(one, other) {
      for (let place = 0; place < Math.min(one.length, other.length);
        place++) if (one[place] !== other[place]) return one[place] < other[place] ? -1 : 1;
      return Math.sign(one.length - other.length);
    }
    toString(encoding = "utf8", start = 0, end = this.length) { return decoded(this.subarray(start, end), encoding); }
    toJSON() { return { type: "Buffer", data: Array.from(this) }; }
    equals(other) { return Buffer.compare(this, other) === 0; }
    compare(other) { return Buffer.compare(this, other); }
    slice(start, end) { return this.subarray(start, end); }
    write(text, offset = 0) {
      const source = encoded(text).subarray(0, this.length - offset);
      this.set(source, offset);
      return source.length;
    }
    fill(value, start = 0, end = this.length, encoding) {
      if (typeof value !== "string") return super.fill(value, start, end);
      const source = encoded(value, encoding);
      for (let at = start; at < end && source.length > 0; at++) this[at] = source[(at - start) % source.length];
      return this;
    }
    indexOf(value, from = 0) {
      if (typeof value === "number") return super.indexOf(value, from);
      const wanted = typeof value === "string" ? encoded(value) : value;
      for (let at = from; at + wanted.length <= this.length;
        at++) if (wanted.every((byte, place) => this[at + place] === byte)) return at;
      return -1;
    }
    includes(value, from) { return this.indexOf(value, from) >= 0; }
    readUInt8(at = 0) { return this[at]; }
    readUInt16BE(at = 0) { return (this[at] << 8) | this[at + 1]; }
    readUInt16LE(at = 0) { return this[at] | (this[at + 1] << 8); }
    readUInt32BE(at = 0) { return this.readUInt16BE(at) * 65536 + this.readUInt16BE(at + 2); }
    readUInt32LE(at = 0) { return this.readUInt16LE(at + 2) * 65536 + this.readUInt16LE(at); }
  }

  function encoded(text, encoding = "utf8") {
    switch (String(encoding).toLowerCase()) {
      case "utf8": case "utf-8": return bytes.utf8(text);
      case "hex": return bytes.hexBytes(text);
      case "base64": case "base64url": return bytes.base64Bytes(text);
      case "latin1": case "binary": case "ascii": return Uint8Array.from(text, (one) => one.charCodeAt(0) & 0xff);
      case "utf16le": case "ucs2": case "utf-16le":
        return Uint8Array.from(
          Array.from({ length: text.length },
          (_, at) => text.charCodeAt(at)).flatMap((unit) => [unit & 0xff, unit >> 8]));
      default: throw new TypeError(`Unknown encoding: ${encoding}`);
    }
  }

  function decoded(source, encoding) {
    switch (String(encoding).toLowerCase()) {
      case "utf8": case "utf-8": return bytes.utf8Text(source);
      case "hex": return bytes.hex(source);
      case "base64": return bytes.base64(source);
      case "base64url": return bytes.base64(source).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
      case "latin1": case "binary": return Array.from(source, (byte) => String.fromCharCode(byte)).join("");
      case "ascii": return Array.from(source, (byte) => String.fromCharCode(byte & 0x7f)).join("");
      case "utf16le": case "ucs2": case "utf-16le":
        return Array.from({ length: source.length >> 1 },
          (_, at) => String.fromCharCode(source[2 * at] | (source[2 * at + 1] << 8))).join("");
      default: throw new TypeError(`Unknown encoding: ${encoding}`);
    }
  }

  class TextEncoder {
    get encoding() { return "utf-8"; }
    encode(text = "") { return bytes.utf8(String(text)); }
  }
  class TextDecoder {
    constructor(label = "utf-8") { this.encoding = String(label).toLowerCase(); }
    decode(source = new Uint8Array()) {
      const view = ArrayBuffer.isView(source) ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
        : new Uint8Array(source);
      return decoded(view, this.encoding === "iso-8859-1" || this.encoding === "windows-1252" ? "latin1"
        : this.encoding).replace(/^\ufeff/, "");
    }
  }

  // MARK: URL

  const formEncoded = (text) =>
    encodeURIComponent(text).replace(/%20/g, "+").replace(/[!'()~]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
  const formDecoded = (text) => {
    const spaced = text.replaceAll("+", " ");
    try {
      return decodeURIComponent(spaced);
    } catch {
      return spaced;
    }
  };

  class URLSearchParams {
    #pairs = [];
    #changed;
    constructor(init = "", changed = () => {}) {
      this.#changed = changed;
      if (typeof init === "string") {
        for (const part of init.replace(/^\?/, "").split("&").filter(Boolean)) {
          const [name, ...value] = part.split("=");
          this.#pairs.push([formDecoded(name), formDecoded(value.join("="))]);
        }
      } else {
        const entries = typeof init[Symbol.iterator] === "function" ? init : Object.entries(init);
        for (const [name, value] of entries) this.#pairs.push([String(name), String(value)]);
      }
    }
    get size() { return this.#pairs.length; }
    get(name) { return this.#pairs.find(([key]) => key === String(name))?.[1] ?? null; }
    getAll(name) { return this.#pairs.filter(([key]) => key === String(name)).map(([, value]) => value); }
    has(name) { return this.#pairs.some(([key]) => key === String(name)); }
    append(name, value) { this.#replace([...this.#pairs, [String(name), String(value)]]); }
    delete(name) { this.#replace(this.#pairs.filter(([key]) => key !== String(name))); }
    set(name, value) {
      const at = this.#pairs.findIndex(([key]) => key === String(name));
      if (at < 0) this.append(name, value);
      else this.#replace(
        this.#pairs.filter(([key], place) => place === at
        || key !== String(name)).map((pair) => (pair[0] === String(name) ? [pair[0], String(value)] : pair)));
    }
    sort() { this.#replace(this.#pairs.toSorted(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))); }
    #replace(pairs) {
      this.#pairs = pairs;
      this.#changed();
    }
    forEach(body) { for (const [name, value] of this.#pairs) body(value, name, this); }
    keys() { return this.#pairs.map(([name]) => name)[Symbol.iterator](); }
    values() { return this.#pairs.map(([, value]) => value)[Symbol.iterator](); }
    entries() { return this.#pairs.map((pair) => [...pair])[Symbol.iterator](); }
    [Symbol.iterator]() { return this.entries(); }
    toString() { return this.#pairs.map(([name, value]) => `${formEncoded(name)}=${formEncoded(value)}`).join("&"); }
  }

  const ports = { "http:": "80", "https:": "443", "ftp:": "21", "ws:": "80", "wss:": "443" };
  const escapedPath = (text) =>
    text.replace(/[^\u0021\u0024-\u003b\u003d\u0040-\u005f\u0061-\u007a\u007c\u007e%]/gu,
    (one) => encodeURIComponent(one));

  class URL {
    #parts;
    #search;
    constructor(text, base) {
      const input = String(text).trim();
      let found = URL.#parse(input);
      if (found === null && base !== undefined) found = URL.#resolve(input, new URL(base));
      if (found === null) {
        const error = new TypeError("Invalid URL");
        error.code = "ERR_INVALID_URL";
        error.input = input;
        throw error;
      }
      this.#parts = found;
      this.#search = new URLSearchParams(found.search, () => {
        const query = this.#search.toString();
        this.#parts.search = query === "" ? "" : `?${query}`;
      });
    }

    static #whole = new RegExp(String.raw`^([a-z][a-z0-9+.-]*:)(?:\/\/(?:([^\/?#@:]*)(?::([^\/?#@]*))?@)?`
      + String.raw`(\[[0-9a-f:.]+\]|[^\/?#:]*)(?::(\d*))?)?([^?#]*)(\?[^#]*)?(#.*)?$`, "is");
    static #parse(text) {
      const found = URL.#whole.exec(text);
      if (found === null) return null;
      const protocol = found[1].toLowerCase(), isSpecial = ports[protocol] !== undefined,
        name = (found[4] ?? "").toLowerCase();
      if (isSpecial && (name === "" || /[\s<>^|%]/.test(name))) return null;
      const path = found[4] === undefined && !isSpecial ? found[6] : URL.#normal(found[6]);
      return {
        protocol, username: found[2] ?? "", password: found[3] ?? "", hostname: name,
        port: found[5] === ports[protocol] ? "" : found[5] ?? "",
        pathname: escapedPath(path === "" && isSpecial ? "/" : path), search: found[7] === "?" ? ""
          : escapedPath(found[7]?.slice(1) ?? "").replace(/^(?=.)/, "?"),
        hash: found[8] === "#" ? "" : found[8] ?? "", hasHost: found[4] !== undefined,
      };
    }
    static #normal(path) {
      const kept = [];
      const steps = path.split("/");
      steps.forEach((step, place) => {
        const isLast = place === steps.length - 1;
        if (step === "..") {
          if (kept.length > 1) kept.pop();
          if (isLast) kept.push("");
        } else if (step === ".") {
          if (isLast) kept.push("");
        } else {
          kept.push(step);
        }
      });
      return kept.join("/");
    }
    static #resolve(text, base) {
      if (text.startsWith("//")) return URL.#parse(base.protocol + text);
      if (text.startsWith("/")) return URL.#parse(base.origin + text);
      if (text.startsWith("?")) return URL.#parse(base.origin + base.pathname + text);
      if (text.startsWith("#")) return URL.#parse(base.origin + base.pathname + base.search + text);
      return URL.#parse(`${base.origin}${base.pathname.replace(/[^/]*$/, "")}${text}`);
    }
    static canParse(text, base) {
      try {
        return Boolean(new URL(text, base));
      } catch {
        return false;
      }
    }

    get searchParams() { return this.#search; }
    get host() { return this.hostname + (this.port === "" ? "" : `:${this.port}`); }
    get origin() { return ports[this.protocol] === undefined ? "null" : `${this.protocol}//${this.host}`; }
    get href() {
      const { protocol, username, password, pathname, search, hash, hasHost } = this.#parts;
      const user = username === "" ? "" : `${username}${password === "" ? "" : `:${password}`}@`;
      return `${protocol}${hasHost ? `//${user}${this.host}` : ""}${pathname}${search}${hash}`;
    }
    toString() { return this.href; }
    toJSON() { return this.href; }
    static {
      for (const part of ["protocol", "username", "password", "hostname", "port", "pathname", "search", "hash"]) {
        Object.defineProperty(URL.prototype, part, {
          get() { return this.#parts[part]; },
          set(value) {
            const begin = { search: "?", hash: "#", pathname: "/" }[part], text = String(value);
            this.#parts[part] = begin !== undefined && text !== "" && !text.startsWith(begin) ? begin + text : text;
            if (part === "search") this.#search = new URLSearchParams(this.#parts.search);
          },
          configurable: true,
        });
      }
    }
  }

  // MARK: What is left

  /** A structured copy of plain data, dates, maps and sets. */
  function structuredClone(value, seen = new Map()) {
    if (typeof value === "function"
      || typeof value === "symbol") throw new TypeError(`${String(value)} could not be cloned.`);
    if (value === null || typeof value !== "object") return value;
    if (seen.has(value)) return seen.get(value);
    const keep = (copy) => {
      seen.set(value, copy);
      return copy;
    };
    switch (Object.prototype.toString.call(value)) {
      case "[object Date]": return keep(new Date(value.getTime()));
      case "[object RegExp]": return keep(new RegExp(value.source, value.flags));
      case "[object Map]": {
        const copy = keep(new Map());
        for (const [key, inner] of value) copy.set(structuredClone(key, seen), structuredClone(inner, seen));
        return copy;
      }
      case "[object Set]": {
        const copy = keep(new Set());
        for (const inner of value) copy.add(structuredClone(inner, seen));
        return copy;
      }
      case "[object Error]": return keep(Object.assign(new Error(value.message), { name: value.name }));
    }
    if (ArrayBuffer.isView(value)) return keep(value.slice());
    const copy = keep(Array.isArray(value) ? [] : {});
    for (const key of Object.keys(value)) copy[key] = structuredClone(value[key], seen);
    return copy;
  }

  return {
    Buffer, TextEncoder, TextDecoder, URL, URLSearchParams,
    require: (name) => use("nodeModules").require(name),
    structuredClone: (value) => structuredClone(value),
    atob: (text) => decoded(bytes.base64Bytes(String(text)), "latin1"),
    btoa: (text) => bytes.base64(encoded(String(text), "latin1")),
    setTimeout: timers.setTimeout, setInterval: timers.setInterval, setImmediate: timers.setImmediate,
    clearTimeout: timers.clear, clearInterval: timers.clear, clearImmediate: timers.clear,
    queueMicrotask: (body) => { Promise.resolve().then(body); },
    fetch: () => { throw problems.notOffline("fetch()", "Code nodes have no network: use the HTTP Request node."); },
    process: { arch: "x64", env: {}, platform: "linux", pid: 1, ppid: 0, version: "v22.0.0",
      versions: { node: "22.0.0" }, release: { name: "node" } },
  };
});
