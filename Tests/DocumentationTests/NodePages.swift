import JobsprintDomain
import JobsprintNodes
import JobsprintPorts

/// A page for each node type, and the list of them.
enum NodePages {
  static let descriptions = NodeLibrary(BuiltInNodes.all()).descriptions

  static var all: [(name: String, text: String)] {
    descriptions.map { (fileName(of: $0), page($0)) } + [("README.md", list)]
  }

  static func fileName(of description: NodeDescription) -> String {
    (description.type.split(separator: ".").last.map(String.init) ?? description.type) + ".md"
  }

  private static var list: String {
    var lines = ["# Nodes", "", "| node | type | versions | |", "|---|---|---|---|"]
    for description in descriptions {
      lines.append(
        "| [\(description.displayName)](\(fileName(of: description))) | `\(description.type)` | "
          + "\(versions(description)) | \(description.summary) |")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  static func versions(_ description: NodeDescription) -> String {
    description.versions.map { JSONValue.number($0).jsonText }.joined(separator: ", ")
  }

  private static func page(_ description: NodeDescription) -> String {
    var lines = ["# \(description.displayName)", "", description.summary, ""]
    lines.append("Type `\(description.type)`, versions \(versions(description)).")
    if description.isTrigger { lines.append("It starts a workflow.") }
    if description.hasOutsideEffect {
      lines.append("It acts on the outside: what it does may be repeated after a crash, with the same key.")
    }
    if !description.credentials.isEmpty {
      let types = description.credentials.map { "`\($0)`" }.joined(separator: ", ")
      lines.append("[Credentials](../credentials.md): \(types).")
    }
    if description.outputs.count > 1 { lines.append("Outputs: \(description.outputs.joined(separator: ", ")).") }
    if !description.parameters.isEmpty {
      lines += ["", "| parameter | kind | default | |", "|---|---|---|---|"]
      for parameter in description.parameters {
        let value = parameter.defaultValue.map { "`\(escaped($0.jsonText))`" } ?? ""
        let choices =
          parameter.choices.isEmpty ? "" : " One of: \(parameter.choices.map { "`\($0)`" }.joined(separator: ", "))."
        lines.append(
          "| `\(parameter.path)` | \(parameter.kind.rawValue) | \(value) | \(escaped(parameter.summary))\(escaped(choices)) |"
        )
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func escaped(_ text: String) -> String { text.replacing("|", with: "\\|") }
}
