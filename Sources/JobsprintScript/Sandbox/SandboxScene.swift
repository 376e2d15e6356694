// What code in a sandbox can see, as the runtime reads it (CSandboxRuntime/Runtime/Scene.js): everything that is small,
// and of what is large only how many items there are. What the code then looks at is sent when it asks.

import JobsprintDomain
import JobsprintPorts

struct SandboxScene {
  let scope: ExpressionScope
  /// IANA name, where the workflow sets none.
  let timezone: String
  /// `$env`.
  let environment: JSONObject

  /// Outputs of at most so many items are sent along …
  private static let mostOfOutput = 20
  /// … until this many were.
  private static let mostInAll = 200

  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(4096 + scope.items.count * 256)
    members.write(to: &bytes)
    // Reopened for what is written as bytes.
    bytes.removeLast()
    bytes.append(",\"inputs\":")
    write(scope.inputs, to: &bytes) { write($0, to: &$1) }
    bytes.append(",\"history\":{")
    writeHistory(to: &bytes)
    bytes.append("}}")
    return bytes
  }

  /// Items that the runtime has asked for: its `needs`, as its `data`.
  func answer(to needs: [JSONValue]) -> [UInt8] {
    var bytes: [UInt8] = []
    write(needs, to: &bytes) { need, bytes in
      let place = RunSource(
        node: need["node"]?.stringValue ?? "", output: need["output"]?.integerValue ?? 0,
        run: need["run"]?.integerValue ?? 0)
      let head: JSONObject = [
        "node": .string(place.node), "run": .integer(Int64(place.run)), "output": .integer(Int64(place.output)),
      ]
      head.write(to: &bytes)
      bytes.removeLast()
      bytes.append(",\"items\":")
      write(scope.history.items(at: place), to: &bytes)
      bytes.append("}")
    }
    return bytes
  }

  private var members: JSONObject {
    let workflow = scope.workflow
    return [
      "workflow": [
        "id": .string("\(scope.execution.workflowID)"), "name": .string(workflow.name),
        "active": .bool(scope.execution.workflowIsActive), "settings": [:],
        "nodes": .array(workflow.nodes.map(\.scene)), "connections": workflow.connections.scene,
      ],
      "execution": [
        "id": .string("\(scope.execution.id)"), "mode": .string(scope.execution.mode.seenByCode),
        "customData": .object(scope.notes.customData.texts),
      ],
      "node": .string(scope.node.name), "runIndex": .integer(Int64(scope.runIndex)),
      "mainInput": .integer(Int64(scope.mainInput)), "sources": .array(scope.sources.map { $0?.scene ?? .null }),
      "now": .integer(scope.now.milliseconds), "timezone": .string(workflow.settings.timezone ?? timezone),
      "env": .object(environment), "vars": .object(scope.execution.variables),
    ]
  }

  private func writeHistory(to bytes: inout [UInt8]) {
    var sent = 0
    for (place, (name, runs)) in scope.history.runs.sorted(by: { $0.key < $1.key }).enumerated() {
      if place > 0 { bytes.append(",") }
      bytes.append(quoted: name.text)
      bytes.append(":")
      write(runs, to: &bytes) { run, bytes in
        let head: JSONObject = [
          "sources": .array(run.sources.map { $0?.scene ?? .null }), "state": .object(run.state),
        ]
        head.write(to: &bytes)
        bytes.removeLast()
        bytes.append(",\"outputs\":")
        write(run.outputs, to: &bytes) { items, bytes in
          if items.count <= Self.mostOfOutput, sent < Self.mostInAll {
            sent += items.count
            write(items, to: &bytes)
          } else {
            bytes.append(decimal: Int64(items.count))
          }
        }
        bytes.append("}")
      }
    }
  }

  private func write(_ items: [Item], to bytes: inout [UInt8]) {
    write(items, to: &bytes) { item, bytes in item.write(to: &bytes) }
  }

  private func write<Element>(
    _ elements: [Element], to bytes: inout [UInt8], each: (Element, inout [UInt8]) -> Void
  ) {
    bytes.append("[")
    for (place, element) in elements.enumerated() {
      if place > 0 { bytes.append(",") }
      each(element, &bytes)
    }
    bytes.append("]")
  }
}

extension Node {
  fileprivate var scene: JSONValue {
    [
      "id": .string(id), "name": .string(name), "type": .string(type), "typeVersion": .double(typeVersion),
      "parameters": .object(parameters), "disabled": .bool(isDisabled),
    ]
  }
}

extension Connections {
  fileprivate var scene: JSONValue {
    .object(
      JSONObject(
        main.map { source, outputs in
          let targets = outputs.map { connections in
            JSONValue.array(
              connections.map {
                ["node": .string($0.node), "type": .string($0.type), "index": .integer(Int64($0.index))]
              })
          }
          return (source.text, ["main": .array(targets)])
        }))
  }
}

extension RunSource {
  fileprivate var scene: JSONValue {
    ["node": .string(node), "output": .integer(Int64(output)), "run": .integer(Int64(run))]
  }
}

extension ExecutionMode {
  /// n8n tells code of two modes only.
  fileprivate var seenByCode: String { self == .manual ? "test" : "production" }
}
