import JobsprintDomain
import Synchronization

/// Six nodes with two effects, in a chain. Its input has a `marker`, and how many `milliseconds` an effect takes.
enum KillWorkflow {
  static let document: JSONValue = [
    "name": "Kill test", "settings": ["executionOrder": "v1"],
    "nodes": [
      node("Start", "n8n-nodes-base.manualTrigger", 1, [:]),
      node("Prepare", "n8n-nodes-base.set", 3.4, ["includeOtherFields": true, "assignments": ["assignments": []]]),
      effect("Charge"),
      node("Label", "n8n-nodes-base.set", 3.4, ["includeOtherFields": true, "assignments": ["assignments": []]]),
      effect("Ship"),
      node("Done", "n8n-nodes-base.set", 3.4, ["includeOtherFields": true, "assignments": ["assignments": []]]),
    ],
    "connections": .object(
      JSONObject(
        zip(KillVerifier.nodes, KillVerifier.nodes.dropFirst()).map { source, target in
          (source, ["main": [[["node": .string(target), "type": "main", "index": 0]]]])
        })),
  ]

  private static func effect(_ label: String) -> JSONValue {
    node(
      label, "jobsprint.testEffect", 1,
      ["label": .string(label), "milliseconds": "={{ $json.milliseconds }}"])
  }

  static func input(_ marker: Int, milliseconds: Int = 15) -> JSONValue {
    ["marker": .integer(Int64(marker)), "milliseconds": .integer(Int64(milliseconds))]
  }

  private static func node(_ name: String, _ type: String, _ version: Double, _ parameters: JSONValue) -> JSONValue {
    [
      "name": .string(name), "type": .string(type), "typeVersion": .number(version), "parameters": parameters,
      "position": [0, 0],
    ]
  }
}

final class Counter: Sendable {
  private let value = Atomic(0)

  /// 1 at first.
  func next() -> Int { value.add(1, ordering: .relaxed).newValue }
}

/// Markers of accepted executions by their ids.
final class Accepted: Sendable {
  private let markers = Mutex<[String: Int]>([:])

  func add(_ id: String, _ marker: Int) { markers.withLock { $0[id] = marker } }

  var all: [String: Int] { markers.withLock { $0 } }
}
