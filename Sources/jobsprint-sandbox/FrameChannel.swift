// Frames on standard input and output: 4 bytes of length (little-endian, of what follows), 1 byte of kind, the rest.
//
//   kind | direction | rest
//   -----+-----------+---------------------------------------------------------------
//   R    | out       | nothing: ready for the first run
//   r    | in        | 16 bytes that name the context, then the request (JSON)
//   a    | out       | the answer to a run (JSON)
//   f    | out       | why it ends, in words

import Glibc
import SandboxGuards

enum Frame {
  case ready
  case run(context: [UInt8], request: [UInt8])
  case answer([UInt8])
  case failure(String)
}

final class FrameChannel {
  /// Bytes of a frame, both ways.
  private static let longest = 256 << 20

  /// nil at the end of the input.
  func read() throws -> Frame? {
    guard let head = try bytes(5) else { return nil }
    let length = head[..<4].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard (1...Self.longest).contains(length) else { throw SandboxError("a frame of \(length) bytes") }
    guard let rest = try bytes(length - 1) else { throw SandboxError("a frame was cut off") }
    switch head[4] {
    case UInt8(ascii: "r"):
      guard rest.count >= 16 else { throw SandboxError("a run without its context") }
      return .run(context: Array(rest[..<16]), request: Array(rest[16...]))
    default: throw SandboxError("a frame of unknown kind \(head[4])")
    }
  }

  func write(_ frame: Frame) throws {
    switch frame {
    case .ready: try write("R", [])
    case .answer(let bytes): try write("a", bytes)
    case .failure(let words): try write("f", Array(words.utf8))
    case .run: throw SandboxError("only the other side writes this frame")
    }
  }

  private func write(_ kind: Unicode.Scalar, _ rest: [UInt8]) throws {
    let length = UInt32(rest.count + 1)
    var bytes = (0..<4).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
    bytes.reserveCapacity(5 + rest.count)
    bytes.append(UInt8(ascii: kind))
    bytes += rest
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.write(1, $0.baseAddress?.advanced(by: written), $0.count - written) }
      if count < 0 {
        if errno == EINTR { continue }
        throw SandboxError(system: "can't write")
      }
      written += count
    }
  }

  private func bytes(_ count: Int) throws -> [UInt8]? {
    var isWhole = true
    let bytes = try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = 0
      while filled < count {
        let got = Glibc.read(0, buffer.baseAddress?.advanced(by: filled), count - filled)
        if got > 0 {
          filled += got
        } else if got == 0 {
          isWhole = false
          return
        } else if errno != EINTR {
          throw SandboxError(system: "can't read")
        }
      }
    }
    return isWhole ? bytes : nil
  }
}
