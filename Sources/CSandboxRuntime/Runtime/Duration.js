// A length of time by units: `Duration`, with the interface that Luxon 3 documents.

section("duration", () => {
  const { ordered, durationUnit, casual, longterm } = use("units");
  const { settings } = use("settings");

  const isNumber = (value) => typeof value === "number";

  /** The sign-aware milliseconds of a set of units. */
  function milliseconds(matrix, values) {
    let sum = values.milliseconds ?? 0;
    for (const unit of ordered.slice(0, 8)) {
      if (values[unit]) sum += values[unit] * matrix[unit].milliseconds;
    }
    return sum;
  }

  /** Makes all units of one sign and moves what is too much into the next larger unit that is there. */
  function normalize(matrix, values) {
    const factor = milliseconds(matrix, values) < 0 ? -1 : 1;
    let previous;
    for (const unit of ordered.toReversed()) {
      if (values[unit] === undefined) continue;
      if (previous !== undefined) {
        const lower = values[previous] * factor, ratio = matrix[unit][previous];
        const rolled = Math.floor(lower / ratio);
        values[unit] += rolled * factor;
        values[previous] -= rolled * ratio * factor;
      }
      previous = unit;
    }
    // What is left of a larger unit as a fraction goes down.
    previous = undefined;
    for (const unit of ordered) {
      if (values[unit] === undefined) continue;
      if (previous !== undefined) {
        const fraction = values[previous] % 1;
        values[previous] -= fraction;
        values[unit] += fraction * matrix[previous][unit];
      }
      previous = unit;
    }
  }

  class Duration {
    constructor(values, { locale, matrix = casual, conversionAccuracy = "casual", invalid = null } = {}) {
      this.values = values;
      this.locale_ = locale;
      this.matrix = conversionAccuracy === "longterm" ? longterm : matrix;
      this.conversionAccuracy = conversionAccuracy;
      this.invalid = invalid;
    }

    // MARK: Making

    static fromMillis(count, options) { return Duration.fromObject({ milliseconds: count }, options); }

    static fromObject(object, options = {}) {
      if (object === null || typeof object !== "object") {
        throw new TypeError(
          `Duration.fromObject: argument expected to be an object, got ${object === null ? "null" : typeof object}`);
      }
      const values = {};
      for (const [name, value] of Object.entries(object)) {
        if (value === undefined || value === null) continue;
        const number = typeof value === "boolean" || value === "" ? NaN : Number(value);
        if (!Number.isFinite(number)) throw new TypeError(`Invalid unit value ${value}`);
        values[durationUnit(name)] = number;
      }
      return new Duration(values, options);
    }

    static fromDurationLike(like) {
      if (isNumber(like)) return Duration.fromMillis(like);
      if (Duration.isDuration(like)) return like;
      if (like !== null && typeof like === "object") return Duration.fromObject(like);
      throw new TypeError(`Unknown duration argument ${like} of type ${typeof like}`);
    }

    static fromISO(text, options) {
      const found = use("isoText").duration(text);
      return found === null ? Duration.invalid("unparsable", `the input "${text}" can't be parsed as ISO 8601`)
        : Duration.fromObject(found, options);
    }

    static fromISOTime(text, options) {
      const found = use("isoText").time(text);
      if (found === null) return Duration.invalid("unparsable", `the input "${text}" can't be parsed as ISO 8601`);
      const { hour, minute, second, millisecond } = found;
      return Duration.fromObject(
        { hours: hour, minutes: minute, seconds: second, milliseconds: millisecond }, options);
    }

    static invalid(reason, explanation = null) {
      if (!reason) throw new TypeError("need to specify a reason the Duration is invalid");
      if (settings.throwOnInvalid) throw new Error(`Invalid Duration: ${reason}`);
      return new Duration({}, { invalid: { reason, explanation } });
    }

    static isDuration(value) { return value instanceof Duration; }

    // MARK: Reading

    get locale() { return this.isValid ? this.locale_ ?? settings.locale : null; }
    get numberingSystem() { return null; }
    get isValid() { return this.invalid === null; }
    get invalidReason() { return this.invalid?.reason ?? null; }
    get invalidExplanation() { return this.invalid?.explanation ?? null; }
    get isLuxonDuration() { return true; }

    get(unit) { return this[durationUnit(unit)]; }
    as(unit) { return this.isValid ? this.shiftTo(unit).get(unit) : NaN; }
    toMillis() { return this.isValid ? milliseconds(this.matrix, this.values) : NaN; }
    valueOf() { return this.toMillis(); }
    toObject() { return this.isValid ? { ...this.values } : {}; }

    equals(other) {
      if (!Duration.isDuration(other) || !this.isValid || !other.isValid || this.locale !== other.locale) return false;
      return ordered.every((unit) => (this.values[unit] || 0) === (other.values[unit] || 0));
    }

    // MARK: Making others of it

    with(values) { return new Duration(values,
      { locale: this.locale_, matrix: this.matrix, conversionAccuracy: this.conversionAccuracy }); }

    plus(like) {
      if (!this.isValid) return this;
      const other = Duration.fromDurationLike(like), sum = {};
      for (const unit of ordered) {
        if (unit in other.values || unit in this.values) sum[unit] = this.get(unit) + other.get(unit);
      }
      return this.with(sum);
    }

    minus(like) { return this.isValid ? this.plus(Duration.fromDurationLike(like).negate()) : this; }
    negate() { return this.mapUnits((value) => (value === 0 ? 0 : -value)); }

    mapUnits(change) {
      if (!this.isValid) return this;
      const values = {};
      for (const unit of Object.keys(this.values)) {
        const value = change(this.values[unit], unit);
        if (typeof value !== "number" || !Number.isFinite(value)) throw new TypeError(`Invalid unit value ${value}`);
        values[unit] = value;
      }
      return this.with(values);
    }

    set(object) { return this.isValid ? this.with({ ...this.values, ...Duration.fromObject(object).values }) : this; }

    reconfigure({ locale, conversionAccuracy = this.conversionAccuracy } = {}) {
      return new Duration(this.values, { locale: locale ?? this.locale_, conversionAccuracy });
    }

    normalize() {
      if (!this.isValid) return this;
      const values = this.toObject();
      normalize(this.matrix, values);
      return this.with(values);
    }

    rescale() {
      if (!this.isValid) return this;
      return this.normalize().shiftToAll().removeZeros();
    }

    removeZeros() {
      if (!this.isValid) return this;
      return this.with(Object.fromEntries(Object.entries(this.values).filter(([, value]) => value !== 0))); }
    shiftToAll() {
      return this.shiftTo("years", "months", "weeks", "days", "hours", "minutes", "seconds", "milliseconds");
    }

    /** Only these units. What has no unit of its own goes down into the next smaller one, else up into the smallest. */
    shiftTo(...names) {
      if (!this.isValid || names.length === 0) return this;
      const wanted = names.map(durationUnit), targets = ordered.filter((unit) => wanted.includes(unit));
      const { matrix } = this, amounts = Object.fromEntries(targets.map((unit) => [unit, 0]));
      for (const [rank, unit] of ordered.entries()) {
        const value = this.values[unit];
        if (!value) continue;
        const target = targets.find((candidate) => ordered.indexOf(candidate) >= rank) ?? targets.at(-1);
        if (target === unit) amounts[target] += value;
        else if (ordered.indexOf(target) > rank) amounts[target] += value * matrix[unit][target];
        else amounts[target] += value / matrix[target][unit];
      }
      for (const [place, unit] of targets.slice(0, -1).entries()) {
        const smaller = targets[place + 1], fraction = amounts[unit] % 1;
        amounts[unit] -= fraction;
        // Without the dust of binary fractions: 0.1 hours are 6 minutes.
        amounts[smaller] += Number((fraction * matrix[unit][smaller]).toFixed(9));
      }
      normalize(matrix, amounts);
      return this.with(amounts);
    }

    // MARK: Text

    toString() { return this.toISO(); }
    toJSON() { return this.toISO(); }

    toISO() {
      if (!this.isValid) return null;
      const { years, quarters, months, weeks, days, hours, minutes, seconds, milliseconds: rest } = this;
      let text = "P";
      if (years !== 0) text += `${years}Y`;
      if (months !== 0 || quarters !== 0) text += `${months + quarters * 3}M`;
      if (weeks !== 0) text += `${weeks}W`;
      if (days !== 0) text += `${days}D`;
      if (hours !== 0 || minutes !== 0 || seconds !== 0 || rest !== 0) text += "T";
      if (hours !== 0) text += `${hours}H`;
      if (minutes !== 0) text += `${minutes}M`;
      if (seconds !== 0 || rest !== 0) text += `${Number((seconds + rest / 1000).toFixed(3))}S`;
      return text === "P" ? "PT0S" : text;
    }

    toISOTime(options = {}) {
      if (!this.isValid) return null;
      const total = this.toMillis();
      if (total < 0 || total >= 86400000) return null;
      return use("dateTime").DateTime.fromMillis(total, { zone: "UTC" })
        .toISOTime({ ...options, includeOffset: false });
    }

    /** Tokens: S s m h d w M y, each repeated for padding; text in single quotes stays. */
    toFormat(format, { floor = true, signMode = "negative" } = {}) {
      if (!this.isValid) return "Invalid Duration";
      const unitOf = {
        S: "milliseconds", s: "seconds", m: "minutes", h: "hours", d: "days", w: "weeks", M: "months", y: "years",
      };
      const tokens = use("formatTokens").split(format);
      // Whole numbers, or to three places.
      const shown = (value) => (floor ? Math.floor(value) : Math.round(value * 1000) / 1000);
      const used = tokens.filter((token) => !token.literal && unitOf[token.text[0]] !== undefined)
        .map((token) => unitOf[token.text[0]]);
      const shifted = this.shiftTo(...used);
      const largest = ordered.find((unit) => used.includes(unit));
      const isNegative = shifted.valueOf() < 0;
      return tokens.map((token) => {
        const unit = token.literal ? undefined : unitOf[token.text[0]];
        if (unit === undefined) return token.text;
        let value = shifted.get(unit);
        if (signMode === "negativeLargestOnly" && unit !== largest) value = Math.abs(value);
        const number = shown(Math.abs(value));
        const isBelow = value < 0 && (number !== 0 || unit === largest);
        const sign = signMode === "all" ? (isNegative ? "-" : value > 0 ? "+" : "") : isBelow ? "-" : "";
        return sign + String(number).padStart(token.text.length, "0");
      }).join("");
    }

    toHuman({ listStyle = "narrow", showZeros = true, ...options } = {}) {
      if (!this.isValid) return "Invalid Duration";
      const values = { ...this.values };
      // Intl has no quarters.
      if (values.quarters !== undefined) {
        values.months = (values.months ?? 0) + values.quarters * 3;
        delete values.quarters;
      }
      const texts = ordered.filter((unit) => values[unit] !== undefined && (showZeros || values[unit] !== 0))
        .map((unit) => new Intl.NumberFormat(this.locale, {
          style: "unit", unitDisplay: "long", ...options, unit: unit.slice(0, -1),
        }).format(values[unit]));
      return new Intl.ListFormat(this.locale, { type: "conjunction", style: listStyle }).format(texts);
    }

    toLocaleString(options) { return this.toHuman(options); }
  }

  for (const unit of ordered) {
    Object.defineProperty(Duration.prototype, unit, {
      get() { return this.isValid ? this.values[unit] || 0 : NaN; }, configurable: true,
    });
  }

  return { Duration };
});
