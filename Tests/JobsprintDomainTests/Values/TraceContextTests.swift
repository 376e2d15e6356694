import JobsprintDomain
import Testing

struct TraceContextTests {
  private static let text = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

  @Test func aTraceparentIsReadAndWritten() throws {
    let trace = try #require(TraceContext(Self.text))
    #expect("\(trace)" == Self.text)
    #expect("\(trace.child(span: 255))" == "00-0af7651916cd43dd8448eb211c80319c-00000000000000ff-01")
    #expect(TraceContext("cc" + Self.text.dropFirst(2) + "-what-comes") == trace, "a version to come")
  }

  @Test(arguments: [
    "", "00", text + "-more", "ff" + text.dropFirst(2), "0" + text, text.uppercased(), String(text.dropLast()),
    text.replacing("0af7651916cd43dd8448eb211c80319c", with: String(repeating: "0", count: 32)),
    text.replacing("b7ad6b7169203331", with: String(repeating: "0", count: 16)), text.replacing("-", with: "_"),
    text.replacing("b7", with: "\u{662}7"),
  ])
  func whatIsNoneIsNone(text: String) { #expect(TraceContext(text) == nil) }
}
