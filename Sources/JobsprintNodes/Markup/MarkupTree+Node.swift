import JobsprintDomain
import LibXML2

extension MarkupTree {
  static func readingHTML(_ text: String, item: Int) throws(NodeError) -> MarkupTree {
    do throws(MarkupError) { return try MarkupTree(html: text) } catch {
      throw NodeError(
        "The HTML can't be read: \(error.reason)", description: error.line.map { "See line \($0)." }, item: item)
    }
  }

  static func readingXML(_ text: String, item: Int) throws(NodeError) -> MarkupTree {
    do throws(MarkupError) { return try MarkupTree(xml: text) } catch {
      throw NodeError(
        "The XML can't be read: \(error.reason)\(error.line.map { " (line \($0))" } ?? "")",
        description: "Check that the text is well-formed XML without entities of its own.", item: item)
    }
  }
}
