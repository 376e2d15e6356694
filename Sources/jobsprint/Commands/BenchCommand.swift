import ArgumentParser
import Foundation
import JobsprintBench

struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measures this build on this machine, and prints what it was measured against.")

  @Flag(help: "Print one JSON object.")
  var json = false

  @Option(help: "Seconds of load for each figure (default 60).")
  var seconds = 60

  @Option(parsing: .upToNextOption, help: "Only these figures.")
  var only: [String] = []

  @Option(help: "Folder on the disk to be measured (default ./.bench).")
  var data: String?

  @Option(help: "Executions in the database of postgres-million (default 1000000).")
  var executions = 1_000_000

  @Option(help: "Seconds of load beside an idle transaction, in postgres-million (default: those of one run).")
  var idleTransaction: Int?

  func validate() throws {
    if !(10_000...100_000_000).contains(executions) {
      throw ValidationError("--executions must be from 10000 to 100000000, not \(executions).")
    }
    if let idleTransaction, !(1...3600).contains(idleTransaction) {
      throw ValidationError("--idle-transaction must be from 1 to 3600, not \(idleTransaction).")
    }
    if !(1...3600).contains(seconds) { throw ValidationError("--seconds must be from 1 to 3600, not \(seconds).") }
  }

  func run() async throws {
    let executable = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    var options = BenchOptions(
      executable: executable, seconds: seconds, json: json, only: only, dataDirectory: data)
    options.executions = executions
    options.idleTransaction = idleTransaction
    try await Bench(options: options).run()
  }
}
