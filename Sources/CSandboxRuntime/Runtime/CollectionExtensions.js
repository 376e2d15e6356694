// n8n's methods on arrays and on plain objects.

section("values", () => {
  const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

  /** By content: dates by time, objects by their own members. */
  function isEqual(one, other) {
    if (Object.is(one, other)) return true;
    if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
    if (Array.isArray(one) !== Array.isArray(other)) return false;
    const isDate = (value) => Object.prototype.toString.call(value) === "[object Date]"
      || value.isLuxonDateTime === true;
    if (isDate(one) || isDate(other)) return isDate(one) && isDate(other) && +one === +other;
    const keys = Object.keys(one);
    return keys.length === Object.keys(other).length
      && keys.every((key) => Object.hasOwn(other, key) && isEqual(one[key], other[key]));
  }

  const isBlank = (value) => value === null || value === undefined || value === "" || value === "nil";

  /** Without what is blank, at every depth. */
  function compact(value) {
    if (Array.isArray(value)) return value.filter((element) => !isBlank(element)).map(compact);
    if (!isObject(value) || ![Object.prototype, null].includes(Object.getPrototypeOf(value))) return value;
    return Object.fromEntries(Object.entries(value)
      .filter(([, member]) => !isBlank(member)
        && !(isObject(member) && Object.keys(member).length === 0 && member.constructor === Object))
      .map(([key, member]) => [key, compact(member)]));
  }

  return { isObject, isEqual, isBlank, compact };
});

section("arrayExtensions", () => {
  const { ExpressionExtensionError } = use("problems");
  const { isObject, isEqual, compact } = use("values");

  const fail = (message) => { throw new ExpressionExtensionError(message); };
  const has = (array, value) => array.some((element) => isEqual(element, value));
  const otherArray = (name, other) =>
    (Array.isArray(other) ? other : fail(`${name}(): expected array arg, e.g. .${name}([1, 2, 3, 4])`));

  function numbers(array, name) {
    return array.map((element) => {
      const number = typeof element === "string" && element.trim() !== "" ? Number(element) : element;
      if (typeof number !== "number" || Number.isNaN(number) && typeof element === "string") {
        fail(`${name}() can't be used on arrays with values that are no numbers`);
      }
      return number;
    });
  }

  /** Names of fields: each an argument, in a list, or several in one text with commas between. */
  function fieldNames(array, names) {
    return names.flat().flatMap((name) => {
      const isList = typeof name === "string" && name.includes(",")
        && !array.some((element) => isObject(element) && Object.hasOwn(element, name));
      return isList ? name.split(",").map((part) => part.trim()) : [name];
    });
  }

  function unique(array, ...fields) {
    const keys = fieldNames(array, fields);
    const keyOf = (element) => (keys.length > 0 && isObject(element) ? keys.map((key) => element[key]) : element);
    const kept = [], seen = [], plain = new Set();
    for (const element of array) {
      const key = keyOf(element);
      if (key === null || typeof key !== "object") {
        if (plain.has(key)) continue;
        plain.add(key);
      } else {
        if (has(seen, key)) continue;
        seen.push(key);
      }
      kept.push(element);
    }
    return kept;
  }

  const functions = {
    isEmpty: (array) => array.length === 0,
    isNotEmpty: (array) => array.length > 0,
    length: (array) => array.length,
    first: (array) => array[0],
    last: (array) => array.at(-1),
    randomItem: (array) => array[Math.floor(Math.random() * array.length)],
    sum: (array) => numbers(array, "sum").reduce((sum, number) => sum + number, 0),
    average: (array) => (array.length === 0 ? 0
      : numbers(array, "average").reduce((sum, number) => sum + number, 0) / array.length),
    min: (array) => Math.min(...numbers(array, "min")),
    max: (array) => Math.max(...numbers(array, "max")),
    unique,
    removeDuplicates: unique,
    compact: (array) => compact(array),
    append: (array, ...elements) =>
      array.concat(elements.length === 1 && Array.isArray(elements[0]) ? [elements[0]] : elements),
    chunk(array, size) {
      if (typeof size !== "number" || !(size >= 1)) fail("chunk(): expected non-zero numeric arg, e.g. .chunk(5)");
      const chunks = [];
      for (let at = 0; at < array.length; at += size) chunks.push(array.slice(at, at + size));
      return chunks;
    },
    union(array, other) {
      return unique([...array, ...otherArray("union", other)]);
    },
    intersection(array, other) {
      const wanted = otherArray("intersection", other);
      return unique(array.filter((element) => has(wanted, element)));
    },
    difference(array, other) {
      const unwanted = otherArray("difference", other);
      return array.filter((element) => !has(unwanted, element));
    },
    /** One object of all; the first to name a key wins. */
    merge(array, other) {
      const all = other === undefined ? array : [...array, ...otherArray("merge", other)];
      const merged = {};
      for (const element of all) {
        if (!isObject(element)) continue;
        for (const [key, value] of Object.entries(element)) if (!Object.hasOwn(merged, key)) merged[key] = value;
      }
      return merged;
    },
    pluck(array, ...names) {
      const fields = fieldNames(array, names);
      if (fields.length === 0) return array;
      return array.filter((element) => isObject(element) && fields.some((field) => Object.hasOwn(element, field)))
        .map((element) => {
          const values = Object.keys(element).filter((field) => fields.includes(field)).map((field) => element[field]);
          return values.length === 1 ? values[0] : values;
        });
    },
    renameKeys(array, ...names) {
      if (names.length === 0 || names.length % 2 !== 0) {
        fail(
          'renameKeys(): expected an even amount of args: from1, to1 [, from2, to2, ...]. e.g. .renameKeys("name", '
          + '"title")');
      }
      const renamed = new Map();
      for (let at = 0; at < names.length; at += 2) renamed.set(names[at], names[at + 1]);
      return array.map((element) => (isObject(element)
        ? Object.fromEntries(Object.entries(element).map(([key, value]) => [renamed.get(key) ?? key, value]))
          : element));
    },
    smartJoin(array, keyField, valueField) {
      if (!keyField || !valueField || typeof keyField !== "string" || typeof valueField !== "string") {
        fail('smartJoin(): expected two string args, e.g. .smartJoin("name", "value")');
      }
      return Object.fromEntries(array.filter((element) => isObject(element) && Object.hasOwn(element, keyField))
        .map((element) => [String(element[keyField]), element[valueField]]));
    },
    toJsonString: (array) => JSON.stringify(array),
  };
  for (const name of ["toInt", "toFloat", "toNumber", "toBoolean", "toDateTime"]) functions[name] = () => undefined;

  return { typeName: "Array", functions };
});

section("objectExtensions", () => {
  const { ExpressionExtensionError } = use("problems");
  const { isObject, compact } = use("values");

  function needle(text, name) {
    if (typeof text !== "string" || text === "") {
      throw new ExpressionExtensionError(`${name}(): expected a string that is not empty, e.g. .${name}('some text')`);
    }
    return text;
  }

  function fieldName(name, method) {
    if (typeof name !== "string" && typeof name !== "number") {
      throw new ExpressionExtensionError(`${method}(): expected the name of a field, e.g. .${method}('name')`);
    }
    return name;
  }

  const functions = {
    isEmpty: (object) => Object.keys(object).length === 0,
    isNotEmpty: (object) => Object.keys(object).length > 0,
    keys: (object) => Object.keys(object),
    values: (object) => Object.values(object),
    hasField: (object, name) => Object.hasOwn(object, fieldName(name, "hasField")),
    compact: (object) => compact(object),
    /** The object's own values win. */
    merge(object, other) {
      if (!isObject(other)) throw new ExpressionExtensionError("merge(): expected object arg");
      return { ...other, ...object };
    },
    removeField(object, name) {
      const { [fieldName(name, "removeField")]: removed, ...rest } = object;
      return rest;
    },
    removeFieldsContaining(object, text) {
      const wanted = needle(text, "removeFieldsContaining");
      return Object.fromEntries(
        Object.entries(object).filter(([, value]) => !(typeof value === "string" && value.includes(wanted))));
    },
    keepFieldsContaining(object, text) {
      const wanted = needle(text, "keepFieldsContaining");
      return Object.fromEntries(
        Object.entries(object).filter(([, value]) => typeof value === "string" && value.includes(wanted)));
    },
    urlEncode(object) {
      const encoded = (value) => encodeURIComponent(String(value))
        .replace(/%20/g, "+").replace(/[!'()~]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
      return Object.entries(object).map(([key, value]) => `${encoded(key)}=${encoded(value)}`).join("&");
    },
    toJsonString: (object) => JSON.stringify(object),
  };
  for (const name of ["toInt", "toFloat", "toNumber", "toBoolean", "toDateTime"]) functions[name] = () => undefined;

  return { typeName: "Object", functions };
});
