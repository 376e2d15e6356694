import Foundation

/// `https://app.example.org,http://localhost:3000`: origins as browsers send them.
enum OriginSetting {
  static let expectation =
    "origins as browsers send them, with commas between, such as https://app.example.org,http://localhost:3000: "
    + "scheme and host in small letters, a port where it is another than the scheme's, no path, no *"

  /// nil for a text that is none.
  static func origins(_ text: String) -> Set<String>? {
    var origins: Set<String> = []
    for part in text.split(separator: ",") {
      let origin = part.trimmingCharacters(in: .whitespaces)
      guard isOrigin(origin) else { return nil }
      origins.insert(origin)
    }
    return origins
  }

  /// What would never be equal to what a browser sends is a mistake.
  private static func isOrigin(_ text: String) -> Bool {
    guard let parts = URLComponents(string: text), let scheme = parts.scheme, ["http", "https"].contains(scheme),
      let host = parts.host, !host.isEmpty, !host.contains("*"), parts.port != (scheme == "http" ? 80 : 443)
    else { return false }
    return text == text.lowercased() && text == "\(scheme)://\(host)\(parts.port.map { ":\($0)" } ?? "")"
  }
}
