import Foundation
import JobsprintDomain

/// Where output goes: data to stdout, everything else to stderr.
enum Terminal {
  static func say(_ text: String) { say(Array(text.utf8)) }

  static func say(_ bytes: [UInt8]) {
    // Whoever read it has seen enough (as `head` has): the end that SIGPIPE gives to other programs.
    do { try FileHandle.standardOutput.write(contentsOf: bytes + [UInt8(ascii: "\n")]) } catch { exit(141) }
  }

  static func note(_ text: String) { try? FileHandle.standardError.write(contentsOf: Array("\(text)\n".utf8)) }

  /// Somebody looks at stderr.
  static let isWatched = isatty(STDERR_FILENO) == 1

  /// A line on stderr that the next one replaces; silent where nobody looks.
  static func progress(_ text: String) {
    guard isWatched else { return }
    let line = text.prefix(width - 1)
    FileHandle.standardError.write(Data("\r\(line)\u{1B}[K".utf8))
  }

  /// Columns of the terminal; 80 where there is none.
  static var width: Int {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return max(40, Int(size.ws_col))
  }
}

/// A bar on stderr for long work; silent where nobody looks.
struct Progress {
  private let total: Int
  private let what: String
  private var done = 0

  init(of total: Int, _ what: String) {
    self.total = total
    self.what = what
  }

  mutating func step() {
    done += 1
    guard Terminal.isWatched, total > 1 else { return }
    let filled = done * 30 / total
    let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 30 - filled)
    let end = done == total ? "\n" : ""
    FileHandle.standardError.write(Data("\r[\(bar)] \(done)/\(total) \(what)\(end)".utf8))
  }
}
