/// What an API key may do. Names are n8n's where n8n has them.
public enum Scope: String, Sendable, Hashable, CaseIterable {
  case workflowCreate = "workflow:create"
  case workflowRead = "workflow:read"
  case workflowUpdate = "workflow:update"
  case workflowDelete = "workflow:delete"
  case workflowList = "workflow:list"
  case workflowActivate = "workflow:activate"
  case workflowDeactivate = "workflow:deactivate"
  case workflowExecute = "workflow:execute"
  case workflowTagsUpdate = "workflowTags:update"
  case workflowTagsList = "workflowTags:list"
  case executionRead = "execution:read"
  case executionList = "execution:list"
  case executionRetry = "execution:retry"
  case executionStop = "execution:stop"
  case executionDelete = "execution:delete"
  case executionTagsUpdate = "executionTags:update"
  case executionTagsList = "executionTags:list"
  case deadLetterList = "deadLetter:list"
  case deadLetterRead = "deadLetter:read"
  case deadLetterRedrive = "deadLetter:redrive"
  case deadLetterDiscard = "deadLetter:discard"
  case tagCreate = "tag:create"
  case tagRead = "tag:read"
  case tagUpdate = "tag:update"
  case tagDelete = "tag:delete"
  case tagList = "tag:list"
  case variableCreate = "variable:create"
  case variableUpdate = "variable:update"
  case variableDelete = "variable:delete"
  case variableList = "variable:list"
  case credentialCreate = "credential:create"
  case credentialRead = "credential:read"
  case credentialUpdate = "credential:update"
  case credentialDelete = "credential:delete"
  case credentialList = "credential:list"
  /// Uses its secrets, without showing them.
  case credentialTest = "credential:test"
  case nodeTypeList = "nodeType:list"
  case apiKeyCreate = "apiKey:create"
  case apiKeyList = "apiKey:list"
  case apiKeyDelete = "apiKey:delete"
  case auditLogList = "auditLog:list"
  case userCreate = "user:create"
  case userList = "user:list"
  case userRead = "user:read"
  case userChangeRole = "user:changeRole"
  case userDelete = "user:delete"
  /// Accounts, which are good in all workspaces: for the operator of the installation.
  case userDisable = "user:disable"
  case userResetPassword = "user:resetPassword"
  /// Workspaces beside one's own: for the operator of the installation.
  case workspaceCreate = "workspace:create"
  case workspaceList = "workspace:list"
  case workspaceUpdate = "workspace:update"
  /// What the whole process does.
  case metricsRead = "metrics:read"

  /// Everything but what reaches beyond one's own workspace.
  public static let ofOneWorkspace = Set(allCases).subtracting([
    .workspaceCreate, .workspaceList, .workspaceUpdate, .metricsRead, .userDisable, .userResetPassword,
  ])
}
