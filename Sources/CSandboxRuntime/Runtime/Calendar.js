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

  /** Weeks begin on a Monday, and belong to the year in which most of their days lie. */
  const isoWeeks = { firstDay: 1, minimalDays: 4, weekend: [6, 7] };

  /** The ordinal of the day on which the first week of a year begins; below 1 it lies in the year before. */
  function firstWeek(year, { firstDay, minimalDays }) {
    const daysBefore = (weekday(year, 1, 1) - firstDay + 7) % 7;
    return 7 - daysBefore >= minimalDays ? 1 - daysBefore : 8 - daysBefore;
  }

  /** How many weeks a week-numbering year has. */
  function weeksInYear(year, weeks = isoWeeks) {
    return (daysInYear(year) + firstWeek(year + 1, weeks) - firstWeek(year, weeks)) / 7;
  }

  /** The week in which a day lies, and its place there. */
  function weekOf(year, month, day, weeks = isoWeeks) {
    const place = ordinal(year, month, day);
    let weekYear = year, days = place - firstWeek(year, weeks);
    if (days < 0) {
      weekYear = year - 1;
      days = place + daysInYear(weekYear) - firstWeek(weekYear, weeks);
    } else if (place >= daysInYear(year) + firstWeek(year + 1, weeks)) {
      weekYear = year + 1;
      days = place - daysInYear(year) - firstWeek(weekYear, weeks);
    }
    return { weekYear, weekNumber: Math.floor(days / 7) + 1, weekday: (days % 7) + 1 };
  }

  /** The day with that week and place in the week. */
  function dayOfWeek(weekYear, weekNumber, dayInWeek, weeks = isoWeeks) {
    return dayOfOrdinal(weekYear, firstWeek(weekYear, weeks) + (weekNumber - 1) * 7 + dayInWeek - 1);
  }

  function dayOfOrdinal(year, place) {
    const { year: actualYear, month, day } = parts(utcMilliseconds(year, 1, 1) + (place - 1) * dayLength);
    return { year: actualYear, month, day };
  }

  return {
    dayLength, isLeapYear, daysInYear, daysInMonth, utcMilliseconds, parts, weekday, ordinal, weeksInYear, weekOf,
    dayOfWeek, isoWeeks, dayOfOrdinal,
  };
});
