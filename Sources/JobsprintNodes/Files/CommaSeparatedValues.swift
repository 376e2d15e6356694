import JobsprintDomain

/// Tables as text (RFC 4180, with any delimiter).
enum CommaSeparatedValues {
  struct Reading {
    var delimiter = ","
    /// Quotes inside an unquoted field are data.
    var relaxesQuotes = false
    var skipsBadRecords = false
    var fromLine = 1
  }

  /// Reads one record after the other; blank lines are skipped.
  ///
  /// - Parameter take: gets the fields of a record, which it may take out, and the line on which it begins, from 1;
  ///   gives whether to go on.
  static func readRecords(
    of text: String, _ options: Reading = Reading(), _ take: (inout [String], Int) throws(NodeError) -> Bool
  ) throws(NodeError) {
    try Array(text.utf8).withUnsafeBufferPointer { bytes throws(NodeError) in
      var scanner = RecordScanner(bytes, delimiter: options.delimiter, relaxesQuotes: options.relaxesQuotes)
      scanner.skipLines(options.fromLine - 1)
      var fields: [String] = []
      while !scanner.isAtEnd {
        let line = scanner.line
        do throws(NodeError) {
          try scanner.readRecord(into: &fields)
        } catch {
          guard options.skipsBadRecords else { throw error }
          scanner.skipLines(1)
          continue
        }
        guard fields.count > 1 || !fields[0].isEmpty else { continue }
        guard try take(&fields, line) else { return }
      }
    }
  }
}

extension CommaSeparatedValues {
  /// Writes one record after the other, with a line break between two.
  struct Writer {
    private(set) var bytes: [UInt8]
    private let delimiter: [UInt8]
    private var isFirst = true

    /// - Parameter bytes: what stands in front of the first record.
    init(_ bytes: [UInt8], delimiter: String) {
      self.bytes = bytes
      self.delimiter = Array(delimiter.utf8)
    }

    /// - Parameter write: appends the text of a field; quotes come by themselves.
    mutating func append(record count: Int, _ write: (Int, inout [UInt8]) -> Void) {
      if !isFirst { bytes.append(0x0A) }
      isFirst = false
      for field in 0..<count {
        if field > 0 { bytes += delimiter }
        let start = bytes.count
        write(field, &bytes)
        if needsQuotes(from: start) { quote(from: start) }
      }
    }

    private func needsQuotes(from start: Int) -> Bool {
      guard let first = delimiter.first else { return true }
      for place in start..<bytes.count {
        let byte = bytes[place]
        if byte == 0x22 || byte == 0x0A || byte == 0x0D { return true }
        if byte == first, delimiter.count == 1 || bytes[place...].starts(with: delimiter) { return true }
      }
      return false
    }

    private mutating func quote(from start: Int) {
      let field = Array(bytes[start...])
      bytes.removeSubrange(start...)
      bytes.append(0x22)
      for byte in field {
        if byte == 0x22 { bytes.append(byte) }
        bytes.append(byte)
      }
      bytes.append(0x22)
    }
  }
}

/// Reads from a buffer that its caller keeps alive for the scanner's life.
private struct RecordScanner {
  private let bytes: UnsafeBufferPointer<UInt8>
  private let delimiter: [UInt8]
  private let delimiterStart: UInt8
  private let relaxesQuotes: Bool
  private var at = 0
  private(set) var line = 1

  init(_ bytes: UnsafeBufferPointer<UInt8>, delimiter: String, relaxesQuotes: Bool) {
    self.bytes = bytes
    self.delimiter = delimiter.isEmpty ? [0x2C] : Array(delimiter.utf8)
    delimiterStart = self.delimiter[0]
    self.relaxesQuotes = relaxesQuotes
  }

  var isAtEnd: Bool { at >= bytes.count }

  mutating func skipLines(_ count: Int) {
    for _ in 0..<max(0, count) {
      while !isAtEnd, bytes[at] != 0x0A { at += 1 }
      if isAtEnd { return }
      at += 1
      line += 1
    }
  }

  private var isAtDelimiter: Bool {
    guard !isAtEnd, bytes[at] == delimiterStart else { return false }
    return delimiter.count == 1 || bytes[at...].starts(with: delimiter)
  }

  /// - Parameter fields: whatever is in it goes; its memory is used again.
  mutating func readRecord(into fields: inout [String]) throws(NodeError) {
    fields.removeAll(keepingCapacity: true)
    while true {
      fields.append(try field())
      if isAtDelimiter {
        at += delimiter.count
        continue
      }
      return takeLineEnd()
    }
  }

  private mutating func takeLineEnd() {
    if !isAtEnd, bytes[at] == 0x0D { at += 1 }
    if !isAtEnd, bytes[at] == 0x0A { at += 1 }
    line += 1
  }

  private mutating func field() throws(NodeError) -> String {
    if !isAtEnd, bytes[at] == 0x22 {
      let start = (at, line)
      at += 1
      if let text = try quotedField() { return text }
      (at, line) = start
    }
    let start = at
    while true {
      at = nextMark(from: at)
      if isAtEnd || bytes[at] == 0x0A || bytes[at] == 0x0D || isAtDelimiter { break }
      if bytes[at] == 0x22, !relaxesQuotes {
        throw NodeError(
          "A quote stands inside an unquoted field on line \(line)",
          description: "Correct the file, or switch on the option 'Relax Quotes'.")
      }
      at += 1
    }
    return String(decoding: part(start, at), as: UTF8.self)
  }

  /// Where the next byte stands that may end an unquoted field, or may not be in it.
  private func nextMark(from start: Int) -> Int {
    let (bytes, first) = (bytes, delimiterStart)
    var place = start
    while place < bytes.count {
      let byte = bytes[place]
      if byte == first || byte == 0x0A || byte == 0x0D || byte == 0x22 { break }
      place += 1
    }
    return place
  }

  private func part(_ start: Int, _ end: Int) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(rebasing: bytes[start..<end])
  }

  /// - Returns: nil where the closing quote is followed by more, and quotes are relaxed.
  private mutating func quotedField() throws(NodeError) -> String? {
    let begin = line
    var text: [UInt8] = []
    /// From here on the text is taken as it stands.
    var start = at
    while !isAtEnd {
      let byte = bytes[at]
      at += 1
      if byte == 0x0A { line += 1 }
      guard byte == 0x22 else { continue }
      if !isAtEnd, bytes[at] == 0x22 {
        // The first of the two stays.
        text += part(start, at)
        start = at + 1
        at += 1
        continue
      }
      if isAtEnd || bytes[at] == 0x0A || bytes[at] == 0x0D || isAtDelimiter {
        if text.isEmpty { return String(decoding: part(start, at - 1), as: UTF8.self) }
        text += part(start, at - 1)
        return String(decoding: text, as: UTF8.self)
      }
      if relaxesQuotes { return nil }
      throw NodeError(
        "Text follows the closing quote of a field on line \(line)",
        description: "Correct the file, or switch on the option 'Relax Quotes'.")
    }
    throw NodeError("The quote that opens on line \(begin) is not closed", description: "Correct the file.")
  }
}
