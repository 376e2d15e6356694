// A moment in a time zone: `DateTime`, with the interface that Luxon 3 documents. Arithmetic is here; text is in
// DateTimeText.js, what reads text in DateTimeParsing.js.
//
// Invariant: a DateTime never changes; its calendar parts are worked out when they are first asked for.

section("dateTime", () => {
  const calendar = use("calendar");
  const { settings } = use("settings");
  const { zoneOf, FixedOffsetZone } = use("zones");
  const { dateField, durationUnit, ConflictingSpecificationError } = use("units");
  const { weeksOf } = use("localeWeeks");
  const { Duration } = use("duration");

  const clockFields = ["hour", "minute", "second", "millisecond"];
  const dateFields = ["year", "month", "day", ...clockFields];
  const weekFields = ["weekYear", "weekNumber", "weekday", ...clockFields];
  const ordinalFields = ["year", "ordinal", ...clockFields];
  const largest = 8.64e15;

  /** The moment at which clocks in a zone show `local`, and the offset then. `guess` is an offset to begin with. */
  function momentOf(local, guess, zone) {
    let moment = local - guess * 60000;
    const first = zone.offset(moment);
    if (first === guess) return [moment, first];
    moment -= (first - guess) * 60000;
    const second = zone.offset(moment);
    if (first === second) return [moment, first];
    // Between the two offsets lies a gap: the clock never shows that time, so go on past it.
    return [local - Math.min(first, second) * 60000, Math.max(first, second)];
  }

  const localOf = (parts) => calendar.utcMilliseconds(
    parts.year, parts.month, parts.day, parts.hour, parts.minute, parts.second, parts.millisecond);

  const outOf = (field, value) =>
    ["unit out of range", `you specified ${value} (of type ${typeof value}) as a ${field}, which is invalid`];

  const isBetween = (value, low, high) => Number.isInteger(value) && value >= low && value <= high;

  function faultyClock({ hour, minute, second, millisecond }) {
    const isMidnight = hour === 24 && minute === 0 && second === 0 && millisecond === 0;
    if (!isBetween(hour, 0, 23) && !isMidnight) return outOf("hour", hour);
    if (!isBetween(minute, 0, 59)) return outOf("minute", minute);
    if (!isBetween(second, 0, 59)) return outOf("second", second);
    if (!isBetween(millisecond, 0, 999)) return outOf("millisecond", millisecond);
    return null;
  }

  function faultyDate({ year, month, day }) {
    if (!Number.isInteger(year)) return outOf("year", year);
    if (!isBetween(month, 1, 12)) return outOf("month", month);
    if (!isBetween(day, 1, calendar.daysInMonth(year, month))) return outOf("day", day);
    return null;
  }

  function faultyWeek({ weekYear, weekNumber, weekday }, weeks) {
    if (!Number.isInteger(weekYear)) return outOf("weekYear", weekYear);
    if (!isBetween(weekNumber, 1, calendar.weeksInYear(weekYear, weeks))) return outOf("week", weekNumber);
    if (!isBetween(weekday, 1, 7)) return outOf("weekday", weekday);
    return null;
  }

  function faultyOrdinal({ year, ordinal }) {
    if (!Number.isInteger(year)) return outOf("year", year);
    if (!isBetween(ordinal, 1, calendar.daysInYear(year))) return outOf("ordinal", ordinal);
    return null;
  }

  /** Names as people write them, values as numbers. */
  function fieldsOf(object) {
    const fields = {};
    for (const [name, value] of Object.entries(object)) {
      if (value === undefined || value === null
        || ["locale", "outputCalendar", "numberingSystem", "zone"].includes(name)) continue;
      const number = typeof value === "boolean" || value === "" ? NaN : Number(value);
      if (!Number.isFinite(number)) throw new TypeError(`Invalid unit value ${value}`);
      fields[dateField(name)] = number;
    }
    return fields;
  }

  /** The weeks that fields of a week mean: the locale's where they are named so, and then take the plain names. */
  function weeksMeant(fields, locale) {
    const { localWeekday, localWeekNumber, localWeekYear } = fields;
    if (localWeekday === undefined && localWeekNumber === undefined && localWeekYear === undefined) {
      return calendar.isoWeeks;
    }
    if (fields.weekday !== undefined || fields.weekNumber !== undefined || fields.weekYear !== undefined) {
      throw new ConflictingSpecificationError("Cannot mix locale-based week fields with ISO-based week fields");
    }
    for (const [name, value] of Object.entries({ weekday: localWeekday, weekNumber: localWeekNumber,
      weekYear: localWeekYear })) if (value !== undefined) fields[name] = value;
    return weeksOf(locale);
  }

  function checkMixture(has) {
    const namesWeek = has("weekYear") || has("weekNumber"), namesDay = has("month") || has("day");
    if (namesWeek && (has("year") || namesDay || has("ordinal"))) {
      throw new ConflictingSpecificationError("Can't mix weekYear/weekNumber units with year/month/day or ordinals");
    }
    if (namesDay && has("ordinal")) throw new ConflictingSpecificationError("Can't mix ordinal dates with month/day");
  }

  const localWeek = ({ c, locale }) => calendar.weekOf(c.year, c.month, c.day, weeksOf(locale));

  const lastArgument = (values) => {
    const last = values.at(-1);
    return last !== null && typeof last === "object" ? [last, values.slice(0, -1)] : [{}, values];
  };

  class DateTime {
    constructor(moment, zone, locale, invalid = null) {
      this.ts = Math.abs(moment) > largest ? NaN : moment;
      this._zone = zone;
      this.loc = locale;
      // Worked out when they are asked for. Here, so that nobody finds those of another on the prototype.
      this.o = this.parts = this.weekParts = undefined;
      this.invalid = invalid ?? (zone.isValid ? Number.isNaN(this.ts) ? { reason: "invalid input", explanation: null }
        : null
        : { reason: "unsupported zone", explanation: `the zone "${zone.name}" is not supported` });
      if (this.invalid !== null && settings.throwOnInvalid) throw new Error(`Invalid DateTime: ${this.invalid.reason}`);
    }

    // MARK: Making

    static now() { return new DateTime(settings.now(), settings.zone()); }

    static local(...values) {
      const [options, parts] = lastArgument(values);
      return DateTime.ofParts(parts, options);
    }

    static utc(...values) {
      const [options, parts] = lastArgument(values);
      return DateTime.ofParts(parts, { ...options, zone: FixedOffsetZone.utcInstance });
    }

    static ofParts([year, month, day, hour, minute, second, millisecond], options) {
      if (year === undefined) return new DateTime(settings.now(), zoneOf(options.zone), options.locale);
      return DateTime.fromObject({ year, month, day, hour, minute, second, millisecond }, options);
    }

    static fromJSDate(date, options = {}) {
      const moment = Object.prototype.toString.call(date) === "[object Date]" ? date.valueOf() : NaN;
      return Number.isNaN(moment) ? DateTime.invalid("invalid input")
        : new DateTime(moment, zoneOf(options.zone), options.locale);
    }

    static fromMillis(moment, options = {}) {
      if (typeof moment !== "number") {
        throw new TypeError(
          `fromMillis requires a numerical input, but received a ${typeof moment} with value ${moment}`);
      }
      if (Math.abs(moment) > largest) return DateTime.invalid("Timestamp out of range");
      return new DateTime(moment, zoneOf(options.zone), options.locale);
    }

    static fromSeconds(seconds, options = {}) {
      if (typeof seconds !== "number") throw new TypeError("fromSeconds requires a numerical input");
      return DateTime.fromMillis(seconds * 1000, options);
    }

    static fromObject(object, options = {}) {
      const zone = zoneOf(options.zone);
      if (!zone.isValid) return new DateTime(NaN, zone, options.locale);
      const given = fieldsOf(object ?? {});
      const weeks = weeksMeant(given, options.locale ?? settings.locale);
      const has = (name) => given[name] !== undefined;
      checkMixture(has);
      const namesWeek = has("weekYear") || has("weekNumber");
      const now = new DateTime(options.now ?? settings.now(), zone, options.locale);
      const isWeek = namesWeek || (has("weekday") && !has("day") && !has("month") && !has("year"));
      const isOrdinal = !isWeek && has("ordinal");
      const order = isWeek ? weekFields : isOrdinal ? ordinalFields : dateFields;
      const present = isWeek ? { ...now.c, ...calendar.weekOf(now.c.year, now.c.month, now.c.day, weeks) } : now;
      const fields = {};
      let found = false;
      // What stands before the first given field is as it is now, what stands after it begins.
      for (const name of order) {
        if (has(name)) {
          fields[name] = given[name];
          found = true;
        } else {
          fields[name] = found ? (clockFields.includes(name) ? 0 : 1) : present[name];
        }
      }
      if (!found) return now;
      if (has("quarter") && !has("month")) fields.month = (given.quarter - 1) * 3 + 1;
      const fault = (isWeek ? faultyWeek(fields, weeks) : isOrdinal ? faultyOrdinal(fields) : faultyDate(fields))
        ?? faultyClock(fields);
      if (fault !== null) return DateTime.invalid(...fault);
      const date = isWeek ? calendar.dayOfWeek(fields.weekYear, fields.weekNumber, fields.weekday, weeks)
        : isOrdinal ? calendar.dayOfOrdinal(fields.year, fields.ordinal) : fields;
      const [moment] = momentOf(localOf({ ...fields, ...date }), zone.offset(settings.now()), zone);
      const made = new DateTime(moment, zone, options.locale);
      if (has("weekday") && (isWeek ? false : has("day")) && given.weekday !== made.weekday) {
        return DateTime.invalid("mismatched weekday",
          `you can't specify both a weekday of ${given.weekday} and a date of ${made.toISO()}`);
      }
      return made;
    }

    static invalid(reason, explanation = null) {
      if (!reason) throw new TypeError("need to specify a reason the DateTime is invalid");
      return new DateTime(NaN, settings.zone(), undefined, { reason, explanation });
    }

    static isDateTime(value) { return value instanceof DateTime; }

    static min(...moments) { return DateTime.best(moments, (one, other) => one < other); }
    static max(...moments) { return DateTime.best(moments, (one, other) => one > other); }
    static best(moments, isBetter) {
      if (!moments.every(DateTime.isDateTime)) throw new TypeError("min and max require all arguments be DateTimes");
      let best = moments[0];
      for (const moment of moments) if (isBetter(moment.ts, best.ts)) best = moment;
      return best;
    }

    // MARK: Reading

    get isLuxonDateTime() { return true; }
    get isValid() { return this.invalid === null; }
    get invalidReason() { return this.invalid?.reason ?? null; }
    get invalidExplanation() { return this.invalid?.explanation ?? null; }
    get zone() { return this._zone; }
    get zoneName() { return this.isValid ? this._zone.name : null; }
    get locale() { return this.isValid ? this.loc ?? settings.locale : null; }
    get numberingSystem() { return null; }
    get outputCalendar() { return null; }

    /** Minutes east of UTC. */
    get offset() { return this.isValid ? (this.o ??= this._zone.offset(this.ts)) : NaN; }
    get offsetNameShort() { return this.isValid
      ? this._zone.offsetName(this.ts, { format: "short", locale: this.locale }) : null; }
    get offsetNameLong() { return this.isValid
      ? this._zone.offsetName(this.ts, { format: "long", locale: this.locale }) : null; }
    get isOffsetFixed() { return this.isValid ? this._zone.isUniversal : null; }
    get isInDST() {
      if (!this.isValid || this._zone.isUniversal) return false;
      return this.offset > this.set({ month: 1, day: 1 }).offset || this.offset > this.set({ month: 5 }).offset;
    }

    /** The calendar parts. */
    get c() { return (this.parts ??= calendar.parts(this.ts + this.offset * 60000)); }
    get weeks() { return (this.weekParts ??= calendar.weekOf(this.c.year, this.c.month, this.c.day)); }

    get quarter() { return this.isValid ? Math.ceil(this.c.month / 3) : NaN; }
    get weekYear() { return this.isValid ? this.weeks.weekYear : NaN; }
    get weekNumber() { return this.isValid ? this.weeks.weekNumber : NaN; }
    get weekday() { return this.isValid ? this.weeks.weekday : NaN; }
    get isWeekend() { return this.isValid && weeksOf(this.locale).weekend.includes(this.weekday); }
    get ordinal() { return this.isValid ? calendar.ordinal(this.c.year, this.c.month, this.c.day) : NaN; }
    get localWeekday() { return this.isValid ? localWeek(this).weekday : NaN; }
    get localWeekNumber() { return this.isValid ? localWeek(this).weekNumber : NaN; }
    get localWeekYear() { return this.isValid ? localWeek(this).weekYear : NaN; }
    get isInLeapYear() { return calendar.isLeapYear(this.year); }
    get daysInMonth() { return this.isValid ? calendar.daysInMonth(this.c.year, this.c.month) : NaN; }
    get daysInYear() { return this.isValid ? calendar.daysInYear(this.c.year) : NaN; }
    get weeksInWeekYear() { return this.isValid ? calendar.weeksInYear(this.weekYear) : NaN; }
    get weeksInLocalWeekYear() {
      return this.isValid ? calendar.weeksInYear(this.localWeekYear, weeksOf(this.locale)) : NaN;
    }
    get monthShort() { return this.isValid ? this.toFormat("LLL") : null; }
    get monthLong() { return this.isValid ? this.toFormat("LLLL") : null; }
    get weekdayShort() { return this.isValid ? this.toFormat("ccc") : null; }
    get weekdayLong() { return this.isValid ? this.toFormat("cccc") : null; }

    get(unit) { return this[unit]; }
    toMillis() { return this.isValid ? this.ts : NaN; }
    toSeconds() { return this.isValid ? this.ts / 1000 : NaN; }
    toUnixInteger() { return this.isValid ? Math.floor(this.ts / 1000) : NaN; }
    valueOf() { return this.toMillis(); }
    toJSDate() { return new Date(this.isValid ? this.ts : NaN); }
    toBSON() { return this.toJSDate(); }
    toObject({ includeConfig = false } = {}) {
      if (!this.isValid) return {};
      return includeConfig ? { ...this.c, outputCalendar: null, numberingSystem: null, locale: this.locale }
        : { ...this.c };
    }

    equals(other) {
      return this.isValid && DateTime.isDateTime(other) && other.isValid && this.ts === other.ts
        && this._zone.equals(other._zone) && this.locale === other.locale;
    }

    // MARK: Zones and locales

    at(moment, zone = this._zone) { return new DateTime(moment, zone, this.loc); }
    toUTC(offset = 0, options = {}) { return this.setZone(FixedOffsetZone.instance(offset), options); }
    toLocal() { return this.setZone(settings.zone()); }

    /** `keepCalendarTime` is the older name of `keepLocalTime`, the one that n8n's documentation uses. */
    setZone(name, { keepLocalTime = false, keepCalendarTime = false } = {}) {
      const zone = zoneOf(name);
      if (zone.equals(this._zone)) return this;
      if (!zone.isValid) return new DateTime(NaN, zone, this.loc);
      if (!keepLocalTime && !keepCalendarTime) return this.at(this.ts, zone);
      return this.at(momentOf(this.ts + this.offset * 60000, zone.offset(this.ts), zone)[0], zone);
    }

    reconfigure({ locale } = {}) { return new DateTime(this.ts, this._zone, locale ?? this.loc, this.invalid); }
    setLocale(locale) { return this.reconfigure({ locale }); }

    /** Both moments of a time that clocks show twice. */
    getPossibleOffsets() {
      if (!this.isValid || this._zone.isUniversal) return [this];
      const local = this.ts + this.offset * 60000;
      const offsets = new Set(
        [this._zone.offset(local - calendar.dayLength), this._zone.offset(local + calendar.dayLength)]);
      const found = [...offsets].map((offset) => this.at(local - offset * 60000)).filter((one) => one.ts
        + one.offset * 60000 === local);
      return found.length > 1 ? found.sort((one, other) => one.ts - other.ts) : [this];
    }

    // MARK: Arithmetic

    set(values) {
      if (!this.isValid) return this;
      const given = fieldsOf(values), weeks = weeksMeant(given, this.locale);
      const has = (name) => given[name] !== undefined;
      checkMixture(has);
      const isWeek = has("weekYear") || has("weekNumber") || has("weekday");
      let parts;
      if (isWeek) {
        const { year, month, day } = { ...this.c, ...given };
        const week = { ...calendar.weekOf(year, month, day, weeks), ...given };
        parts = { ...this.c, ...given, ...calendar.dayOfWeek(week.weekYear, week.weekNumber, week.weekday, weeks) };
      } else if (has("ordinal")) {
        parts = { ...this.c, ...given, ...calendar.dayOfOrdinal(given.year ?? this.c.year, given.ordinal) };
      } else {
        parts = { ...this.c, ...given };
        if (has("quarter")) parts.month = (given.quarter - 1) * 3 + 1;
        if (!has("day")) parts.day = Math.min(calendar.daysInMonth(parts.year, parts.month), parts.day);
      }
      return this.at(momentOf(localOf(parts), this.offset, this._zone)[0]);
    }

    plus(duration) { return this.isValid ? this.moved(Duration.fromDurationLike(duration)) : this; }
    minus(duration) { return this.isValid ? this.moved(Duration.fromDurationLike(duration).negate()) : this; }

    /** Calendar units move what the clock shows; hours and less move the moment. */
    moved(duration) {
      if (!duration.isValid) return DateTime.invalid(duration.invalidReason, duration.invalidExplanation);
      const { trunc } = Math, { c } = this;
      const whole = (unit) => trunc(duration[unit]);
      const year = c.year + whole("years"), month = c.month + whole("months") + whole("quarters") * 3;
      const day = Math.min(c.day, calendar.daysInMonth(year, month)) + whole("days") + whole("weeks") * 7;
      const { values } = duration, left = {};
      for (const unit of Object.keys(values)) left[unit] = unit in guesses ? values[unit] % 1 : values[unit];
      const rest = duration.with(left).toMillis();
      const [moment] = momentOf(localOf({ ...c, year, month, day }), this.offset, this._zone);
      return this.at(moment + rest);
    }

    /** `useLocaleWeeks`: weeks begin where the locale has it, not on Monday. */
    startOf(unit, { useLocaleWeeks = false } = {}) {
      if (!this.isValid) return this;
      const name = durationUnit(unit);
      const begin = {};
      switch (name) {
        case "years": begin.month = 1; // falls through
        case "quarters":
        case "months": begin.day = 1; // falls through
        case "weeks":
        case "days": begin.hour = 0; // falls through
        case "hours": begin.minute = 0; // falls through
        case "minutes": begin.second = 0; // falls through
        case "seconds": begin.millisecond = 0;
      }
      if (name === "weeks") {
        const passed = useLocaleWeeks ? this.localWeekday - 1 : this.weekday - 1;
        return this.set(begin).minus({ days: passed });
      }
      if (name === "quarters") begin.month = (Math.ceil(this.c.month / 3) - 1) * 3 + 1;
      return this.set(begin);
    }

    endOf(unit, options) {
      return this.isValid ? this.plus({ [durationUnit(unit)]: 1 }).startOf(unit, options).minus(1) : this;
    }

    hasSame(other, unit, options) {
      if (!this.isValid) return false;
      const moment = other.valueOf();
      const here = this.setZone(other.zone, { keepLocalTime: true });
      return here.startOf(unit, options) <= moment && moment <= here.endOf(unit, options);
    }

    diff(other, unit = "milliseconds", options = {}) {
      if (!this.isValid || !other?.isValid) {
        return Duration.invalid("created by diffing an invalid DateTime");
      }
      const units = (Array.isArray(unit) ? unit : [unit]).map(durationUnit);
      options = { locale: this.loc, ...options };
      const isLater = other.valueOf() > this.valueOf();
      const length = difference(isLater ? this : other, isLater ? other : this, units, options);
      return isLater ? length.negate() : length;
    }

    diffNow(unit = "milliseconds", options = {}) { return this.diff(DateTime.now(), unit, options); }
    until(other) { return this.isValid ? use("interval").Interval.fromDateTimes(this, other) : this; }
  }

  /** How many whole calendar days lie between what two clocks show. */
  function wholeDays(earlier, later) {
    const dayOf = (moment) => moment.toUTC(0, { keepLocalTime: true }).startOf("day").valueOf();
    return Math.floor((dayOf(later) - dayOf(earlier)) / calendar.dayLength);
  }

  const guesses = {
    years: (one, other) => other.year - one.year,
    quarters: (one, other) => other.quarter - one.quarter + (other.year - one.year) * 4,
    months: (one, other) => other.month - one.month + (other.year - one.year) * 12,
    weeks: (one, other) => Math.trunc(wholeDays(one, other) / 7),
    days: wholeDays,
  };

  /** Counts calendar units along the calendar, the rest in milliseconds. */
  function difference(earlier, later, units, options) {
    const counted = {};
    let cursor = earlier, beyond, smallest;
    for (const unit of Object.keys(guesses)) {
      if (!units.includes(unit)) continue;
      smallest = unit;
      counted[unit] = guesses[unit](cursor.setZone(later.zone), later);
      beyond = earlier.plus(counted);
      if (beyond > later) {
        counted[unit] -= 1;
        cursor = earlier.plus(counted);
        if (cursor > later) {
          beyond = cursor;
          counted[unit] -= 1;
          cursor = earlier.plus(counted);
        }
      } else {
        cursor = beyond;
      }
    }
    const rest = later - cursor;
    const small = units.filter((unit) => ["hours", "minutes", "seconds", "milliseconds"].includes(unit));
    if (small.length === 0 && smallest !== undefined) {
      if (beyond <= cursor) beyond = cursor.plus({ [smallest]: 1 });
      if (+beyond !== +cursor) counted[smallest] += rest / (beyond - cursor);
    }
    const length = Duration.fromObject(counted, options);
    return small.length > 0 ? Duration.fromMillis(rest, options).shiftTo(...small).plus(length) : length;
  }

  for (const field of dateFields) {
    Object.defineProperty(DateTime.prototype, field, {
      get() { return this.isValid ? this.c[field] : NaN; }, configurable: true,
    });
  }

  const parts = { DateTime, momentOf, localOf };
  use("dateTimeText")(parts);
  use("dateTimeParsing")(parts);
  return parts;
});
