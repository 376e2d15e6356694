import JobsprintDomain
import JobsprintMemory
import JobsprintPorts
import JobsprintTesting
import Testing

@testable import JobsprintRuntime

/// `settings.maxConcurrency`.
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
