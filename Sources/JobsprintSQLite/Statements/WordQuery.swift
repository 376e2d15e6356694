/// FTS5's query for all words of a text, each of which may go on. Quoted, nothing in a word is an operator.
/// - Returns: nil without words: FTS5 would find nothing for an empty query.
func wordQuery(_ text: String?) -> String? {
  let words = (text ?? "").unicodeScalars.split { !$0.properties.isAlphabetic && $0.properties.numericType == nil }
  return words.isEmpty ? nil : words.map { "\"\(String($0))\"*" }.joined(separator: " ")
}
