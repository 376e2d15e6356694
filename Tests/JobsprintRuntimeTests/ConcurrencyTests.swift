import JobsprintDomain
import JobsprintMemory
import JobsprintPorts
import JobsprintTesting
import Testing

@testable import JobsprintRuntime

/// `settings.maxConcurrency`, and that of a workspace.
@Suite(.timeLimit(.minutes(1))) struct ConcurrencyTests {
  private let rig = Rig()

  @Test func ofAWorkflowWithALimitNoMoreRunAtATime() async throws {
    let executor = rig.executor(.numbered(1))
    try await rig.run([executor]) {
      let workflow = try await rig.store([("Act", "test.effect", [:])], settings: ["maxConcurrency": 2])
      var ids: [ExecutionID] = []
      for _ in 0..<3 { ids.append(try await rig.accept(workflow, by: executor)) }
      // Not even the process that has accepted them begins one by itself.
      #expect(try await rig.recoverer.pass() == 2)
      let (first, second) = (try await rig.gate.next(), try await rig.gate.next())
      #expect(try await rig.recoverer.pass() == 0)
      #expect(try await rig.executions.execution(ids[2], in: .initial)?.state == .new)
      first.release()
      try await eventually { try await rig.recoverer.pass() == 1 }
      let third = try await rig.gate.next()
      second.release()
      third.release()
      for id in ids { #expect(try await rig.ended(id).state == .success) }
    }
  }

  @Test func aWorkspacesLimitCountsAllItsWorkflows() async throws {
    let executor = rig.executor(.numbered(1))
    try await rig.run([executor]) {
      let one = try await rig.store([("Act", "test.effect", [:])])
      let two = try await rig.store([("Act", "test.effect", [:])], name: "Other")
      let first = try await rig.accept(one, by: executor)
      let running = try await rig.gate.next()
      // In force at once, also where it was just known that there is none; what is running counts.
      _ = try await rig.workspaceEditor.update(
        .initial, with: WorkspaceChange(concurrency: .limited(to: 2)), by: Caller(workspace: .initial, actor: .system))
      let ids = [try await rig.accept(one, by: executor), try await rig.accept(two, by: executor)]
      #expect(try await rig.executions.execution(ids[0], in: .initial)?.state == .new)
      #expect(try await rig.recoverer.pass() == 1)
      let second = try await rig.gate.next()
      #expect(try await rig.recoverer.pass() == 0)
      running.release()
      #expect(try await rig.ended(first).state == .success)
      #expect(try await rig.recoverer.pass() == 1)
      try await rig.gate.next().release()
      second.release()
      for id in ids { #expect(try await rig.ended(id).state == .success) }
    }
  }

  @Test func whereAWorkspaceHasALimitTheNextIsToldAtOnce() async throws {
    _ = try await rig.workspaceEditor.update(
      .initial, with: WorkspaceChange(concurrency: .limited(to: 1)), by: Caller(workspace: .initial, actor: .system))
    let executor = rig.executor(.numbered(1))
    let running = Task { await rig.recoverer.run() }
    try await rig.run([executor]) {
      let workflow = try await rig.store([("Done", "n8n-nodes-base.noOp", [:])])
      var ids: [ExecutionID] = []
      for _ in 0..<3 { ids.append(try await rig.accept(workflow, by: executor)) }
      // The clock stands still: nobody has waited for a turn.
      for id in ids { #expect(try await rig.ended(id).state == .success) }
    }
    running.cancel()
  }

  @Test func othersAreNotHeldUp() async throws {
    let executor = rig.executor(.numbered(1))
    try await rig.run([executor]) {
      let limited = try await rig.store([("Act", "test.effect", [:])], settings: ["maxConcurrency": 1])
      let other = try await rig.store([("Done", "n8n-nodes-base.noOp", [:])], name: "Other")
      let held = [try await rig.accept(limited, by: executor), try await rig.accept(limited, by: executor)]
      #expect(try await rig.recoverer.pass() == 1)
      _ = try await rig.gate.next()
      let id = try await rig.accept(other, by: executor)
      #expect(try await rig.ended(id).state == .success)
      #expect(try await rig.executions.execution(held[1], in: .initial)?.state == .new)
    }
  }
}
