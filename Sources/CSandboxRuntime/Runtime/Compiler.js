// From the text of a parameter to functions: splits a template, rewrites its code, compiles each distinct text once.
//
// Code runs between two `with` objects: the names that exist, and behind them one that has every name, so that an
// unknown name is `undefined` and nothing is found on the global object.

section("compiler", () => {
  const { tokenize, endsValue, valueBegin } = use("tokens");
  const { isForbidden, isForbiddenAlone, isNeverData, isExtension } = use("names");
  const { problems } = use("problems");

  const kept = new Map();
  const FunctionConstructor = (function () {}).constructor;

  /** Text and code of a template without its `=`. `\{{` is text. */
  function split(text) {
    const chunks = [];
    let literal = "", at = 0, looksInside = true;
    const flush = () => {
      if (literal !== "") chunks.push({ text: literal });
      literal = "";
    };
    while (at < text.length) {
      const next = text.indexOf("{{", at);
      if (next < 0) {
        literal += text.slice(at);
        break;
      }
      if (next > 0 && text[next - 1] === "\\") {
        literal += `${text.slice(at, next - 1)}{{`;
        at = next + 2;
        continue;
      }
      let end = -1;
      // Where brackets don't match, the first `}}` ends the code; from there on always, so that the work stays linear.
      if (looksInside) {
        const found = tokenize(text, next + 2, true);
        if (found === null) looksInside = false;
        else end = found.end;
      }
      if (end < 0) end = text.indexOf("}}", next + 2);
      if (end < 0) {
        literal += text.slice(at);
        break;
      }
      literal += text.slice(at, next);
      flush();
      chunks.push({ code: text.slice(next + 2, end) });
      at = end + 2;
    }
    flush();
    return chunks;
  }

  const constructors = new Set(["Function", "GeneratorFunction", "AsyncFunction", "AsyncGeneratorFunction"]);

  function checkName(token, previous, isMember) {
    const name = token.text;
    if (isMember ? isNeverData(name) : isForbiddenAlone(name)) throw problems.forbidden(name);
    if (!isMember && constructors.has(name) && previous?.text === "extends") {
      throw problems.syntax(`Cannot extend "${name}" due to security concerns`);
    }
    if (!isMember && (name === "with" || name === "import" || name === "debugger")) {
      throw problems.syntax(`Cannot use "${name}" due to security concerns`);
    }
  }

  const stringValue = (token) => {
    try {
      return JSON.parse(`"${token.text.slice(1, -1).replaceAll('"', '\\"').replaceAll("\\'", "'")}"`);
    } catch {
      return undefined;
    }
  };

  /** Pulling a forbidden name out of a value by a pattern is an access like any other. */
  function checkPatterns(tokens) {
    for (const [at, token] of tokens.entries()) {
      if (token.type !== "open" || token.text !== "{") continue;
      const before = tokens[at - 1], after = tokens[token.match + 1];
      const declares = before?.type === "name" && ["let", "const", "var"].includes(before.text);
      const assigns = after?.type === "mark" && after.text === "=";
      const isParameter = (after?.text === ")" && tokens[token.match + 2]?.text === "=>") || after?.text === "of";
      if (!declares && !assigns && !isParameter) continue;
      for (let place = at + 1; place < token.match; place++) {
        const inner = tokens[place];
        const name = inner.type === "name" ? inner.text : inner.type === "string" ? stringValue(inner) : undefined;
        if (name !== undefined
          && isForbidden(name)) throw problems.syntax(`Cannot destructure "${name}" due to security concerns`);
        if (inner.text === "[" && inner.type === "open" && tokens[inner.match + 1]?.text === ":") {
          throw problems.syntax("Cannot use computed property names in destructuring due to security concerns");
        }
      }
    }
  }

  /** Calls of n8n's methods and computed accesses, rewritten; refuses what is forbidden. */
  function rewrite(code) {
    const found = tokenize(code);
    // No tokens, no JavaScript: the engine says what is wrong.
    if (found === null) return code;
    const { tokens } = found;
    const before = new Map(), instead = new Map(), begins = new Map();
    const put = (at, text) => before.set(at, text + (before.get(at) ?? ""));
    checkPatterns(tokens);
    for (const [at, token] of tokens.entries()) {
      const previous = tokens[at - 1], next = tokens[at + 1];
      const dot = previous?.type === "mark" && (previous.text === "." || previous.text === "?.") ? previous.text
        : undefined;
      if (token.type === "name") {
        const isKey = next?.type === "mark" && next.text === ":" && (previous?.text === "{" || previous?.text === ",");
        if (!isKey) checkName(token, previous, dot !== undefined);
        if (token.text === "this" && !isKey && dot === undefined) instead.set(at, "__this(this)");
        if (dot !== undefined && isForbidden(token.text) && at >= 2) {
          put(valueBegin(tokens, at - 2, begins).first, "__member(");
          instead.set(at - 1, "");
          instead.set(at, `${dot === "?." ? " ?? {}" : ""}, ${JSON.stringify(token.text)})`);
          continue;
        }
        if (dot === undefined || !isExtension(token.text)) continue;
        const isOptionalCall = next?.type === "mark" && next.text === "?.";
        const parenthesis = isOptionalCall ? at + 2 : at + 1;
        if (tokens[parenthesis]?.text !== "(" || tokens[parenthesis].type !== "open") continue;
        if (at < 2 || !(endsValue(tokens[at - 2]) || tokens[at - 2].text === "}")) continue;
        const value = valueBegin(tokens, at - 2, begins);
        if (tokens[value.first].text === "super") continue;
        const isOptional = value.isOptional || dot === "?." || isOptionalCall;
        put(value.first, isOptional ? "__optional(" : "__extend(");
        instead.set(at - 1, "");
        if (isOptional) {
          instead.set(at, `, ${JSON.stringify(token.text)})?.`);
          if (isOptionalCall) instead.set(at + 1, "");
        } else {
          instead.set(at, `, ${JSON.stringify(token.text)}, `);
          instead.set(parenthesis, "[");
          instead.set(tokens[parenthesis].match, "])");
        }
      } else if (token.type === "open" && token.text === "[" && (dot === "?." || endsValue(previous))) {
        const inner = tokens[at + 1];
        const isPlain = token.match === at + 2 && (inner.type === "number" || inner.type === "string");
        if (isPlain) {
          const name = inner.type === "string" ? stringValue(inner) : undefined;
          if (name !== undefined && isNeverData(name)) throw problems.forbidden(name);
          if (name !== undefined && isForbidden(name)) {
            put(valueBegin(tokens, dot === undefined ? at - 1 : at - 2, begins).first, "__member(");
            if (dot !== undefined) instead.set(at - 1, " ?? {}");
            instead.set(at, ", ");
            instead.set(token.match, ")");
            continue;
          }
          if (inner.type === "number" || name !== undefined) continue;
        }
        instead.set(at, "[__key(");
        instead.set(token.match, ")]");
      }
    }
    if (before.size === 0 && instead.size === 0) return code;
    let result = "", end = 0;
    for (const [at, token] of tokens.entries()) {
      result += code.slice(end, token.start) + (before.get(at) ?? "") + (instead.get(at) ?? token.text);
      end = token.end;
    }
    return result + code.slice(end);
  }

  const wrapped = (body) => `with ($names[0]) { with ($names[1]) {\n${body}\n} }`;

  /** One piece of code: an expression, or statements of which the last one gives the value. */
  function compileCode(code) {
    const body = code.trim().replace(/;+\s*$/, "");
    if (body === "" ) return () => undefined;
    const rewritten = rewrite(body);
    let failure;
    const attempt = (text) => {
      try {
        return new FunctionConstructor("$names", wrapped(text));
      } catch (error) {
        failure ??= error;
        return undefined;
      }
    };
    const compiled = attempt(`return (${rewritten}\n)`) ?? statements(rewritten, attempt);
    if (compiled === undefined) throw problems.syntax(failure.message);
    return compiled;
  }

  function statements(code, attempt) {
    const found = tokenize(code);
    if (found === null) return undefined;
    let depth = 0, last = -1;
    for (const token of found.tokens) {
      if (token.type === "open") depth += 1;
      else if (token.type === "close") depth -= 1;
      else if (depth === 0 && token.text === ";") last = token.end;
    }
    // A comment alone is an expression without a value.
    if (found.tokens.length === 0) return attempt("return undefined");
    return (last >= 0 ? attempt(`${code.slice(0, last)}\nreturn (${code.slice(last)}\n)`) : undefined) ?? attempt(code);
  }

  /**
   * A parameter's text with its `=`.
   * Returns {single} for a template that is one `{{ }}`, {parts} for text with code in it, {error} where it can't be
   * compiled.
   */
  function compile(text) {
    let template = kept.get(text);
    if (template !== undefined) return template;
    try {
      const chunks = split(text.startsWith("=") ? text.slice(1) : text);
      const parts = chunks.map((chunk) => (chunk.code === undefined ? chunk.text : compileCode(chunk.code)));
      template = parts.length === 1 && typeof parts[0] === "function" ? { single: parts[0] } : { parts };
    } catch (error) {
      template = { error };
    }
    if (kept.size > 5000) kept.clear();
    kept.set(text, template);
    return template;
  }

  /** The nodes that a text names, for the host: {nodes, isDynamic} where names are worked out only when it runs. */
  function mentions(text) {
    const nodes = new Set();
    let isDynamic = false;
    const codes = text.startsWith("=") ? split(text.slice(1)).map((chunk) => chunk.code ?? "") : [text];
    for (const code of codes) {
      const found = tokenize(code);
      if (found === null) {
        isDynamic ||= /\$/.test(code);
        continue;
      }
      for (const [at, token] of found.tokens.entries()) {
        if (token.type !== "name" || !["$", "$node", "$items", "$item"].includes(token.text)
          || found.tokens[at - 1]?.text === ".") continue;
        const next = found.tokens[at + 1], inner = found.tokens[at + 2];
        if (token.text === "$node" && next?.text === "." && inner?.type === "name") nodes.add(inner.text);
        else if ((next?.text === "(" || next?.text === "[") && inner?.type === "string") nodes.add(stringValue(inner)
          ?? "");
        else if (next?.text === "(" && inner?.text === "`" && found.tokens[at + 3]?.type === "text"
          && found.tokens[at + 4]?.text === "`") nodes.add(found.tokens[at + 3].text);
        else if (!(token.text === "$items" && inner?.text === ")")) isDynamic = true;
      }
      if (/\$evaluateExpression|\$parameter|\$getPairedItem/.test(code)) isDynamic = true;
    }
    return { nodes: [...nodes], isDynamic };
  }

  return { compile, compileCode, split, mentions };
});
