// Nodes with what a plain JavaScript of a few lines does instead. Both work on the same 10,000 items of about 200
// bytes, in memory, and give the same items: with `pairedItem`, which says of every item what it was made from, and all
// outputs.

import JobsprintDomain

struct NodeCase: Sendable {
  let name: String
  let type: String
  let version: Double
  let parameters: JSONObject
  /// The body of a function of `items`, each `{json, pairedItem}`, and of `items2`, where there are two inputs; gives
  /// the items of the output, or of all outputs. nil where it takes a parser that Node.js does not have.
  var script: String?
  /// Of each input.
  var sources = [NodeItems.customers]
  var secrets: [String: JSONObject] = [:]

  static let all = shaping + dates + cryptography + markup + files

  static let count = 10_000
}

extension NodeCase {
  fileprivate static let shaping: [NodeCase] = [
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
      name: "if", type: "n8n-nodes-base.if", version: 2.2,
      parameters: [
        "conditions": [
          "options": ["typeValidation": "strict"], "combinator": "and",
          "conditions": [
            [
              "leftValue": "={{ $json.region }}", "rightValue": "north",
              "operator": ["type": "string", "operation": "equals"],
            ]
          ],
        ]
      ],
      script: """
        const met = [], others = []; for (const i of items) (i.json.region === 'north' ? met : others).push(i);
        return [met, others]
        """),
    NodeCase(
      name: "limit", type: "n8n-nodes-base.limit", version: 1, parameters: ["maxItems": 5000],
      script: "return items.slice(0, 5000)"),
    NodeCase(
      name: "set", type: "n8n-nodes-base.set", version: 3.4,
      parameters: [
        "includeOtherFields": true,
        "assignments": ["assignments": [["name": "double", "value": "={{ $json.amount * 2 }}", "type": "number"]]],
      ],
      script: """
        return items.map(i => ({json: {...i.json, double: i.json.amount * 2}, pairedItem: i.pairedItem}))
        """),
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
      parameters: ["aggregate": "aggregateAllItemData"],
      script: "return [{json: {data: items.map(i => i.json)}, pairedItem: items.map(i => i.pairedItem)}]"),
    NodeCase(
      name: "splitOut", type: "n8n-nodes-base.splitOut", version: 1,
      parameters: ["fieldToSplitOut": "tags", "include": "allOtherFields"],
      script: """
        return items.flatMap(i => { const {tags, ...rest} = i.json;
          return tags.map(t => ({json: {...rest, tags: t}, pairedItem: i.pairedItem})) })
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
        const groups = new Map(); for (const {json, pairedItem} of items) { let g = groups.get(json.region);
          if (!g) groups.set(json.region,
            g = {json: {region: json.region, sum_amount: 0, count_id: 0}, pairedItem: []});
          g.json.sum_amount += json.amount; g.json.count_id++; g.pairedItem.push(pairedItem) }
        return [...groups.values()]
        """),
    NodeCase(
      name: "renameKeys", type: "n8n-nodes-base.renameKeys", version: 1,
      parameters: ["keys": ["key": [["currentKey": "name", "newKey": "customer"]]]],
      script: """
        return items.map(i => ({json: Object.fromEntries(
          Object.entries(i.json).map(([k, v]) => [k === 'name' ? 'customer' : k, v])), pairedItem: i.pairedItem}))
        """),
    NodeCase(
      name: "compareDatasets", type: "n8n-nodes-base.compareDatasets", version: 2.3,
      parameters: ["mergeByFields": ["values": [["field1": "id", "field2": "id"]]]],
      script: """
        const byID = new Map(items2.map(i => [i.json.id, i])), matched = new Set();
        const only = [], same = [], different = [];
        for (const a of items) { const b = byID.get(a.json.id); if (!b) { only.push(a); continue } matched.add(b);
          const pairedItem = [a.pairedItem, b.pairedItem];
          if (JSON.stringify(a.json) === JSON.stringify(b.json)) { same.push({json: a.json, pairedItem}); continue }
          const json = {keys: {id: a.json.id}, same: {}, different: {}};
          for (const key of new Set([...Object.keys(a.json), ...Object.keys(b.json)]))
            if (JSON.stringify(a.json[key]) === JSON.stringify(b.json[key])) json.same[key] = a.json[key];
            else json.different[key] = {inputA: a.json[key], inputB: b.json[key]};
          different.push({json, pairedItem}) }
        return [only, same, different, items2.filter(b => !matched.has(b))]
        """, sources: [.customers, .changedCustomers]),
    NodeCase(
      name: "itemLists (split out)", type: "n8n-nodes-base.itemLists", version: 3.1,
      parameters: ["operation": "splitOutItems", "fieldToSplitOut": "tags", "include": "allOtherFields"],
      script: """
        return items.flatMap(i => { const {tags, ...rest} = i.json;
          return tags.map(t => ({json: {...rest, tags: t}, pairedItem: i.pairedItem})) })
        """),
    NodeCase(
      name: "executionData", type: "n8n-nodes-base.executionData", version: 1,
      parameters: ["dataToSave": ["values": [["key": "customer", "value": "={{ $json.email }}"]]]],
      script: """
        const noted = {}; for (const i of items) noted.customer = String(i.json.email).slice(0, 512);
        return items
        """),
    NodeCase(
      name: "debugHelper (users)", type: "n8n-nodes-base.debugHelper", version: 1,
      parameters: ["category": "randomData", "randomDataCount": 1],
      script: """
        const {randomUUID} = require('crypto');
        const first = ['Ada', 'Bela', 'Carla', 'David', 'Elena', 'Felix', 'Greta', 'Hugo'];
        const last = ['Adler', 'Brandt', 'Castro', 'Dubois', 'Evans', 'Fischer', 'Garcia', 'Hansen'];
        const words = ['amber', 'birch', 'cedar', 'delta', 'ember', 'fjord', 'grove', 'harbor'];
        const letters = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
        const pick = list => list[Math.floor(Math.random() * list.length)];
        return items.map(i => { let password = ''; for (let n = 0; n < 12; n++) password += pick(letters);
          const email = `${pick(first)}${1 + Math.floor(Math.random() * 99)}@${pick(words)}.example`;
          return {json: {uid: randomUUID(), email, firstname: pick(first), lastname: pick(last), password},
            pairedItem: i.pairedItem} })
        """),
    NodeCase(
      name: "respondToWebhook", type: "n8n-nodes-base.respondToWebhook", version: 1.1, parameters: [:],
      script: "return items"),
  ]
}
