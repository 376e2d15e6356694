// Nodes with what a plain JavaScript of a few lines does instead. Both work on the same 10,000 items of about 200 bytes, in
// memory: what is compared is the node's own work.

import JobsprintDomain

struct NodeCase: Sendable {
  let name: String
  let type: String
  let version: Double
  let parameters: JSONObject
  /// The body of a function of `items`, each `{json}`; gives the items of the first output.
  let script: String
  /// Nodes of two inputs get the items twice, the second time with another `amount` in every tenth.
  var inputs = 1

  static let all: [NodeCase] = [
    NodeCase(
      name: "filter", type: "n8n-nodes-base.filter", version: 2.2,
      parameters: [
        "conditions": [
          "options": ["typeValidation": "strict"], "combinator": "and",
          "conditions": [
            ["leftValue": "={{ $json.amount }}", "rightValue": 500, "operator": ["type": "number", "operation": "gt"]]
          ],
        ]
      ], script: "return items.filter(i => i.json.amount > 500)"),
    NodeCase(
      name: "set", type: "n8n-nodes-base.set", version: 3.4,
      parameters: [
        "includeOtherFields": true,
        "assignments": ["assignments": [["name": "double", "value": "={{ $json.amount * 2 }}", "type": "number"]]],
      ], script: "return items.map(i => ({json: {...i.json, double: i.json.amount * 2}}))"),
    NodeCase(
      name: "sort", type: "n8n-nodes-base.sort", version: 1,
      parameters: ["sortFieldsUi": ["sortField": [["fieldName": "name", "order": "ascending"]]]],
      script: """
        return [...items].sort((a, b) => { const x = a.json.name.toLowerCase(), y = b.json.name.toLowerCase();
          return x < y ? -1 : x > y ? 1 : 0 })
        """),
    NodeCase(
      name: "removeDuplicates", type: "n8n-nodes-base.removeDuplicates", version: 2, parameters: [:],
      script: """
        const seen = new Set(); return items.filter(i => { const key = JSON.stringify(i.json);
          if (seen.has(key)) return false; seen.add(key); return true })
        """),
    NodeCase(
      name: "aggregate", type: "n8n-nodes-base.aggregate", version: 1,
      parameters: ["aggregate": "aggregateAllItemData"], script: "return [{json: {data: items.map(i => i.json)}}]"),
    NodeCase(
      name: "splitOut", type: "n8n-nodes-base.splitOut", version: 1,
      parameters: ["fieldToSplitOut": "tags", "include": "allOtherFields"],
      script: """
        return items.flatMap(i => { const {tags, ...rest} = i.json; return tags.map(t => ({json: {...rest, tags: t}})) })
        """),
    NodeCase(
      name: "summarize", type: "n8n-nodes-base.summarize", version: 1.1,
      parameters: [
        "fieldsToSummarize": [
          "values": [["aggregation": "sum", "field": "amount"], ["aggregation": "count", "field": "id"]]
        ],
        "fieldsToSplitBy": "region",
      ],
      script: """
        const groups = new Map(); for (const {json} of items) { let g = groups.get(json.region);
          if (!g) groups.set(json.region, g = {region: json.region, sum_amount: 0, count_id: 0});
          g.sum_amount += json.amount; g.count_id++ } return [...groups.values()].map(json => ({json}))
        """),
    NodeCase(
      name: "renameKeys", type: "n8n-nodes-base.renameKeys", version: 1,
      parameters: ["keys": ["key": [["currentKey": "name", "newKey": "customer"]]]],
      script: """
        return items.map(i => ({json: Object.fromEntries(
          Object.entries(i.json).map(([k, v]) => [k === 'name' ? 'customer' : k, v]))}))
        """),
    NodeCase(
      name: "compareDatasets", type: "n8n-nodes-base.compareDatasets", version: 2.3,
      parameters: ["mergeByFields": ["values": [["field1": "id", "field2": "id"]]]],
      script: """
        const byID = new Map(items2.map(i => [i.json.id, i])); const same = [], different = [];
        for (const i of items) { const o = byID.get(i.json.id); if (!o) continue;
          (JSON.stringify(i.json) === JSON.stringify(o.json) ? same : different).push(i) } return [...same, ...different]
        """, inputs: 2),
    NodeCase(
      name: "crypto (SHA-256)", type: "n8n-nodes-base.crypto", version: 1,
      parameters: ["action": "hash", "type": "SHA256", "value": "={{ $json.email }}", "dataPropertyName": "hash"],
      script: """
        const {createHash} = require('crypto'); return items.map(i => ({json: {...i.json,
          hash: createHash('sha256').update(i.json.email).digest('hex')}}))
        """),
  ]

  static let count = 10_000

  static func items(changed: Bool = false) -> [JSONValue] {
    let regions: [JSONValue] = ["north", "south", "east", "west"]
    return (0..<count).map { number -> JSONValue in
      let amount = changed && number % 10 == 0 ? -1 : (number &* 31) % 1000
      var item: JSONObject = [:]
      item["id"] = .integer(Int64(number))
      item["name"] = .string("Customer \((number &* 7919) % count)")
      item["email"] = .string("customer.\(number)@example.com")
      item["region"] = regions[number % 4]
      item["amount"] = .integer(Int64(amount))
      item["active"] = .bool(number % 3 == 0)
      item["tags"] = ["retail", .string("tier-\(number % 5)")]
      item["note"] = "Leave it at the back door, please."
      return .object(item)
    }
  }
}
