import JobsprintDomain
import JobsprintPorts
import JobsprintScript

/// docs/compatibility.md, from what is.
enum CompatibilityPage {
  static func text() throws -> String {
    ([intro] + nodes + expressions + settings + (try endpoints()) + (try imports())).joined(separator: "\n") + "\n"
  }

  private static let intro = """
    # Compatibility with n8n

    Made by a test from what is installed (`make docs`). A workflow is stored and given back as it is, whatever stands in it;
    what can't run is told as `warnings` when it is stored, and refused when it is executed or turned on.

    """

  private static var nodes: [String] {
    ["## Node types", "", "| type | versions |", "|---|---|"]
      + NodePages.descriptions.map { description in
        "| [`\(description.type)`](nodes/\(NodePages.fileName(of: description))) | \(NodePages.versions(description)) |"
      } + [""]
  }

  /// Of each kind one expression, asked of the evaluator.
  private static let samples = [
    ("a template with text around", "=Hello {{ $json.name }}!"), ("paths", "={{ $json.a.b[0]['c d']?.e }}"),
    ("arithmetic, comparison, logic", "={{ $json.a * 2 + 1 > 3 && !$json.b }}"),
    ("a condition", "={{ $json.a ? 'yes' : 'no' }}"), ("a default", "={{ $json.a ?? 'none' }}"),
    ("another node's item", "={{ $('Node').item.json.a }}"),
    ("another node's items", "={{ $('Node').all()[0].json.a }}"),
    ("the older form", "={{ $node['Node'].json.a }}"), ("the input", "={{ $input.first().json.a }}"),
    ("places", "={{ $itemIndex }} {{ $runIndex }}"), ("the time", "={{ $now }} {{ $today }}"),
    ("the execution and the workflow", "={{ $execution.id }} {{ $workflow.name }}"),
    ("keys of an object", "={{ Object.keys($json) }}"), ("object and array literals", "={{ [1, { a: $json.b }] }}"),
    ("methods of texts", "={{ $json.a.toUpperCase() }}"), ("methods of lists", "={{ $json.a.map(x => x.b) }}"),
    ("functions", "={{ Math.max(1, 2) }}"), ("dates", "={{ $now.plus({ days: 1 }) }}"),
    ("regular expressions", "={{ /a+/.test($json.b) }}"), ("$jmespath", "={{ $jmespath($json, 'a') }}"),
  ]

  private static var expressions: [String] {
    ["## Expressions", "", "| kind | for example | |", "|---|---|---|"]
      + samples.map { kind, template in
        let answer =
          switch NativeExpressionEvaluator.coverage(of: template) {
          case .native: "yes"
          case .needsJavaScript: "needs JavaScript"
          case .invalid(let reason): "invalid: \(reason)"
          }
        return "| \(kind) | `\(template.dropFirst().replacing("|", with: "\\|"))` | \(answer) |"
      } + [""]
  }

  private static let settings = [
    """
    ## Settings of a workflow

    | setting | |
    |---|---|
    | `executionOrder` | `v1`, and `v0` where it is absent |
    | `executionTimeout` | seconds from the acceptance; `-1` is none |
    | `timezone` | an IANA name; UTC where it is absent |
    | all others | kept, without effect |

    A value that can't be meant is kept, and told as a warning: [setting_doubtful](errors/setting_doubtful.md).

    ## What outlives a node

    | data | |
    |---|---|
    | `$execution.customData` | found by the next node and attempt; 10 keys of 50 characters, texts of 255 from code and 512 from the node Execution Data; `customData` of the execution |
    | `$getWorkflowStaticData` | kept when an execution of an active workflow succeeds, unless it ran only in part or with pinned data; 256 KiB each; of executions that overlap the last to end counts |
    | `staticData` of a document | where a slot begins, as long as nothing was kept; given back as it is |
    | Remove Duplicates, previous executions | kept with every end, unless somebody stops it; of executions that overlap the last to end counts |

    """
  ]

  private static func endpoints() throws -> [String] {
    [
      "## The public API", "",
      "Paths, parameters and shapes are those of n8n's public API where it has them; how answers differ stands at the top of",
      "`openapi.yaml`.", "", "| group | offered | not offered | in their place |", "|---|---|---|---|",
    ]
      + (try PublicAPIReport.groups()).map { group in
        let missing = group.offered == 0 ? "all" : group.missing.map { "`\($0)`" }.joined(separator: ", ")
        return "| \(group.name) | \(group.offered) of \(group.offered + group.missing.count) | "
          + "\(group.missing.isEmpty ? "" : missing) | \(group.instead) |"
      } + [""]
  }

  private static func imports() throws -> [String] {
    let rows = try ImportReport.rows()
    let ready = rows.filter { $0.missing.isEmpty }.count
    return [
      "## Real exports", "",
      "\(rows.count) files of n8n's own tests import; of \(ready) every node type is installed.", "",
      "| file | workflows | nodes | not installed | other remarks |", "|---|---|---|---|---|",
    ]
      + rows.map { row in
        let missing = row.missing.map { $0.nodes == 1 ? "`\($0.type)`" : "`\($0.type)` (\($0.nodes))" }
        return "| \(row.file) | \(row.workflows) | \(row.nodes) | \(missing.joined(separator: ", ")) | "
          + "\(row.others.map { "`\($0)`" }.joined(separator: ", ")) |"
      }
  }
}
