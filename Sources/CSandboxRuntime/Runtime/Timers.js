// `setTimeout` and its kin for code: the host asks when the next one is due, waits so long, and asks again. Between two
// of them all promises are settled as far as they can be.
//
// A run may wait 10 s in all: a sandbox that sleeps is one that nobody else can use.

section("timers", () => {
  const { apply } = Reflect;
  const { now } = Date;
  const longest = 10000;
  const notDue = -1, beyond = -2;

  // In the order of their times; of those with the same time, as they were set.
  let waiting = null, count = 0, limit = 0, isOpen = false;

  function insert(timer) {
    let before = null, next = waiting;
    while (next !== null && next.due <= timer.due) {
      before = next;
      next = next.next;
    }
    timer.next = next;
    if (before === null) waiting = timer;
    else before.next = timer;
  }

  function set(body, delay, values, repeats) {
    if (typeof body !== "function") throw new TypeError("A timer needs a function to call");
    const pause = delay >= 1 ? Math.trunc(delay) : 1;
    count += 1;
    if (isOpen) insert({ id: count, due: now() + pause, pause, body, values, repeats, next: null });
    return count;
  }

  function clear(id) {
    let before = null;
    for (let timer = waiting; timer !== null; before = timer, timer = timer.next) {
      if (timer.id !== id) continue;
      if (before === null) waiting = timer.next;
      else before.next = timer.next;
      return;
    }
  }

  return {
    setTimeout: (body, delay, ...values) => set(body, delay, values, false),
    setInterval: (body, delay, ...values) => set(body, delay, values, true),
    setImmediate: (body, ...values) => set(body, 0, values, false),
    clear,

    begin() {
      waiting = null;
      limit = now() + longest;
      isOpen = true;
    },
    end() {
      waiting = null;
      isOpen = false;
    },
    /**
     * Calls the timer that is due. Returns the milliseconds until the next one, 0 for at once; -1 where there is none,
     * -2 where it comes only after the run has waited as long as it may.
     */
    tick() {
      const timer = waiting;
      if (timer === null) return notDue;
      const time = now();
      if (timer.due > time) return timer.due > limit ? beyond : timer.due - time;
      waiting = timer.next;
      if (timer.repeats) {
        timer.due = time + timer.pause;
        insert(timer);
      }
      try {
        apply(timer.body, undefined, timer.values);
      } catch (error) {
        use("console").lost(error);
      }
      return 0;
    },
  };
});

// Randomness of the operating system, where the host gives some.
section("random", () => {
  let ask;
  return {
    begin(source) { ask = source; },
    /** So many bytes, at most 65,536. */
    bytes(count) {
      if (!Number.isInteger(count) || count < 0 || count > 65536) {
        throw new RangeError(`The size must be a whole number from 0 to 65536, not ${count}`);
      }
      if (typeof ask !== "function") throw new Error("There is no source of randomness here");
      return use("bytes").hexBytes(ask(count));
    },
  };
});
