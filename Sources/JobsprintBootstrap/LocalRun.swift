// `jobsprint run`: one workflow from a file, in memory. The flow is the server's own, over stores that end with the
// process.

import JobsprintAPI
public import JobsprintDomain
import JobsprintMemory
import JobsprintNodes
import JobsprintPorts
import JobsprintRuntime
import Logging

public struct LocalRun: Sendable {
  /// The workflow or its input can't be used.
  public struct Refusal: Error {
    /// What is wrong, and where.
    public let message: String
  }

  private let document: [UInt8]
  private let input: [UInt8]
  public var startNode: String?
  public var destinationNode: String?
  public var usesPinData = false

  /// - Parameters:
  ///   - document: a workflow as n8n exports it.
  ///   - input: the start item's JSON, or an array of items; empty for one empty item.
  public init(document: [UInt8], input: [UInt8]) {
    self.document = document
    self.input = input
  }

  /// Runs it to its end; waits are waited for.
  /// - Parameter onNode: called with name and milliseconds as each run of a node is journaled.
  /// - Returns: the execution with its data, in the API's shape.
  /// - Throws: ``Refusal``.
  public func execution(onNode: @escaping @Sendable (String, Int64) -> Void) async throws -> JSONValue {
    let clock = SystemClock()
    let ids = IdentifierSource(clock: clock)
    let store = MemoryStore()
    let log = Logger(label: "jobsprint.run") { _ in SwiftLogNoOpLogHandler() }
    let library = NodeLibrary(BuiltInNodes.all())
    let workflows = MemoryWorkflowStore(store)
    let executions = MemoryExecutionStore(store)
    let claims = MemoryExecutionClaims(store)
    let javaScript = JavaScript()
    defer { javaScript.close() }
    let bus = MemoryEventBus()
    let queue = MemoryWakeUpQueue()
    let writer = JournalWriter(
      journal: ReportingJournal(journal: MemoryJournal(store), onNode: onNode), relay: EventRelay(bus: bus))
    let catalog = WorkflowCatalog(store: workflows, library: library, isSoleWriter: true)
    let limits = WorkspaceLimits(store: MemoryWorkspaceStore(store), isSoleWriter: true)
    let timers = TimerSignal()
    let dispatcher = Dispatcher(queue: queue, clock: clock, log: log)
    let executor = Executor(
      id: ids.next(), queue: queue, claims: claims, catalog: catalog,
      variables: VariableCatalog(store: MemoryVariableStore(store)),
      credentials: CredentialDesk(
        store: MemoryCredentialStore(store), cipher: nil, library: CredentialLibrary([]), audit: MemoryAuditLog(store),
        clock: clock, ids: ids), staticData: MemoryStaticDataStore(store), writer: writer, limits: limits,
      bus: bus, evaluator: javaScript.evaluator, code: javaScript.code,
      clock: clock, timers: timers, log: log)
    let recoverer = Recoverer(claims: claims, dispatcher: dispatcher, clock: clock, timers: timers, log: log)
    let budget = DispatchBudget(claims: claims, clock: clock, patience: RecovererOptions().patience, log: log)
    let acceptor = Acceptor(
      catalog: catalog, executions: executions, writer: writer, dispatcher: dispatcher, budget: budget,
      limits: limits, executor: executor, bus: bus, clock: clock, timers: timers, ids: ids)
    let editor = WorkflowEditor(
      store: workflows, catalog: catalog, library: library, clock: clock, ids: ids, isTimeZone: BuiltInNodes.isTimeZone)

    let loops = Task {
      await withDiscardingTaskGroup { group in
        group.addTask { await writer.run() }
        group.addTask { await dispatcher.run() }
        group.addTask { await executor.run() }
        group.addTask { await recoverer.run() }
      }
    }
    defer {
      dispatcher.close()
      writer.close()
      loops.cancel()
    }
    do {
      try await executor.register()
      let workflow = try await stored(with: editor)
      var command = ExecuteCommand(workspace: .initial, workflow: workflow, body: input)
      command.mode = .cli
      command.startNode = startNode
      command.destinationNode = destinationNode
      command.usesPinData = usesPinData
      guard case .created(let accepted) = try await acceptor.execute(command, willWait: true) else {
        throw RuntimeError(.executionNotFound, "The execution was not accepted.")
      }
      while true {
        guard let ended = try await acceptor.end(of: accepted, in: .initial, upTo: .seconds(86_400)) else { continue }
        return try JSONValue(parsing: ExecutionRepresentation.bytes(ended), depthLimit: 512)
      }
    } catch let error as RuntimeError {
      let places = error.issues.map { "\n       \($0.pointer): \($0.message)" }.joined()
      throw Refusal(message: error.message + places)
    }
  }

  private func stored(with editor: WorkflowEditor) async throws(RuntimeError) -> WorkflowID {
    let value: JSONValue
    do { value = try JSONValue(parsing: document) } catch {
      throw RuntimeError(.workflowMalformed, "The workflow is no JSON: \(error).")
    }
    guard case .object(let members) = value else {
      throw RuntimeError(.workflowMalformed, "The workflow must be an object with 'nodes', not \(value.kindName).")
    }
    guard
      case .created(let workflow) = try await editor.create(
        members, bytes: document, by: Caller(workspace: .initial, actor: .shell))
    else {
      throw RuntimeError(.workflowMalformed, "The workflow was not stored.")
    }
    return workflow.id
  }
}

/// Tells of node runs as they are journaled.
private struct ReportingJournal: Journal {
  let journal: any Journal
  let onNode: @Sendable (String, Int64) -> Void

  func commit(_ writes: [JournalWrite]) async throws(PortError) -> [JournalOutcome] {
    let outcomes = try await journal.commit(writes)
    for (write, outcome) in zip(writes, outcomes) where outcome == .committed {
      guard case .append(let append) = write else { continue }
      for entry in append.entries where entry.kind == .finished {
        let run = try? NodeRun(node: entry.node, run: entry.run, payload: entry.payload)
        onNode(entry.node, run.map { Int64($0.duration / .milliseconds(1)) } ?? 0)
      }
    }
    return outcomes
  }
}
