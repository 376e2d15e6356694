import JobsprintDomain
import JobsprintPorts

/// What `compareDatasets` says of two items that match and differ: `resolve` and the options that go with it.
struct DatasetDifference {
  enum Resolution {
    case first
    case second
    /// The fields of one, some of them from the other.
    case mix(prefersSecond: Bool, except: [FieldPath])
    case both
  }

  let resolution: Resolution
  private let pairs: [FieldPairing.Pair]
  private let isFuzzy: Bool
  /// Skipped as a whole, and inside a field: `a`, and `b` of `a.b`.
  private let skipped: Set<String>
  private let skippedInside: [String: [FieldPath]]
  private let labels: (first: String, second: String)

  init(_ context: NodeContext, _ pairing: FieldPairing, usesDots: Bool) throws(NodeError) {
    pairs = pairing.pairs
    isFuzzy = pairing.isFuzzy
    let isFirst = context.typeVersion < 2
    labels = isFirst ? ("input1", "input2") : ("inputA", "inputB")
    let names = try context.fieldNames("options.skipFields")
    var inside: [String: [FieldPath]] = [:]
    for name in names where usesDots {
      guard let dot = name.firstIndex(of: ".") else { continue }
      inside[String(name[..<dot]), default: []].append(FieldPath(String(name[name.index(after: dot)...])))
    }
    skippedInside = inside
    skipped = Set(names)
    switch try context.string("resolve", default: isFirst ? "preferInput2" : "includeBoth") {
    case "preferInput1": resolution = .first
    case "preferInput2": resolution = .second
    case "mix":
      resolution = .mix(
        prefersSecond: try context.string("preferWhenMix", default: "input1") == "input2",
        except: try context.fieldNames("exceptWhenMix").map { FieldPath($0, usesDots: usesDots) })
    case "includeBoth": resolution = .both
    case let choice:
      throw context.unknownChoice("resolve", choice, ["preferInput1", "preferInput2", "mix", "includeBoth"])
    }
  }

  /// Whether two items are the same, skipped fields aside.
  func areSame(_ first: JSONObject, _ second: JSONObject) -> Bool {
    var common = 0
    for (place, entry) in first.enumerated() {
      // Most pairs have their keys in the same order.
      let isAligned = place < second.count && second[place].key.hasSameCodeUnits(as: entry.key)
      let other = isAligned ? second[place].value : second[entry.key]
      guard isSame(entry.key, entry.value, other) else { return false }
      if other != nil { common += 1 }
    }
    guard common < second.count else { return true }
    return second.allSatisfy { first.contains($0.key) || isSame($0.key, nil, $0.value) }
  }

  private func isSame(_ key: String, _ first: JSONValue?, _ second: JSONValue?) -> Bool {
    if areEqual(first, second) || skipped.contains(key) { return true }
    guard let paths = skippedInside[key] else { return false }
    return areEqual(first.map { without(paths, $0) }, second.map { without(paths, $0) })
  }

  private func areEqual(_ first: JSONValue?, _ second: JSONValue?) -> Bool {
    isFuzzy ? FuzzyEquality.areEqual(first, second) : first == second
  }

  /// The item for two that differ.
  func resolved(_ first: JSONObject, _ second: JSONObject) -> JSONObject {
    switch resolution {
    case .first: return first
    case .second: return second
    case .mix(let prefersSecond, let except):
      var mixed = prefersSecond ? second : first
      for field in except {
        if let value = field.value(in: prefersSecond ? first : second) {
          field.set(value, in: &mixed)
        } else {
          field.remove(from: &mixed)
        }
      }
      return mixed
    case .both: return report(first, second)
    }
  }

  /// `{keys, same, different, skipped}`. A field of which a part is skipped and that differs is told of in both, each
  /// with its part.
  private func report(_ first: JSONObject, _ second: JSONObject) -> JSONObject {
    var keys = JSONObject()
    for pair in pairs { keys[pair.first.name] = pair.first.value(in: first) }
    var same = JSONObject()
    var different = JSONObject()
    var skippedFields = JSONObject()
    func tell(_ key: String, _ one: JSONValue?, _ other: JSONValue?) {
      if areEqual(one, other) {
        same[key] = one ?? other
      } else if skipped.contains(key) {
        skippedFields[key] = labelled(one, other)
      } else if let paths = skippedInside[key] {
        different[key] = labelled(one.map { without(paths, $0) }, other.map { without(paths, $0) })
        skippedFields[key] = labelled(one.map { only(paths, $0) }, other.map { only(paths, $0) })
      } else {
        different[key] = labelled(one, other)
      }
    }
    for entry in first { tell(entry.key, entry.value, second[entry.key]) }
    for entry in second where !first.contains(entry.key) { tell(entry.key, nil, entry.value) }
    var report: JSONObject = ["keys": .object(keys), "same": .object(same), "different": .object(different)]
    if !skippedFields.isEmpty { report["skipped"] = .object(skippedFields) }
    return report
  }

  private func labelled(_ first: JSONValue?, _ second: JSONValue?) -> JSONValue {
    .object([labels.first: first ?? .null, labels.second: second ?? .null])
  }

  private func without(_ paths: [FieldPath], _ value: JSONValue) -> JSONValue {
    guard case .object(var members) = value else { return value }
    for path in paths { path.remove(from: &members) }
    return .object(members)
  }

  private func only(_ paths: [FieldPath], _ value: JSONValue) -> JSONValue {
    guard case .object(let members) = value else { return value }
    var kept = JSONObject()
    for path in paths { if let found = path.value(in: members) { path.set(found, in: &kept) } }
    return .object(kept)
  }
}
