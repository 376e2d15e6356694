// Runs the code of Code, Function and FunctionItem nodes.
//
// Only names that the source mentions are worked out and passed, as arguments of a function around the user's own, so
// that user code may declare any of them anew.

section("codeRunner", () => {
  const { makeData } = use("dataProxy");
  const { Evaluator } = use("evaluator");
  const { CodeError, all, single, functionItems, trimmed } = use("codeResults");
  const { ExpressionError } = use("problems");
  const { DataNeeded } = use("scene");

  const AsyncFunction = (async () => {}).constructor;
  const sourceName = "jobsprint-code";
  // An arrow function of its own, so that the code may declare any of the names anew.
  const header = "return await (async () => {\n", footer = "\n})();\n//# sourceURL=";
  const noModules = "'import' and 'export' may only appear at the top level of a module: use require() in code";
  const { apply } = Reflect;
  const { defineProperty } = Object;
  const ownNames = ["$input", "$json", "$items", "$node"];

  /**
   * The line of an error in a whole compiled function: from the stack, or where the engine notes it on the error
   * itself.
   */
  function lineIn(error) {
    const found = new RegExp(`${sourceName}(?:\\.js)?:(\\d+)`).exec(error?.stack ?? "");
    if (found !== null) return Number(found[1]);
    return typeof error?.line === "number" && error.sourceURL === undefined ? error.line : undefined;
  }

  // How many lines an engine puts before the user's own, for errors that are thrown and for those of the parser.
  let linesBefore, linesBeforeInParser;
  async function measureLines() {
    try {
      await new AsyncFunction(`${header}throw new Error("x");${footer}${sourceName}`).call(undefined);
    } catch (error) {
      linesBefore = (lineIn(error) ?? 1) - 1;
    }
    try {
      new AsyncFunction(`${header}let x = ;${footer}${sourceName}`);
    } catch (error) {
      linesBeforeInParser = typeof error.line === "number" ? error.line - 1 : undefined;
    }
  }

  function lineOf(error) {
    const line = lineIn(error);
    return line === undefined || linesBefore === undefined || line <= linesBefore ? undefined : line - linesBefore;
  }

  /** The same words on every engine. */
  function wordsOf(message) {
    const missing = /^(undefined|null) is not an object \(evaluating '([^]*)'\)$/.exec(message);
    if (missing !== null) {
      const set = /^([^=]*?)[.[]["']?([\p{ID_Continue}$]+)["']?\]? = /u.exec(missing[2]);
      if (set !== null) return `Cannot set properties of ${missing[1]} (setting '${set[2]}')`;
      const member = /[.[]["']?([\p{ID_Continue}$]+)["']?\]?$/u.exec(missing[2]);
      return member === null ? message : `Cannot read properties of ${missing[1]} (reading '${member[1]}')`;
    }
    const unknown = /^Can't find variable: (.+)$/.exec(message);
    if (unknown !== null) return `${unknown[1]} is not defined`;
    return /^([^]+?) is not a function\. \(In '/.exec(message)?.[0] === undefined ? message
      : `${/^([^]+?) is not a function/.exec(message)[1]} is not a function`;
  }

  /** n8n's form: what happened, the line, and the item. */
  function located(error, item, parserLine) {
    if (error instanceof DataNeeded) return error;
    const isError = Object.prototype.toString.call(error) === "[object Error]";
    const message = isError ? wordsOf(error.message) || error.name : typeof error === "object"
      ? use("json").text(error) : String(error);
    if (error instanceof CodeError) return error;
    const line = isError ? parserLine ?? lineOf(error) : undefined;
    const places = [line === undefined ? undefined : `line ${line}`, item === undefined ? undefined
      : `for item ${item}`].filter(Boolean);
    const known = new CodeError(`${message}${places.length > 0 ? ` [${places.join(", ")}]` : ""}`,
      { description: error?.description
        ?? (isError && error.name !== "Error" && !(error instanceof ExpressionError) ? error.name : undefined), item });
    if (error instanceof ExpressionError) {
      known.name = error.name;
      known.context = error.context;
    }
    known.line = line;
    return known;
  }

  const unavailableHelper = (name) => () => {
    throw use("problems").problems.notOffline(`this.helpers.${String(name)}()`,
      "Code nodes have no network and no files: use a node made for the task.");
  };

  function makeHelpers(items) {
    const helpers = {
      getBinaryDataBuffer: async (place, name) => {
        const file = items[place]?.binary?.[name];
        if (file === undefined) throw new Error(`Item ${place} has no file named '${name}'`);
        if (typeof file.data !== "string" || file.id !== undefined) {
          throw new Error(`The content of the file '${name}' was not given to this code`);
        }
        return use("nodeGlobals").Buffer.from(file.data, "base64");
      },
      prepareBinaryData: async (content, fileName, mimeType = "application/octet-stream") => {
        const { Buffer } = use("nodeGlobals");
        const buffer = typeof content === "string" ? Buffer.from(content) : Buffer.from(content);
        const extension = /\.([A-Za-z0-9]+)$/.exec(fileName ?? "")?.[1];
        return { data: buffer.toString("base64"), mimeType, ...(fileName ? { fileName } : {}),
          ...(extension ? { fileExtension: extension } : {}) };
      },
      assertBinaryData: (place, name) => {
        const file = items[place]?.binary?.[name];
        if (file === undefined) throw new Error(`Item ${place} has no file named '${name}'`);
        return file;
      },
      returnJsonArray: (data) =>
        (Array.isArray(data) ? data : [data]).map((one) => (Object.hasOwn(one, "json") ? one : { json: one })),
      normalizeItems: (data) => all(data),
    };
    return new Proxy(helpers, {
      get: (target, name) =>
        (typeof name === "string" && !Object.hasOwn(target, name) ? unavailableHelper(name) : target[name]),
    });
  }

  const identifier = /[\p{ID_Start}$_][\p{ID_Continue}$]*/gu;

  const prepared = new Map();

  class Code {
    constructor(scene, request) {
      // An item that code hands on was made from the input item that it is.
      scene.inputs = scene.inputs.map((items, input) =>
        items.map((item, place) => ({ ...item, pairedItem: input === 0 ? { item: place } : { item: place, input } })));
      this.scene = scene;
      this.request = request;
      const evaluator = new Evaluator(scene);
      this.data = makeData(scene, (text, item) => evaluator.value(text, item));
      this.data.position.showsContent = true;
      this.outcomes = [];
      const { console, lines } = use("console").makeConsole();
      this.lines = lines;
      this.staticData = structuredCopy(request.staticData ?? {});
      this.staticText = JSON.stringify(this.staticData);
      this.helpers = makeHelpers(scene.items);
      const { getters } = this.data;
      const staticData = (kind) => {
        if (kind !== "global" && kind !== "node") throw new ExpressionError(
          `The static data of "${kind}" does not exist: ask for 'global' or 'node'`);
        return (this.staticData[kind] ??= {});
      };
      this.getters = {
        ...getters,
        items: () => scene.items, item: () => undefined, console: () => console,
        $getWorkflowStaticData: () => staticData, getWorkflowStaticData: () => staticData,
        $getNodeParameter: () => this.parameter, getNodeParameter: () => this.parameter,
        getWorkflow: () => () => getters.$workflow(), getExecutionId: () => () => scene.execution.id,
        getMode: () => () => scene.execution.mode,
        getTimezone: () => () => scene.raw.timezone ?? "UTC", $item: () => (place) => this.atItem(place),
        helpers: () => this.helpers, $helpers: () => this.helpers,
        getBinaryData: () => () => scene.items[this.data.position.item]?.binary,
      };
      for (const name of ["$if", "$ifEmpty", "$min", "$max", "$average", "$not", "numberList", "zip"]) {
        this.getters[name] = () => use("globals").functions[name];
      }
      for (
        const name of ["Buffer", "TextEncoder", "TextDecoder", "URL", "URLSearchParams", "require", "structuredClone",
        "atob", "btoa", "setTimeout",
        "setInterval", "setImmediate", "clearTimeout", "clearInterval", "clearImmediate", "queueMicrotask", "fetch",
        "process"]) {
        this.getters[name] = () => use("nodeGlobals")[name];
      }
      for (const [name, value] of Object.entries(scene.raw.extra ?? {})) this.getters[name] = () => value;
    }

    get parameter() { return (name, otherwise) => this.getters.$parameter()[name] ?? otherwise; }

    atItem(place) {
      const { getters, position } = this.data;
      return new Proxy({}, {
        get: (_, name) => {
          if (!Object.hasOwn(getters, name)) return undefined;
          const before = position.item;
          position.item = place;
          try {
            return getters[name]();
          } finally {
            position.item = before;
          }
        },
      });
    }

    /** Compiled for the names that the source mentions; a loop runs the same source again and again. */
    prepare() {
      const { source } = this.request, key = `${Object.keys(this.scene.raw.extra ?? {}).join()} ${source}`;
      let known = prepared.get(key);
      if (known === undefined) {
        const words = new Set(source.match(identifier));
        const names = Object.keys(this.getters).filter((name) => words.has(name));
        known = { names, body: this.compiled(names, source) };
        if (prepared.size > 50) prepared.clear();
        prepared.set(key, known);
      }
      this.names = known.names;
      this.body = known.body;
    }

    compiled(names, source) {
      try {
        return new AsyncFunction(...names, `${header}${source}${footer}${sourceName}`);
      } catch (error) {
        const isKnown = linesBeforeInParser !== undefined && typeof error.line === "number";
        const last = source.split("\n").length;
        const line = isKnown ? Math.min(Math.max(error.line - linesBeforeInParser, 1), last) : undefined;
        const isModule = /^\s*(?:import\s*[\w{*'"]|export\s)/m.test(source);
        throw located(isModule ? new SyntaxError(noModules) : error, undefined, line);
      }
    }

    /** One run of the code; after it, nothing may be used that code could have replaced, until the realm is mended. */
    async call(place, item) {
      const { names, getters, data } = this, values = [];
      data.position.item = place;
      for (let at = 0; at < names.length; at++) {
        try {
          values[at] = names[at] === "item" && item !== undefined ? item : getters[names[at]]();
        } catch (error) {
          // `$json` without an item is an error only for code that uses it, which a name alone does not prove.
          if (error instanceof DataNeeded) throw error;
          values[at] = undefined;
        }
      }
      const { scene, helpers, parameter } = this;
      const self = { helpers, getWorkflowStaticData: getters.getWorkflowStaticData(), getNodeParameter: parameter,
        getInputData: () => scene.items, getMode: () => scene.execution.mode };
      for (let at = 0; at < ownNames.length; at++) {
        defineProperty(self, ownNames[at], { __proto__: null, get: getters[ownNames[at]] });
      }
      // Not the promise itself: to hand that on would call its `then`.
      return await apply(this.body, self, values);
    }

    /** Runs the code once, or for each item, and keeps what it gave or threw as it is. */
    async run() {
      const { items } = this.scene, { kind, continueOnFail } = this.request;
      if (linesBefore === undefined) await measureLines();
      this.prepare();
      const count = isForAll(kind) ? 1 : items.length;
      for (let place = 0; place < count; place++) {
        const outcome = { hasFailed: false, result: undefined, error: undefined };
        this.outcomes[place] = outcome;
        try {
          const item = isForAll(kind) ? undefined : kind === "functionItem" ? items[place].json : items[place];
          outcome.result = await this.call(place, item);
        } catch (error) {
          outcome.hasFailed = true;
          outcome.error = error;
          if (!continueOnFail || error instanceof DataNeeded) return;
        }
      }
    }

    /** The items that the code gave; throws what it threw, and what is wrong with what it gave. */
    items() {
      const { kind, continueOnFail } = this.request, made = [];
      for (const [place, outcome] of this.outcomes.entries()) {
        const item = isForAll(kind) ? undefined : place;
        try {
          if (outcome.hasFailed) throw outcome.error;
          for (const one of this.itemsOf(outcome.result, place)) made.push(one);
        } catch (error) {
          const failure = located(error, item);
          if (!continueOnFail || failure instanceof DataNeeded) throw failure;
          made.push({ json: { error: failure.message }, ...(item === undefined ? {} : { pairedItem: { item } }) });
        }
      }
      return made;
    }

    /** `kind`: "all", "each", "function" or "functionItem". */
    itemsOf(result, place) {
      const { kind } = this.request, pairedItem = { item: place };
      if (kind === "all") return all(result).map(trimmed);
      if (kind === "function") return functionItems(result).map(trimmed);
      if (kind === "each") {
        const { json, binary } = single(result, place);
        return [{ json, ...(binary === undefined || binary === null ? {} : { binary }), pairedItem }];
      }
      if (result === undefined || result === null || typeof result !== "object" || Array.isArray(result)) {
        throw new CodeError(result === undefined || result === null
          ? "No data got returned. Always make sure to return an object." : "The returned value has to be an object!",
          { item: place });
      }
      const { binary } = this.scene.items[place];
      return [{ json: result, ...(binary === undefined ? {} : { binary }), pairedItem }];
    }
  }

  const isForAll = (kind) => kind === "all" || kind === "function";

  const structuredCopy = (value) => JSON.parse(JSON.stringify(value));

  return { Code, CodeError };
});
