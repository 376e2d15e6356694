// Calls of n8n's methods: `value.method(…)` in an expression becomes `extend(value, "method", […])`. No prototype is
// touched, so user data and JavaScript's own methods stay what they are.

section("extend", () => {
  const { ExpressionError, ExpressionExtensionError, problems } = use("problems");

  const groups = ["arrayExtensions", "dateExtensions", "numberExtensions", "objectExtensions", "stringExtensions",
    "booleanExtensions"];

  /** The group of methods for a value; undefined for what has none. */
  function groupOf(value) {
    switch (typeof value) {
      case "string": return use("stringExtensions");
      case "number": return use("numberExtensions");
      case "boolean": return use("booleanExtensions");
      case "object":
        if (value === null) return undefined;
        if (Array.isArray(value)) return use("arrayExtensions");
        if (value.isLuxonDateTime === true
          || Object.prototype.toString.call(value) === "[object Date]") return use("dateExtensions");
        return use("objectExtensions");
      default: return undefined;
    }
  }

  const isPlain = (value) => {
    const prototype = Object.getPrototypeOf(value);
    return prototype === null || prototype === Object.prototype;
  };

  const generic = {
    isEmpty: (value) => value === undefined || value === null || value === "",
    isNotEmpty: (value) => !generic.isEmpty(value),
  };

  /** What a call stands for; a method of JavaScript comes second, except on objects that are no plain data. */
  function find(value, name) {
    const group = groupOf(value);
    const own = value !== null && value !== undefined ? value[name] : undefined;
    if (group?.typeName === "Object" && typeof own === "function" && (!isPlain(value) || Object.hasOwn(value, name))) {
      return (values) => own.apply(value, values);
    }
    if (group !== undefined && Object.hasOwn(group.functions, name)) {
      const body = group.functions[name];
      return (values) => {
        try {
          return body(value, ...values);
        } catch (error) {
          // What a method can't take is the user's to know, whoever found it out.
          if (error instanceof ExpressionError) throw error;
          throw new ExpressionExtensionError(`${name}(): ${error?.message ?? error}`);
        }
      };
    }
    if (typeof own === "function") return (values) => own.apply(value, values);
    if (Object.hasOwn(generic, name)) return () => generic[name](value);
    return undefined;
  }

  function checkedName(name) {
    if (typeof name !== "string") throw new ExpressionError("extend() takes the name of a method as text");
    if (use("names").isForbidden(name)) throw problems.forbidden(name);
    return name;
  }

  function refuse(value, name) {
    if (value === undefined || value === null) {
      throw new ExpressionExtensionError(`${name} can't be used on ${String(value)} value`, {
        description: `To ignore this error, add a ? to the variable before this function, e.g. my_var?.${name}`,
      });
    }
    const types = groups.map(use).filter((group) => Object.hasOwn(group.functions, name)).map((group) =>
      `"${group.typeName}"`);
    if (types.length === 0) throw new ExpressionExtensionError(`Unknown expression function: ${name}`);
    const list = types.length === 1 ? `type ${types[0]}`
      : `types ${types.slice(0, -1).join(", ")}, and ${types.at(-1)}`;
    throw new ExpressionExtensionError(`${name}() is only callable on ${list}`);
  }

  function extend(value, name, values) {
    const found = find(value, checkedName(name));
    if (found === undefined) refuse(value, name);
    return found(values);
  }

  /** The method itself, for calls on optional chains; undefined where the value is missing. */
  function extendOptional(value, name) {
    checkedName(name);
    if (value === undefined || value === null) return undefined;
    const found = find(value, name);
    return found === undefined ? undefined : (...values) => found(values);
  }

  return { extend, extendOptional };
});
