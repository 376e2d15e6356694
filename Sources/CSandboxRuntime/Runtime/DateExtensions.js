// n8n's methods on dates: on JavaScript's Date and on DateTime. Where the result is a date, it is of the same kind.

section("dateExtensions", () => {
  const { ExpressionExtensionError } = use("problems");
  const { DateTime } = use("dateTime");
  const { Duration } = use("duration");

  const isDate = (value) => Object.prototype.toString.call(value) === "[object Date]";
  const moment = (value) => (isDate(value) ? DateTime.fromJSDate(value) : value);
  const alike = (original, result) => (isDate(original) ? result.toJSDate() : result);

  /** A date in any shape that people pass. */
  function dateOf(value, name) {
    if (DateTime.isDateTime(value)) return value;
    if (isDate(value)) return DateTime.fromJSDate(value);
    if (typeof value === "number") return DateTime.fromMillis(value);
    if (typeof value === "string") return use("stringExtensions").parsedDate(value);
    throw new ExpressionExtensionError(`${name}(): expected a date, e.g. $now or '2024-03-30'`);
  }

  function length(amount, unit = "milliseconds") {
    if (typeof amount === "object" && amount !== null) return Duration.fromDurationLike(amount);
    const number = Number(amount);
    if (Number.isNaN(number)) throw new ExpressionExtensionError(`${amount} is no number of ${unit}`);
    return Duration.fromObject({ [unit]: number });
  }

  const parts = { yearDayNumber: "ordinal", week: "weekNumber", weekNumber: "weekNumber", dayOfWeek: "weekday" };

  const functions = {
    isEmpty: () => false,
    isNotEmpty: () => true,
    beginningOf: (date, unit = "week") => alike(date, moment(date).startOf(unit)),
    endOfMonth: (date) => alike(date, moment(date).endOf("month")),
    extract: (date, part = "week") => moment(date)[parts[part] ?? String(part).replace(/s$/, "")] ?? null,
    format(date, format, options) {
      const opened = moment(date);
      return format === undefined ? opened.toISO() : opened.toFormat(String(format), options);
    },
    isBetween(date, first, second) {
      if (first === undefined || second === undefined) throw new ExpressionExtensionError(
        "isBetween(): expected two args");
      const [one, other] = [dateOf(first, "isBetween"), dateOf(second, "isBetween")];
      const here = +moment(date);
      return Math.min(+one, +other) < here && here < Math.max(+one, +other);
    },
    isDst: (date) => moment(date).isInDST,
    isInLast(date, amount = 0, unit = "minutes") {
      const now = DateTime.now(), here = moment(date);
      return now.minus({ [unit]: amount }) <= here && here <= now;
    },
    isWeekend: (date) => moment(date).weekday > 5,
    plus: (date, amount, unit) => alike(date, moment(date).plus(length(amount, unit))),
    minus: (date, amount, unit) => alike(date, moment(date).minus(length(amount, unit))),
    diffTo(date, other = DateTime.now(), unit = "days") {
      const found = moment(date).diff(dateOf(other === "now" ? DateTime.now() : other, "diffTo"), unit);
      return Array.isArray(unit) ? found.toObject() : found.as(unit);
    },
    /** Counts from the date to now: positive for what has passed. */
    diffToNow: (date, unit = "days") => functions.diffTo(DateTime.now(), date, unit),
    toDateTime: (date) => moment(date),
    toInt: (date) => +date,
    toFloat: (date) => +date,
    toNumber: (date) => +date,
    toBoolean: () => undefined,
    toJsonString: (date) => JSON.stringify(date),
  };
  functions.inBetween = functions.isBetween;

  return { typeName: "Date", functions, isDate };
});
