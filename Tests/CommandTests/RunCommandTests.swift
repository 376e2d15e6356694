import Foundation
import JobsprintDomain
import Testing

struct RunCommandTests {
  @Test func theResultIsOnStdoutAndTheProgressOnStderr() async throws {
    let run = try await Command.run(
      "run", "examples/first-workflow.json", "--input", "examples/data/first-workflow.input.json")
    #expect(run.status == 0)
    let expected = try Data(contentsOf: Command.root.appending(path: "examples/data/first-workflow.output.json"))
    #expect(try run.json == JSONValue(parsing: Array(expected)))
    #expect(run.errors.contains("Add tax: "))
  }

  @Test func aWorkflowMayComeFromStdinAndStayQuiet() async throws {
    let workflow = #"{"nodes":[{"name":"A","type":"n8n-nodes-base.manualTrigger"}],"connections":{}}"#
    let run = try await Command.run("run", "-", "--quiet", "--json", "--input", #"{"a":1}"#, input: workflow)
    #expect(run.status == 0)
    #expect(run.json["status"] == "success")
    #expect(run.json["mode"] == "cli")
    #expect(run.errors == "")
  }

  @Test func aFailedExecutionEndsWithOneAndItsReason() async throws {
    let workflow = #"""
      {"nodes":[{"name":"A","type":"n8n-nodes-base.manualTrigger"},
        {"name":"Stop","type":"n8n-nodes-base.stopAndError","parameters":{"errorMessage":"out of paper"}}],
       "connections":{"A":{"main":[[{"node":"Stop","type":"main","index":0}]]}}}
      """#
    let run = try await Command.run("run", "-", input: workflow)
    #expect(run.status == 1)
    #expect(run.output == "")
    #expect(run.errors.contains("'Stop': out of paper"))
  }

  @Test func aTimeLimitEndsWithTwo() async throws {
    let workflow = #"""
      {"nodes":[{"name":"A","type":"n8n-nodes-base.manualTrigger"},
        {"name":"Wait","type":"n8n-nodes-base.wait","parameters":{"amount":1,"unit":"hours"}}],
       "connections":{"A":{"main":[[{"node":"Wait","type":"main","index":0}]]}},
       "settings":{"executionTimeout":0.05}}
      """#
    #expect(try await Command.run("run", "-", input: workflow).status == 2)
  }

  @Test func aTimeLimitEndsAnExpressionThatGoesOn() async throws {
    let workflow = #"""
      {"nodes":[{"name":"A","type":"n8n-nodes-base.manualTrigger"},
        {"name":"Set","type":"n8n-nodes-base.set","typeVersion":3.4,"parameters":{"assignments":{"assignments":[
          {"id":"r","name":"r","type":"string","value":"={{ (() => { while (true) {} })() }}"}]}}}],
       "connections":{"A":{"main":[[{"node":"Set","type":"main","index":0}]]}},
       "settings":{"executionTimeout":0.5}}
      """#
    let run = try await Command.run("run", "-", input: workflow)
    // The sandbox's own limit, a minute, ends it as a failure of the node.
    #expect(run.status == 2, "\(run.errors)")
  }

  @Test(arguments: [
    ("{", "no JSON"), ("[]", "must be an object"), ("{}", "/nodes"),
    (#"{"nodes":[{"name":"A","type":"no.such"}],"connections":{}}"#, "no node type 'no.such'"),
  ])
  func whatIsNoWorkflowSaysWhy(text: String, words: String) async throws {
    let run = try await Command.run("run", "-", input: text)
    #expect(run.status == 1)
    #expect(run.errors.contains(words), "\(run.errors)")
    #expect(run.errors.contains("next:"))
  }

  @Test func aMissingFileAndAWrongCommandLineSaySo() async throws {
    let missing = try await Command.run("run", "no/such/file.json")
    #expect(missing.status == 1)
    #expect(missing.errors.contains("There is no file no/such/file.json."))
    #expect(try await Command.run("run").status == 64)
    #expect(try await Command.run("no-such-command").status == 64)
    #expect(try await Command.run("run", "-", "--input", "-").status == 64)
  }
}
