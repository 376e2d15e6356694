// Makes DateTimes from text: ISO 8601, SQL, HTTP, RFC 2822, and any format that is described by tokens.

section("dateTimeParsing", () => ({ DateTime }) => {
  const iso = use("isoText");
  const tokens = use("formatTokens");
  const { settings } = use("settings");
  const { zoneOf, FixedOffsetZone } = use("zones");
  const { ConflictingSpecificationError } = use("units");

  /** Parts in the zone that the text names, else in the one that the caller names; shown in the latter. */
  function made(found, options, text, kind) {
    if (found === null) return DateTime.invalid("unparsable", `the input "${text}" can't be parsed as ${kind}`);
    const { setZone = false, zone, locale } = options;
    const wanted = zoneOf(zone);
    const named = found.zone !== undefined ? zoneOf(found.zone)
      : found.offset !== undefined ? FixedOffsetZone.instance(found.offset) : undefined;
    let moment = DateTime.fromObject(found.parts, { zone: named ?? wanted, locale, now: found.now });
    // Of a time that clocks show twice, the one with the offset that the text names.
    if (found.zone !== undefined && found.offset !== undefined && moment.isValid) {
      moment = moment.getPossibleOffsets().find((one) => one.offset === found.offset) ?? moment;
    }
    return named === undefined || setZone || !moment.isValid ? moment : moment.setZone(wanted);
  }

  /** A format for many texts of one locale. */
  class FormatParser {
    constructor(format, locale) {
      this.format = String(format);
      this.locale = locale;
    }
  }

  const readers = {
    fromISO: (text, options = {}) => made(iso.moment(String(text)), options, text, "ISO 8601"),
    /** The end of an interval: what it leaves out at its beginning is that of `start`. */
    endFromISO(text, options, start) {
      const found = iso.intervalEnd(String(text));
      if (found === null) return DateTime.invalid("unparsable", `the input "${text}" can't be parsed as ISO 8601`);
      return made({ ...found, now: start?.valueOf() }, options, text, "ISO 8601");
    },
    fromSQL: (text, options = {}) => made(iso.sql(String(text)), options, text, "SQL"),
    fromRFC2822: (text, options = {}) => made(iso.rfc2822(text), options, text, "RFC 2822"),
    fromHTTP: (text, options = {}) => made(iso.http(String(text)), options, text, "HTTP"),

    fromFormat(text, format, options = {}) {
      if (text === undefined || format === undefined) throw new TypeError(
        "fromFormat requires an input string and a format");
      const parsed = readFormat(String(text), format, options.locale ?? settings.locale);
      if (parsed.invalidReason) return DateTime.invalid(parsed.invalidReason, parsed.explanation);
      if (parsed.found === null) return DateTime.invalid("unparsable",
        `the input "${text}" can't be parsed as format ${format}`);
      if (parsed.found.moment !== undefined) {
        return DateTime.fromMillis(parsed.found.moment, options);
      }
      return made(parsed.found, options, text, `format ${format}`);
    },
    fromString: (text, format, options) => DateTime.fromFormat(text, format, options),
    fromFormatExplain(text, format, options = {}) {
      const { regex, found } = readFormat(String(text), format, options.locale ?? settings.locale);
      return { input: text, regex, result: found?.parts ?? null, zone: found?.zone ?? null };
    },
    fromStringExplain: (text, format, options) => DateTime.fromFormatExplain(text, format, options),
    parseFormatForOpts: () => null,
    /** What a format's macros, such as `D`, stand for. */
    expandFormat: (format) => withoutMacros(format).map((token) => token.text).join(""),
    buildFormatParser: (format, options = {}) => new FormatParser(format, options.locale ?? settings.locale),
    fromFormatParser(text, parser, options = {}) {
      if (text === undefined || !(parser instanceof FormatParser)) throw new TypeError(
        "fromFormatParser requires an input string and a format parser");
      const { format, locale } = parser;
      if ((options.locale ?? locale) !== locale) throw new Error(
        `fromFormatParser called with a locale of ${options.locale}, but the format parser was created for ${locale}`);
      return DateTime.fromFormat(text, format, { ...options, locale });
    },
  };
  for (const [name, value] of Object.entries(readers)) {
    Object.defineProperty(DateTime, name, { value, writable: true, configurable: true });
  }

  // MARK: Formats

  const digits = { 1: "\\d", 2: "\\d\\d", 3: "\\d{3}", 4: "\\d{4}", 6: "[+-]?\\d{6}" };
  const escaped = (text) => text.replace(/[-/\\^$*+?.()|[\]{}]/g, "\\$&");
  const twoDigitYear = (text) => {
    const number = Number(text);
    return text.length > 2 ? number : number > settings.twoDigitCutoffYear ? 1900 + number : 2000 + number;
  };

  function numeric(field, pattern = "\\d{1,2}", read = Number) {
    return { pattern, read: (text, found) => { found.parts[field] = read(text); } };
  }
  // Dots may be left out, and one kind of space stands for any other.
  const bare = (text) => text.replaceAll(".", "").replace(/\s/g, " ").toLowerCase();
  function oneOf(names, set) {
    return {
      pattern: names.filter(Boolean)
        .map((name) => escaped(name).replaceAll("\\.", "\\.?").replace(/\s/g, "\\s")).join("|"),
      read: (text, found) => set(found, names.findIndex((name) => bare(name) === bare(text))),
    };
  }
  const fraction = (pattern) => ({
    pattern, read: (text, found) => { found.parts.millisecond = Math.floor(Number(`0.${text}`) * 1000); },
  });
  const shared = () => {
    use("dateTime");
    return use("localeNames");
  };
  const names = (locale, kind, length, around) => shared().names(locale, kind, length, around);
  const month = (length, around) => (locale) =>
    oneOf(names(locale, "month", length, around), (found, place) => { found.parts.month = place + 1; });
  const weekday = (length, around) => (locale) =>
    oneOf(names(locale, "weekday", length, around), (found, place) => { found.parts.weekday = place + 1; });
  const offset = (pattern) => ({
    pattern,
    read(text, found) {
      const parts = /^([+-]\d{1,2}):?(\d\d)?$/.exec(text);
      const minutes = Number(parts[2] ?? 0);
      found.offset = Number(parts[1]) * 60 + (text.startsWith("-") ? -minutes : minutes);
    },
  });
  const zoneName = { pattern: "[a-z][a-z0-9_+-]*(?:/[a-z0-9_+-]+){0,2}", read: (text, found) => { found.zone = text; } };

  const tokenReaders = {
    G: (locale) => oneOf(shared().eras(locale, "short"), (found, place) => { found.era = place; }),
    GG: (locale) => oneOf(shared().eras(locale, "long"), (found, place) => { found.era = place; }),
    y: () => numeric("year", "[+-]?\\d{1,6}"), yy: () => numeric("year", "\\d{2,4}", twoDigitYear),
    yyyy: () => numeric("year", digits[4]),
    yyyyy: () => numeric("year", "\\d{4,6}"), yyyyyy: () => numeric("year", digits[6]),
    M: () => numeric("month"), MM: () => numeric("month", digits[2]), MMM: month("short", true),
    MMMM: month("long", true),
    L: () => numeric("month"), LL: () => numeric("month", digits[2]), LLL: month("short", false),
    LLLL: month("long", false),
    d: () => numeric("day"), dd: () => numeric("day", digits[2]), o: () => numeric("ordinal", "\\d{1,3}"),
    ooo: () => numeric("ordinal", digits[3]),
    H: () => numeric("hour"), HH: () => numeric("hour", digits[2]), h: () => numeric("hour"),
    hh: () => numeric("hour", digits[2]),
    m: () => numeric("minute"), mm: () => numeric("minute", digits[2]), q: () => numeric("quarter"),
    qq: () => numeric("quarter", digits[2]),
    s: () => numeric("second"), ss: () => numeric("second", digits[2]), S: () => numeric("millisecond", "\\d{1,3}"),
    SSS: () => numeric("millisecond", digits[3]), u: () => fraction("\\d{1,9}"), uu: () => fraction("\\d{1,2}"),
    uuu: () => fraction("\\d"),
    a: (locale) => oneOf(shared().meridiems(locale), (found, place) => { found.half = place; }),
    kkkk: () => numeric("weekYear", digits[4]), kk: () => numeric("weekYear", "\\d{2,4}", twoDigitYear),
    W: () => numeric("weekNumber"),
    WW: () => numeric("weekNumber", digits[2]), E: () => numeric("weekday", "\\d"), c: () => numeric("weekday", "\\d"),
    EEE: weekday("short", false), EEEE: weekday("long", false), ccc: weekday("short", true),
    cccc: weekday("long", true),
    Z: () => offset("[+-]\\d{1,2}(?::\\d{2})?"), ZZ: () => offset("[+-]\\d{1,2}(?::\\d{2})?"),
    ZZZ: () => offset("[+-]\\d{1,2}\\d{2}?"), z: () => zoneName,
    X: () => ({ pattern: "-?\\d+(?:\\.\\d+)?", read: (text, found) => { found.moment = Number(text) * 1000; } }),
    x: () => ({ pattern: "-?\\d+", read: (text, found) => { found.moment = Number(text); } }),
  };

  /** What a macro such as `D` stands for in English. */
  const macros = {
    D: "M/d/yyyy", DD: "LLL d, yyyy", DDD: "LLLL d, yyyy", DDDD: "EEEE, LLLL d, yyyy", t: "h:mm a", tt: "h:mm:ss a",
    T: "H:mm", TT: "H:mm:ss",
    f: "M/d/yyyy, h:mm a", ff: "LLL d, yyyy, h:mm a", F: "M/d/yyyy, h:mm:ss a", FF: "LLL d, yyyy, h:mm:ss a",
  };

  const withoutMacros = (format) => tokens.split(format).flatMap((token) =>
    (!token.literal && Object.hasOwn(macros, token.text) ? tokens.split(macros[token.text]) : [token]));

  function readFormat(text, format, locale) {
    const units = withoutMacros(format)
      .map(
        (token) => (!token.literal && Object.hasOwn(tokenReaders, token.text) ? tokenReaders[token.text](locale)
        : { text: token.text, literal: token.literal }));
    const odd = units.find((unit) => unit.pattern === undefined && !unit.literal && /^[A-Za-z]+$/.test(unit.text)
      && /^[ZDTtfF]/.test(unit.text));
    if (odd) return { invalidReason: "Conflicting specifiers", explanation: `the token ${odd.text} can't be read`,
      found: null };
    const source = units.map((unit) =>
      (unit.pattern === undefined ? escaped(unit.text).replace(/\s+/g, "[\\s\\u00a0\\u202f]+")
      : `(${unit.pattern})`)).join("");
    const regex = new RegExp(`^${source}$`, "i");
    const matched = regex.exec(text);
    if (matched === null) return { regex, found: null };
    const found = { parts: {} };
    units.filter((unit) => unit.pattern !== undefined).forEach((unit, place) => unit.read(matched[place + 1], found));
    if (found.half !== undefined && tokens.split(format).some((token) => !token.literal && /^H+$/.test(token.text))) {
      throw new ConflictingSpecificationError("Can't include meridiem when specifying 24-hour format");
    }
    if (found.half !== undefined && found.parts.hour !== undefined) {
      if (found.parts.hour < 12 && found.half === 1) found.parts.hour += 12;
      else if (found.parts.hour === 12 && found.half === 0) found.parts.hour = 0;
    }
    if (found.era === 0 && found.parts.year !== undefined) found.parts.year = -found.parts.year;
    if (found.parts.quarter !== undefined && found.parts.month === undefined) found.parts.month =
      (found.parts.quarter - 1) * 3 + 1;
    delete found.parts.quarter;
    return { regex, found };
  }
});
