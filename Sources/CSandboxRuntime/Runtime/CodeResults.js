// What a Code node may return, and what becomes of it: items of {json, binary, pairedItem}. Messages are n8n's.

section("codeResults", () => {
  class CodeError extends Error {
    constructor(message, { description, item, name = "ExecutionError" } = {}) {
      super(message);
      this.name = name;
      this.description = description;
      this.item = item;
    }
  }

  const invalid = (message, description, item) =>
    new CodeError(item === undefined ? message : `${message} [item ${item}]`,
      { description, item, name: "ValidationError" });

  const itemKeys = new Set(
    ["json", "binary", "pairedItem", "error", "index", "metadata", "evaluationData", "sendMessage", "redaction"]);
  const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value)
    && Object.prototype.toString.call(value) !== "[object Date]";
  const described = (value) => (typeof value === "string" ? `'${value}'` : String(value));

  function checkItem(item, place) {
    if (!isObject(item.json)) {
      throw invalid("A 'json' property isn't an object",
        "In the returned data, every key named 'json' must point to an object.", place);
    }
    if (item.binary !== undefined && item.binary !== null && !isObject(item.binary)) {
      throw invalid("A 'binary' property isn't an object",
        "In the returned data, every key named 'binary' must point to an object.", place);
    }
  }

  function checkKeys(item, place) {
    const odd = Object.keys(item).find((key) => !itemKeys.has(key));
    if (odd === undefined) return;
    throw invalid(`Unknown top-level item key: ${odd}`,
      "Access the properties of an item under `.json`, e.g. `item.json`", place);
  }

  const isItem = (value) => isObject(value)
    && Object.keys(value).some((key) => key === "json" || key === "binary" || key === "pairedItem" || key === "error");

  /** Plain objects become the json of an item; among items with `json`, all must have it. */
  function normalize(values) {
    const withJson = values.filter((value) => Object.hasOwn(value, "json")).length;
    if (withJson === values.length) return values;
    if (withJson > 0) throw invalid("Inconsistent item format",
      "Either all items have a 'json' property, or none has.");
    if (values.every((value) => Object.hasOwn(value, "binary"))) return values.map((value) => ({ json: {}, ...value }));
    return values.map((value) => ({ json: value }));
  }

  const improper = "Please return an array of objects, one for each item you would like to output.";

  /** The result of code that ran once for all items. */
  function all(result) {
    if (result === null || typeof result !== "object") {
      throw invalid("Code doesn't return items properly", improper);
    }
    if (!Array.isArray(result)) {
      const [item] = normalize([result]);
      checkItem(item, 0);
      return [item];
    }
    for (const value of result) {
      if (!isObject(value)) throw invalid("Code doesn't return items properly", improper);
    }
    if (result.some((value) => Object.hasOwn(value, "json"))) result.forEach(checkKeys);
    const items = normalize(result);
    items.forEach(checkItem);
    return items;
  }

  /** The result of code that ran for one item. */
  function single(result, place) {
    if (result === null || typeof result !== "object") {
      throw invalid("Code doesn't return an object",
        `Please return an object representing the output item. (${described(result)} was returned instead.)`, place);
    }
    if (Array.isArray(result)) {
      throw invalid("Code doesn't return a single object",
        "An array of items was returned: return one object, or run once for all items.", place);
    }
    const [item] = normalize([result]);
    checkItem(item, place);
    if (isItem(result)) checkKeys(item, place);
    return item;
  }

  /** Function nodes: an array of items or of plain objects, or one of them. */
  function functionItems(result) {
    if (result === undefined
      || result === null) throw invalid("No data got returned. Always return an Array of items!");
    if (!Array.isArray(result) && !isObject(result)) throw invalid("Always an Array of items has to be returned!");
    const values = Array.isArray(result) ? result : [result];
    for (const value of values) if (!isObject(value)) throw invalid(
      "All items have to contain a property named \"json\"!");
    const items = normalize(values);
    for (const item of items) if (!isObject(item.json)) throw invalid("The json-property has to be an object!");
    return items;
  }

  /** Only what is an item's; the rest of what code put beside is dropped. */
  function trimmed(item) {
    const { json, binary, pairedItem, error } = item;
    const result = { json };
    if (binary !== undefined && binary !== null) result.binary = binary;
    if (pairedItem !== undefined && pairedItem !== null) result.pairedItem = pairedItem;
    if (error !== undefined && error !== null) result.error = error;
    return result;
  }

  return { CodeError, all, single, functionItems, trimmed };
});
