// Values as JSON text, whatever code made of them: dates as ISO text, BigInts as digits, circles cut.

section("json", () => {
  const { problems } = use("problems");

  function cut(value, above) {
    if (typeof value === "bigint") return String(value);
    if (value === null || typeof value !== "object") return value;
    if (above.includes(value)) return "[Circular Reference]";
    if (typeof value.toJSON === "function") return cut(value.toJSON(), above);
    if (Object.prototype.toString.call(value) === "[object Error]") {
      return { message: value.message, name: value.name, ...cutMembers(value, [...above, value]) };
    }
    if (Array.isArray(value)) {
      const inside = [...above, value];
      return value.map((element) => cut(element, inside));
    }
    return cutMembers(value, [...above, value]);
  }

  function cutMembers(value, above) {
    const copy = {};
    for (const key of Object.keys(value)) {
      Object.defineProperty(copy, key,
        { value: cut(value[key], above), enumerable: true, configurable: true, writable: true });
    }
    return copy;
  }

  /** Halves of characters, which no JSON text can hold, become the sign for what is unreadable. */
  const wellFormed = (text) => (!text.includes("\\ud") ? text
    : text.replace(/\\(?:ud[89a-f][0-9a-f]{2}|.)/g, (escape) => (escape.startsWith("\\ud") ? "\ufffd" : escape)));

  /** Never undefined: what JSON has no form for is null. */
  function text(value) {
    try {
      return wellFormed(JSON.stringify(value) ?? "null");
    } catch (error) {
      // A circle, a BigInt, or a `toJSON` that throws.
      try {
        return wellFormed(JSON.stringify(cut(value, [])) ?? "null");
      } catch {
        throw problems.unserializable(error.message);
      }
    }
  }

  return { text };
});
