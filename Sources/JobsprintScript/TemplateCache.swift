import JobsprintDomain
import Synchronization

/// Parsed templates by their text, shared by all runs.
final class TemplateCache: Sendable {
  /// With longer texts in mind: at most about 16 MB of text.
  private static let capacity = 4096
  /// Longer texts are parsed each time a node runs.
  private static let longest = 4096

  private let templates = Mutex<[ExactString: Template]>([:])

  func template(_ text: String) -> Template {
    guard text.utf8.count <= Self.longest else { return Template(text) }
    let key = ExactString(text)
    if let known = templates.withLock({ $0[key] }) { return known }
    let fresh = Template(text)
    templates.withLock { templates in
      // Dropping all costs one parse of each text that is still in use, and no bookkeeping on every hit.
      if templates.count >= Self.capacity { templates.removeAll(keepingCapacity: true) }
      templates[key] = fresh
    }
    return fresh
  }
}
