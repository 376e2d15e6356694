// Reading members: `.name`, `[index]`, `.length`. Data has members of its own only; what JavaScript would find on a
// prototype is a function, and functions are for an engine. `__proto__` and `constructor` are keys like any other.

import JobsprintDomain

extension ScriptValue {
  /// The member of that name; `undefined` where there is none.
  func member(_ name: String) throws(Interruption) -> ScriptValue {
    switch self {
    case .undefined, .null: throw .typeError
    case .object(let members):
      if let value = members[name] { return ScriptValue(value) }
      return try inherited(name, from: PrototypeNames.object)
    case .record(let entries):
      if let entry = entries.first(where: { $0.key.hasSameCodeUnits(as: name) }) { return entry.value }
      return try inherited(name, from: PrototypeNames.object)
    case .string(let text):
      if name == "length" { return .number(Double(text.utf16.count)) }
      if let place = name.arrayPlace { return try character(at: place, of: text) }
      return try inherited(name, from: PrototypeNames.string)
    case .array, .list, .items:
      if name == "length" { return .number(Double(elementCount)) }
      if let place = name.arrayPlace { return element(at: place) }
      return try inherited(name, from: PrototypeNames.array)
    case .item(let item): return try member(name, of: item)
    case .moment(let moment): return try moment.member(name)
    case .integer, .number: return try inherited(name, from: PrototypeNames.number)
    case .bool: return try inherited(name, from: PrototypeNames.object)
    }
  }

  /// The element at that place, or the member whose name is that number.
  func member(at place: Int) throws(Interruption) -> ScriptValue {
    switch self {
    case .array, .list, .items: element(at: place)
    case .string(let text): try character(at: place, of: text)
    default: try member(String(place))
    }
  }

  /// The member that a computed key names.
  func member(_ key: ScriptValue) throws(Interruption) -> ScriptValue {
    guard !isNullish else { throw .typeError }
    switch key {
    case .integer(let whole) where whole >= 0: return try member(at: Int(whole))
    case .number(let number):
      if let place = Int(exactly: number), place >= 0 { return try member(at: place) }
      return try member(number.javaScriptText)
    case .string(let name): return try member(name)
    default: return try member(key.primitive(.string).text())
    }
  }

  private var elementCount: Int {
    switch self {
    case .array(let elements): elements.count
    case .list(let elements): elements.count
    case .items(let items): items.count
    default: 0
    }
  }

  /// `Object.keys(value)`.
  func keys() throws(Interruption) -> [String] {
    switch self {
    case .undefined, .null: throw .typeError
    case .object(let members): return Self.listed(members.map(\.key))
    case .record(let entries): return Self.listed(entries.map(\.key))
    case .array(let elements): return elements.indices.map { String($0) }
    case .list(let elements): return elements.indices.map { String($0) }
    case .string(let text): return text.utf16.indices.enumerated().map { String($0.offset) }
    case .bool, .integer, .number: return []
    case .item, .items, .moment: throw .needsJavaScript("it takes the keys of something that is no plain data")
    }
  }

  /// Names as JavaScript lists them: those that are places of an array first, by number.
  private static func listed(_ names: [String]) -> [String] {
    let isPlace = { (name: String) in name.arrayPlace.map { $0 < 4_294_967_295 } ?? false }
    guard names.contains(where: isPlace) else { return names }
    let places = names.filter(isPlace).compactMap { name in name.arrayPlace.map { (place: $0, name: name) } }
    return places.sorted { $0.place < $1.place }.map(\.name) + names.filter { !isPlace($0) }
  }

  private func element(at place: Int) -> ScriptValue {
    switch self {
    case .array(let elements) where elements.indices.contains(place): ScriptValue(elements[place])
    case .list(let elements) where elements.indices.contains(place): elements[place]
    case .items(let items) where items.indices.contains(place): .item(items[place])
    default: .undefined
    }
  }

  private func character(at place: Int, of text: String) throws(Interruption) -> ScriptValue {
    let units = text.utf16
    guard let index = units.index(units.startIndex, offsetBy: place, limitedBy: units.endIndex), index != units.endIndex
    else { return .undefined }
    guard let scalar = Unicode.Scalar(units[index]) else {
      throw .needsJavaScript("it takes one half of a character that is outside the basic plane")
    }
    return .string(String(scalar))
  }

  private func member(_ name: String, of item: Item) throws(Interruption) -> ScriptValue {
    switch name {
    case "json": .object(item.json)
    case "binary": ScriptValue(item.binary.map { .object($0) })
    case "pairedItem": ScriptValue(item.pairedItem?.asJSON)
    case "error": ScriptValue(item.error)
    default: try inherited(name, from: PrototypeNames.object)
    }
  }

  private func inherited(_ name: String, from names: Set<String>) throws(Interruption) -> ScriptValue {
    guard !names.contains(name), !PrototypeNames.object.contains(name) else {
      throw .needsJavaScript("it uses the method '\(name)'")
    }
    return .undefined
  }
}

extension String {
  /// The number of an element: digits without a leading zero.
  fileprivate var arrayPlace: Int? {
    guard let first = utf8.first, first.isDigit, utf8.count < 16, first != UInt8(ascii: "0") || utf8.count == 1 else {
      return nil
    }
    return utf8.allSatisfy(\.isDigit) ? Int(self) : nil
  }
}

/// Names that JavaScript's prototypes define (ECMA-262), without `constructor` and `__proto__`.
private enum PrototypeNames {
  static let object: Set<String> = [
    "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable", "toLocaleString", "toString", "valueOf",
  ]
  static let number: Set<String> = ["toExponential", "toFixed", "toPrecision"]
  static let string: Set<String> = [
    "anchor", "at", "big", "blink", "bold", "charAt", "charCodeAt", "codePointAt", "concat", "endsWith", "fixed",
    "fontcolor", "fontsize", "includes", "indexOf", "isWellFormed", "italics", "lastIndexOf", "link", "localeCompare",
    "match", "matchAll", "normalize", "padEnd", "padStart", "repeat", "replace", "replaceAll", "search", "slice",
    "small",
    "split", "startsWith", "strike", "sub", "substr", "substring", "sup", "toLocaleLowerCase", "toLocaleUpperCase",
    "toLowerCase", "toUpperCase", "toWellFormed", "trim", "trimEnd", "trimLeft", "trimRight", "trimStart",
  ]
  static let array: Set<String> = [
    "at", "concat", "copyWithin", "entries", "every", "fill", "filter", "find", "findIndex", "findLast",
    "findLastIndex",
    "flat", "flatMap", "forEach", "includes", "indexOf", "join", "keys", "lastIndexOf", "map", "pop", "push", "reduce",
    "reduceRight", "reverse", "shift", "slice", "some", "sort", "splice", "toReversed", "toSorted", "toSpliced",
    "unshift",
    "values", "with",
  ]
}
