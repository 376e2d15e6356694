// Values of the domain as PostgreSQL stores them: ids as uuid, times as milliseconds, texts of users as bytea (they may
// hold U+0000, which text refuses).

import JobsprintDomain
import JobsprintPorts
import Postgres

extension Identifier {
  var stored: PostgresUUID { PostgresUUID(high: uuid.high, low: uuid.low) }
}

extension String {
  var stored: [UInt8] { Array(utf8) }
}

extension PostgresBindings {
  mutating func bind<Kind>(_ id: Identifier<Kind>) throws(PostgresError) { try bind(id.stored) }

  mutating func bind<Kind>(_ id: Identifier<Kind>?) throws(PostgresError) { try bind(id?.stored) }

  mutating func bind<Kind>(ids: some Collection<Identifier<Kind>>) throws(PostgresError) {
    // No key path: here it would be put together anew with every call.
    try bind(array: ids.lazy.map { $0.stored })
  }

  mutating func bind(_ time: Timestamp) throws(PostgresError) { try bind(time.milliseconds) }

  mutating func bind(_ time: Timestamp?) throws(PostgresError) { try bind(time?.milliseconds) }

  /// Two values: whether all tags are meant, and else which, with '' for what has none.
  mutating func bind(_ tags: WorkerTags) throws(PostgresError) {
    try bind(tags == .all)
    try bind(array: (tags.tags ?? []).map(\.name).sorted() + (tags.takesUntagged ? [""] : []))
  }

  mutating func bind(text: String) throws(PostgresError) { try bind(text.stored) }

  mutating func bind(text: String?) throws(PostgresError) { try bind(text?.stored) }

  /// A number that a column of 32 bits holds.
  mutating func bind(number: Int) throws { try bind(try number.stored) }
}

extension Int {
  var stored: Int32 {
    get throws(PortError) {
      guard let number = Int32(exactly: self) else {
        throw PortError(.refused, "The number \(self) is beyond what the database stores (2147483647).")
      }
      return number
    }
  }
}

extension PostgresRow {
  mutating func id<Kind>() throws(PostgresError) -> Identifier<Kind> {
    let uuid = try next(PostgresUUID.self)
    return Identifier(UUIDv7(high: uuid.high, low: uuid.low))
  }

  mutating func optionalID<Kind>() throws(PostgresError) -> Identifier<Kind>? {
    try nextOptional(PostgresUUID.self).map { Identifier(UUIDv7(high: $0.high, low: $0.low)) }
  }

  mutating func time() throws(PostgresError) -> Timestamp { Timestamp(milliseconds: try next()) }

  mutating func optionalTime() throws(PostgresError) -> Timestamp? {
    try nextOptional(Int64.self).map { Timestamp(milliseconds: $0) }
  }

  /// A text of a user, stored as bytea.
  /// Of a column that is '' where there is none.
  mutating func tag() throws(PostgresError) -> WorkerTag? { WorkerTag(try next(String.self)) }

  mutating func text() throws(PostgresError) -> String { String(decoding: try next([UInt8].self), as: UTF8.self) }

  mutating func optionalText() throws(PostgresError) -> String? {
    try nextOptional([UInt8].self).map { String(decoding: $0, as: UTF8.self) }
  }

  /// A word that stands for a case.
  mutating func word<Word: RawRepresentable<String>>(_ type: Word.Type = Word.self) throws -> Word {
    let text = try next(String.self)
    guard let word = Word(rawValue: text) else {
      throw PortError(.corrupted, "The database holds '\(text)' where one of the known words of \(type) should stand.")
    }
    return word
  }
}
