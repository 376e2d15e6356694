import JobsprintDomain
import JobsprintPorts
import JobsprintTesting
import Logging
import Testing

@testable import JobsprintRuntime

/// The trace of a request, to the log lines of who executes.
@Suite(.timeLimit(.minutes(1))) struct TraceTests {
  @Test(arguments: [true, false]) func whoExecutesLogsTheTraceOfTheRequest(acceptsItself: Bool) async throws {
    let trace = try #require(TraceContext("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"))
    let spy = LogSpy()
    let rig = Rig(log: spy.logger(.debug))
    let executor = rig.executor(.numbered(1))
    try await rig.run([executor]) {
      let workflow = try await rig.store([])
      let taker = acceptsItself ? executor : nil
      let traced = try await rig.accept(workflow, by: taker, trace: trace)
      let other = try await rig.accept(workflow, by: taker)
      for id in [traced, other] { #expect(try await rig.ended(id).state == .success) }
      let lines = spy.lines.filter { $0.contains("an execution goes on") }
      #expect(lines.filter { $0.contains("\(traced)") }.allSatisfy { $0.contains(trace.trace) })
      #expect(lines.filter { $0.contains("\(other)") }.allSatisfy { !$0.contains("trace") })
      #expect(lines.count == 2)
    }
  }
}
