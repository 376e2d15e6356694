import JobsprintDomain
import JobsprintTesting
import Testing

@Suite struct JSONPropertyTests {
  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func whatIsWrittenReadsBackEqualAndWritesTheSameBytes(seed: UInt64) throws {
    var random = RandomJSON(seed: seed)
    for _ in 0..<1500 {
      let value = random.value()
      let bytes = value.jsonBytes
      let again = try JSONValue(parsing: bytes)
      try #require(again == value, "\(value.jsonText)")
      try #require(again.jsonBytes == bytes, "\(value.jsonText)")
      try #require(again.hashValue == value.hashValue)
    }
  }

  @Test func whiteSpaceBetweenTokensChangesNothing() throws {
    var random = RandomJSON(seed: 5)
    for _ in 0..<300 {
      let value = random.value()
      var spaced: [UInt8] = []
      var inString = false
      var isEscaped = false
      for byte in value.jsonBytes {
        let isStructure = !inString && "[]{},:".utf8.contains(byte)
        if isStructure { spaced += Array(" \n".utf8) }
        spaced.append(byte)
        if isStructure { spaced += Array("\r\t".utf8) }
        if inString, !isEscaped, byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else {
          if byte == UInt8(ascii: "\""), !isEscaped { inString.toggle() }
          isEscaped = false
        }
      }
      try #require(try JSONValue(parsing: spaced) == value)
    }
  }

  /// Damaged documents are refused at a place inside them, or are other documents that read back; never a crash.
  @Test(arguments: [11, 12, 13] as [UInt64])
  func damagedDocumentsAreReadOrRefused(seed: UInt64) throws {
    var random = RandomJSON(seed: seed)
    var generator = SeededGenerator(seed: seed)
    var refused = 0
    for _ in 0..<2000 {
      var bytes = JSONValue.object(random.object()).jsonBytes
      for _ in 0..<Int.random(in: 1...3, using: &generator) { damage(&bytes, &generator) }
      do {
        let value = try JSONValue(parsing: bytes)
        try #require(try JSONValue(parsing: value.jsonBytes) == value)
      } catch let error as JSONError {
        refused += 1
        try #require((0...bytes.count).contains(error.offset))
        try #require(!error.reason.isEmpty)
      }
    }
    #expect(refused > 500)
  }

  private func damage(_ bytes: inout [UInt8], _ generator: inout SeededGenerator) {
    guard let place = bytes.indices.randomElement(using: &generator) else { return }
    let favourites = Array("[]{},:\"\\u0e-.dD89tfn \0".utf8) + [0x80, 0xC3, 0xED, 0xFF]
    let byte = favourites[Int.random(in: favourites.indices, using: &generator)]
    switch Int.random(in: 0..<5, using: &generator) {
    case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
    case 1: bytes[place] = byte
    case 2: bytes.insert(byte, at: place)
    case 3: bytes.remove(at: place)
    default: bytes.removeSubrange(place...)
    }
  }
}
