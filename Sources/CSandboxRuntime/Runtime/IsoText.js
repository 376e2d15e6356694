// Reads ISO 8601 and its relatives (SQL, HTTP, RFC 2822) into plain parts; no zones, no DateTimes here.

section("isoText", () => {
  const date = String.raw`([+-]\d{6}|\d{4})(?:-?(\d\d)(?:-?(\d\d))?)?`;
  const week = String.raw`(\d{4})-?W(\d\d)(?:-?(\d))?`;
  const ordinal = String.raw`(\d{4})-?(\d{3})`;
  const time = String.raw`(\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,](\d{1,30}))?)?)?`;
  const zone = String.raw`(?:(Z)|([+-]\d\d)(?::?(\d\d))?)?(?:\[([^\]]+)\])?`;
  const dateTime = new RegExp(`^${date}(?:T${time}${zone})?$`, "i");
  const weekTime = new RegExp(`^${week}(?:T${time}${zone})?$`, "i");
  const ordinalTime = new RegExp(`^${ordinal}(?:T${time}${zone})?$`, "i");
  const partDate = new RegExp(`^(?:(\\d\\d)-)?(\\d\\d)(?:T${time}${zone})?$`, "i");
  const partWeek = new RegExp(`^-?(?:W(\\d\\d)-)?(\\d)(?:T${time}${zone})?$`, "i");
  const partOrdinal = new RegExp(`^(\\d{3})(?:T${time}${zone})?$`, "i");
  const onlyTime = new RegExp(`^T?${time}${zone}$`, "i");
  const sqlDateTime = new RegExp(`^${date}(?:[ T]${time}(?: ?${zone}| ([A-Za-z_]+(?:/[A-Za-z0-9_+-]+){0,2}))?)?$`);
  const amount = String.raw`([-+]?\d{1,20}(?:\.\d{1,20})?)`;
  const seconds = String.raw`([-+]?\d{1,20})(?:[.,](-?\d{1,20}))?`;
  const isoDuration = new RegExp(`^([-+])?P(?:${amount}Y)?(?:${amount}M)?(?:${amount}W)?(?:${amount}D)?`
    + `(?:T(?:${amount}H)?(?:${amount}M)?(?:${seconds}S)?)?$`);
  const rfcMoment = new RegExp(String.raw`^(?:(Mon|Tue|Wed|Thu|Fri|Sat|Sun),\s)?(\d{1,2})\s`
    + String.raw`(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\s(\d{2,4})\s(\d\d):(\d\d)(?::(\d\d))?\s`
    + String.raw`(?:(UT|GMT|Z|[ECMP][SD]T)|([+-]\d\d)(\d\d))$`);
  const longDay = "(Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)";
  const oldHTTP = new RegExp(String.raw`^${longDay}, (\d\d)-(\w{3})-(\d\d) (\d\d):(\d\d):(\d\d) GMT$`);

  const number = (text, otherwise) => (text === undefined || text === "" ? otherwise : Number(text));
  const milliseconds = (digits) => (digits === undefined ? 0 : Math.floor(Number(`0.${digits}`) * 1000));

  const clock = (found, at) => ({
    hour: number(found[at], 0), minute: number(found[at + 1], 0), second: number(found[at + 2], 0),
    millisecond: milliseconds(found[at + 3]),
  });

  /** `offset` in minutes, or the `zone` in square brackets. */
  function place(found, at) {
    if (found[at + 3] !== undefined) return { zone: found[at + 3], offset: offsetAt(found, at) };
    return { offset: offsetAt(found, at) };
  }

  function offsetAt(found, at) {
    if (found[at] !== undefined) return 0;
    if (found[at + 1] === undefined) return undefined;
    const hours = Number(found[at + 1]), minutes = Number(found[at + 2] ?? 0);
    return hours * 60 + (found[at + 1].startsWith("-") ? -minutes : minutes);
  }

  /** Parts of a date with or without a time; null if it is none. */
  function moment(text) {
    let found = weekTime.exec(text);
    if (found) {
      return {
        parts: { weekYear: Number(found[1]), weekNumber: Number(found[2]), weekday: number(found[3], 1),
          ...clock(found, 4) },
        ...place(found, 8),
      };
    }
    found = ordinalTime.exec(text);
    if (found) return { parts: { year: Number(found[1]), ordinal: Number(found[2]), ...clock(found, 3) },
      ...place(found, 7) };
    found = dateTime.exec(text);
    if (found) {
      return {
        parts: { year: Number(found[1]), month: number(found[2], 1), day: number(found[3], 1), ...clock(found, 4) },
        ...place(found, 8),
      };
    }
    found = onlyTime.exec(text);
    if (found) return { parts: clock(found, 1), ...place(found, 5) };
    return null;
  }

  /** The end of an interval, which may leave out what the start says; null if it is none. */
  function intervalEnd(text) {
    if (/^T/i.test(text)) return moment(text);
    let found = partOrdinal.exec(text);
    if (found) return { parts: { ordinal: Number(found[1]), ...clock(found, 2) }, ...place(found, 6) };
    found = partWeek.exec(text);
    if (found) {
      return { parts: { weekNumber: number(found[1]), weekday: Number(found[2]), ...clock(found, 3) },
        ...place(found, 7) };
    }
    found = partDate.exec(text);
    if (found) {
      return { parts: { month: number(found[1]), day: Number(found[2]), ...clock(found, 3) }, ...place(found, 7) };
    }
    return moment(text);
  }

  function sql(text) {
    const found = sqlDateTime.exec(text);
    if (found) {
      const parts = { year: Number(found[1]), month: number(found[2], 1), day: number(found[3], 1),
        ...clock(found, 4) };
      return found[12] !== undefined ? { parts, zone: found[12] } : { parts, ...place(found, 8) };
    }
    const plain = onlyTime.exec(text);
    return plain ? { parts: clock(plain, 1), ...place(plain, 5) } : null;
  }

  const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
  const monthOf = (name) => months.indexOf(name.slice(0, 3).toLowerCase()) + 1;
  const weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
  /** 1 for Monday; undefined where the text names none. */
  const weekdayOf = (name) => (name === undefined ? undefined : weekdays.indexOf(name.slice(0, 3).toLowerCase()) + 1);
  const namedOffsets = { GMT: 0, UT: 0, Z: 0, EST: -300, EDT: -240, CST: -360, CDT: -300, MST: -420, MDT: -360,
    PST: -480, PDT: -420 };

  function rfc2822(text) {
    // Comments in brackets and folded lines count as one space.
    const plain = String(text).replace(/\([^)]*\)/g, " ").split(/\s+/).filter(Boolean).join(" ");
    const found = rfcMoment.exec(plain);
    if (!found) return null;
    const short = Number(found[4]);
    const year = found[4].length > 2 ? short : short > use("settings").settings.twoDigitCutoffYear ? 1900 + short
      : 2000 + short;
    const offset = found[8] !== undefined ? namedOffsets[found[8]] : offsetAt([undefined, found[9], found[10]], 0);
    return {
      parts: { year, month: monthOf(found[3]), day: Number(found[2]), hour: Number(found[5]), minute: Number(found[6]),
        second: number(found[7], 0), millisecond: 0, weekday: weekdayOf(found[1]) },
      offset,
    };
  }

  /** The three forms that HTTP allows (RFC 9110, 5.6.7). */
  function http(text) {
    const parts = (weekday, year, month, day, hour, minute, second) => ({
      parts: { year: Number(year), month: monthOf(month), day: Number(day), hour: Number(hour), minute: Number(minute),
        second: Number(second), millisecond: 0, weekday: weekdayOf(weekday) },
      offset: 0,
    });
    let found = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d\d) (\w{3}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT$/.exec(text);
    if (found) return parts(found[1], found[4], found[3], found[2], found[5], found[6], found[7]);
    found = oldHTTP.exec(text);
    if (found) return parts(found[1], Number(found[4]) > 60 ? 1900 + Number(found[4]) : 2000 + Number(found[4]),
      found[3], found[2], found[5], found[6], found[7]);
    found = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun) (\w{3}) ( \d|\d\d) (\d\d):(\d\d):(\d\d) (\d{4})$/.exec(text);
    return found ? parts(found[1], found[7], found[2], found[3], found[4], found[5], found[6]) : null;
  }

  function duration(text) {
    const found = isoDuration.exec(text);
    if (!found || found.slice(2).every((part) => part === undefined)) return null;
    const sign = found[1] === "-" ? -1 : 1;
    const value = (at) => (found[at] === undefined ? undefined : Number(found[at]) * sign);
    const fraction = found[9] === undefined ? undefined
      : Math.floor(Number(`0.${found[9].replace("-", "")}`) * 1000) * sign * (found[8].startsWith("-") ? -1 : 1);
    return {
      years: value(2), months: value(3), weeks: value(4), days: value(5), hours: value(6), minutes: value(7),
      seconds: value(8), milliseconds: fraction,
    };
  }

  /** A time alone; milliseconds only where they are written. */
  function onlyClock(text) {
    const found = onlyTime.exec(text);
    if (!found) return null;
    const parts = clock(found, 1);
    return { ...parts, millisecond: found[4] && parts.millisecond };
  }

  return { moment, intervalEnd, sql, rfc2822, http, duration, time: onlyClock };
});
