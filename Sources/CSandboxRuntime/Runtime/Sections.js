// The runtime is a set of sections, each built when it is first used, so that a fresh context is ready at once.
//
// All files are joined, this one first and Entry.js last, inside one strict function: nothing here is a global.
// Invariant: a section's body only defines; it asks others with `use` at its head, or inside functions where two
// sections need each other.

const sectionBuilders = new Map();
const builtSections = new Map();

/** Names a section. `build` runs at most once. */
function section(name, build) {
  sectionBuilders.set(name, build);
}

/** What a section offers. */
function use(name) {
  let built = builtSections.get(name);
  if (built === undefined) {
    built = sectionBuilders.get(name)();
    builtSections.set(name, built);
  }
  return built;
}
