import Testing

@testable import JobsprintBootstrap

struct OriginSettingTests {
  @Test func originsAreReadAsBrowsersSendThem() {
    #expect(
      OriginSetting.origins("https://app.example.org, http://localhost:3000,http://[::1]:8080")
        == ["https://app.example.org", "http://localhost:3000", "http://[::1]:8080"])
    #expect(OriginSetting.origins("") == [])
  }

  @Test(arguments: [
    "*", "https://*.example.org", "null", "app.example.org", "https://app.example.org/", "https://app.example.org:443",
    "http://a:80", "https://App.example.org", "https://user@app.example.org", "ftp://a", "https://a?b", "https://",
  ])
  func whatNoBrowserSendsIsAMistake(text: String) { #expect(OriginSetting.origins(text) == nil) }
}
