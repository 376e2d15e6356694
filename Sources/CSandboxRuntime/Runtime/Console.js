// `console` of Code nodes: what is written is kept, within bounds, and goes with the run.

section("console", () => {
  const lineLimit = 1000, sizeLimit = 64 * 1024;

  function shown(value, depth = 0) {
    if (typeof value === "string") return depth === 0 ? value : JSON.stringify(value);
    if (typeof value === "function") return `[Function: ${value.name || "(anonymous)"}]`;
    if (typeof value === "bigint") return `${value}n`;
    if (value === null || typeof value !== "object") return String(value);
    if (Object.prototype.toString.call(value) === "[object Error]") return value.stack?.includes(value.message)
      ? `${value.name}: ${value.message}` : String(value);
    try {
      return use("json").text(value);
    } catch {
      return String(value);
    }
  }

  function makeConsole() {
    const lines = [], counts = new Map();
    let size = 0, isFull = false;
    const write = (level) => (...values) => {
      if (isFull) return;
      if (lines.length >= lineLimit || size >= sizeLimit) {
        isFull = true;
        lines.push({ level: "warn", text: `The rest is not kept: a run may write ${lineLimit} lines, 64 KiB in all.` });
        return;
      }
      const text = values.map((value) => shown(value)).join(" ").slice(0, sizeLimit - size);
      size += text.length;
      lines.push({ level, text });
    };
    const log = write("log");
    const console = {
      log, info: write("info"), warn: write("warn"), error: write("error"), debug: write("debug"),
      trace: write("debug"), table: log, dir: log,
      assert: (flag, ...values) => { if (!flag) console.error("Assertion failed", ...values); },
      count: (label = "default") => {
        counts.set(label, (counts.get(label) ?? 0) + 1);
        log(`${label}: ${counts.get(label)}`);
      },
      time() {}, timeEnd() {}, timeLog() {}, group: log, groupCollapsed: log, groupEnd() {}, clear() {},
    };
    return { console, lines };
  }

  return { makeConsole };
});
