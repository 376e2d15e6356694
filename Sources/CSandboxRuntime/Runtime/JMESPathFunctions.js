// The functions of JMESPath, with the types that they take (specification, "Built-in Functions").

section("jmespathFunctions", () => {
  const { JMESPathError, referenceMark, isObject, equal } = use("jmespath");

  function typeOf(value) {
    if (value === null || value === undefined) return "null";
    if (Array.isArray(value)) return "array";
    if (isObject(value)) return value[referenceMark] === undefined ? "object" : "expref";
    return typeof value;
  }

  const isArrayOf = (type) => (value) => Array.isArray(value) && value.every((element) => typeOf(element) === type);
  const checks = {
    any: (value) => typeOf(value) !== "expref", "array[number]": isArrayOf("number"),
    "array[string]": isArrayOf("string"),
  };
  const fits = (value, types) =>
    types.split("|").some((type) => (checks[type] ? checks[type](value) : typeOf(value) === type));
  const wrongType = (message) => new JMESPathError("invalid-type", message);

  const compareValues = (one, other) => (one < other ? -1 : one > other ? 1 : 0);
  /** By code points, where JavaScript's own order is by code units. */
  const compareText = (one, other) => {
    const left = [...one], right = [...other];
    for (let place = 0; place < Math.min(left.length, right.length); place++) {
      const order = left[place].codePointAt(0) - right[place].codePointAt(0);
      if (order !== 0) return order;
    }
    return left.length - right.length;
  };
  const ordering = (values) => (typeof values[0] === "string" ? compareText : compareValues);

  /** The keys by which elements are ordered: all numbers or all strings. */
  function keysOf(array, reference, name) {
    const keys = array.map(reference[referenceMark]);
    const type = typeOf(keys[0]);
    if (keys.length > 0 && ((type !== "number" && type !== "string") || keys.some((key) => typeOf(key) !== type))) {
      throw wrongType(`${name}() needs numbers or strings to compare`);
    }
    return keys;
  }

  function extreme(array, sign) {
    if (array.length === 0) return null;
    const order = ordering(array);
    return array.reduce((best, value) => (order(value, best) * sign > 0 ? value : best));
  }

  function extremeBy(array, reference, sign, name) {
    const keys = keysOf(array, reference, name);
    if (keys.length === 0) return null;
    const order = ordering(keys);
    let best = 0;
    keys.forEach((key, place) => { if (order(key, keys[best]) * sign > 0) best = place; });
    return array[best];
  }

  const numberText = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

  const functions = {
    abs: [["number"], Math.abs],
    avg: [["array[number]"], (array) =>
      (array.length === 0 ? null : array.reduce((sum, value) => sum + value, 0) / array.length)],
    ceil: [["number"], Math.ceil],
    contains: [["array|string", "any"], (subject, wanted) => (typeof subject === "string"
      ? typeof wanted === "string" && subject.includes(wanted) : subject.some((element) => equal(element, wanted)))],
    ends_with: [["string", "string"], (text, end) => text.endsWith(end)],
    floor: [["number"], Math.floor],
    join: [["string", "array[string]"], (glue, array) => array.join(glue)],
    keys: [["object"], Object.keys],
    length: [["string|array|object"], (value) => (typeof value === "string" ? [...value].length
      : Array.isArray(value) ? value.length : Object.keys(value).length)],
    map: [["expref", "array"], (reference, array) => array.map((element) => reference[referenceMark](element) ?? null)],
    max: [["array[number]|array[string]"], (array) => extreme(array, 1)],
    max_by: [["array", "expref"], (array, reference) => extremeBy(array, reference, 1, "max_by")],
    merge: [["object", "..."], (...objects) => Object.assign({}, ...objects)],
    min: [["array[number]|array[string]"], (array) => extreme(array, -1)],
    min_by: [["array", "expref"], (array, reference) => extremeBy(array, reference, -1, "min_by")],
    not_null: [["any", "..."], (...values) => values.find((value) => typeOf(value) !== "null") ?? null],
    reverse: [["string|array"],
      (value) => (typeof value === "string" ? [...value].reverse().join("") : value.toReversed())],
    sort: [["array[number]|array[string]"], (array) => array.toSorted(ordering(array))],
    sort_by: [["array", "expref"], (array, reference) => {
      const keys = keysOf(array, reference, "sort_by"), order = ordering(keys);
      return array.map((_, place) => place).sort((one, other) => order(keys[one], keys[other])).map((place) =>
        array[place]);
    }],
    starts_with: [["string", "string"], (text, begin) => text.startsWith(begin)],
    sum: [["array[number]"], (array) => array.reduce((sum, value) => sum + value, 0)],
    to_array: [["any"], (value) => (Array.isArray(value) ? value : [value])],
    to_number: [["any"], (value) => (typeof value === "number" ? value
      : typeof value === "string" && numberText.test(value) ? Number(value) : null)],
    to_string: [["any"], (value) => (typeof value === "string" ? value : JSON.stringify(value))],
    type: [["any"], typeOf],
    values: [["object"], Object.values],
  };

  function call(name, values) {
    if (!Object.hasOwn(functions, name)) throw new JMESPathError("unknown-function", `Unknown function: ${name}()`);
    const [signature, body] = functions[name];
    const isOpen = signature.at(-1) === "...";
    const types = isOpen ? signature.slice(0, -1) : signature;
    if (isOpen ? values.length < types.length : values.length !== types.length) {
      throw new JMESPathError("invalid-arity",
        `${name}() takes ${isOpen ? "at least " : ""}${types.length} argument(s) but received ${values.length}`);
    }
    values.forEach((value, place) => {
      const wanted = types[Math.min(place, types.length - 1)];
      if (!fits(value, wanted)) {
        throw wrongType(
          `${name}() expected argument ${place + 1} to be type ${wanted} but received type ${typeOf(value)} instead.`);
      }
    });
    return body(...values);
  }

  return { call };
});
