import JobsprintDomain

/// Tables as text (RFC 4180, with any delimiter).
enum CommaSeparatedValues {
  /// One record, with a line break after it where another follows.
  static func text(_ rows: [[String]], delimiter: String = ",") -> String {
    var bytes: [UInt8] = []
    let delimiter = Array(delimiter.utf8)
    for (place, row) in rows.enumerated() {
      if place > 0 { bytes.append(0x0A) }
      for (column, field) in row.enumerated() {
        if column > 0 { bytes += delimiter }
        append(field, to: &bytes, delimiter)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func append(_ field: String, to bytes: inout [UInt8], _ delimiter: [UInt8]) {
    guard needsQuotes(field, delimiter) else { return bytes.append(contentsOf: field.utf8) }
    bytes.append(0x22)
    for byte in field.utf8 {
      if byte == 0x22 { bytes.append(byte) }
      bytes.append(byte)
    }
    bytes.append(0x22)
  }

  private static func needsQuotes(_ field: String, _ delimiter: [UInt8]) -> Bool {
    guard let first = delimiter.first else { return true }
    if delimiter.count == 1 {
      return field.utf8.contains { $0 == 0x22 || $0 == 0x0A || $0 == 0x0D || $0 == first }
    }
    return field.utf8.contains { $0 == 0x22 || $0 == 0x0A || $0 == 0x0D } || field.utf8.contains(delimiter)
  }

  struct Record {
    let fields: [String]
    /// The line on which it begins, from 1.
    let line: Int
  }

  struct Reading {
    var delimiter = ","
    /// Quotes inside an unquoted field are data.
    var relaxesQuotes = false
    var skipsBadRecords = false
    var fromLine = 1
  }

  /// Blank lines are skipped.
  static func records(_ text: String, _ options: Reading = Reading()) throws(NodeError) -> [Record] {
    var scanner = RecordScanner(text, delimiter: options.delimiter, relaxesQuotes: options.relaxesQuotes)
    scanner.skipLines(options.fromLine - 1)
    var records: [Record] = []
    while !scanner.isAtEnd {
      do throws(NodeError) {
        let record = try scanner.record(of: records.last?.fields.count ?? 0)
        if record.fields != [""] { records.append(record) }
      } catch {
        guard options.skipsBadRecords else { throw error }
        scanner.skipLines(1)
      }
    }
    return records
  }
}

private struct RecordScanner {
  private let bytes: [UInt8]
  private let delimiter: [UInt8]
  private let relaxesQuotes: Bool
  private var at = 0
  private var line = 1

  init(_ text: String, delimiter: String, relaxesQuotes: Bool) {
    bytes = Array(text.utf8)
    self.delimiter = delimiter.isEmpty ? [0x2C] : Array(delimiter.utf8)
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
    guard !isAtEnd, bytes[at] == delimiter[0] else { return false }
    return delimiter.count == 1 || bytes[at...].starts(with: delimiter)
  }

  /// - Parameter count: how many fields there will be, as far as one can tell.
  mutating func record(of count: Int) throws(NodeError) -> CommaSeparatedValues.Record {
    let start = line
    var fields: [String] = []
    fields.reserveCapacity(count)
    while true {
      fields.append(try field())
      if isAtDelimiter {
        at += delimiter.count
        continue
      }
      takeLineEnd()
      return CommaSeparatedValues.Record(fields: fields, line: start)
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
    while !isAtEnd, bytes[at] != 0x0A, bytes[at] != 0x0D, !isAtDelimiter {
      if bytes[at] == 0x22, !relaxesQuotes {
        throw NodeError(
          "A quote stands inside an unquoted field on line \(line)",
          description: "Correct the file, or switch on the option 'Relax Quotes'.")
      }
      at += 1
    }
    return String(decoding: bytes[start..<at], as: UTF8.self)
  }

  /// - Returns: nil where the closing quote is followed by more, and quotes are relaxed.
  private mutating func quotedField() throws(NodeError) -> String? {
    let begin = line
    var text: [UInt8] = []
    while !isAtEnd {
      let byte = bytes[at]
      at += 1
      if byte == 0x0A { line += 1 }
      guard byte == 0x22 else {
        text.append(byte)
        continue
      }
      if !isAtEnd, bytes[at] == 0x22 {
        text.append(byte)
        at += 1
        continue
      }
      if isAtEnd || bytes[at] == 0x0A || bytes[at] == 0x0D || isAtDelimiter {
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
