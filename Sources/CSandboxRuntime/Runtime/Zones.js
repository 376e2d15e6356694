// Time zones: fixed offsets and IANA zones. The rules of an IANA zone are asked of Intl, day by day, and kept.

section("zones", () => {
  const { dayLength } = use("calendar");
  const { settings } = use("settings");

  const padded = (number) => String(number).padStart(2, "0");

  /** `short` +05:30, `narrow` +5:30, `techie` +0530. */
  function offsetText(offset, format) {
    const minutes = Math.abs(Math.trunc(offset)), hours = Math.trunc(minutes / 60), rest = minutes % 60;
    const sign = offset >= 0 ? "+" : "-";
    if (format === "narrow") return `${sign}${hours}${rest > 0 ? `:${rest}` : ""}`;
    return `${sign}${padded(hours)}${format === "techie" ? "" : ":"}${padded(rest)}`;
  }

  class Zone {
    #nameFormatters = new Map();

    /** The zone's name at a moment, as people read it. `format`: "short" or "long". */
    offsetName(moment, { format = "short", locale = "en-US" } = {}) {
      const key = `${locale} ${format}`;
      let known = this.#nameFormatters.get(key);
      if (known === undefined) {
        known = new Intl.DateTimeFormat(locale, { hour: "2-digit", timeZone: this.name, timeZoneName: format });
        this.#nameFormatters.set(key, known);
      }
      return known.formatToParts(new Date(moment)).find((part) => part.type === "timeZoneName")?.value ?? null;
    }

    formatOffset(moment, format) { return offsetText(this.offset(moment), format); }
    get isUniversal() { return false; }
    get isValid() { return true; }
  }

  class FixedOffsetZone extends Zone {
    constructor(offset) {
      super();
      this.fixed = offset;
    }

    static instance(offset) { return offset === 0 ? FixedOffsetZone.utcInstance : new FixedOffsetZone(offset); }
    static get utcInstance() { return (FixedOffsetZone.utc ??= new FixedOffsetZone(0)); }

    static parseSpecifier(text) {
      const found = /^utc(?:([+-]\d{1,2})(?::(\d{2}))?)?$/i.exec(text);
      if (found === null) return null;
      const hours = Number(found[1] ?? 0), minutes = Number(found[2] ?? 0);
      return new FixedOffsetZone(hours * 60 + (found[1]?.startsWith("-") ? -minutes : minutes));
    }

    get type() { return "fixed"; }
    get name() { return this.fixed === 0 ? "UTC" : `UTC${offsetText(this.fixed, "narrow")}`; }
    get ianaName() { return this.fixed === 0 ? "Etc/UTC" : `Etc/GMT${offsetText(-this.fixed, "narrow")}`; }
    get isUniversal() { return true; }
    offset() { return this.fixed; }
    offsetName() { return this.name; }
    equals(other) { return other instanceof FixedOffsetZone && other.fixed === this.fixed; }
  }

  const ianaZones = new Map();

  class IANAZone extends Zone {
    #days = new Map();
    #formatter;

    constructor(name) {
      super();
      const known = IANAZone.normalizeZone(name);
      // In the letters of the zone's own name; one name of a zone is not made another.
      this.zoneName = known?.toLowerCase() === String(name).toLowerCase() ? known : name;
      this.valid = known !== null;
    }

    /** The name that the engine gives to a zone; null where there is none of that name. */
    static normalizeZone(name) {
      if (!name) return null;
      try {
        return new Intl.DateTimeFormat("en-US", { timeZone: name }).resolvedOptions().timeZone;
      } catch {
        return null;
      }
    }

    static create(name) {
      let zone = ianaZones.get(name);
      if (zone === undefined) {
        zone = new IANAZone(name);
        ianaZones.set(name, zone);
      }
      return zone;
    }

    static isValidZone(name) { return IANAZone.normalizeZone(name) !== null; }

    static isValidSpecifier(name) { return IANAZone.isValidZone(name); }
    static resetCache() { ianaZones.clear(); }

    get type() { return "iana"; }
    get name() { return this.zoneName; }
    get ianaName() { return this.zoneName; }
    get isValid() { return this.valid; }
    equals(other) { return other?.type === "iana" && other.name === this.name; }

    /** Minutes east of UTC. A day in which the clocks do not change has one answer, which is kept. */
    offset(moment) {
      if (!this.valid || Number.isNaN(moment)) return NaN;
      const day = Math.floor(moment / dayLength);
      let known = this.#days.get(day);
      if (known === undefined) {
        const begin = this.ask(day * dayLength);
        known = begin === this.ask((day + 1) * dayLength) ? begin : NaN;
        if (this.#days.size > 10000) this.#days.clear();
        this.#days.set(day, known);
      }
      return Number.isNaN(known) ? this.ask(moment) : known;
    }

    ask(moment) {
      this.#formatter ??= new Intl.DateTimeFormat("en-US", {
        hourCycle: "h23", timeZone: this.name, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit",
        minute: "2-digit", second: "2-digit", era: "short",
      });
      const date = new Date(moment);
      if (Number.isNaN(date.getTime())) return NaN;
      // "11/21/2026 A, 04:07:15" or with "AD"; only the order of the numbers is relied upon.
      const text = this.#formatter.format(date);
      const [month, day, year, hour, minute, second] = text.match(/\d+/g).map(Number);
      const actualYear = /B/.test(text) ? 1 - year : year;
      const local = use("calendar").utcMilliseconds(actualYear, month, day, hour % 24, minute, second);
      const rest = moment % 1000;
      return (local - (moment - (rest >= 0 ? rest : 1000 + rest))) / 60000;
    }
  }

  class InvalidZone extends Zone {
    constructor(name) {
      super();
      this.name = name;
    }

    get type() { return "invalid"; }
    get isValid() { return false; }
    offset() { return NaN; }
    offsetName() { return null; }
    formatOffset() { return ""; }
    equals() { return false; }
  }

  /** The zone that somebody names: a zone, an IANA name, "utc", "UTC+3", minutes, "local" or "default". */
  function zoneOf(input, fallback = settings.zone()) {
    if (input === undefined || input === null) return fallback;
    if (input instanceof Zone) return input;
    if (typeof input === "number") return FixedOffsetZone.instance(input);
    if (typeof input === "string") {
      const lowered = input.toLowerCase();
      if (lowered === "default") return fallback;
      if (lowered === "local" || lowered === "system") return settings.systemZone();
      if (lowered === "utc" || lowered === "gmt") return FixedOffsetZone.utcInstance;
      return FixedOffsetZone.parseSpecifier(lowered) ?? IANAZone.create(input);
    }
    return new InvalidZone(String(input));
  }

  return { Zone, FixedOffsetZone, IANAZone, InvalidZone, zoneOf, offsetText };
});

// What holds for a whole execution: its zone and locale.
section("settings", () => {
  let systemName = "UTC";
  let defaultInput;
  let resolved, resolvedSystem;

  const settings = {
    /** The workflow's zone: an IANA name. */
    begin(zoneName) {
      systemName = zoneName || "UTC";
      defaultInput = undefined;
      resolved = resolvedSystem = undefined;
      settings.locale = "en-US";
      settings.weeks = undefined;
      settings.throwOnInvalid = false;
    },
    systemZone() {
      if (resolvedSystem === undefined) {
        const { FixedOffsetZone, zoneOf } = use("zones");
        const zone = zoneOf(systemName, FixedOffsetZone.utcInstance);
        // An unknown name counts as UTC.
        resolvedSystem = zone.isValid ? zone : FixedOffsetZone.utcInstance;
      }
      return resolvedSystem;
    },
    zone() {
      if (resolved === undefined) {
        resolved = defaultInput === undefined ? settings.systemZone()
          : use("zones").zoneOf(defaultInput, settings.systemZone());
      }
      return resolved;
    },
    setZone(input) {
      defaultInput = input;
      resolved = undefined;
    },
    now: () => Date.now(),
    locale: "en-US",
    /** Of all locales, where a script has said so. */
    weeks: undefined,
    throwOnInvalid: false,
    twoDigitCutoffYear: 60,
  };

  /** What scripts see as `Settings`. */
  class Settings {
    static get now() { return settings.now; }
    static set now(clock) { settings.now = clock; }
    static get defaultZone() { return settings.zone(); }
    static set defaultZone(zone) { settings.setZone(zone); }
    static get defaultLocale() { return settings.locale; }
    static set defaultLocale(locale) { settings.locale = locale || "en-US"; }
    static get defaultWeekSettings() { return settings.weeks ?? null; }
    static set defaultWeekSettings(weeks) { settings.weeks = weeks ? use("localeWeeks").checked(weeks) : undefined; }
    static get throwOnInvalid() { return settings.throwOnInvalid; }
    static set throwOnInvalid(flag) { settings.throwOnInvalid = Boolean(flag); }
    static get twoDigitCutoffYear() { return settings.twoDigitCutoffYear; }
    static set twoDigitCutoffYear(year) { settings.twoDigitCutoffYear = year % 100; }
    static resetCaches() {}
  }

  return { settings, Settings };
});

// On which day weeks begin, and which days are their end, by locale.
section("localeWeeks", () => {
  const { isoWeeks } = use("calendar");
  const { settings } = use("settings");
  const known = new Map();

  const isDay = (day) => Number.isInteger(day) && day >= 1 && day <= 7;

  function checked({ firstDay, minimalDays, weekend } = {}) {
    if (!isDay(firstDay) || !isDay(minimalDays) || !Array.isArray(weekend) || !weekend.every(isDay)) {
      throw new TypeError("Invalid week settings: firstDay, minimalDays and the days of weekend must be from 1 to 7");
    }
    return { firstDay, minimalDays, weekend: [...weekend] };
  }

  /** {firstDay, minimalDays, weekend}: as ISO has it, where the engine does not know. */
  function weeksOf(locale) {
    if (settings.weeks !== undefined) return settings.weeks;
    let weeks = known.get(locale);
    if (weeks === undefined) {
      const tag = new Intl.Locale(locale);
      weeks = { ...isoWeeks, ...(tag.getWeekInfo?.() ?? tag.weekInfo) };
      known.set(locale, weeks);
    }
    return weeks;
  }

  return { weeksOf, checked };
});
