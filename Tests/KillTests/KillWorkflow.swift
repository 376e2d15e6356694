import JobsprintDomain
import Synchronization

/// Six nodes with two effects, in a chain.
enum KillWorkflow {
  static let document: JSONValue = [
    "name": "Kill test", "settings": ["executionOrder": "v1"],
    "nodes": [
      node("Start", "n8n-nodes-base.manualTrigger", 1, [:]),
      node("Prepare", "n8n-nodes-base.set", 3.4, ["includeOtherFields": true, "assignments": ["assignments": []]]),
      node("Charge", "jobsprint.testEffect", 1, ["label": "Charge", "milliseconds": 15]),
      node("Label", "n8n-nodes-base.set", 3.4, ["includeOtherFields": true, "assignments": ["assignments": []]]),
      node("Ship", "jobsprint.testEffect", 1, ["label": "Ship", "milliseconds": 15]),
      node("Done", "n8n-nodes-base.set", 3.4, ["includeOtherFields": true, "assignments": ["assignments": []]]),
    ],
    "connections": .object(
      JSONObject(
        zip(KillVerifier.nodes, KillVerifier.nodes.dropFirst()).map { source, target in
          (source, ["main": [[["node": .string(target), "type": "main", "index": 0]]]])
        })),
  ]

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
