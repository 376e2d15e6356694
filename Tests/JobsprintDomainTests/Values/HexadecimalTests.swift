import JobsprintDomain
import Testing

struct HexadecimalTests {
  @Test func bytesBecomeTwoLowercaseDigitsEach() {
    #expect([UInt8]([0, 15, 16, 171, 255]).hexadecimalText == "000f10abff")
  }

  @Test func digitsOfEitherCaseAreRead() {
    #expect([UInt8](hexadecimal: "000F10abFf") == [0, 15, 16, 171, 255])
  }

  @Test(arguments: ["0", "0g", "+1", "-1", " 1", "é"]) func otherTextIsNone(text: String) {
    #expect([UInt8](hexadecimal: text) == nil)
  }
}
