// Evaluates compiled templates over a scene.
//
// n8n's rule for errors: an ExpressionError is the user's to see, any other error makes that piece of code `undefined`.
// A time unit that does not exist is told, too.

section("evaluator", () => {
  const { compile } = use("compiler");
  const { ExpressionError, problems } = use("problems");
  const { makeData } = use("dataProxy");
  const { ConflictingSpecificationError, InvalidUnitError } = use("units");

  class Evaluator {
    constructor(scene) {
      this.scene = scene;
      this.data = makeData(scene, (text, item) => this.value(text, item));
      const names = Object.create(use("globals").names());
      for (const [name, get] of Object.entries(this.data.getters)) Object.defineProperty(names, name,
        { get, enumerable: true });
      for (const [name, value] of Object.entries(scene.raw.extra ?? {})) {
        Object.defineProperty(names, name, { value, configurable: true });
      }
      // Every other name exists and is undefined; what is assigned to one is gone after the expression.
      this.assigned = undefined;
      const unknown = new Proxy(Object.create(null), {
        // All but the one by which the compiled code reaches the names that exist.
        has: (_, name) => typeof name === "string" && name !== "$names",
        get: (_, name) => (typeof name === "string" ? this.assigned?.[name] : undefined),
        set: (_, name, value) => {
          (this.assigned ??= Object.create(null))[name] = value;
          return true;
        },
        deleteProperty: (_, name) => delete this.assigned?.[name],
      });
      this.names = [unknown, names];
    }

    run(code) {
      try {
        return code.call(this.names[1], this.names);
      } catch (error) {
        if (error instanceof ExpressionError) throw error;
        // A unit that does not exist is in the expression itself, and not in the data.
        if (error instanceof InvalidUnitError || error instanceof ConflictingSpecificationError) {
          throw new ExpressionError(error.message, { description: "Correct the expression.", type: "invalid_unit" });
        }
        return undefined;
      }
    }

    /** The value of a parameter's text with its `=` for an item; undefined where it has none. */
    value(text, item) { return this.evaluate(compile(text), item); }

    /** The same for a text that was compiled before. */
    evaluate(template, item) {
      if (template.error !== undefined) throw template.error;
      const { position } = this.data, before = position.item;
      position.item = item ?? before;
      this.assigned = undefined;
      try {
        if (template.single !== undefined) {
          const value = this.run(template.single);
          if (typeof value === "function") throw problems.functionValue(value.name);
          return value;
        }
        let result = "";
        for (const part of template.parts) result += typeof part === "string" ? part : joined(this.run(part));
        return result;
      } finally {
        position.item = before;
      }
    }
  }

  /** Between text: nothing for `undefined`, `null` and `NaN`, everything else as `String(value)`. */
  function joined(value) {
    if (typeof value === "string") return value;
    if (value === undefined || value === null || Number.isNaN(value)) return "";
    try {
      return String(value);
    } catch {
      return "";
    }
  }

  return { Evaluator };
});
