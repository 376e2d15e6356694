// `$parameter`: the parameters of a node, with the expressions in them resolved when they are read; a parameter may
// refer to its siblings.

section("parameters", () => {
  const { problems } = use("problems");
  const depthLimit = 4, countLimit = 1000;

  let depth = 0, count = 0;

  function resolved(raw, evaluate) {
    if (typeof raw === "string") {
      if (!raw.startsWith("=")) return raw;
      if (depth === 0) count = 0;
      count += 1;
      if (depth >= depthLimit || count >= countLimit) throw problems.endlessParameters();
      depth += 1;
      try {
        return evaluate(raw);
      } finally {
        depth -= 1;
      }
    }
    return raw !== null && typeof raw === "object" ? view(raw, evaluate) : raw;
  }

  /** Reads like the object itself. */
  function view(raw, evaluate) {
    // Invariants of Proxy ask for the target's own values where they can't be changed: parsed JSON has none such.
    return new Proxy(raw, {
      get: (target, key) => (typeof key === "string" && Object.hasOwn(target, key) ? resolved(target[key], evaluate)
        : Reflect.get(target, key)),
      getOwnPropertyDescriptor(target, key) {
        const found = Reflect.getOwnPropertyDescriptor(target, key);
        return found === undefined || !found.configurable ? found
          : { ...found, value: resolved(found.value, evaluate) };
      },
      set: () => false,
      deleteProperty: () => false,
      defineProperty: () => false,
    });
  }

  return { view };
});
