// Cuts JavaScript into tokens, just enough to find where an expression ends, what a method is called on, and which
// names it uses. Brackets know their partners; a template literal is a bracket pair of backticks with `${ }` pairs
// inside.

section("tokens", () => {
  // Words after which a value begins, and that are no value themselves.
  const operators = new Set(
    ["await", "case", "delete", "do", "else", "extends", "in", "instanceof", "new", "of", "return", "throw", "typeof",
    "void", "yield"]);
  const words = new Set(
    [...operators, "async", "break", "catch", "class", "const", "continue", "debugger", "default", "export", "finally",
    "for", "function", "if", "import", "let", "switch", "try", "var", "while", "with"]);
  const closers = { "(": ")", "[": "]", "{": "}", "${": "}" };
  const identifierStart = /[\p{ID_Start}$_#]/u;
  const identifier = /[\p{ID_Continue}$\u200c\u200d#]+/uy;
  const number =
    /0[xX][\da-fA-F_]+n?|0[oO][0-7_]+n?|0[bB][01_]+n?|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?n?/y;
  const regularExpression = /\/(?:[^\\/[\n\r]|\\[^\n\r]|\[(?:[^\\\]\n\r]|\\[^\n\r])*\])+\/[a-z]*/y;
  const punctuation =
    /\?\.(?!\d)|\.\.\.|=>|===|!==|\*\*=?|<<=?|>>>?=?|&&=?|\|\|=?|\?\?=?|[-+*/%&|^<>=!]=|\+\+|--|[^\s]/y;

  /** Whether a value has just ended, so that `[` is an access, `(` a call and `/` a division. */
  function endsValue(token) {
    if (token === undefined) return false;
    switch (token.type) {
      case "name": return !words.has(token.text);
      case "number": case "string": case "regex": return true;
      case "close": return token.text === ")" || token.text === "]" || token.text === "`";
      default: return false;
    }
  }

  /**
   * The tokens from `at` on. `stopsAtBraces`: ends before the first `}}` outside of any bracket.
   * Returns {tokens, end}, or null where brackets or quotes don't match.
   */
  function tokenize(text, at = 0, stopsAtBraces = false) {
    const tokens = [], open = [];
    const push = (type, start, end, more) => {
      const token = { type, start, end, text: text.slice(start, end), ...more };
      tokens.push(token);
      return token;
    };
    const openBracket = (start, end) => {
      open.push(tokens.length);
      push("open", start, end, { match: -1 });
    };
    const closeBracket = (start, end) => {
      const partner = open.pop();
      tokens[partner].match = tokens.length;
      push("close", start, end, { match: partner });
    };
    const match = (pattern) => {
      pattern.lastIndex = at;
      const found = pattern.exec(text);
      return found === null ? 0 : found[0].length;
    };
    while (at < text.length) {
      const character = text[at], inside = open.length > 0 ? tokens[open.at(-1)].text : undefined;
      if (inside === "`") {
        const start = at;
        while (at < text.length && text[at] !== "`"
          && !(text[at] === "$" && text[at + 1] === "{")) at += text[at] === "\\" ? 2 : 1;
        if (at >= text.length) return null;
        if (at > start) push("text", start, at);
        if (text[at] === "`") {
          closeBracket(at, at + 1);
          at += 1;
        } else {
          openBracket(at, at + 2);
          at += 2;
        }
        continue;
      }
      if (/\s/.test(character)) {
        at += 1;
        continue;
      }
      if (character === "/" && text[at + 1] === "/") {
        // What ends the template ends a comment, too.
        const line = text.indexOf("\n", at), end = line < 0 ? text.length : line;
        const braces = stopsAtBraces ? text.slice(at, end).indexOf("}}") : -1;
        at = braces >= 0 ? at + braces : end;
        continue;
      }
      if (character === "/" && text[at + 1] === "*") {
        const end = text.indexOf("*/", at + 2);
        if (end < 0) return null;
        at = end + 2;
        continue;
      }
      const start = at;
      if (character === '"' || character === "'") {
        at += 1;
        while (at < text.length && text[at] !== character) at += text[at] === "\\" ? 2 : 1;
        if (at >= text.length) return null;
        at += 1;
        push("string", start, at);
      } else if (character === "`") {
        at += 1;
        openBracket(start, at);
      } else if (identifierStart.test(character) || character === "\\" || text.codePointAt(at) > 0xffff) {
        at += Math.max(match(identifier), 1);
        push("name", start, at);
      } else if (/\d/.test(character) || (character === "." && /\d/.test(text[at + 1] ?? ""))) {
        at += match(number);
        push("number", start, at);
      } else if (character === "/" && !endsValue(tokens.at(-1)) && match(regularExpression) > 0) {
        at += match(regularExpression);
        push("regex", start, at);
      } else if (character === "(" || character === "[" || character === "{") {
        at += 1;
        openBracket(start, at);
      } else if (character === ")" || character === "]" || character === "}") {
        if (stopsAtBraces && open.length === 0) {
          return character === "}" && text[at + 1] === "}" ? { tokens, end: at } : null;
        }
        if (closers[inside] !== character) return null;
        at += 1;
        closeBracket(start, at);
      } else {
        at += match(punctuation);
        push("mark", start, at);
      }
    }
    if (open.length > 0 || stopsAtBraces) return null;
    return { tokens, end: at };
  }

  /**
   * Where the value begins that ends with the token at `last`, following calls and accesses to the left.
   * Returns {first, isOptional}: whether there is a `?.` on the way. `known` keeps what was found, so that a long
   * chain is walked once.
   */
  function valueBegin(tokens, last, known) {
    const found = search(tokens, last, known);
    known.set(last, found);
    return found;
  }

  function search(tokens, last, known) {
    let at = last, isOptional = false;
    for (;;) {
      const earlier = known.get(at);
      if (earlier !== undefined) return { first: earlier.first, isOptional: isOptional || earlier.isOptional };
      const token = tokens[at];
      let first = token.type === "close" ? token.match : at;
      const before = tokens[first - 1];
      if (before !== undefined && before.type === "mark" && before.text === "?." ) {
        isOptional = true;
        at = first - 2;
        continue;
      }
      if (token.type === "close" && token.text !== "}" && endsValue(before)) {
        at = first - 1;
        continue;
      }
      if (token.type === "close" && before?.type === "name" && before.text === "import") first -= 1;
      if (token.type === "name" && before?.type === "mark" && before.text === ".") {
        at = first - 2;
        continue;
      }
      while (tokens[first - 1]?.type === "name" && tokens[first - 1].text === "new") first -= 1;
      return { first, isOptional };
    }
  }

  return { tokenize, endsValue, valueBegin };
});
