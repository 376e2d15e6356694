import Foundation

/// Which endpoints of n8n's public API there are: its list beside the project, against docs/roles.txt, which a test
/// holds against the routes.
enum PublicAPIReport {
  private static let docs = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "docs")

  /// Where all of a group is missing, what is there in its place.
  private static let instead = [
    "Audit": "`GET /audit-logs` is the log of every change; there is no report on risks",
    "Projects": "workspaces: each has keys, members and data of its own (`/workspaces`, `/users`)",
    "Folders": "tags",
    "SourceControl": "`jobsprint export` and `import`",
    "CommunityPackage": "no code is installed from outside",
    "Insights": "`/metrics`",
  ]

  struct Group {
    let name: String
    let offered: Int
    let missing: [String]
    let instead: String
  }

  /// In n8n's order.
  static func groups() throws -> [Group] {
    let ours = Set(
      try String(contentsOf: docs.appending(path: "roles.txt"), encoding: .utf8).split(separator: "\n")
        .compactMap { $0.split(separator: " | ").first.map { form(String($0)) } })
    let list = try String(contentsOfFile: ImportReport.conformance + "/n8n/PUBLIC_API.md", encoding: .utf8)
    var (names, endpoints) = ([String](), [String: [String]]())
    for match in list.matches(of: /(?m)^\| (\w+) \| ([A-Z]+) \| `([^`]+)` \|/) {
      let name = String(match.1)
      if endpoints[name] == nil { names.append(name) }
      endpoints[name, default: []].append("\(match.2) \(match.3)")
    }
    return names.map { name in
      let all = endpoints[name] ?? []
      let missing = all.filter { !ours.contains(form($0)) }
      return Group(
        name: name, offered: all.count - missing.count, missing: missing,
        instead: missing.count == all.count ? instead[name] ?? "" : "")
    }
  }

  /// The names of parameters do not matter.
  private static func form(_ endpoint: String) -> String { endpoint.replacing(/\{\w+\}/, with: "{}") }
}
