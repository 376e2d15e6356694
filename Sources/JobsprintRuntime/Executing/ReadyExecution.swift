import JobsprintDomain
import JobsprintEngine
import JobsprintPorts

/// An execution at its next step. Who accepts one and executes it too prepares it once.
struct ReadyExecution: Sendable {
  let plan: ExecutionPlan
  let machine: ExecutionStateMachine
  /// Whether its workflow is.
  let isActive: Bool

  init(plan: ExecutionPlan, machine: ExecutionStateMachine, isActive: Bool) {
    self.plan = plan
    self.machine = machine
    self.isActive = isActive
  }

  /// From what the store has of it. Throws why it can't be done, or with a `port` when the store failed.
  init(_ claimed: ClaimedExecution, in catalog: WorkflowCatalog) async throws(RuntimeError) {
    plan = try await catalog.plan(claimed.version, of: claimed.workflow, in: claimed.workspace)
    isActive = (try? await catalog.head(of: claimed.workflow, in: claimed.workspace))?.isActive ?? false
    var machine = try plan.machine(for: ExecutionInput(stored: claimed.input))
    do { for entry in claimed.entries { try machine.replay(entry) } } catch {
      throw RuntimeError(.workflowNotRunnable, "Its journal doesn't fit its workflow: \(error.message)")
    }
    self.machine = machine
  }
}
