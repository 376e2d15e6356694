// What `require` gives to code: the modules of Node.js that need no outside world, as far as code asks for them, and
// the libraries that n8n brings.

section("nodeModules", () => {
  const bytes = use("bytes");
  const { Buffer, TextEncoder, TextDecoder, URL, URLSearchParams } = use("nodeGlobals");
  const { problems } = use("problems");

  // MARK: crypto

  const bytesOf = (data, encoding) => {
    if (typeof data === "string") return Buffer.from(data, encoding);
    if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    throw new TypeError('The "data" argument must be a string, a Buffer or a typed array');
  };

  /** The algorithm's own name, and its block in bytes. */
  function algorithm(name) {
    const known = String(name).toLowerCase().replace(/^rsa-/, "").replace(/^rmd160$/, "ripemd160");
    if (known === "sha3" || !use("hashes").names.includes(known)) throw new Error("Digest method not supported");
    const sponge = /^sha3-(\d+)$/.exec(known);
    const block = sponge !== null ? 200 - Number(sponge[1]) / 4 : known === "sha384" || known === "sha512" ? 128 : 64;
    return { known, block };
  }

  const digestOf = (name, parts) => use("hashes").digest(name, Buffer.concat(parts));
  const finished = (digest, encoding) => {
    const buffer = Buffer.from(digest);
    return encoding === undefined || encoding === "buffer" ? buffer : buffer.toString(encoding);
  };

  class Hash {
    #name;
    #parts;
    #isDone = false;
    constructor(name, parts = []) {
      this.#name = algorithm(name).known;
      this.#parts = parts;
    }
    update(data, encoding) {
      if (this.#isDone) throw new Error("Digest already called");
      this.#parts.push(bytesOf(data, encoding));
      return this;
    }
    digest(encoding) {
      if (this.#isDone) throw new Error("Digest already called");
      this.#isDone = true;
      return finished(digestOf(this.#name, this.#parts), encoding);
    }
    copy() { return new Hash(this.#name, [...this.#parts]); }
  }

  /** RFC 2104. */
  class Hmac {
    #name;
    #outer;
    #parts;
    #isDone = false;
    constructor(name, key) {
      const { known, block } = algorithm(name);
      let secret = bytesOf(key);
      if (secret.length > block) secret = digestOf(known, [secret]);
      const padded = (mask) => Buffer.from(Array.from({ length: block }, (_, at) => (secret[at] ?? 0) ^ mask));
      this.#name = known;
      this.#outer = padded(0x5c);
      this.#parts = [padded(0x36)];
    }
    update(data, encoding) {
      if (this.#isDone) throw new Error("Digest already called");
      this.#parts.push(bytesOf(data, encoding));
      return this;
    }
    digest(encoding) {
      if (this.#isDone) return finished([], encoding);
      this.#isDone = true;
      return finished(digestOf(this.#name, [this.#outer, digestOf(this.#name, this.#parts)]), encoding);
    }
  }

  const random = (count) => Buffer.from(use("random").bytes(count));

  function randomUUID() {
    const made = random(16);
    made[6] = (made[6] & 0x0f) | 0x40;
    made[8] = (made[8] & 0x3f) | 0x80;
    return bytes.hex(made).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  }

  /** From `low` up to but not including `high`, each as likely as the others. */
  function randomInt(first, second) {
    const [low, high] = typeof second === "number" ? [first, second] : [0, first];
    const range = high - low, most = 2 ** 48;
    if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high) || range <= 0 || range >= most) {
      throw new RangeError("randomInt() takes two whole numbers, the second greater than the first");
    }
    for (;;) {
      const drawn = random(6).reduce((sum, byte) => sum * 256 + byte, 0);
      if (drawn < most - (most % range)) return low + (drawn % range);
    }
  }

  /** A module that says of all else that it is not there. */
  const limited = (name, members, advice) => new Proxy(members, {
    get: (target, key) => (typeof key !== "string" || Object.hasOwn(target, key) || key === "then" ? target[key]
      : () => { throw problems.notOffline(`${name}.${key}()`, advice); }),
  });

  const crypto = () => limited("crypto", {
    createHash: (name) => new Hash(name),
    createHmac: (name, key) => new Hmac(name, key),
    getHashes: () => use("hashes").names.filter((name) => name !== "sha3"),
    randomBytes: random,
    randomInt,
    randomUUID,
    getRandomValues(array) {
      new Uint8Array(array.buffer, array.byteOffset, array.byteLength).set(random(array.byteLength));
      return array;
    },
    timingSafeEqual(one, other) {
      const [a, b] = [bytesOf(one), bytesOf(other)];
      if (a.length !== b.length) throw new RangeError("Input buffers must have the same byte length");
      return a.reduce((difference, byte, at) => difference | (byte ^ b[at]), 0) === 0;
    },
  }, "Use the Crypto or JWT node.");

  // MARK: querystring, util

  const querystring = () => ({
    parse: (text) => {
      const found = {};
      for (const [name, value] of new URLSearchParams(String(text).replace(/^(?=\?)/, "&"))) {
        found[name] = Object.hasOwn(found, name) ? [found[name], value].flat() : value;
      }
      return found;
    },
    stringify: (object) => Object.entries(object ?? {}).flatMap(([name, value]) =>
      [value].flat().map((one) => `${encodeURIComponent(name)}=${encodeURIComponent(one ?? "")}`)).join("&"),
    escape: encodeURIComponent,
    unescape: decodeURIComponent,
  });

  const util = () => limited("util", {
    TextEncoder, TextDecoder,
    format: (...values) => (values.length === 0 ? "" : use("console").format(...values)),
    inspect: (value) => use("console").shown(value),
    isDeepStrictEqual: (one, other) => use("values").isEqual(one, other),
    promisify: (body) => (...values) => new Promise((settle, fail) => {
      body(...values, (error, value) => (error ? fail(error) : settle(value)));
    }),
  }, "Only format, inspect, isDeepStrictEqual, promisify, TextEncoder and TextDecoder are there.");

  // MARK: require

  const modules = {
    luxon: () => ({ DateTime: use("dateTime").DateTime, Duration: use("duration").Duration,
      Interval: use("interval").Interval, Settings: use("settings").Settings, Info: use("interval").Info }),
    jmespath: () => ({ search: use("jmespath").search }),
    buffer: () => ({ Buffer }),
    url: () => ({ URL, URLSearchParams }),
    crypto, querystring, util,
  };

  function require(name) {
    const key = String(name).replace(/^node:/, "");
    if (Object.hasOwn(modules, key)) return modules[key]();
    throw problems.noModule(String(name), Object.keys(modules));
  }

  return { require };
});
