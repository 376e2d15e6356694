import JobsprintDomain
import JobsprintPorts
import Synchronization

/// What all expressions of one run of a node share.
final class ExpressionFrame: Sendable {
  let scope: ExpressionScope
  let items: [Item]
  private let templates: TemplateCache
  private let zone: String
  private let lazy = Mutex(Lazy())

  private struct Lazy {
    var upstream: UpstreamNodes?
    var now: Moment?
    var today: Moment?
    /// The templates of this node's parameters. Few, and mostly of different lengths, so that a search from the front
    /// beats hashing a long text.
    var templates: [(text: String, template: Template)] = []
  }

  /// Parameters with more expressions than this are rare; what does not fit is found in the shared cache.
  private static let ownTemplates = 64

  init(scope: ExpressionScope, templates: TemplateCache, zone: String) {
    self.scope = scope
    self.templates = templates
    self.zone = zone
    items = scope.items
  }

  /// The parsed template. The lock is this run's own, so nobody waits for it.
  func template(_ text: String) -> Template {
    lazy.withLock { lazy in
      for known in lazy.templates where known.text.hasSameCodeUnits(as: text) { return known.template }
      let template = templates.template(text)
      if lazy.templates.count < Self.ownTemplates { lazy.templates.append((text, template)) }
      return template
    }
  }

  var upstream: UpstreamNodes {
    lazy.withLock { lazy in
      if let known = lazy.upstream { return known }
      let fresh = UpstreamNodes(of: scope.node.name, in: scope.workflow.connections)
      lazy.upstream = fresh
      return fresh
    }
  }

  var now: Moment {
    lazy.withLock { lazy in
      if let known = lazy.now { return known }
      let fresh = Moment(scope.now, in: TimeZoneRules(zone))
      lazy.now = fresh
      return fresh
    }
  }

  var today: Moment {
    lazy.withLock { lazy in
      if let known = lazy.today { return known }
      let fresh = Moment(startOfDay: scope.now, in: TimeZoneRules(zone))
      lazy.today = fresh
      return fresh
    }
  }

  /// The item of another node from which an input item was made.
  func pairedItem(of name: String, forItem place: Int) throws(Interruption) -> Item {
    guard upstream.output(of: name) != nil else { throw .problem(.noPath(to: name)) }
    guard scope.history.run(of: name) != nil else { throw .problem(.notExecuted(name)) }
    guard items.indices.contains(place) else { throw .problem(.noInput(of: scope.node.name)) }
    let source = scope.sources.indices.contains(scope.mainInput) ? scope.sources[scope.mainInput] : nil
    guard let source else { throw .problem(.otherWay(than: name)) }
    return try PairedItemWalk(to: name, in: scope.history).item(from: source, at: place)
  }
}
