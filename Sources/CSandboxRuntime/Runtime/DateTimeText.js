// How a DateTime is written: ISO 8601, SQL, HTTP, format tokens, locales, "2 days ago".

section("dateTimeText", () => ({ DateTime }) => {
  const { ordered, durationUnit } = use("units");
  const { settings } = use("settings");
  const tokens = use("formatTokens");
  const { offsetText } = use("zones");

  const padded = (number, width) => (number < 0 ? "-" : "") + String(Math.abs(number)).padStart(width, "0");

  // MARK: Locales

  const formatters = new Map();
  /** Intl's formatters are dear to make. */
  function formatter(locale, options) {
    const key = `${locale}|${JSON.stringify(options)}`;
    let known = formatters.get(key);
    if (known === undefined) {
      known = new Intl.DateTimeFormat(locale, options);
      formatters.set(key, known);
    }
    return known;
  }

  const english = {
    months: ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
      "November", "December"],
    weekdays: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
  };
  const isEnglish = (locale) => locale === "en" || locale === "en-US" || locale.startsWith("en-US-");

  /** Names of months or weekdays from Intl. `around`: the form that stands inside a date. */
  function names(locale, kind, length, around) {
    if (isEnglish(locale)) {
      const full = kind === "month" ? english.months : english.weekdays;
      return length === "long" ? full : full.map((name) => name.slice(0, length === "short" ? 3 : 1));
    }
    const options = around
      ? { month: kind === "month" ? length : "long", day: "numeric", ...(kind === "weekday" ? { weekday: length } : {}),
        timeZone: "UTC" }
      : { [kind]: length, timeZone: "UTC" };
    const format = formatter(locale, options);
    return Array.from({ length: kind === "month" ? 12 : 7 }, (_, place) => {
      const date = new Date(kind === "month" ? Date.UTC(2016, place, 1) : Date.UTC(2016, 10, 14 + place));
      return format.formatToParts(date).find((part) => part.type === kind)?.value ?? "";
    });
  }

  const lengths = { 3: "short", 4: "long", 5: "narrow" };

  function intlText(moment, options) {
    const { format, date, zone } = intlFormat(moment, options);
    if (zone === undefined) return format.format(date);
    return intlParts(moment, options).map((part) => part.value).join("");
  }

  function intlParts(moment, options) {
    const { format, date, zone } = intlFormat(moment, options);
    const parts = format.formatToParts(date);
    return zone === undefined ? parts
      : parts.map((part) => (part.type === "timeZoneName" ? { ...part, value: zone.offsetName(moment.ts) } : part));
  }

  /**
   * What writes a moment: {format, date, zone?, shift}. Of fixed offsets Intl knows those of whole hours; any other
   * moment is shifted and written as UTC, and then `zone` has the name that belongs there.
   */
  function intlFormat(moment, options) {
    const date = new Date(moment.ts), { zone, offset } = moment;
    if (!zone.isUniversal) {
      return { format: formatter(moment.locale, { timeZone: moment.zoneName, ...options }), date, shift: 0 };
    }
    const hours = -offset / 60, name = `Etc/GMT${hours >= 0 ? "+" : ""}${hours}`;
    if (offset !== 0 && use("zones").IANAZone.isValidZone(name)) {
      return { format: formatter(moment.locale, { timeZone: name, ...options }), date, shift: 0 };
    }
    return {
      format: formatter(moment.locale, { ...options, timeZone: "UTC" }), date: new Date(moment.ts + offset * 60000),
      zone: offset === 0 ? undefined : zone, shift: offset * 60000,
    };
  }

  /** A number as the locale writes its digits. */
  function number(moment, value, width = 1) {
    const format = moment.locale.startsWith("en") ? null : numberFormat(moment.locale, width);
    return format === null ? padded(value, width) : format.format(value);
  }

  const numberFormats = new Map();
  /** null for locales with the digits of all others. */
  function numberFormat(locale, minimumIntegerDigits) {
    const key = `${locale} ${minimumIntegerDigits}`;
    let known = numberFormats.get(key);
    if (known === undefined) {
      known = new Intl.NumberFormat(locale, { useGrouping: false, minimumIntegerDigits });
      if (known.resolvedOptions().numberingSystem === "latn") known = null;
      numberFormats.set(key, known);
    }
    return known;
  }

  const short = { year: "numeric", month: "numeric", day: "numeric" };
  const medium = { year: "numeric", month: "short", day: "numeric" };
  const full = { year: "numeric", month: "long", day: "numeric" };
  const clock = { hour: "numeric", minute: "numeric" };
  const exact = { ...clock, second: "numeric" };
  const presets = {
    DATE_SHORT: short, DATE_MED: medium, DATE_MED_WITH_WEEKDAY: { ...medium, weekday: "short" }, DATE_FULL: full,
    DATE_HUGE: { ...full, weekday: "long" }, TIME_SIMPLE: clock, TIME_WITH_SECONDS: exact,
    TIME_WITH_SHORT_OFFSET: { ...exact, timeZoneName: "short" },
    TIME_WITH_LONG_OFFSET: { ...exact, timeZoneName: "long" },
    TIME_24_SIMPLE: { ...clock, hourCycle: "h23" }, TIME_24_WITH_SECONDS: { ...exact, hourCycle: "h23" },
    TIME_24_WITH_SHORT_OFFSET: { ...exact, hourCycle: "h23", timeZoneName: "short" },
    TIME_24_WITH_LONG_OFFSET: { ...exact, hourCycle: "h23", timeZoneName: "long" },
    DATETIME_SHORT: { ...short, ...clock }, DATETIME_SHORT_WITH_SECONDS: { ...short, ...exact },
    DATETIME_MED: { ...medium, ...clock }, DATETIME_MED_WITH_SECONDS: { ...medium, ...exact },
    DATETIME_MED_WITH_WEEKDAY: { ...medium, weekday: "short", ...clock },
    DATETIME_FULL: { ...full, ...clock, timeZoneName: "short" },
    DATETIME_FULL_WITH_SECONDS: { ...full, ...exact, timeZoneName: "short" },
    DATETIME_HUGE: { ...full, weekday: "long", ...clock, timeZoneName: "long" },
    DATETIME_HUGE_WITH_SECONDS: { ...full, weekday: "long", ...exact, timeZoneName: "long" },
  };
  for (const [name, options] of Object.entries(presets)) {
    Object.defineProperty(DateTime, name, { get: () => ({ ...options }), configurable: true });
  }

  const macros = {
    D: "DATE_SHORT", DD: "DATE_MED", DDD: "DATE_FULL", DDDD: "DATE_HUGE", t: "TIME_SIMPLE", tt: "TIME_WITH_SECONDS",
    ttt: "TIME_WITH_SHORT_OFFSET", tttt: "TIME_WITH_LONG_OFFSET", T: "TIME_24_SIMPLE", TT: "TIME_24_WITH_SECONDS",
    TTT: "TIME_24_WITH_SHORT_OFFSET", TTTT: "TIME_24_WITH_LONG_OFFSET", f: "DATETIME_SHORT", ff: "DATETIME_MED",
    fff: "DATETIME_FULL", ffff: "DATETIME_HUGE", F: "DATETIME_SHORT_WITH_SECONDS", FF: "DATETIME_MED_WITH_SECONDS",
    FFF: "DATETIME_FULL_WITH_SECONDS", FFFF: "DATETIME_HUGE_WITH_SECONDS",
  };

  // MARK: Tokens

  const month = (around, moment, width) => names(moment.locale, "month", lengths[width], around)[moment.month - 1];
  const weekday = (around, moment, width) =>
    names(moment.locale, "weekday", lengths[width], around)[moment.weekday - 1];
  const part = (moment, kind, options) =>
    formatter(moment.locale, { ...options, timeZone: "UTC" })
      .formatToParts(new Date(moment.ts + moment.offset * 60000)).find((piece) => piece.type === kind)?.value ?? "";
  const meridiem = (moment) => (isEnglish(moment.locale) ? (moment.hour < 12 ? "AM" : "PM")
    : part(moment, "dayPeriod", { hour: "numeric", hour12: true }));
  const offsetToken = (format) => (moment) => offsetText(moment.offset, format);
  const year = (m, width) => number(m, width === 2 ? Number(String(m.year).slice(-2)) : m.year, width);

  const writers = {
    S: (m) => number(m, m.millisecond, 1), SSS: (m) => number(m, m.millisecond, 3),
    u: (m) => number(m, m.millisecond, 3),
    uu: (m) => number(m, Math.floor(m.millisecond / 10), 2), uuu: (m) => number(m, Math.floor(m.millisecond / 100), 1),
    s: (m) => number(m, m.second, 1), ss: (m) => number(m, m.second, 2), m: (m) => number(m, m.minute, 1),
    mm: (m) => number(m, m.minute, 2),
    h: (m) => number(m, m.hour % 12 || 12, 1), hh: (m) => number(m, m.hour % 12 || 12, 2),
    H: (m) => number(m, m.hour, 1),
    HH: (m) => number(m, m.hour, 2), Z: offsetToken("narrow"), ZZ: offsetToken("short"), ZZZ: offsetToken("techie"),
    ZZZZ: (m) => m.zone.offsetName(m.ts, { format: "short", locale: m.locale }),
    ZZZZZ: (m) => m.zone.offsetName(m.ts, { format: "long", locale: m.locale }), z: (m) => m.zoneName, a: meridiem,
    d: (m) => number(m, m.day, 1), dd: (m) => number(m, m.day, 2),
    c: (m) => number(m, m.weekday, 1), ccc: (m) => weekday(false, m, 3), cccc: (m) => weekday(false, m, 4),
    ccccc: (m) => weekday(false, m, 5),
    E: (m) => number(m, m.weekday, 1), EEE: (m) => weekday(true, m, 3), EEEE: (m) => weekday(true, m, 4),
    EEEEE: (m) => weekday(true, m, 5),
    L: (m) => number(m, m.month, 1), LL: (m) => number(m, m.month, 2), LLL: (m) => month(false, m, 3),
    LLLL: (m) => month(false, m, 4),
    LLLLL: (m) => month(false, m, 5), M: (m) => number(m, m.month, 1), MM: (m) => number(m, m.month, 2),
    MMM: (m) => month(true, m, 3),
    MMMM: (m) => month(true, m, 4), MMMMM: (m) => month(true, m, 5), y: (m) => number(m, m.year, 1),
    yy: (m) => year(m, 2),
    yyyy: (m) => number(m, m.year, 4), yyyyyy: (m) => number(m, m.year, 6),
    G: (m) => (isEnglish(m.locale) ? (m.year > 0 ? "AD" : "BC") : part(m, "era", { era: "short" })),
    GG: (m) => (isEnglish(m.locale) ? (m.year > 0 ? "Anno Domini" : "Before Christ") : part(m, "era", { era: "long" })),
    GGGGG: (m) => (isEnglish(m.locale) ? (m.year > 0 ? "A" : "B") : part(m, "era", { era: "narrow" })),
    kk: (m) => number(m, Number(String(m.weekYear).slice(-2)), 2), kkkk: (m) => number(m, m.weekYear, 4),
    W: (m) => number(m, m.weekNumber, 1),
    WW: (m) => number(m, m.weekNumber, 2), n: (m) => number(m, m.localWeekNumber, 1),
    nn: (m) => number(m, m.localWeekNumber, 2),
    ii: (m) => number(m, Number(String(m.localWeekYear).slice(-2)), 2), iiii: (m) => number(m, m.localWeekYear, 4),
    o: (m) => number(m, m.ordinal, 1),
    ooo: (m) => number(m, m.ordinal, 3), q: (m) => number(m, m.quarter, 1), qq: (m) => number(m, m.quarter, 2),
    X: (m) => number(m, Math.floor(m.ts / 1000), 1), x: (m) => number(m, m.ts, 1),
  };

  // MARK: ISO 8601

  function isoDate(moment, isExtended, precision = "day") {
    const { year: number, month: monthNumber, day } = moment;
    const long = number > 9999 || number < 0;
    const text = (long && number >= 0 ? "+" : "") + padded(number, long ? 6 : 4), dash = isExtended ? "-" : "";
    if (precision === "year") return text;
    if (precision === "month") return text + dash + padded(monthNumber, 2);
    return text + dash + padded(monthNumber, 2) + dash + padded(day, 2);
  }

  function isoTime(
    moment, { format, suppressSeconds = false, suppressMilliseconds = false, includeOffset = true, extendedZone = false,
    precision = "milliseconds" }) {
    const colon = format === "basic" ? "" : ":", unit = precision === "milliseconds" ? precision
      : durationUnit(precision);
    const depth = ordered.indexOf(unit);
    const showMilliseconds = depth >= 8 && !(suppressMilliseconds && moment.millisecond === 0);
    const showSeconds = depth >= 7 && !(suppressSeconds && moment.second === 0 && moment.millisecond === 0);
    let text = depth >= 5 ? padded(moment.hour, 2) : "";
    if (depth >= 6) text += colon + padded(moment.minute, 2);
    if (showSeconds) text += colon + padded(moment.second, 2)
      + (showMilliseconds ? `.${padded(moment.millisecond, 3)}` : "");
    if (includeOffset) {
      if (moment.isOffsetFixed && moment.offset === 0 && !extendedZone) text += "Z";
      else text += offsetText(moment.offset, format === "basic" ? "techie" : "short");
    }
    return extendedZone ? `${text}[${moment.zone.ianaName}]` : text;
  }

  const httpNames = (moment) => moment.toUTC().setLocale("en-US");

  const methods = {
    toISO(options = {}) {
      if (!this.isValid) return null;
      const { format = "extended", precision = "milliseconds" } = options;
      const unit = durationUnit(precision), isExtended = format === "extended";
      const date = isoDate(this, isExtended, unit === "years" ? "year" : unit === "months" ? "month" : "day");
      return `${date}${ordered.indexOf(unit) < 5 ? "" : "T"}${isoTime(this, { ...options, format })}`;
    },
    toISODate({ format = "extended", precision = "day" } = {}) {
      if (!this.isValid) return null;
      const unit = durationUnit(precision);
      return isoDate(this, format === "extended", unit === "years" ? "year" : unit === "months" ? "month" : "day");
    },
    toISOWeekDate() { return this.isValid ? this.toFormat("kkkk-'W'WW-c") : null; },
    toISOTime(options = {}) {
      if (!this.isValid) return null;
      return (options.includePrefix ? "T" : "") + isoTime(this, options);
    },
    toRFC2822() { return this.isValid
      ? this.reconfigure({ locale: "en-US" }).toFormat("EEE, dd LLL yyyy HH:mm:ss ZZZ") : null; },
    toHTTP() { return this.isValid ? httpNames(this).toFormat("EEE, dd LLL yyyy HH:mm:ss 'GMT'") : null; },
    toSQLDate() { return this.isValid ? isoDate(this, true) : null; },
    toSQLTime({ includeOffset = true, includeZone = false, includeOffsetSpace = true } = {}) {
      if (!this.isValid) return null;
      const space = includeOffsetSpace && (includeOffset || includeZone) ? " " : "";
      return this.toFormat("HH:mm:ss.SSS") + space
        + (includeZone ? this.zoneName : !includeOffset ? "" : this.isOffsetFixed && this.offset === 0 ? "Z"
          : offsetText(this.offset, "short"));
    },
    toSQL(options = {}) { return this.isValid ? `${this.toSQLDate()} ${this.toSQLTime(options)}` : null; },
    toString() { return this.isValid ? this.toISO() : "Invalid DateTime"; },
    toJSON() { return this.toISO(); },

    toFormat(format, options = {}) {
      if (!this.isValid) return "Invalid DateTime";
      const moment = options.locale === undefined ? this : this.setLocale(options.locale);
      let text = "";
      for (const token of tokens.split(format)) {
        if (token.literal) text += token.text;
        else if (Object.hasOwn(writers, token.text)) text += writers[token.text](moment);
        else if (Object.hasOwn(macros, token.text)) text += intlText(moment, presets[macros[token.text]]);
        else text += token.text;
      }
      return text;
    },

    toLocaleString(format = presets.DATE_SHORT, options = {}) {
      if (!this.isValid) return "Invalid DateTime";
      // A plain `toLocaleString("de")` is what people know from Date.
      if (typeof format === "string") return this.setLocale(format).toLocaleString(presets.DATE_SHORT, options);
      const { locale, zone, ...rest } = options;
      const { timeZone, locale: inner, ...style } = format ?? {};
      let moment = locale ?? inner ? this.setLocale(locale ?? inner) : this;
      if (zone ?? timeZone) moment = moment.setZone(zone ?? timeZone);
      return intlText(moment, { ...style, ...rest });
    },
    toLocaleParts({ locale, ...options } = {}) {
      return this.isValid ? intlParts(locale === undefined ? this : this.setLocale(locale), options) : [];
    },

    toRelative(
      { base, unit, round = true, rounding = "trunc", padding = 0, style = "long", locale, numeric = "always" } = {}) {
      if (!this.isValid) return null;
      const from = base ?? DateTime.fromMillis(settings.now(), { zone: this.zone });
      const moved = padding ? (this < from ? -padding : padding) : 0;
      const units = unit === undefined ? ["years", "months", "days", "hours", "minutes", "seconds"]
        : (Array.isArray(unit) ? unit : [unit]).map(durationUnit);
      const isExact = unit !== undefined && !Array.isArray(unit);
      return relative(from, this.plus(moved), units,
        { round: rounded(round ? 0 : 2, rounding), style, numeric, locale: locale ?? this.locale, isExact });
    },
    toRelativeCalendar({ base, locale, unit, numeric = "auto", style = "long" } = {}) {
      if (!this.isValid) return null;
      const from = base ?? DateTime.fromMillis(settings.now(), { zone: this.zone });
      const units = unit === undefined ? ["years", "months", "days"] : [durationUnit(unit)];
      return relative(from, this, units, { style, numeric, locale: locale ?? this.locale, isCalendar: true });
    },
    resolvedLocaleOptions() { return { locale: this.locale, numberingSystem: "latn", outputCalendar: "gregory" }; },
  };

  const roundings = {
    trunc: Math.trunc, round: Math.round, floor: Math.floor, ceil: Math.ceil,
    expand: (value) => (value > 0 ? Math.ceil(value) : Math.floor(value)),
  };

  /** To so many places behind the point. */
  function rounded(places, name) {
    const body = Object.hasOwn(roundings, name) ? roundings[name] : undefined;
    if (body === undefined) throw new RangeError(`Value rounding ${name} is out of range`);
    return (value) => body(value * 10 ** places) / 10 ** places;
  }

  function relative(from, to, units, { round, style, numeric, locale, isCalendar, isExact }) {
    const count = (unit) => {
      if (isCalendar) {
        const [start, end] = [from.startOf(unit), to.startOf(unit)];
        return Math.trunc(end.diff(start, unit).get(unit));
      }
      return to.diff(from, unit).get(unit);
    };
    const write = (count, unit) => {
      const value = isCalendar ? count : round(count);
      return relativeText(value, unit);
    };
    const relativeText = (value, unit) =>
      new Intl.RelativeTimeFormat(locale, { numeric, style }).format(value, unit.slice(0, -1));
    for (const unit of units) {
      const value = count(unit);
      if (isExact || Math.abs(value) >= 1) return write(value, unit);
    }
    return write(from > to ? -0 : 0, units.at(-1));
  }

  for (const [name, method] of Object.entries(methods)) {
    Object.defineProperty(DateTime.prototype, name, { value: method, writable: true, configurable: true });
  }
  const dayPeriod = { hour: "numeric", hourCycle: "h12", timeZone: "UTC" };
  const partOf = (locale, options, date, kind) =>
    formatter(locale, options).formatToParts(date).find((piece) => piece.type === kind)?.value ?? "";
  const eraNames = { short: ["BC", "AD"], narrow: ["B", "A"], long: ["Before Christ", "Anno Domini"] };

  Object.assign(use("localeNames"), {
    names, intlFormat,
    meridiems: (locale) => (isEnglish(locale) ? ["AM", "PM"]
      : [9, 19].map((hour) => partOf(locale, dayPeriod, new Date(Date.UTC(2016, 10, 13, hour)), "dayPeriod"))),
    eras: (locale, length) => (isEnglish(locale) ? [...eraNames[length]]
      : [-40, 2017].map((year) =>
        partOf(locale, { era: length, timeZone: "UTC" }, new Date(Date.UTC(year, 0, 1)), "era"))),
  });
});

// What reading, Info and Interval share with writing.
section("localeNames", () => ({}));
