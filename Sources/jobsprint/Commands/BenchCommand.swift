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

  func validate() throws {
    if !(1...3600).contains(seconds) { throw ValidationError("--seconds must be from 1 to 3600, not \(seconds).") }
  }

  func run() async throws {
    let executable = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    try await Bench(
      options: BenchOptions(
        executable: executable, seconds: seconds, json: json, only: only, dataDirectory: data)
    ).run()
  }
}
