import JobsprintDomain
import JobsprintTesting
import Testing

@Suite struct UUIDv7Tests {
  private func id(_ milliseconds: Int64, _ high: UInt16 = 0, _ low: UInt64 = 0) -> UUIDv7 {
    UUIDv7(at: Timestamp(milliseconds: milliseconds), randomHigh: high, randomLow: low)
  }

  /// The example of RFC 9562, appendix A.6.
  @Test func theExampleOfTheRFCIsMadeAndRead() {
    let id = id(0x017F_22E2_79B0, 0xCC3, 0x18C4_DC0C_0C07_398F)
    #expect(id.description == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
    #expect(UUIDv7("017F22E2-79B0-7CC3-98C4-DC0C0C07398F") == id)
    #expect(id.time == Timestamp(iso8601: "2022-02-22T19:22:22Z"))
  }

  @Test func versionAndVariantAreSetWhateverTheRandomBits() {
    for bits in [0, UInt64.max, 0xAAAA_AAAA_AAAA_AAAA] {
      let id = id(1, UInt16(truncatingIfNeeded: bits), bits)
      #expect(id.high >> 12 & 0xF == 7)
      #expect(id.low >> 62 == 0b10)
      #expect(id.time.milliseconds == 1)
    }
  }

  @Test func ordersByTimeThenByRandomBitsLikeItsTextAndItsBytes() {
    let ids = [
      id(0), id(0, 1), id(0, 1, 1), id(0, 0xFFF, .max), id(1), id(255), id(256), id(1_800_000_000_000),
      id(1_800_000_000_001), id(0xFFFF_FFFF_FFFF),
    ]
    #expect(ids.shuffled().sorted() == ids)
    #expect(ids.map(\.description) == ids.map(\.description).sorted())
    for (left, right) in zip(ids, ids.dropFirst()) { #expect(left.bytes.lexicographicallyPrecedes(right.bytes)) }
  }

  @Test func textAndBytesGiveTheSameIdBack() {
    var generator = SeededGenerator(seed: 9)
    for _ in 0..<500 {
      let id = UUIDv7(high: generator.next(), low: generator.next())
      #expect(UUIDv7(id.description) == id)
      #expect(UUIDv7(bytes: id.bytes) == id)
      #expect(id.description == id.description.lowercased() && id.description.utf8.count == 36)
    }
  }

  @Test(arguments: [
    "", "-", "017f22e2-79b0-7cc3-98c4-dc0c0c07398", "017f22e2-79b0-7cc3-98c4-dc0c0c07398f0",
    "017f22e279b07cc398c4dc0c0c07398f", "017f22e2-79b0-7cc3-98c4-dc0c0c07398g", "017f22e2_79b0-7cc3-98c4-dc0c0c07398f",
    "{017f22e2-79b0-7cc3-98c4-dc0c0c07398f}", " 017f22e2-79b0-7cc3-98c4-dc0c0c07398f",
    "017f22e2-79b0-7cc3-98c4-dc0c0c07398f\n", "017f22e2-79b0-7cc3-98c4-dc0c0c07398f-",
    "017f22e-279b0-7cc3-98c4-dc0c0c07398f",
    "urn:uuid:017f22e2-79b0-7cc3-98c4-dc0c0c07398f", "０17f22e2-79b0-7cc3-98c4-dc0c0c07398f", "null", "1' OR '1'='1",
  ])
  func whatIsNotTheCanonicalFormIsRefused(text: String) { #expect(UUIDv7(text) == nil) }

  @Test(arguments: [0, 1, 15, 17, 32])
  func otherCountsOfBytesAreRefused(count: Int) { #expect(UUIDv7(bytes: [UInt8](repeating: 1, count: count)) == nil) }

  @Test func aTimeBeforeTheEpochCountsAsTheEpoch() { #expect(id(-5).time.milliseconds == 0) }
}
