/// The installed node types by name.
public struct NodeLibrary: Sendable {
  private let types: [String: any NodeType]

  /// Where two have one name, the last one counts.
  public init(_ types: [any NodeType]) {
    self.types = Dictionary(types.map { ($0.description.type, $0) }) { _, last in last }
  }

  public subscript(type: String) -> (any NodeType)? { types[type] }

  /// All descriptions, by name.
  public var descriptions: [NodeDescription] { types.values.map(\.description).sorted { $0.type < $1.type } }
}
