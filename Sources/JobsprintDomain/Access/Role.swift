/// What a member may do in a workspace. The words are stored; what each may do is the table below, and nowhere else.
public enum Role: String, Sendable, Hashable, CaseIterable {
  /// Everything in the workspace; in the first workspace also what concerns the whole installation.
  case owner
  /// Everything but making and removing owners.
  case admin
  /// Writes workflows and runs them.
  case editor
  /// Runs what others wrote, and looks after what failed.
  case `operator`
  /// Looks.
  case viewer

  /// What a member of this role may do.
  public func scopes(in workspace: WorkspaceID) -> Set<Scope> {
    switch self {
    case .owner: workspace == .initial ? Set(Scope.allCases) : Scope.ofOneWorkspace
    case .admin: Scope.ofOneWorkspace
    case .editor: Self.reading.union(Self.operating).union(Self.editing)
    case .operator: Self.reading.union(Self.operating)
    case .viewer: Self.reading
    }
  }

  private static let reading: Set<Scope> = [
    .workflowRead, .workflowList, .workflowTagsList, .executionRead, .executionList, .executionTagsList,
    .deadLetterList, .deadLetterRead, .tagRead, .tagList, .variableList, .credentialRead, .credentialList,
    .nodeTypeList,
  ]
  private static let operating: Set<Scope> = [
    .workflowActivate, .workflowDeactivate, .workflowExecute, .executionRetry, .executionStop,
    .executionTagsUpdate, .deadLetterRedrive, .deadLetterDiscard,
  ]
  private static let editing: Set<Scope> = [
    .workflowCreate, .workflowUpdate, .workflowDelete, .workflowTagsUpdate, .executionDelete, .tagCreate, .tagUpdate,
    .tagDelete, .variableCreate, .variableUpdate, .variableDelete, .credentialCreate, .credentialUpdate,
    .credentialDelete, .credentialTest,
  ]
}
