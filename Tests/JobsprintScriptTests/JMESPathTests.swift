import Foundation
import JobsprintDomain
import JobsprintPorts
import JobsprintScript
import JobsprintTesting
import Testing

/// `$jmespath` against the cases of jmespath.org, which stand beside the project: `../shared/conformance`.
@Suite struct JMESPathTests {
  private static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "../shared/conformance/jmespath/tests").standardizedFileURL

  private static let files = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
    .filter { $0.hasSuffix(".json") }.sorted()

  /// Gives the cases that don't come out as they should; those of benchmarks have no result, and are only to be read.
  private static let check = """
    return groups.flatMap(({ given, cases }) => cases.map(({ expression, result, error, bench }) => {
      try { return { json: { expression, error, bench, result, found: $jmespath(given, expression) ?? null } } }
      catch (problem) { return { json: { expression, error, bench, result, problem: String(problem) } } }
    }))
    """

  @Test(.enabled(if: !files.isEmpty, "the folder ../shared/conformance is missing"), arguments: files)
  func cases(in file: String) async throws {
    let groups = String(decoding: try Data(contentsOf: Self.folder.appending(path: file)), as: UTF8.self)
    let sandbox = SandboxEvaluator(SandboxOptions(executable: ServerProcess.builtProgram("jobsprint-sandbox").path))
    let code = NodeCode(kind: .all, source: "const groups = \(groups);\n\(Self.check)", continuesOnFail: false)
    let answers = try await sandbox.run(code, in: Scene(json: [:]).scope, console: NodeConsole()).map(\.json)
    #expect(!answers.isEmpty)
    for answer in answers {
      if answer["error"] != nil {
        #expect(answer["problem"] != nil, "\(answer)")
      } else {
        #expect(
          answer["problem"] == nil && (answer["bench"] != nil || answer["found"] == answer["result"]), "\(answer)")
      }
    }
  }
}
