// JavaScript's own functions as they were before any user code. What code has replaced is put back when it has ended,
// so that what it gave is written by the engine's functions, and the execution's next node finds them whole.
//
// Invariant: built before the first user code runs; `restore` itself calls nothing that code could have replaced.

section("intrinsics", () => {
  const { defineProperty, deleteProperty, getOwnPropertyDescriptor, getPrototypeOf, ownKeys, setPrototypeOf } = Reflect;
  const realm = globalThis;
  const isObject = (value) => (typeof value === "object" && value !== null) || typeof value === "function";

  // Whose additions go, too: they would be seen in what others write (`Object.prototype.toJSON`).
  const closed = new Set([Object, Array, String, Number, Boolean, BigInt, Symbol, Date, Function, Promise, Map, Set]
    .map((type) => type.prototype));

  const kept = [], seen = new Set();

  function keep(object, name) {
    if (seen.has(object)) return;
    seen.add(object);
    const known = Object.create(null), entries = [];
    for (const key of ownKeys(object)) {
      known[key] = true;
      const found = getOwnPropertyDescriptor(object, key);
      const isFixed = !found.configurable && found.writable !== true;
      // Plain values don't matter, and some change by themselves (`RegExp.$1`).
      if (isFixed || ("value" in found && !isObject(found.value))) continue;
      const label = typeof key === "symbol" ? `${name}[${key.description}]` : name === "" ? key : `${name}.${key}`;
      // Without a prototype of its own, to which code could have added a `get`.
      const descriptor = Object.assign(Object.create(null), found);
      entries.push({ key, label, descriptor, isAccessor: !("value" in found), value: found.value });
    }
    kept.push({ object, known, entries, prototype: getPrototypeOf(object), isClosed: closed.has(object) });
  }

  function keepAll(object, name) {
    keep(object, name);
    const prototype = getOwnPropertyDescriptor(object, "prototype")?.value;
    if (isObject(prototype)) keep(prototype, `${name}.prototype`);
  }

  for (const key of ownKeys(realm)) {
    const value = getOwnPropertyDescriptor(realm, key)?.value;
    if (isObject(value) && value !== realm) keepAll(value, String(key));
  }
  for (const key of ownKeys(Intl)) if (isObject(Intl[key])) keepAll(Intl[key], `Intl.${String(key)}`);
  keep(realm, "");
  // What has no name.
  const arrayIterator = getPrototypeOf([][Symbol.iterator]());
  for (const [object, name] of [
    [arrayIterator, "%ArrayIterator%"], [getPrototypeOf(arrayIterator), "%Iterator%"],
    [getPrototypeOf(new Map().entries()), "%MapIterator%"], [getPrototypeOf(new Set().values()), "%SetIterator%"],
    [getPrototypeOf(""[Symbol.iterator]()), "%StringIterator%"],
    [getPrototypeOf("".matchAll(/a/g)), "%RegExpStringIterator%"],
    [getPrototypeOf(Uint8Array), "%TypedArray%"], [getPrototypeOf(Uint8Array.prototype), "%TypedArray%.prototype"],
    [getPrototypeOf(function* () {}), "%GeneratorFunction%"],
    [getPrototypeOf(function* () {}).prototype, "%Generator%"],
    [getPrototypeOf(async () => {}), "%AsyncFunction%"],
  ]) keep(object, name);

  function isAsBefore(object, { key, descriptor, isAccessor, value }) {
    try {
      if (!isAccessor) return object[key] === value;
      const now = getOwnPropertyDescriptor(object, key);
      return now !== undefined && now.get === descriptor.get && now.set === descriptor.set;
    } catch {
      return false;
    }
  }

  /** Puts back what was replaced. Returns the name of what can't be put back any more, undefined where that is none. */
  function restore() {
    let lost;
    for (let place = 0; place < kept.length; place++) {
      const { object, known, entries, prototype, isClosed } = kept[place];
      if (getPrototypeOf(object) !== prototype) setPrototypeOf(object, prototype);
      for (let at = 0; at < entries.length; at++) {
        const entry = entries[at];
        if (!isAsBefore(object, entry) && !defineProperty(object, entry.key, entry.descriptor)) lost ??= entry.label;
      }
      if (!isClosed) continue;
      const keys = ownKeys(object);
      for (let at = 0; at < keys.length; at++) if (known[keys[at]] !== true) deleteProperty(object, keys[at]);
    }
    return lost;
  }

  return { restore };
});
