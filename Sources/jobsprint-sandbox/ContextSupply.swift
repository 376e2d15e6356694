// Contexts, one for each execution: the last one is kept, because an execution asks again for its next node, and the
// next one is made while nobody waits.

struct ContextSupply {
  private var current: (name: [UInt8], context: ScriptContext)?
  private var spare: ScriptContext?

  init() throws { spare = try ScriptContext() }

  /// The context of that name: the same as before, or a fresh one.
  mutating func context(named name: [UInt8]) throws -> ScriptContext {
    if let current, current.name == name { return current.context }
    let fresh = try spare ?? ScriptContext()
    spare = nil
    current = (name, fresh)
    return fresh
  }

  /// Makes the next one, if there is none.
  mutating func prepare() throws { if spare == nil { spare = try ScriptContext() } }
}
