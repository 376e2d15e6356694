import Foundation
import JobsprintDomain
import JobsprintPorts
import JobsprintTesting
import Testing

@testable import JobsprintScript

/// Sandboxes that are killed, that hold much, and that do not start.
@Suite struct SandboxPoolTests {
  private func evaluator(_ executable: String, size: Int = 1) -> SandboxEvaluator {
    var options = SandboxOptions(executable: executable)
    options.size = size
    return SandboxEvaluator(options)
  }

  private func run(
    _ source: String, in sandboxes: SandboxEvaluator, execution: Int = 1
  ) async throws -> [JSONObject] {
    var scene = Scene(json: [:])
    scene.execution = .numbered(execution)
    let code = NodeCode(kind: .all, source: source, continuesOnFail: false)
    return try await sandboxes.run(code, in: scene.scope, console: NodeConsole()).map(\.json)
  }

  // MARK: Killed by somebody else

  @Test func thoseThatAreKilledWhileTheyAreIdleAreReplaced() async throws {
    let sandbox = try TestSandbox()
    let sandboxes = evaluator(sandbox.path)
    for _ in 0..<3 {
      #expect(try await run("return { a: 1 }", in: sandboxes) == [["a": 1]])
      let killed = sandbox.processes
      for process in killed { sandbox.kill(process) }
      try await eventually { sandbox.processes.allSatisfy { !killed.contains($0) } }
    }
    #expect(try await run("return { a: 1 }", in: sandboxes) == [["a": 1]])
    #expect(sandboxes.metrics.ended[.killed] == 3)
  }

  @Test func oneThatIsKilledAtWorkIsReplacedOnce() async throws {
    let sandbox = try TestSandbox()
    let sandboxes = evaluator(sandbox.path)
    async let failure = #expect(throws: NodeError.self) { try await run("while (true) {}", in: sandboxes) }
    for _ in 0..<2 {
      try await eventually { !sandbox.busy.isEmpty }
      let killed = sandbox.busy
      for process in killed { sandbox.kill(process) }
      try await eventually { sandbox.busy.allSatisfy { !killed.contains($0) } }
    }
    #expect(await failure?.message.contains("was killed from outside, twice in a row") == true)
    #expect(sandboxes.metrics.ended[.killed] == 2)
  }

  @Test func aSpareStandsByForOneThatIsKilled() async throws {
    let sandbox = try TestSandbox()
    let sandboxes = evaluator(sandbox.path)
    _ = try await run("return []", in: sandboxes)
    try await eventually { sandboxes.metrics.started == 2 }
    let processes = sandbox.processes
    #expect(processes.count == 2)
    sandbox.kill(try #require(processes.first))
    try await eventually { sandbox.processes.count == 1 }
    _ = try await run("return []", in: sandboxes)
    // The next spare is the only one that had to be started.
    try await eventually { sandboxes.metrics.started == 3 && sandbox.processes.count == 2 }
    #expect(sandbox.processes.contains(processes[1]))
    sandboxes.close()
    try await eventually { sandbox.processes.isEmpty }
  }

  // MARK: Memory

  @Test func whatOneExecutionHoldsIsNotTheNextOnesLoss() async throws {
    let sandbox = try TestSandbox()
    let sandboxes = evaluator(sandbox.path)
    let hoard = "globalThis.hoard ??= new Uint8Array(7e7).fill(1); return { kept: hoard.length }"
    #expect(try await run(hoard, in: sandboxes) == [["kept": 70_000_000]])
    // Its own next node finds what it left.
    #expect(try await run("return { kept: hoard.length }", in: sandboxes) == [["kept": 70_000_000]])
    #expect(sandboxes.metrics.ended[.retired] == nil)
    #expect(try await run(hoard, in: sandboxes, execution: 2) == [["kept": 70_000_000]])
    #expect(sandboxes.metrics.ended == [.retired: 1])
  }

  @Test func aSandboxServesManyExecutionsWithinItsMemory() async throws {
    let sandbox = try TestSandbox()
    let sandboxes = evaluator(sandbox.path)
    for execution in 1...200 {
      let made = try await run(
        "return { a: Array.from({ length: 20_000 }, (_, i) => ({ i })).length }", in: sandboxes, execution: execution)
      #expect(made == [["a": 20_000]])
    }
    #expect(sandboxes.metrics.ended.keys.allSatisfy { $0 == .retired })
  }

  // MARK: Starting

  @Test func aSandboxThatIsNotThereIsSaid() async throws {
    let sandboxes = evaluator("/nowhere/jobsprint-sandbox")
    let error = await #expect(throws: NodeError.self) { try await run("return {}", in: sandboxes) }
    #expect(error?.message.contains("/nowhere/jobsprint-sandbox") == true)
  }

  @Test func whyASandboxDoesNotStartIsSaid() async throws {
    var options = SandboxOptions(executable: ServerProcess.builtProgram("jobsprint-sandbox").path)
    options.memory = 1 << 20
    let sandboxes = SandboxEvaluator(options)
    let error = await #expect(throws: NodeError.self) { try await run("return {}", in: sandboxes) }
    #expect(error?.message == "JavaScript can't be run: --memory must be from 32 to 4096 (MiB)")
    #expect(error?.name == "CodeSandboxError" && error?.description != nil)
  }

  @Test func oneThatDiesAtItsStartIsNotStartedByEveryRun() async throws {
    let sandboxes = evaluator("/bin/false", size: 2)
    var messages: [String] = []
    for _ in 0..<200 {
      let error = await #expect(throws: NodeError.self) { try await run("return {}", in: sandboxes) }
      messages.append(error?.message ?? "")
    }
    #expect(messages.first == "JavaScript can't be run: the sandbox ended while it started (exit code 1)")
    #expect(messages.count { $0.contains("starts in a row failed; the next is in") } > 150)
    // Ten would take 25 s.
    #expect((2..<10).contains(sandboxes.metrics.failedStarts))
    #expect(sandboxes.metrics.started == 0 && sandboxes.metrics.working == 0)
  }

  @Test func startsThatFailAreFurtherAndFurtherApart() {
    let begin = ContinuousClock.now
    var backoff = StartBackoff()
    #expect(backoff.refusal(at: begin) == nil)
    backoff.failed(because: "why", at: begin)
    #expect(backoff.refusal(at: begin) == nil)
    for (failures, wait) in [(2, 0.1), (3, 0.2), (4, 0.4), (5, 0.8)] {
      backoff.failed(because: "why", at: begin)
      #expect(
        backoff.refusal(at: begin) == "why (\(failures) starts in a row failed; the next is in \(wait) s)")
      #expect(backoff.refusal(at: begin + .seconds(wait)) == nil)
    }
    for _ in 0..<100 { backoff.failed(because: "why", at: begin) }
    #expect(backoff.refusal(at: begin + .seconds(29.9)) != nil && backoff.refusal(at: begin + .seconds(30)) == nil)
    backoff.succeeded()
    #expect(backoff.refusal(at: begin) == nil && backoff.failures == 0)
  }
}
