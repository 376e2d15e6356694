// `$('X').item`: from an item back through the history, to the item of X from which it was made.
//
// Every hop looks at the note that an item carries and goes to the output that the note's origin names: its own source
// if it has one, else the source of the run that made the item. An item made from several is followed along all of
// them; that is fine as long as they meet in one item of X.

section("pairing", () => {
  const { problems } = use("problems");

  /** `pairedItem` in any of its forms: a number, {item, input}, or several of them. */
  function origins(pairedItem) {
    return (Array.isArray(pairedItem) ? pairedItem : [pairedItem]).map((origin) => {
      if (typeof origin !== "object" || origin === null) return { item: Number(origin), input: 0 };
      const overwrite = origin.sourceOverwrite;
      return {
        item: origin.item, input: origin.input ?? 0,
        source: overwrite ? { node: overwrite.previousNode, output: overwrite.previousNodeOutput ?? 0,
          run: overwrite.previousNodeRun ?? 0 } : null,
      };
    });
  }

  const keyOf = ({ source, item }) => JSON.stringify([source.node, source.output, source.run, item]);

  function next(scene, item, location, target) {
    const run = scene.runsOf(location.source.node)[location.source.run];
    const sources = run === undefined ? [] : scene.sourcesOf(run);
    const isFirst = sources.every((source) => source === null);
    if (item.pairedItem === undefined || item.pairedItem === null) {
      // What began the execution was made from nothing; any other node owes an answer.
      return { problem: isFirst ? problems.otherWay(target)
        : problems.pairingMissing(location.source.node, location.item) };
    }
    if (run === undefined) return { problem: problems.pairingInvalid(location.source.node, location.item) };
    const locations = [];
    for (const origin of origins(item.pairedItem)) {
      const source = origin.source ?? sources[origin.input] ?? null;
      // One origin that leads nowhere does not spoil the others.
      if (source !== null && scene.itemsAt(source)[origin.item] !== undefined) locations.push(
        { source, item: origin.item });
    }
    if (locations.length > 0) return { locations };
    return { problem: isFirst ? problems.otherWay(target)
      : problems.pairingInvalid(location.source.node, location.item) };
  }

  function walk(scene, target, start, place) {
    const frontier = [{ source: start, item: place }], seen = new Set();
    let match, failure;
    while (frontier.length > 0) {
      const location = frontier.pop(), key = keyOf(location);
      // Ways part and meet again where items are merged; each location is looked at once.
      if (seen.has(key)) continue;
      seen.add(key);
      const item = scene.itemsAt(location.source)[location.item];
      if (item === undefined) {
        failure ??= problems.pairingInvalid(location.source.node, location.item);
        continue;
      }
      if (location.source.node === target) {
        if (match !== undefined && match.key !== key) throw problems.severalMatches(target);
        match = { key, item };
        continue;
      }
      const { locations, problem } = next(scene, item, location, target);
      if (problem !== undefined) failure ??= problem;
      else frontier.push(...locations);
    }
    if (match !== undefined) return match.item;
    throw failure ?? problems.otherWay(target);
  }

  /** The item of another node from which the input item at `place` was made. */
  function pairedItem(scene, target, place) {
    if (!scene.upstream.has(target)) throw problems.noPath(target);
    if (scene.runsOf(target).length === 0) throw problems.notExecuted(target);
    if (scene.items[place] === undefined) throw problems.noInput(scene.node.name);
    if (scene.source === null) throw problems.otherWay(target);
    return walk(scene, target, scene.source, place);
  }

  return { pairedItem };
});
