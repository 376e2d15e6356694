public import Foundation

/// What a program has left that was run to its end. Blocks while it runs.
public struct FinishedProgram {
  public let status: Int32
  /// Of its standard output; what it says on standard error goes nowhere.
  public let output: Data

  public init(_ path: String, _ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    status = process.terminationStatus
  }
}
