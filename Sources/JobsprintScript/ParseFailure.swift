/// Why a text was not parsed.
enum ParseFailure: Error, Hashable {
  /// It may be JavaScript, but is none that is covered here. The text completes "… because".
  case needsJavaScript(String)
  /// It is no JavaScript, or n8n refuses it.
  case invalid(String)
}
