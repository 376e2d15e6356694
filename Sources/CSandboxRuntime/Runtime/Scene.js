// Where code runs: the workflow, the node, its input, and what the nodes before it gave. Made from the host's JSON;
// items that the host has not sent are fetched when they are first looked at.
//
// An output of a run is an array of items, or the number of items that the host has kept back.

section("scene", () => {
  const { ExpressionError } = use("problems");

  /** Not a problem of the user's: the host answers by sending the items and asking again. */
  class DataNeeded extends ExpressionError {}

  const sourceOf = (raw) => (raw === null || raw === undefined ? null : {
    node: raw.node ?? raw.previousNode, output: raw.output ?? raw.previousNodeOutput ?? 0, run: raw.run
      ?? raw.previousNodeRun ?? 0,
  });

  class Scene {
    constructor(raw, fetch) {
      this.raw = raw;
      this.fetch = fetch;
      this.workflow = raw.workflow ?? {};
      this.execution = raw.execution ?? {};
      this.history = new Map(Object.entries(raw.history ?? {}));
      this.nodes = new Map((this.workflow.nodes ?? []).map((node) => [node.name, node]));
      this.node = typeof raw.node === "string" ? this.nodes.get(raw.node) ?? { name: raw.node, parameters: {} }
        : raw.node ?? { name: "", parameters: {} };
      this.runIndex = raw.runIndex ?? 0;
      this.mainInput = raw.mainInput ?? 0;
      this.inputs = raw.inputs ?? [];
      this.sources = (raw.sources ?? []).map(sourceOf);
      this.needs = [];
      /** The execution's, and whether `$execution.customData` has changed it here. Any name may be a key. */
      this.customData = Object.assign(Object.create(null), raw.execution?.customData);
      this.changesCustomData = false;
    }

    /** The items of the main input. */
    get items() { return this.inputs[this.mainInput] ?? []; }
    /** Where they came from. */
    get source() { return this.sources[this.mainInput] ?? null; }

    nodeNamed(name) { return this.nodes.get(name); }

    /** The finished runs of a node, none for a node that has not run; pinned data stands for one run. */
    runsOf(name) {
      let runs = this.history.get(name);
      if (runs === undefined && Object.hasOwn(this.workflow.pinData ?? {}, name)) {
        const items = this.workflow.pinData[name].map((item, place) =>
          ({ pairedItem: { item: place }, ...(Object.hasOwn(item, "json") ? item : { json: item }) }));
        runs = [{ outputs: [items], sources: [], isPinned: true }];
        this.history.set(name, runs);
      }
      return runs ?? [];
    }

    /** The items of one output of a run; none for an output that the run did not have. */
    output(name, runIndex, place) {
      const run = this.runsOf(name)[runIndex];
      const found = run?.outputs?.[place];
      if (typeof found !== "number") return found ?? [];
      if (found === 0) return [];
      const need = { node: name, run: runIndex, output: place };
      const answer = this.fetch?.(need);
      if (answer === undefined) {
        this.needs.push(need);
        throw new DataNeeded("items are needed");
      }
      run.outputs[place] = answer;
      return answer;
    }

    /** What the host has sent after it was asked. */
    receive({ node, run, output, items }) {
      const runs = this.history.get(node);
      if (runs?.[run] !== undefined) runs[run].outputs[output] = items;
    }

    itemsAt(source) { return this.output(source.node, source.run, source.output); }
    sourcesOf(run) { return (run.sources ?? []).map(sourceOf); }

    /** The nodes from which data can reach the current one, and through which of their outputs; nearest first. */
    get upstream() {
      if (this.upstreamNodes !== undefined) return this.upstreamNodes;
      const incoming = new Map();
      for (const source of Object.keys(this.workflow.connections ?? {}).sort()) {
        for (const [output, targets] of (this.workflow.connections[source].main ?? []).entries()) {
          for (const target of targets ?? []) {
            if ((target.type ?? "main") !== "main") continue;
            if (!incoming.has(target.node)) incoming.set(target.node, []);
            incoming.get(target.node).push([source, output]);
          }
        }
      }
      const found = new Map(), queue = [this.node.name];
      for (let next = 0; next < queue.length; next++) {
        for (const [source, output] of incoming.get(queue[next]) ?? []) {
          if (found.has(source)) continue;
          found.set(source, output);
          queue.push(source);
        }
      }
      this.upstreamNodes = found;
      return found;
    }
  }

  return { Scene, DataNeeded };
});
