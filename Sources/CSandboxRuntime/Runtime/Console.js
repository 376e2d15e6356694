// `console` of Code nodes: what is written is kept, within bounds, and goes with the run.

section("console", () => {
  const lineLimit = 1000, sizeLimit = 64 * 1024, depthLimit = 20;

  const tagOf = (value) => Object.prototype.toString.call(value).slice(8, -1);

  /** What JSON has no form for, in the words of Node.js; undefined for all else. */
  function special(value) {
    switch (typeof value) {
      case "function": return `[Function: ${value.name || "(anonymous)"}]`;
      case "bigint": return `${value}n`;
      case "undefined": case "symbol": return String(value);
      case "number": return Object.is(value, -0) ? "-0" : String(value);
      case "object": break;
      default: return undefined;
    }
    if (value === null) return "null";
    switch (tagOf(value)) {
      case "Error": return value.stack?.includes(value.message) ? `${value.name}: ${value.message}` : String(value);
      case "RegExp": return String(value);
      case "Promise": return "Promise {}";
      case "WeakMap": case "WeakSet": case "WeakRef": return `${tagOf(value)} {}`;
      default: return undefined;
    }
  }

  /** Like JSON, with all that JSON leaves out. `above`: the objects around it. */
  function shown(value, above = []) {
    if (typeof value === "string") return above.length === 0 ? value : JSON.stringify(value);
    const short = special(value);
    if (short !== undefined) return short;
    if (typeof value !== "object") return String(value);
    if (above.includes(value)) return "[Circular]";
    if (above.length >= depthLimit) return Array.isArray(value) ? "[Array]" : "[Object]";
    const inside = [...above, value];
    let size = 0;
    // Of what is long, no more is written than is kept.
    const list = (entries, write) => {
      const texts = [];
      for (const entry of entries) {
        if (size > sizeLimit) break;
        const text = write(entry);
        size += text.length + 1;
        texts.push(text);
      }
      return texts.join();
    };
    const inner = (one) => shown(one, inside);
    if (Array.isArray(value)) return `[${list(value, inner)}]`;
    if (typeof value.toJSON === "function") {
      const plain = value.toJSON();
      return plain === value ? "{}" : typeof plain === "string" && above.length === 0 ? plain : shown(plain, inside);
    }
    if (tagOf(value) === "Map") {
      return `Map(${value.size}) {${list(value, ([key, one]) => `${inner(key)} => ${inner(one)}`)}}`;
    }
    if (tagOf(value) === "Set") return `Set(${value.size}) {${list(value, inner)}}`;
    if (ArrayBuffer.isView(value) && typeof value.length === "number") {
      return `${tagOf(value)}(${value.length}) [${list(value, inner)}]`;
    }
    return `{${list(Object.keys(value), (key) => `${JSON.stringify(key)}:${inner(value[key])}`)}}`;
  }

  function safely(value, write = shown) {
    try {
      return write(value);
    } catch {
      return `[${typeof value}]`;
    }
  }

  const directives = {
    s: (value) => (typeof value === "object" && value !== null ? safely(value) : String(value)),
    d: (value) => String(typeof value === "object" ? NaN : Number(value)),
    i: (value) => String(typeof value === "object" ? NaN : parseInt(value, 10)),
    f: (value) => String(parseFloat(value)),
    j: (value) => JSON.stringify(value) ?? "undefined",
    o: (value) => safely(value, (one) => shown(one, [null])), O: (value) => safely(value, (one) => shown(one, [null])),
    c: () => "",
  };

  /** As Node.js's `util.format`: `%s` and its like in a first text take the values behind it. */
  function format(first, ...values) {
    if (typeof first !== "string" || values.length === 0) return [first, ...values].map((one) => safely(one)).join(" ");
    let next = 0;
    const text = first.replace(/%([sdifjoOc%])/g, (found, letter) => {
      if (letter === "%") return "%";
      return next < values.length ? safely(values[next++], directives[letter]) : found;
    });
    return [text, ...values.slice(next).map((one) => safely(one))].join(" ");
  }

  let current;

  function makeConsole() {
    const lines = [], counts = new Map();
    let size = 0, isFull = false, indent = "";
    const write = (level) => (...values) => {
      if (isFull) return;
      if (lines.length >= lineLimit || size >= sizeLimit) {
        isFull = true;
        lines.push({ level: "warn", text: `The rest is not kept: a run may write ${lineLimit} lines, 64 KiB in all.` });
        return;
      }
      const text = (indent + (values.length === 0 ? "" : format(...values))).slice(0, sizeLimit - size);
      size += text.length;
      lines.push({ level, text });
    };
    const log = write("log");
    const group = (...values) => {
      if (values.length > 0) log(...values);
      indent += "  ";
    };
    const console = {
      log, info: write("info"), warn: write("warn"), error: write("error"), debug: write("debug"),
      trace: write("debug"), table: (data) => log(data), dir: (value) => log(value), dirxml: log,
      assert: (flag, ...values) => { if (!flag) console.error("Assertion failed", ...values); },
      count: (label = "default") => {
        counts.set(label, (counts.get(label) ?? 0) + 1);
        log(`${label}: ${counts.get(label)}`);
      },
      countReset: (label = "default") => { counts.delete(label); },
      time() {}, timeEnd() {}, timeLog() {}, group, groupCollapsed: group,
      groupEnd() { indent = indent.slice(2); },
      clear() {},
    };
    current = console;
    return { console, lines };
  }

  return {
    makeConsole, format, shown: (value) => shown(value, [null]),
    /** An error that nobody caught, as a timer's. */
    lost(error) { current?.error("Uncaught", error); },
  };
});
