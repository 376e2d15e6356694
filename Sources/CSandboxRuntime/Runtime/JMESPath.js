// JMESPath (https://jmespath.org/specification.html): lexer, Pratt parser and interpreter. Functions are in
// JMESPathFunctions.js. Expressions are parsed once and kept.

section("jmespath", () => {
  class JMESPathError extends Error {
    constructor(kind, message) {
      super(message);
      this.name = "JMESPathError";
      /** The category of the specification: syntax, invalid-type, invalid-value, invalid-arity, unknown-function. */
      this.kind = kind;
    }
  }
  const syntaxError = (message) => new JMESPathError("syntax", `Invalid JMESPath expression: ${message}`);

  // MARK: Lexer

  const pairs = ["[?", "[]", "||", "&&", "==", "!=", "<=", ">="];
  const singles = ".*@,:{}()[]|&!<>";

  function tokenize(text) {
    const tokens = [];
    let at = 0;
    const push = (type, value, start) => tokens.push({ type, value, start });
    while (at < text.length) {
      const start = at, character = text[at];
      if (/\s/.test(character)) {
        at += 1;
      } else if (/[A-Za-z_]/.test(character)) {
        while (at < text.length && /[A-Za-z0-9_]/.test(text[at])) at += 1;
        push("name", text.slice(start, at), start);
      } else if (/[0-9-]/.test(character)) {
        at += 1;
        while (at < text.length && /[0-9]/.test(text[at])) at += 1;
        const digits = text.slice(start, at);
        if (digits === "-") throw syntaxError(`unexpected "-" at ${start}`);
        push("number", Number(digits), start);
      } else if (character === '"' || character === "'" || character === "`") {
        at += 1;
        while (at < text.length && text[at] !== character) at += text[at] === "\\" ? 2 : 1;
        if (at >= text.length) throw syntaxError(`unclosed ${character} at ${start}`);
        const inner = text.slice(start + 1, at);
        at += 1;
        if (character === '"') push("quoted", parsed(`"${inner}"`, start), start);
        else if (character === "'") push("literal", inner.replaceAll("\\'", "'"), start);
        else push("literal", literal(inner.replaceAll("\\`", "`").trim(), start), start);
      } else if (pairs.includes(text.slice(at, at + 2))) {
        push(text.slice(at, at + 2), undefined, start);
        at += 2;
      } else if (singles.includes(character)) {
        push(character, undefined, start);
        at += 1;
      } else {
        throw syntaxError(`unexpected "${character}" at ${start}`);
      }
    }
    push("end", undefined, text.length);
    return tokens;
  }

  function parsed(text, start) {
    try {
      return JSON.parse(text);
    } catch {
      throw syntaxError(`no JSON at ${start}: ${text}`);
    }
  }

  /** What is no JSON is taken as a bare string, as it was before the specification became strict. */
  function literal(text, start) {
    if (text === "" || /^["[{]|^-?\d|^(true|false|null)$/.test(text)) return parsed(text, start);
    return parsed(`"${text.replaceAll('"', '\\"')}"`, start);
  }

  // MARK: Parser

  const powers = {
    "|": 1, "||": 2, "&&": 3, "==": 5, "!=": 5, "<": 5, "<=": 5, ">": 5, ">=": 5, "[]": 9, "*": 20, "[?": 21, ".": 40,
    "!": 45,
    "{": 50, "[": 55, "(": 60,
  };
  /** A projection ends where something binds less than this. */
  const projectionStop = 10;

  class Parser {
    constructor(text) {
      this.tokens = tokenize(text);
      this.at = 0;
    }

    get next() { return this.tokens[this.at]; }
    look(ahead) { return this.tokens[Math.min(this.at + ahead, this.tokens.length - 1)].type; }
    take(type) {
      const token = this.tokens[this.at];
      if (type !== undefined && token.type !== type) this.fail(token, `expected ${type}, found`);
      this.at += 1;
      return token;
    }
    fail(token, text = "unexpected") { throw syntaxError(`${text} "${token.value ?? token.type}" at ${token.start}`); }

    whole() {
      const tree = this.expression(0);
      if (this.next.type !== "end") this.fail(this.next);
      return tree;
    }

    expression(power) {
      let left = this.prefix(this.take());
      while (power < (powers[this.next.type] ?? 0)) left = this.infix(left, this.take());
      return left;
    }

    prefix(token) {
      switch (token.type) {
        case "literal": return { type: "literal", value: token.value };
        case "name": return { type: "field", name: token.value };
        case "quoted":
          if (this.next.type === "(") throw syntaxError("quoted identifiers are no function names");
          return { type: "field", name: token.value };
        case "@": return { type: "current" };
        case "&": return { type: "reference", child: this.expression(powers["&"] ?? 0) };
        case "!": return { type: "not", child: this.expression(powers["!"]) };
        case "*": return this.projection("values", { type: "current" });
        case "[?": return this.filter({ type: "current" });
        case "[]": return this.projection("elements", { type: "flatten", child: { type: "current" } }, powers["[]"]);
        case "{": return this.hash();
        case "(": {
          const inner = this.expression(0);
          this.take(")");
          return inner;
        }
        case "[":
          if (this.next.type === "number" || this.next.type === ":") return this.index({ type: "current" });
          if (this.next.type === "*" && this.look(1) === "]") {
            this.at += 2;
            return this.projection("elements", { type: "current" });
          }
          return this.list();
        default: return this.fail(token);
      }
    }

    infix(left, token) {
      switch (token.type) {
        case ".":
          if (this.next.type === "*") {
            this.take();
            return this.projection("values", left);
          }
          return { type: "sub", left, right: this.afterDot(powers["."]) };
        case "|": return { type: "pipe", left, right: this.expression(powers["|"]) };
        case "||": return { type: "or", left, right: this.expression(powers["||"]) };
        case "&&": return { type: "and", left, right: this.expression(powers["&&"]) };
        case "(": return this.call(left, token);
        case "[?": return this.filter(left);
        case "[]": return this.projection("elements", { type: "flatten", child: left }, powers["[]"]);
        case "==": case "!=": case "<": case "<=": case ">": case ">=":
          return { type: "compare", sign: token.type, left, right: this.expression(powers[token.type]) };
        case "[":
          if (this.next.type === "number" || this.next.type === ":") return this.index(left);
          this.take("*");
          this.take("]");
          return this.projection("elements", left);
        default: return this.fail(token);
      }
    }

    call(left, token) {
      if (left.type !== "field") this.fail(token);
      const values = [];
      while (this.next.type !== ")") {
        values.push(this.expression(0));
        if (this.next.type === ",") {
          this.take();
          if (this.next.type === ")") this.fail(this.next);
        } else if (this.next.type !== ")") {
          this.fail(this.next);
        }
      }
      this.take(")");
      return { type: "call", name: left.name, values };
    }

    projection(type, left, power = powers[type === "values" ? "*" : "["]) {
      return { type, left, right: this.projected(type === "elements" && left.type !== "flatten" ? powers["*"]
        : power) };
    }

    /** What is done to each element. */
    projected(power) {
      const { type } = this.next;
      if ((powers[type] ?? 0) < projectionStop) return { type: "current" };
      if (type === "[" || type === "[?") return this.expression(power);
      if (type === ".") {
        this.take();
        return this.afterDot(power);
      }
      return this.fail(this.next);
    }

    afterDot(power) {
      const { type } = this.next;
      if (type === "name" || type === "quoted" || type === "*") return this.expression(power);
      if (type === "[") {
        this.take();
        return this.list();
      }
      if (type === "{") {
        this.take();
        return this.hash();
      }
      return this.fail(this.next);
    }

    filter(left) {
      const condition = this.expression(0);
      this.take("]");
      const right = this.next.type === "[]" ? { type: "current" } : this.projected(powers["[?"]);
      return { type: "filter", left, condition, right };
    }

    index(left) {
      const parts = [undefined, undefined, undefined];
      let colons = 0;
      while (this.next.type !== "]") {
        const token = this.take();
        if (token.type === ":" && colons < 2) colons += 1;
        else if (token.type === "number" && parts[colons] === undefined) parts[colons] = token.value;
        else this.fail(token);
      }
      this.take("]");
      if (colons === 0) return { type: "sub", left, right: { type: "index", place: parts[0] } };
      return this.projection("elements", { type: "sub", left, right: { type: "slice", parts } });
    }

    list() {
      const children = [];
      for (;;) {
        children.push(this.expression(0));
        if (this.next.type === ",") this.take();
        else break;
      }
      this.take("]");
      return { type: "list", children };
    }

    hash() {
      const entries = [];
      for (;;) {
        const key = this.take();
        if (key.type !== "name" && key.type !== "quoted") this.fail(key);
        this.take(":");
        entries.push([key.value, this.expression(0)]);
        if (this.next.type === ",") this.take();
        else break;
      }
      this.take("}");
      return { type: "hash", entries };
    }
  }

  // MARK: Interpreter

  const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
  const isFalse = (value) => value === null || value === undefined || value === false || value === ""
    || (Array.isArray(value) && value.length === 0) || (isObject(value) && Object.keys(value).length === 0);

  function equal(one, other) {
    if (one === other) return true;
    if (Array.isArray(one)) {
      return Array.isArray(other) && one.length === other.length
        && one.every((element, place) => equal(element, other[place]));
    }
    if (!isObject(one) || !isObject(other)) return false;
    const keys = Object.keys(one);
    return keys.length === Object.keys(other).length
      && keys.every((key) => Object.hasOwn(other, key) && equal(one[key], other[key]));
  }

  function slice(array, parts) {
    const step = parts[2] ?? 1, { length } = array;
    if (step === 0) throw new JMESPathError("invalid-value", "Invalid slice, step cannot be 0");
    const bound = (value, otherwise) => {
      if (value === undefined) return otherwise;
      const place = value < 0 ? value + length : value;
      return step > 0 ? Math.min(Math.max(place, 0), length) : Math.min(Math.max(place, -1), length - 1);
    };
    const result = [];
    const start = bound(parts[0], step > 0 ? 0 : length - 1), stop = bound(parts[1], step > 0 ? length : -1);
    for (let place = start; step > 0 ? place < stop : place > stop; place += step) result.push(array[place]);
    return result;
  }

  function evaluate(node, value) {
    switch (node.type) {
      case "current": return value;
      case "literal": return node.value;
      case "field": return isObject(value) && Object.hasOwn(value, node.name) ? value[node.name] ?? null : null;
      case "sub": {
        const left = evaluate(node.left, value);
        return left === null || left === undefined ? null : evaluate(node.right, left);
      }
      case "pipe": return evaluate(node.right, evaluate(node.left, value));
      case "index": return Array.isArray(value) ? value.at(node.place) ?? null : null;
      case "slice": return Array.isArray(value) ? slice(value, node.parts) : null;
      case "elements": {
        const base = evaluate(node.left, value);
        return Array.isArray(base) ? project(base, node.right) : null;
      }
      case "values": {
        const base = evaluate(node.left, value);
        return isObject(base) ? project(Object.values(base), node.right) : null;
      }
      case "filter": {
        const base = evaluate(node.left, value);
        if (!Array.isArray(base)) return null;
        return project(base.filter((element) => !isFalse(evaluate(node.condition, element))), node.right);
      }
      case "flatten": {
        const base = evaluate(node.child, value);
        return Array.isArray(base) ? base.flat(1) : null;
      }
      case "compare": return compare(node.sign, evaluate(node.left, value), evaluate(node.right, value));
      case "or": {
        const left = evaluate(node.left, value);
        return isFalse(left) ? evaluate(node.right, value) : left;
      }
      case "and": {
        const left = evaluate(node.left, value);
        return isFalse(left) ? left : evaluate(node.right, value);
      }
      case "not": return isFalse(evaluate(node.child, value));
      case "list": return value === null || value === undefined ? null
        : node.children.map((child) => evaluate(child, value));
      case "hash": return value === null || value === undefined ? null
        : Object.fromEntries(node.entries.map(([key, child]) => [key, evaluate(child, value)]));
      case "reference": return { [referenceMark]: (element) => evaluate(node.child, element) };
      case "call": return use("jmespathFunctions").call(node.name, node.values.map((child) => evaluate(child, value)));
    }
  }

  const referenceMark = Symbol("expression");

  function project(elements, right) {
    const result = [];
    for (const element of elements) {
      const found = evaluate(right, element);
      if (found !== null && found !== undefined) result.push(found);
    }
    return result;
  }

  function compare(sign, left, right) {
    if (sign === "==") return equal(left ?? null, right ?? null);
    if (sign === "!=") return !equal(left ?? null, right ?? null);
    if (typeof left !== "number" || typeof right !== "number") return null;
    return sign === "<" ? left < right : sign === "<=" ? left <= right : sign === ">" ? left > right : left >= right;
  }

  const trees = new Map();

  /** The result of an expression on a value. */
  function search(value, expression) {
    if (typeof expression !== "string") throw new JMESPathError("syntax", "the JMESPath expression must be a string");
    let tree = trees.get(expression);
    if (tree === undefined) {
      tree = new Parser(expression).whole();
      if (trees.size > 500) trees.clear();
      trees.set(expression, tree);
    }
    return evaluate(tree, value) ?? null;
  }

  return { search, JMESPathError, referenceMark, isObject, equal };
});
