// E3, the unit of the house: one POST with 1 KB of JSON, a durable acceptance, three nodes (set, if, set), and the
// outputs of each node kept and readable.

import JobsprintDomain

enum E3 {
  static let document: JSONObject = [
    "name": "E3", "settings": ["executionOrder": "v1"],
    "nodes": [
      node("Start", "n8n-nodes-base.manualTrigger", 1, [:]),
      node("First", "n8n-nodes-base.set", 3.4, set("double", "={{ $json.amount * 2 }}", "number")),
      node(
        "If", "n8n-nodes-base.if", 2.2,
        [
          "conditions": [
            "options": ["typeValidation": "strict"], "combinator": "and",
            "conditions": [
              [
                "leftValue": "={{ $json.double }}", "rightValue": -1,
                "operator": ["type": "number", "operation": "gt"],
              ]
            ],
          ]
        ]),
      node("Last", "n8n-nodes-base.set", 3.4, set("label", "=order {{ $json.number }}", "string")),
    ],
    "connections": ["Start": to("First"), "First": to("If"), "If": to("Last")],
  ]

  /// 1 KB.
  static func body(number: Int) -> [UInt8] { input(number: number).jsonBytes }

  private static func input(number: Int) -> JSONValue {
    [
      "number": .integer(Int64(number)), "amount": .integer(Int64(number % 1000)), "customer": "Ada Lovelace",
      "email": "ada@example.com", "country": "GB",
      "lines": .array(
        (0..<8).map { line in
          [
            "sku": .string("SKU-\(1000 + line)"), "quantity": .integer(Int64(line + 1)), "price": 12.5,
            "text": "Pencils, HB",
          ]
        }),
      "note": .string(String(repeating: "Leave it at the door. ", count: 14)),
    ]
  }

  /// What is wrong with the outputs of an execution that was given `body(number:)`; nil when they are right.
  static func problem(in execution: JSONValue, number: Int) -> String? {
    guard execution["status"] == "success" else {
      return "it is \(execution["status"]?.jsonText ?? "without a status")"
    }
    guard case .object(let given) = input(number: number) else { return nil }
    var first = given
    first["double"] = .integer(Int64(number % 1000 * 2))
    var last = first
    last["label"] = .string("order \(number)")
    let runData = execution["data"]?["resultData"]?["runData"]
    for (name, expected) in [("First", first), ("If", first), ("Last", last)] {
      let json = runData?[name]?[0]?["data"]?["main"]?[0]?[0]?["json"]
      guard json == .object(expected) else { return "'\(name)' put out \(json?.jsonText ?? "nothing")" }
    }
    return nil
  }

  private static func node(
    _ name: String, _ type: String, _ version: JSONValue, _ parameters: JSONValue
  ) -> JSONValue {
    [
      "name": .string(name), "type": .string(type), "typeVersion": version, "position": [0, 0],
      "parameters": parameters,
    ]
  }

  private static func set(_ name: String, _ value: String, _ type: String) -> JSONValue {
    [
      "includeOtherFields": true,
      "assignments": ["assignments": [["name": .string(name), "value": .string(value), "type": .string(type)]]],
    ]
  }

  private static func to(_ name: String) -> JSONValue {
    ["main": [[["node": .string(name), "type": "main", "index": 0]]]]
  }
}
