// The one way in: a request as JSON text, a response as JSON text (a promise of it for code, which may be
// asynchronous). Only text crosses, so nothing of the context gets out and nothing from outside gets in.
//
// Requests, by `op`; each may bring a `scene`, which stays until the next one comes, and `data`, items that were needed:
//   evaluate {templates, count}  ->  {values, odd, customData?, needs?}
//     `values` has for each template its value for each of the items 0..<count; where that is no JSON, null stands there,
//     and `odd` has {template, item} with {undefined: true}, {error} or {needed: true}
//   code {kind, source, continueOnFail?, staticData?}
//     ->  {items | error | needed, console?, staticData?, customData?, needs?}
//   mentions {texts}  ->  {mentions: [{nodes, isDynamic}]}
//   scene, warm  ->  {}
// A request that can't be answered at all gives {error} alone.

{
  // Own references: code may replace what it finds.
  const { parse, stringify } = JSON;
  const { apply } = Reflect;
  const { then } = Promise.prototype;
  const { defineProperty } = Object;
  const fetchFromHost = globalThis.__jobsprintFetch;
  delete globalThis.__jobsprintFetch;
  use("random").begin(globalThis.__jobsprintRandom);
  delete globalThis.__jobsprintRandom;
  const { restore } = use("intrinsics");

  let scene, evaluator, hasRunCode = false;
  // The scene as it came, where items were kept back: code is run again from the beginning once they are here, and must
  // not see what it changed the first time.
  let sceneText, received = [];

  const keepsItemsBack = (raw) => Object.values(raw.history ?? {}).some((runs) =>
    runs.some((run) => run.outputs?.some((output) => typeof output === "number" && output > 0)));

  /** A scene stays until the next one comes. */
  function begin(raw) {
    const { Scene } = use("scene");
    use("settings").settings.begin(raw.timezone ?? raw.workflow?.settings?.timezone);
    const fetch = typeof fetchFromHost !== "function" ? undefined : (need) => {
      const answer = fetchFromHost(stringify(need));
      return typeof answer === "string" ? parse(answer) : undefined;
    };
    scene = new Scene(raw, fetch);
    evaluator = undefined;
  }

  /** After user code, before anything is made of what it gave. */
  function mend() {
    const lost = restore();
    if (lost === undefined) return;
    const { CodeError } = use("codeResults");
    throw new CodeError(`The code has replaced ${lost} for good`, {
      description: "What it gives can't be read any more: don't freeze or lock what belongs to JavaScript itself.",
    });
  }

  function receive(request) {
    if (request.scene === undefined && scene === undefined) throw new Error("There is no scene yet");
    if (request.scene !== undefined) {
      received = [];
      sceneText = fetchFromHost === undefined && keepsItemsBack(request.scene) ? stringify(request.scene)
        : undefined;
      begin(request.scene);
    }
    if (request.data !== undefined && sceneText !== undefined) {
      received.push(...request.data.map((piece) => stringify(piece)));
      begin(parse(sceneText));
      for (const piece of received) scene.receive(parse(piece));
    }
    scene.needs = [];
  }

  const described = (error, item) => {
    const { DataNeeded } = use("scene");
    if (error instanceof DataNeeded) return undefined;
    return {
      name: String(error?.name ?? "Error"), message: String(error?.message ?? error), description: error?.description,
      item: error?.item ?? item, line: error?.line,
      context: { ...error?.context, itemIndex: error?.item ?? item, runIndex: scene?.runIndex ?? 0 },
    };
  };

  const customData = () => (scene.changesCustomData ? `,"customData":${stringify(scene.customData)}` : "");
  const needs = () => (scene.needs.length > 0 ? `,"needs":${stringify(scene.needs)}` : "");

  function evaluate(request) {
    receive(request);
    evaluator ??= new (use("evaluator").Evaluator)(scene);
    const odd = [];
    const texts = request.templates.map((source, template) => valuesText(source, request.count, (item, what) => {
      odd.push({ template, item, ...what });
      return null;
    }));
    return `{"values":[${texts.join()}],"odd":${stringify(odd)}${customData()}${needs()}}`;
  }

  /** The values of a template for all items, as JSON. `tell` is told of what has none, and says what stands there. */
  function valuesText(source, count, tell) {
    const { text } = use("json"), template = use("compiler").compile(source);
    // Objects are written at once, because the next item's code may change them; all else that follows each other together.
    const pieces = [];
    let plain = [];
    const flush = () => {
      if (plain.length > 0) pieces.push(text(plain).slice(1, -1));
      plain = [];
    };
    for (let item = 0; item < count; item++) {
      try {
        const value = evaluator.evaluate(template, item);
        if (value === undefined || typeof value === "symbol") {
          plain.push(tell(item, { undefined: true }));
        } else if (value !== null && typeof value === "object") {
          const written = text(value);
          flush();
          pieces.push(written);
        } else {
          plain.push(value);
        }
      } catch (error) {
        const found = described(error, item);
        plain.push(tell(item, found === undefined ? { needed: true } : { error: found }));
      }
    }
    flush();
    return `[${pieces.join()}]`;
  }

  async function runCode(request) {
    receive(request);
    const { Code } = use("codeRunner");
    let code, outcome;
    try {
      code = new Code(scene, request);
      hasRunCode = true;
      use("timers").begin();
      try {
        await code.run();
      } finally {
        try { mend(); } finally { use("timers").end(); }
      }
      outcome = `"items":${use("json").text(code.items())}`;
    } catch (error) {
      const found = described(error, undefined);
      // A scene that lacks items is asked for them, whatever the code made of the failure.
      outcome = found === undefined ? '"needed":true' : `"error":${stringify(found)}`;
    }
    let state = "";
    if (code !== undefined) {
      if (code.lines.length > 0) state += `,"console":${stringify(code.lines)}`;
      const staticText = use("json").text(code.staticData);
      if (staticText !== code.staticText) state += `,"staticData":${staticText}`;
    }
    return `{${outcome}${state}${customData()}${needs()}}`;
  }

  const operations = {
    evaluate,
    code: runCode,
    scene(request) {
      receive(request);
      return "{}";
    },
    mentions: ({ texts }) => stringify({ mentions: texts.map((text) => use("compiler").mentions(text)) }),
    /** Builds what every expression and all code uses, so that a context that waits is warm. */
    warm() {
      const anyScene = { node: "", timezone: "UTC", inputs: [[{ json: {} }]] };
      evaluate({ scene: anyScene, templates: ["={{ $json.name }}"], count: 1 });
      scene = evaluator = undefined;
      restore();
      return "{}";
    },
  };

  defineProperty(globalThis, "__jobsprint", {
    value: (requestText) => {
      const refused = (error) =>
        stringify({ error: { name: "RequestError", message: String(error?.message ?? error) } });
      try {
        // What code has left running may have gone on after its end.
        if (hasRunCode) mend();
        const request = parse(requestText);
        if (!Object.hasOwn(operations, request.op)) return refused(`Unknown operation: ${request.op}`);
        const answer = operations[request.op](request);
        return typeof answer === "string" ? answer : apply(then, answer, [undefined, refused]);
      } catch (error) {
        return refused(error);
      }
    },
    writable: false, configurable: false, enumerable: false,
  });
  // For the host alone, while an answer is still to come: see Timers.js.
  defineProperty(globalThis, "__jobsprintTick", { value: () => use("timers").tick(), configurable: true });
}
