// What can go wrong with an expression in the user's eyes. `type` has n8n's names, so that clients know them.
//
// Only an ExpressionError reaches the user; any other error inside of an expression makes it `undefined`, as in n8n.

section("problems", () => {
  class ExpressionError extends Error {
    constructor(message, { description, type, cause, isAboutPairing, ...context } = {}) {
      super(message);
      Object.defineProperty(this, "name", { value: "ExpressionError", configurable: true, writable: true });
      this.description = description;
      this.context = { ...context };
      if (type !== undefined) this.context.type = type;
      if (cause !== undefined) this.context.nodeCause = cause;
      if (isAboutPairing) this.context.functionality = "pairedItem";
    }
  }

  class ExpressionExtensionError extends ExpressionError {
    constructor(message, details) {
      super(message, details);
      this.name = "ExpressionExtensionError";
    }
  }

  const make = (message, description, type, cause, rest = {}) =>
    new ExpressionError(message, { description, type, cause, ...rest });
  const pairing = { isAboutPairing: true };

  const problems = {
    unknownNode: (name) => make("Referenced node doesn't exist",
      `The node '${name}' doesn't exist, but it's used in an expression here. Check its spelling.`, "node_not_found",
      name),
    notExecuted: (name) => make(`Node '${name}' hasn't been executed`,
      `An expression references this node, but it has not run before this one. Re-wire the nodes, or check first: `
      + `{{ $("${name}").isExecuted ? … : "" }}`, "no_node_execution_data", name),
    noInput: (name) => make(`Node '${name}' hasn't been executed`,
      "An expression needs an input item, but this node was given none.", "no_execution_data", name, pairing),
    noPath: (name) => make(`No path back to node '${name}'`,
      `The expression uses data in the node '${name}' but there is no path back to it. Please check this node is `
      + `connected `
      + "to it (there can be other nodes in between).", "paired_item_no_connection", name, pairing),
    otherWay: (name) => make(`Can't determine which item of node '${name}' to use`,
      `The current item was not made from an item of '${name}' in this execution: it came through another branch. Use `
      + ".first(), .last() or .all()[index] instead of .item, or reference another node.",
      "paired_item_intermediate_nodes",
      name, pairing),
    pairingMissing: (node, item) => make(`Paired item data for item from node '${node}' is unavailable`,
      `Item ${item} of '${node}' does not say which input item it was made from. Make sure '${node}' sets `
      + "pairedItem (pinned data often has none: unpin it), or use .first(), .last() or .all()[index] instead of .item.",
      "paired_item_no_info", node, pairing),
    pairingInvalid: (node, item) => make(`Paired item data for item from node '${node}' is invalid`,
      `Item ${item} of '${node}' says that it was made from an input item that doesn't exist. Correct the `
      + `pairedItem that `
      + `'${node}' sets, or use .first(), .last() or .all()[index] instead of .item.`, "paired_item_invalid_info", node,
      pairing),
    severalMatches: (name) => make(`Multiple matching items of node '${name}'`,
      "The code here won't work because it uses .item and the matching item can't be determined (there are multiple "
      + "possible "
      + "matches). Use .first(), .last() or .all()[index] instead, or reference another node.",
      "paired_item_multiple_matches",
      name, pairing),
    noSuchRun: (run, name) => make(`Run ${run} of node "${name}" not found`,
      "Runs are counted from 0; leave the number away for the last run.", "run_not_found", name),
    noSuchBranch: (branch, name) => make(`Node "${name}" has no branch with index ${branch}.`,
      "Branches are counted from 0; leave the number away for the branch that leads here.", "branch_not_found", name),
    noSuchItem: (item, name) => make(`No data found for item-index: "${item}"`,
      `$node["${name}"] takes the item with the number of the current one, and '${name}' gave fewer. Use `
      + `$('${name}').item, `
      + ".first() or .last().", "item_not_found", name),
    endlessParameters: () => make("The parameters refer to each other without end, or too often",
      "An expression reads a parameter whose expression reads it again. Write the value in one place.",
      "circular_reference"),
    syntax: (reason) => make(reason.startsWith("Cannot ") ? reason : `invalid syntax: ${reason}`,
      "Correct the expression.", "invalid_syntax"),
    forbidden: (name) => make(`Cannot access "${name}" due to security concerns`, "Correct the expression.",
      "invalid_syntax"),
    functionValue: (name) => make(name === "DateTime" ? "this is a DateTime, please access its methods"
      : "this is a function, please add ()",
      "An expression must give data.", "function_value"),
    notOffline: (name, advice) => make(`${name} is not available here`, advice, "not_available"),
    noModule: (name, known) => make(`Cannot find module '${name}'`,
      `Code nodes have ${known.join(", ")}, and neither network nor files: use a node made for the task (HTTP Request, `
      + "Read/Write Files…).", "not_available"),
    unserializable: (reason) => make(`The expression's value can't be stored as JSON: ${reason}`,
      "Return plain data: text, numbers, booleans, arrays and objects without cycles.", "unserializable_value"),
  };

  return { ExpressionError, ExpressionExtensionError, problems };
});
