// The proleptic Gregorian calendar and ISO 8601 weeks, on plain numbers. Months are 1-12, weekdays 1 (Monday) to 7.

section("calendar", () => {
  const dayLength = 86400000;
  const isLeapYear = (year) => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const daysInYear = (year) => (isLeapYear(year) ? 366 : 365);

  function daysInMonth(year, month) {
    const place = (((month - 1) % 12) + 12) % 12;
    const actualYear = year + (month - 1 - place) / 12;
    if (place === 1) return isLeapYear(actualYear) ? 29 : 28;
    return place === 3 || place === 5 || place === 8 || place === 10 ? 30 : 31;
  }

  /** Milliseconds since the epoch, were the parts UTC. Parts may overflow. */
  function utcMilliseconds(year, month, day, hour = 0, minute = 0, second = 0, millisecond = 0) {
    if (year >= 0 && year < 100) {
      // `Date.UTC` takes these for the years from 1900 on.
      const exact = new Date(0);
      exact.setUTCFullYear(year, month - 1, day);
      exact.setUTCHours(hour, minute, second, millisecond);
      return exact.getTime();
    }
    return Date.UTC(year, month - 1, day, hour, minute, second, millisecond);
  }

  /** The parts of a local time that is given as if it were UTC. */
  function parts(local) {
    const date = new Date(local);
    return {
      year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate(), hour: date.getUTCHours(),
      minute: date.getUTCMinutes(), second: date.getUTCSeconds(), millisecond: date.getUTCMilliseconds(),
    };
  }

  function weekday(year, month, day) {
    const days = Math.round(utcMilliseconds(year, month, day) / dayLength);
    return ((((days + 3) % 7) + 7) % 7) + 1;
  }

  const ordinal = (year, month, day) =>
    Math.round((utcMilliseconds(year, month, day) - utcMilliseconds(year, 1, 1)) / dayLength) + 1;

  /** How many ISO weeks a week-numbering year has. */
  function weeksInYear(year) {
    const first = weekday(year, 1, 1);
    return first === 4 || (first === 3 && isLeapYear(year)) ? 53 : 52;
  }

  /** The ISO week in which a day lies. */
  function weekOf(year, month, day) {
    const dayOfWeek = weekday(year, month, day);
    let weekYear = year;
    let weekNumber = Math.floor((ordinal(year, month, day) - dayOfWeek + 10) / 7);
    if (weekNumber < 1) {
      weekYear = year - 1;
      weekNumber = weeksInYear(weekYear);
    } else if (weekNumber > weeksInYear(year)) {
      weekYear = year + 1;
      weekNumber = 1;
    }
    return { weekYear, weekNumber, weekday: dayOfWeek };
  }

  /** The day with that ISO week and weekday. */
  function dayOfWeek(weekYear, weekNumber, dayInWeek) {
    const place = weekNumber * 7 + dayInWeek - weekday(weekYear, 1, 4) - 3;
    return dayOfOrdinal(weekYear, place);
  }

  function dayOfOrdinal(year, place) {
    const { year: actualYear, month, day } = parts(utcMilliseconds(year, 1, 1) + (place - 1) * dayLength);
    return { year: actualYear, month, day };
  }

  return {
    dayLength, isLeapYear, daysInYear, daysInMonth, utcMilliseconds, parts, weekday, ordinal, weeksInYear, weekOf,
    dayOfWeek, dayOfOrdinal,
  };
});
