/// A parsed expression. Chains (`a + b + c`, `a.b.c`, `a && b && c`) are flat lists, so that only what is nested in the
/// text is nested here, and the parser's depth limit bounds every recursion over it.
indirect enum Expression: Sendable {
  case constant(ScriptValue)
  /// `…${}…`
  case interpolation([Interpolated])
  case list([Expression])
  case record([(key: Key, value: Expression)])
  case data(DataRoot)
  /// `$json.a.b`: what nearly all expressions are.
  case jsonPath([String])
  case access(Expression, [AccessStep])
  /// Operators in the order of the text: the last one is applied first.
  case prefixed([PrefixOperator], Expression)
  /// Operators of one precedence, from left to right.
  case operation(Expression, [(sign: InfixOperator, operand: Expression)])
  case power(Expression, Expression)
  case conjunction([Expression])
  case disjunction([Expression])
  case coalescing([Expression])
  case conditional(Expression, then: Expression, otherwise: Expression)
  /// `$('X').…`, `$node["X"].…`
  case node(name: Expression, NodeQuery)
  /// `Object.keys(x)`
  case keys(Expression)
  /// `.toISO()` and the like of `$now` and `$today`.
  case momentText(Expression, MomentText)

  enum Interpolated: Sendable {
    case text(String)
    case expression(Expression)
  }

  enum Key: Sendable {
    case name(String)
    case place(Int)
    case computed(Expression)
  }

  struct AccessStep: Sendable {
    let key: Key
    /// `?.`: on null and undefined the whole chain ends with undefined.
    let isOptional: Bool
  }

  enum PrefixOperator: Sendable { case not, minus, plus, typeName }

  enum InfixOperator: Sendable {
    case looselyEqual, looselyUnequal, identical, unidentical
    case less, lessOrEqual, greater, greaterOrEqual
    case add, subtract
    case multiply, divide, remainder

    /// Higher binds tighter.
    var precedence: Int {
      switch self {
      case .looselyEqual, .looselyUnequal, .identical, .unidentical: 0
      case .less, .lessOrEqual, .greater, .greaterOrEqual: 1
      case .add, .subtract: 2
      case .multiply, .divide, .remainder: 3
      }
    }
  }

  enum MomentText: Sendable { case iso, isoDate, milliseconds }

  /// What `$…` names stand for.
  enum DataRoot: Sendable {
    case json, binary
    case item, firstItem, lastItem, allItems
    /// Parameters and context of the node that gave the input.
    case inputParameters, inputContext
    case previousNode, execution, workflow, variables
    case itemIndex, runIndex, nodeID, nodeVersion, mode, executionID
    case now, today
    /// The node's parameters with their expressions resolved, and as they stand in the document.
    case parameters, rawParameters
  }

  /// What is asked of another node.
  enum NodeQuery: Sendable {
    /// The item from which the current one was made; or an item of the current input, by place.
    case pairedItem(of: Expression?)
    case first(Slot)
    case last(Slot)
    case all(Slot)
    case isExecuted, parameters, context
    /// `$node["X"]`: the item with the number of the current one.
    case sameItem(ItemPart)
    case runIndex
    case resolvedParameters
  }

  /// Branch and run of another node; nil is the branch that leads here, and the last run.
  struct Slot: Sendable {
    var branch: Expression?
    var run: Expression?
  }

  enum ItemPart: Sendable { case json, binary }
}
