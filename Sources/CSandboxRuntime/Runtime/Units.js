// Names of time units as people write them, and how the units convert into each other.

section("units", () => {
  const ordered = ["years", "quarters", "months", "weeks", "days", "hours", "minutes", "seconds", "milliseconds"];

  const plurals = { localweeknumber: "localWeekNumbers", localweekyear: "localWeekYears" };
  for (const unit of ordered) {
    plurals[unit] = unit;
    plurals[unit.slice(0, -1)] = unit;
  }

  /** "Day" -> "days"; an unknown name is an error. */
  function durationUnit(name) {
    const unit = Object.hasOwn(plurals, String(name).toLowerCase()) ? plurals[String(name).toLowerCase()] : undefined;
    if (unit === undefined) throw new InvalidUnitError(name);
    return unit;
  }

  const fields = {
    weekday: "weekday", weekdays: "weekday", weeknumber: "weekNumber", weeksnumber: "weekNumber",
    weeknumbers: "weekNumber", weekyear: "weekYear", weekyears: "weekYear", ordinal: "ordinal",
    localweekday: "localWeekday", localweekdays: "localWeekday", localweeknumber: "localWeekNumber",
    localweeknumbers: "localWeekNumber", localweekyear: "localWeekYear", localweekyears: "localWeekYear",
    quarter: "quarter", quarters: "quarter",
  };
  for (const unit of ["year", "month", "day", "hour", "minute", "second", "millisecond"]) {
    fields[unit] = unit;
    fields[`${unit}s`] = unit;
  }

  /** "Days" -> "day": the parts of a moment. */
  function dateField(name) {
    const field = Object.hasOwn(fields, String(name).toLowerCase()) ? fields[String(name).toLowerCase()] : undefined;
    if (field === undefined) throw new InvalidUnitError(name);
    return field;
  }

  /** Parts that can't be told apart, or don't go together. */
  class ConflictingSpecificationError extends Error {
    constructor(message) {
      super(message);
      this.name = "ConflictingSpecificationError";
    }
  }

  class InvalidUnitError extends Error {
    constructor(unit) {
      super(`Invalid unit ${unit}`);
      this.name = "InvalidUnitError";
    }
  }

  const sizes = { weeks: 604800000, days: 86400000, hours: 3600000, minutes: 60000, seconds: 1000, milliseconds: 1 };

  function matrix(daysPer, weeksPer, inner) {
    const table = {};
    for (const large of ["years", "quarters", "months"]) {
      table[large] = { ...inner[large], weeks: weeksPer[large], days: daysPer[large] };
      for (const small of ordered.slice(5)) table[large][small] = daysPer[large] * (sizes.days / sizes[small]);
    }
    for (const [place, large] of ordered.entries()) {
      if (place < 3) continue;
      table[large] = {};
      for (const small of ordered.slice(place + 1)) table[large][small] = sizes[large] / sizes[small];
    }
    return table;
  }

  const inner = { years: { quarters: 4, months: 12 }, quarters: { months: 3 }, months: {} };
  /** As people count: a year has 365 days, a month 30. */
  const casual = matrix({ years: 365, quarters: 91, months: 30 }, { years: 52, quarters: 13, months: 4 }, inner);
  /** The mean of 400 years. */
  const longterm = (() => {
    const year = 146097 / 400;
    return matrix({ years: year, quarters: year / 4, months: year / 12 },
      { years: year / 7, quarters: year / 28, months: year / 84 }, inner);
  })();

  return { ordered, durationUnit, dateField, InvalidUnitError, ConflictingSpecificationError, casual, longterm };
});
