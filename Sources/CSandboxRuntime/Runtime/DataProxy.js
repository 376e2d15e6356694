// The names that n8n gives to code: `$json`, `$input`, `$('X')` and their like, over a scene. Everything is worked out
// when it is asked for.

section("dataProxy", () => {
  const { ExpressionError, problems } = use("problems");
  const { pairedItem } = use("pairing");

  const isMissing = (value) => value === undefined || value === null;

  function wholeNumber(value, otherwise) {
    if (isMissing(value)) return otherwise;
    const number = Number(value);
    if (!Number.isInteger(number)) throw new TypeError(`${value} is no whole number`);
    return number;
  }

  /** An expression's view of files: names, types and sizes, no content. */
  function withoutContent(binary) {
    const files = {};
    for (const [name, file] of Object.entries(binary ?? {})) {
      if (file !== null && typeof file === "object") {
        const { data, ...facts } = file;
        files[name] = facts;
      } else {
        files[name] = file;
      }
    }
    return files;
  }

  /**
   * The items of one output in one run of a node: the last run and the output that leads here, unless told otherwise.
   */
  function itemsOf(scene, name, branch, run) {
    const runs = scene.runsOf(name);
    if (runs.length === 0) throw problems.notExecuted(name);
    const runIndex = wholeNumber(run, runs.length - 1);
    const actualRun = runIndex === -1 ? runs.length - 1 : runIndex;
    if (runs[actualRun] === undefined) throw problems.noSuchRun(runIndex, name);
    const output = wholeNumber(branch, undefined);
    if (output !== undefined) {
      if (output < 0 || output >= (runs[actualRun].outputs ?? []).length) throw problems.noSuchBranch(output, name);
      return scene.output(name, actualRun, output);
    }
    return scene.output(name, actualRun, scene.upstream.get(name) ?? 0);
  }

  const stateOf = (scene, name) => scene.runsOf(name).at(-1)?.state ?? scene.runsOf(name).at(-1)?.context ?? {};

  function makeData(scene, evaluate) {
    const position = { item: scene.raw.itemIndex ?? 0, showsContent: false };
    const { execution, workflow } = scene;
    const { settings } = use("settings");

    function currentItem() {
      const { items } = scene;
      if (items.length === 0) throw problems.noInput(scene.node.name);
      return items[position.item];
    }

    function existing(name) {
      const node = scene.nodeNamed(String(name));
      if (node === undefined) throw problems.unknownNode(String(name));
      return node;
    }

    const resolvedParameters = (node) =>
      use("parameters").view(node.parameters ?? {}, (text) => evaluate(text, position.item));

    /** What `$('X')` gives. */
    class NodeData {
      #node;
      constructor(node) { this.#node = node; }
      get name() { return this.#node.name; }
      get item() { return pairedItem(scene, this.name, position.item); }
      get isExecuted() { return scene.runsOf(this.name).length > 0; }
      get params() { return this.#node.parameters ?? {}; }
      get context() { return stateOf(scene, this.name); }
      get runIndex() { return scene.runsOf(this.name).length - 1; }
      itemMatching(place) {
        if (isMissing(place)) throw new ExpressionError("Missing item index for .itemMatching()",
          { description: "Pass the number of the current item, e.g. $('X').itemMatching(0).",
          type: "missing_item_index" });
        return pairedItem(scene, this.name, wholeNumber(place));
      }
      pairedItem(place) { return pairedItem(scene, this.name, wholeNumber(place, position.item)); }
      first(branch, run) { return itemsOf(scene, this.name, branch, run)[0]; }
      last(branch, run) { return itemsOf(scene, this.name, branch, run).at(-1); }
      all(branch, run) { return itemsOf(scene, this.name, branch, run); }
    }

    /** What `$node["X"]` gives: the item with the number of the current one. */
    class SameItemData {
      #node;
      constructor(node) { this.#node = node; }
      get #item() {
        const item = itemsOf(scene, this.#node.name)[position.item];
        if (item === undefined) throw problems.noSuchItem(position.item, this.#node.name);
        return item;
      }
      get json() { return this.#item.json; }
      get data() { return this.json; }
      get binary() { return position.showsContent ? this.#item.binary ?? {} : withoutContent(this.#item.binary); }
      get context() { return stateOf(scene, this.#node.name); }
      get parameter() { return resolvedParameters(this.#node); }
      get params() { return this.#node.parameters ?? {}; }
      get runIndex() {
        const runs = scene.runsOf(this.#node.name);
        if (runs.length === 0) throw problems.notExecuted(this.#node.name);
        return runs.length - 1;
      }
      get isExecuted() { return scene.runsOf(this.#node.name).length > 0; }
    }

    const input = new (class Input {
      get item() { return scene.items[position.item]; }
      get params() { return scene.source === null ? undefined : scene.nodeNamed(scene.source.node)?.parameters; }
      get context() { return scene.source === null ? {} : stateOf(scene, scene.source.node); }
      first(branch, run) { return this.#items(branch, run)[0]; }
      last(branch, run) { return this.#items(branch, run).at(-1); }
      all(branch, run) { return this.#items(branch, run); }
      /** The items that came, or those of another branch or run of the node that gave them. */
      #items(branch, run) {
        const { source } = scene;
        if (source === null) return scene.items;
        const output = wholeNumber(branch, source.output), runIndex = wholeNumber(run, source.run);
        return output === source.output && runIndex === source.run ? scene.items
          : itemsOf(scene, source.node, output, runIndex);
      }
    })();

    const nodes = new Map(), sameItems = new Map();
    function nodeData(name) {
      if (name === undefined || name === "") throw problems.unknownNode(String(name ?? ""));
      const node = existing(name);
      let known = nodes.get(node.name);
      if (known === undefined) nodes.set(node.name, (known = new NodeData(node)));
      return known;
    }

    const moment = () => use("dateTime").DateTime.fromMillis(scene.raw.now ?? settings.now());
    let now, today;
    const whole = (value) => (typeof value === "string" ? value : String(value ?? ""));

    const customData = {
      set(key, value) {
        if (typeof key !== "string" || !/^[A-Za-z0-9_]{1,50}$/.test(key)) {
          throw new ExpressionError(
            `Custom data key "${whole(key)}" can only contain letters, digits and underscores, at most 50`,
            { type: "custom_data" });
        }
        if (!["string", "number", "bigint"].includes(typeof value)) {
          throw new ExpressionError(`Custom data value for key "${key}" must be a string or a number`,
            { type: "custom_data" });
        }
        // n8n's bounds: what is beyond them is left out, and fails nothing.
        if (!(key in scene.customData) && Object.keys(scene.customData).length >= 10) return;
        scene.customData[key] = Array.from(String(value).slice(0, 510)).slice(0, 255).join("");
        scene.changesCustomData = true;
      },
      setAll(values) {
        if (values === null || typeof values !== "object" || Array.isArray(values)) {
          throw new ExpressionError("Custom data must be an object, e.g. setAll({ key: 'value' })",
            { type: "custom_data" });
        }
        for (const [key, value] of Object.entries(values)) customData.set(key, value);
      },
      get: (key) => scene.customData[key],
      getAll: () => ({ ...scene.customData }),
    };

    let executionData, workflowData, nodeView;

    const getters = {
      $json: () => currentItem()?.json,
      $data: () => currentItem()?.json,
      $binary: () => {
        const item = currentItem();
        return position.showsContent ? item.binary ?? {} : withoutContent(item.binary);
      },
      $input: () => input,
      $: () => nodeData,
      $node: () => (nodeView ??= new Proxy({}, {
        get(_, name) {
          if (typeof name !== "string") return undefined;
          let known = sameItems.get(name);
          if (known === undefined) sameItems.set(name, (known = new SameItemData(existing(name))));
          return known;
        },
        has: (_, name) => scene.nodes.has(name),
        ownKeys: () => [...scene.nodes.keys()],
        getOwnPropertyDescriptor: (_, name) =>
          (scene.nodes.has(name) ? { enumerable: true, configurable: true, value: undefined } : undefined),
      })),
      $items: () => (name, branch, run) => {
        const node = name ?? scene.source?.node;
        if (node === undefined) return scene.items;
        return itemsOf(scene, existing(node).name, branch ?? 0, run);
      },
      $prevNode: () => (scene.source === null ? {}
        : { name: scene.source.node, outputIndex: scene.source.output, runIndex: scene.source.run }),
      $itemIndex: () => position.item,
      $position: () => position.item,
      $thisItemIndex: () => position.item,
      $thisItem: () => scene.items[position.item],
      $runIndex: () => scene.runIndex,
      $thisRunIndex: () => scene.runIndex,
      $execution: () => (executionData ??= {
        id: execution.id, mode: execution.mode === "manual" || execution.mode === "test" ? "test" : "production",
        ...(execution.resumeUrl === undefined ? {} : { resumeUrl: execution.resumeUrl }),
        ...(execution.resumeFormUrl === undefined ? {} : { resumeFormUrl: execution.resumeFormUrl }), customData,
      }),
      $executionId: () => execution.id,
      $resumeWebhookUrl: () => execution.resumeUrl,
      $mode: () => execution.mode,
      $workflow: () => (workflowData ??= { id: workflow.id, name: workflow.name, active: Boolean(workflow.active) }),
      $vars: () => scene.raw.vars ?? {},
      $env: () => scene.raw.env ?? {},
      $secrets: () => scene.raw.secrets ?? {},
      $self: () => stateOf(scene, scene.node.name),
      $now: () => (now ??= moment()),
      $today: () => (today ??= moment().startOf("day")),
      $parameter: () => resolvedParameters(scene.node),
      $rawParameter: () => scene.node.parameters ?? {},
      $nodeVersion: () => scene.node.typeVersion,
      $nodeId: () => scene.node.id,
      $webhookId: () => scene.node.webhookId,
      $evaluateExpression: () => (text, place) =>
        evaluate(whole(text).startsWith("=") ? whole(text) : `=${whole(text)}`, wholeNumber(place, position.item)),
      $getPairedItem: () => (name, source, origin) =>
        use("pairing").pairedItem(scene, name, origin?.item ?? position.item),
      $jmespath: () => use("globals").jmespath,
      $jmesPath: () => use("globals").jmespath,
      $fromAI: () => fromAI,
      DateTime: () => use("dateTime").DateTime,
      Duration: () => use("duration").Duration,
      Interval: () => use("interval").Interval,
      Settings: () => use("settings").Settings,
      Info: () => use("interval").Info,
    };
    getters.$fromAi = getters.$fromai = getters.$fromAI;
    // Names that only n8n's documentation uses.
    getters.$exec = getters.$execution;
    getters.$version = getters.$nodeVersion;

    function fromAI(key, description, type, otherwise) {
      if (isMissing(key) || key === "") throw new ExpressionError("Add a key, e.g. $fromAI('placeholder_name')",
        { type: "from_ai" });
      if (!/^[a-zA-Z0-9_-]{1,64}$/.test(key)) {
        throw new ExpressionError(
          "Invalid parameter key, must be between 1 and 64 characters long and only contain lowercase letters, "
          + "uppercase letters, numbers, underscores, and hyphens", { type: "from_ai" });
      }
      // What the agent filled in: told by the host, or kept with the run.
      const run = scene.runsOf(scene.node.name)[scene.runIndex];
      const given = scene.raw.fromAI ?? run?.inputOverride?.ai_tool?.[0]?.map((item) => item.json);
      const values = Array.isArray(given) ? given[position.item] : given;
      if (isMissing(values)) throw new ExpressionError("No execution data available", { type: "no_execution_data" });
      return values.query?.[key] ?? values[key] ?? otherwise;
    }

    return { getters, position, scene };
  }

  return { makeData };
});
