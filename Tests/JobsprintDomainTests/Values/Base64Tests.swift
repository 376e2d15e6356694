import JobsprintDomain
import JobsprintTesting
import Testing

/// As files have it, and as tokens do; the lenient reading is in FileNodeTests.
struct Base64Tests {
  @Test(arguments: 0..<70) func textOfTokensIsFoundationsInAnotherAlphabet(_ count: Int) throws {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 151 &+ count) }
    #expect(Base64.urlText(bytes) == HandmadeToken.base64(bytes))
    #expect(Base64.bytes(exactURLText: Base64.urlText(bytes)) == bytes)
  }

  @Test(arguments: ["A", "AAAAA", "AB", "AAB", "A=", "AA==", "AA AA", "AA+A", "AA/A", "AA\n", "AAé", "AA\u{0}A"])
  func textThatNoBytesHaveIsNoToken(_ text: String) { #expect(Base64.bytes(exactURLText: text) == nil) }
}
