// A stretch of time from one moment to another, its end not included: `Interval`, and `Info`, as Luxon 3 documents
// them.

section("interval", () => {
  const { DateTime } = use("dateTime");
  const { Duration } = use("duration");

  const momentOf = (value) => {
    if (DateTime.isDateTime(value)) return value;
    if (Object.prototype.toString.call(value) === "[object Date]") return DateTime.fromJSDate(value);
    if (value !== null && typeof value === "object") return DateTime.fromObject(value);
    throw new TypeError(`Unknown datetime argument: ${value}, of type ${typeof value}`);
  };

  /** What was made, where it is valid. */
  function quietly(make) {
    try {
      const made = make();
      return made.isValid ? made : undefined;
    } catch {
      return undefined;
    }
  }

  class Interval {
    constructor(start, end, invalid = null) {
      this.s = start;
      this.e = end;
      this.invalid = invalid;
    }

    static invalid(reason, explanation = null) {
      if (!reason) throw new TypeError("need to specify a reason the Interval is invalid");
      if (use("settings").settings.throwOnInvalid) throw new Error(`Invalid Interval: ${reason}`);
      return new Interval(null, null, { reason, explanation });
    }
    static isInterval(value) { return value instanceof Interval; }

    static fromDateTimes(first, second) {
      const start = momentOf(first), end = momentOf(second);
      if (!start.isValid) return Interval.invalid("missing or invalid start");
      if (!end.isValid) return Interval.invalid("missing or invalid end");
      if (end < start) {
        return Interval.invalid("end before start",
          `The end of an interval must be after its start, but you had start=${start.toISO()} and end=${end.toISO()}`);
      }
      return new Interval(start, end);
    }

    static after(start, length) {
      const begin = momentOf(start);
      return Interval.fromDateTimes(begin, begin.plus(Duration.fromDurationLike(length)));
    }

    static before(end, length) {
      const last = momentOf(end);
      return Interval.fromDateTimes(last.minus(Duration.fromDurationLike(length)), last);
    }

    /** What the end leaves out at its beginning is the start's: `2026-01-05T09/T17`. */
    static fromISO(text, options = {}) {
      const [first, second] = String(text).split("/", 2);
      if (first && second) {
        const { zone, setZone = false } = options;
        // The end is read in the zone in which the start is written.
        const written = quietly(() => DateTime.fromISO(first, { ...options, setZone: true }));
        const last = quietly(() => DateTime.endFromISO(second,
          { ...options, setZone: true, zone: written === undefined ? zone : written.zone }, written));
        const shown = (moment) => (setZone ? moment : moment.setZone(use("zones").zoneOf(zone)));
        if (written !== undefined && last !== undefined) return Interval.fromDateTimes(shown(written), shown(last));
        const length = quietly(() => Duration.fromISO(written === undefined ? first : second, options));
        if (length !== undefined && written !== undefined) return Interval.after(shown(written), length);
        if (length !== undefined && last !== undefined) return Interval.before(shown(last), length);
      }
      return Interval.invalid("unparsable", `the input "${text}" can't be parsed as ISO 8601`);
    }

    get start() { return this.isValid ? this.s : null; }
    get end() { return this.isValid ? this.e : null; }
    get lastDateTime() { return this.isValid ? this.e.minus(1) : null; }
    get isValid() { return this.invalid === null; }
    get invalidReason() { return this.invalid?.reason ?? null; }
    get invalidExplanation() { return this.invalid?.explanation ?? null; }

    length(unit = "milliseconds") { return this.isValid ? this.toDuration(unit).get(unit) : NaN; }
    count(unit = "milliseconds", options) {
      if (!this.isValid) return NaN;
      const start = this.start.startOf(unit, options);
      const last = this.end.reconfigure({ locale: start.locale }).startOf(unit, options);
      return Math.floor(last.diff(start, unit).get(unit)) + (last.valueOf() !== this.end.valueOf() ? 1 : 0);
    }
    hasSame(unit) { return this.isValid ? this.isEmpty() || this.e.minus(1).hasSame(this.s, unit) : false; }
    isEmpty() { return this.s.valueOf() === this.e.valueOf(); }
    isAfter(moment) { return this.isValid && this.s > moment; }
    isBefore(moment) { return this.isValid && this.e <= moment; }
    contains(moment) { return this.isValid && this.s <= moment && this.e > moment; }
    overlaps(other) { return this.e > other.s && this.s < other.e; }
    abutsStart(other) { return this.isValid && +this.e === +other.s; }
    abutsEnd(other) { return this.isValid && +other.e === +this.s; }
    engulfs(other) { return this.isValid && this.s <= other.s && this.e >= other.e; }
    equals(other) { return this.isValid && other.isValid && this.s.equals(other.s) && this.e.equals(other.e); }
    set({ start, end } = {}) { return this.isValid ? Interval.fromDateTimes(start ?? this.s, end ?? this.e) : this; }

    splitAt(...moments) {
      if (!this.isValid) return [];
      const cuts = moments.map(momentOf).filter((moment) => this.contains(moment)).sort((one, other) => one - other);
      const pieces = [];
      let start = this.s;
      for (const cut of [...cuts, this.e]) {
        if (+cut > +start) pieces.push(Interval.fromDateTimes(start, cut));
        start = cut;
      }
      return pieces;
    }

    splitBy(like) {
      const length = Duration.fromDurationLike(like);
      if (!this.isValid || !length.isValid || length.as("milliseconds") === 0) return [];
      const pieces = [];
      // Each end is counted from the start, so that months of different lengths do not add up to drift.
      for (let start = this.s, place = 1; start < this.e; place++) {
        const next = this.start.plus(length.mapUnits((value) => value * place));
        const end = +next > +this.e ? this.e : next;
        pieces.push(Interval.fromDateTimes(start, end));
        start = end;
      }
      return pieces;
    }

    divideEqually(parts) { return this.isValid ? this.splitBy(this.length() / parts).slice(0, parts) : []; }

    intersection(other) {
      if (!this.isValid) return this;
      const start = this.s > other.s ? this.s : other.s, end = this.e < other.e ? this.e : other.e;
      return start >= end ? null : Interval.fromDateTimes(start, end);
    }
    union(other) {
      if (!this.isValid) return this;
      return Interval.fromDateTimes(this.s < other.s ? this.s : other.s, this.e > other.e ? this.e : other.e);
    }
    static merge(intervals) {
      const merged = [];
      for (const next of [...intervals].sort((one, other) => one.s - other.s)) {
        const last = merged.at(-1);
        if (last !== undefined && (last.overlaps(next) || last.abutsStart(next))) merged[merged.length - 1] =
          last.union(next);
        else merged.push(next);
      }
      return merged;
    }
    static xor(intervals) {
      const edges = intervals.flatMap((one) => [{ moment: one.s, change: 1 }, { moment: one.e, change: -1 }])
        .sort((one, other) => one.moment - other.moment);
      const found = [];
      let depth = 0, start = null;
      for (const { moment, change } of edges) {
        depth += change;
        if (depth === 1) {
          start = moment;
        } else {
          if (start !== null && +start !== +moment) found.push(Interval.fromDateTimes(start, moment));
          start = null;
        }
      }
      return Interval.merge(found);
    }
    difference(...others) {
      return Interval.xor([this, ...others]).map((one) => this.intersection(one)).filter((one) => one !== null
        && !one.isEmpty());
    }

    mapEndpoints(change) { return Interval.fromDateTimes(change(this.s), change(this.e)); }
    toDuration(unit, options) {
      return this.isValid ? this.e.diff(this.s, unit, options) : Duration.invalid(this.invalidReason);
    }

    toString() { return this.isValid ? `[${this.s.toISO()} – ${this.e.toISO()})` : "Invalid Interval"; }
    toISO(options) { return this.isValid ? `${this.s.toISO(options)}/${this.e.toISO(options)}` : "Invalid Interval"; }
    toISODate() { return this.isValid ? `${this.s.toISODate()}/${this.e.toISODate()}` : "Invalid Interval"; }
    toISOTime(options) { return this.isValid ? `${this.s.toISOTime(options)}/${this.e.toISOTime(options)}`
      : "Invalid Interval"; }
    toFormat(format, { separator = " – " } = {}) {
      return this.isValid ? `${this.s.toFormat(format)}${separator}${this.e.toFormat(format)}` : "Invalid Interval";
    }
    toLocaleString(format = DateTime.DATE_SHORT, { locale } = {}) {
      if (!this.isValid) return "Invalid Interval";
      const start = locale === undefined ? this.s : this.s.setLocale(locale);
      const { format: writer, shift, zone } = use("localeNames").intlFormat(start, format);
      const ends = [new Date(this.s.ts + shift), new Date(this.e.ts + shift)];
      if (zone === undefined) return writer.formatRange(...ends);
      return writer.formatRangeToParts(...ends)
        .map((part) => (part.type === "timeZoneName" ? zone.offsetName(this.s.ts) : part.value)).join("");
    }
  }

  const { weeksOf } = use("localeWeeks");
  const defaultLocale = () => use("settings").settings.locale;

  class Info {
    static hasDST(zone) {
      const { zoneOf } = use("zones");
      const now = DateTime.now().setZone(zoneOf(zone)).set({ month: 12 });
      return !now.zone.isUniversal && now.offset !== now.set({ month: 6 }).offset;
    }
    static isValidIANAZone(name) { return use("zones").IANAZone.isValidZone(name); }
    static normalizeZone(input) { return use("zones").zoneOf(input); }
    static months(length = "long", { locale } = {}) { return Info.names("month", length, locale, false); }
    static monthsFormat(length = "long", { locale } = {}) { return Info.names("month", length, locale, true); }
    static weekdays(length = "long", { locale } = {}) { return Info.names("weekday", length, locale, false); }
    static weekdaysFormat(length = "long", { locale } = {}) { return Info.names("weekday", length, locale, true); }
    static names(kind, length, locale, around) {
      const places = Array.from({ length: kind === "month" ? 12 : 7 }, (_, place) => place + 1);
      if (length === "numeric" || length === "2-digit") {
        return places.map((place) => String(place).padStart(length === "numeric" ? 1 : 2, "0"));
      }
      return [...use("localeNames").names(locale ?? defaultLocale(), kind, length, around)];
    }
    static meridiems({ locale } = {}) { return use("localeNames").meridiems(locale ?? defaultLocale()); }
    static eras(length = "short", { locale } = {}) {
      return use("localeNames").eras(locale ?? defaultLocale(), length);
    }
    static features() { return { relative: true, localeWeek: "getWeekInfo" in Intl.Locale.prototype
      || "weekInfo" in Intl.Locale.prototype }; }
    static getStartOfWeek({ locale } = {}) { return weeksOf(locale ?? defaultLocale()).firstDay; }
    static getMinimumDaysInFirstWeek({ locale } = {}) { return weeksOf(locale ?? defaultLocale()).minimalDays; }
    static getWeekendWeekdays({ locale } = {}) { return [...weeksOf(locale ?? defaultLocale()).weekend]; }
  }

  return { Interval, Info };
});
