// An archive is a text file of JSON lines: a header, a row each, and an end that counts the rows and has their hash. It
// is written beside its name and moved there when it is whole; what is cut off or changed is refused before a row is
// stored.

import Crypto
import Foundation
import JobsprintDomain
import JobsprintPorts

/// What is wrong with an archive.
public struct ArchiveError: Error, Sendable {
  public let message: String

  init(_ message: String) { self.message = message }
}

/// How many rows of each kind.
public struct ArchiveCounts: Sendable {
  private var counts: [ArchiveKind: Int] = [:]

  mutating func add(_ count: Int, of kind: ArchiveKind) { counts[kind, default: 0] += count }

  var total: Int { counts.values.reduce(0, +) }

  /// In the order of the archive, without what is not there.
  public var listed: [(name: String, count: Int)] {
    ArchiveKind.allCases.compactMap { kind in counts[kind].map { (kind.rawValue, $0) } }
  }
}

struct ArchiveFile {
  private static let format = 1
  /// Rows that are stored in one transaction.
  private static let batch = 500

  let url: URL

  /// Writes all rows of a store.
  func write(
    from archive: any Archive, kinds: [ArchiveKind], at time: Timestamp, progress: (ArchiveCounts) -> Void
  ) async throws -> ArchiveCounts {
    let unfinished = url.appendingPathExtension("unfinished")
    // Hashes of keys and all data: for the owner's eyes.
    guard FileManager.default.createFile(atPath: unfinished.path, contents: nil, attributes: [.posixPermissions: 0o600])
    else { throw ArchiveError("\(unfinished.path) can't be written. Choose a folder that can.") }
    defer { try? FileManager.default.removeItem(at: unfinished) }
    let file = try FileHandle(forWritingTo: unfinished)
    defer { try? file.close() }
    var (hash, counts) = (SHA256(), ArchiveCounts())
    func write(_ object: JSONObject) throws {
      var line = JSONValue.object(object).jsonBytes
      line.append(UInt8(ascii: "\n"))
      hash.update(data: line)
      try file.write(contentsOf: line)
    }
    try write([
      "jobsprint": "archive", "format": .integer(Int64(Self.format)), "createdAt": .string("\(time)"),
      "kinds": .array(kinds.map { .string($0.rawValue) }),
    ])
    try await archive.reading { reader in
      let workspaces = try await reader.workspaces()
      for kind in kinds {
        for workspace in workspaces {
          var records = try await first(kind, of: workspace, in: reader)
          while let last = records.last {
            for record in records { try write(record.json) }
            counts.add(records.count, of: kind)
            progress(counts)
            records = try await reader.records(of: kind, in: workspace.id, after: last.id, limit: Self.batch)
          }
        }
      }
    }
    let digest = Array(hash.finalize()).hexadecimalText
    try write(["end": .integer(Int64(counts.total)), "sha256": .string(digest)])
    try file.synchronize()
    try? FileManager.default.removeItem(at: url)
    try FileManager.default.moveItem(at: unfinished, to: url)
    return counts
  }

  private func first(
    _ kind: ArchiveKind, of workspace: Workspace, in reader: any ArchiveReader
  ) async throws -> [ArchiveRecord] {
    guard kind != .workspace else { return [.workspace(workspace)] }
    return try await reader.records(of: kind, in: workspace.id, after: nil, limit: Self.batch)
  }

  /// Stores all rows in an empty store, after the whole file has been read once and found to be sound.
  func read(into archive: any Archive, progress: (ArchiveCounts) -> Void) async throws -> ArchiveCounts {
    try verify()
    guard try await archive.isEmpty() else {
      throw ArchiveError("the store is not empty. An archive is restored into a new one only; nothing was changed.")
    }
    var (counts, batch) = (ArchiveCounts(), [ArchiveRecord]())
    // Where the versions stand, because workflows name theirs: all documents in memory could be too much.
    var versions: [VersionID: UInt64] = [:]
    var lines = try ArchiveLines(url)
    while true {
      let offset = lines.offset
      guard let line = lines.next() else { break }
      let row = try Self.object(line)
      guard row["kind"] != nil else { continue }
      let record = try ArchiveRecord(row) { id throws(ArchiveError) in
        guard let offset = versions[id] else { return nil }
        return try version(at: offset)
      }
      if case .version(let version, _) = record { versions[version.id] = offset }
      batch.append(record)
      counts.add(1, of: record.kind)
      if batch.count == Self.batch {
        try await archive.insert(batch)
        batch = []
        progress(counts)
      }
    }
    if !batch.isEmpty { try await archive.insert(batch) }
    return counts
  }

  private func version(at offset: UInt64) throws(ArchiveError) -> StoredVersion? {
    var lines = try ArchiveLines(url, from: offset)
    guard let line = lines.next(),
      case .version(let version, _) = try ArchiveRecord(try Self.object(line), documents: { _ in nil })
    else { return nil }
    return version
  }

  /// Reads the whole file and changes nothing.
  private func verify() throws {
    var (hash, rows, isClosed) = (SHA256(), 0, false)
    var isFirst = true
    for line in try ArchiveLines(url) {
      let row = try Self.object(line)
      guard !isClosed else { throw ArchiveError("\(url.path) goes on behind its end.") }
      if isFirst {
        guard row["jobsprint"] == "archive" else { throw ArchiveError("\(url.path) is no archive of Jobsprint.") }
        guard let format = row["format"]?.integerValue, format <= Self.format else {
          throw ArchiveError("\(url.path) was written by a newer program. Restore it with that one.")
        }
        isFirst = false
      } else if row["end"] != nil {
        let digest = Array(hash.finalize()).hexadecimalText
        guard row["end"]?.integerValue == rows, row["sha256"]?.stringValue == digest else {
          throw ArchiveError("\(url.path) has been changed or damaged: its rows are not those that were written.")
        }
        isClosed = true
      } else {
        rows += 1
      }
      hash.update(data: line + [UInt8(ascii: "\n")])
    }
    guard isClosed else { throw ArchiveError("\(url.path) is cut off: its end is missing. Take another copy.") }
  }

  private static func object(_ line: [UInt8]) throws(ArchiveError) -> JSONObject {
    guard let object = (try? JSONValue(parsing: line))?.objectValue else {
      throw ArchiveError("a line of the archive is no JSON object. The file is damaged; take another copy.")
    }
    return object
  }
}

/// The lines of a file, a piece of it in memory at a time.
private struct ArchiveLines: Sequence, IteratorProtocol {
  private let file: FileHandle
  private var buffer: [UInt8] = []
  private var place = 0
  /// Of the next line in the file.
  private(set) var offset: UInt64
  private static let piece = 1 << 20

  init(_ url: URL, from offset: UInt64 = 0) throws(ArchiveError) {
    guard let file = try? FileHandle(forReadingFrom: url), (try? file.seek(toOffset: offset)) != nil else {
      throw ArchiveError("\(url.path) can't be read.")
    }
    self.file = file
    self.offset = offset
  }

  mutating func next() -> [UInt8]? {
    var searched = place
    while true {
      if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        defer {
          offset += UInt64(end + 1 - place)
          place = end + 1
        }
        return Array(buffer[place..<end])
      }
      buffer.removeSubrange(..<place)
      place = 0
      searched = buffer.count
      guard let more = try? file.read(upToCount: Self.piece), !more.isEmpty else {
        defer { buffer = [] }
        return buffer.isEmpty ? nil : buffer
      }
      buffer += more
    }
  }
}
