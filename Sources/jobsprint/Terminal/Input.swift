import Foundation

/// What a person gives as input: JSON, `-` for stdin, or the path of a file.
enum Input {
  static func read(_ argument: String) throws -> [UInt8] {
    if argument == "-" { return Array(FileHandle.standardInput.readDataToEndOfFile()) }
    if let first = argument.first(where: { !$0.isWhitespace }), "{[".contains(first) { return Array(argument.utf8) }
    return try file(argument)
  }

  /// A line that nobody should see: asked for at a terminal without showing it, else the first line of stdin.
  static func secret(_ prompt: String) throws -> String {
    let line = isatty(STDIN_FILENO) == 1 ? getpass(prompt).map { String(cString: $0) } : readLine()
    guard let line, !line.isEmpty else {
      throw CommandFailure(
        "There is no password on stdin.", next: "Write it as the first line, or run this at a terminal.")
    }
    return line
  }

  static func file(_ path: String) throws -> [UInt8] {
    do { return Array(try Data(contentsOf: URL(filePath: path))) } catch {
      let exists = FileManager.default.fileExists(atPath: path)
      throw CommandFailure(
        exists ? "\(path) can't be read." : "There is no file \(path).", next: "Check the path and its permissions.")
    }
  }
}
