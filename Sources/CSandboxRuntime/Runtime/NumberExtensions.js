// n8n's methods on numbers and booleans.

section("numberExtensions", () => {
  const { ExpressionExtensionError } = use("problems");

  function whole(number, name) {
    if (!Number.isInteger(number)) throw new ExpressionExtensionError(`${name}() is only callable on integers`);
    return number;
  }

  return {
    typeName: "Number",
    functions: {
      isEmpty: () => false,
      isNotEmpty: () => true,
      abs: Math.abs,
      ceil: Math.ceil,
      floor: Math.floor,
      round: (number, places = 0) => Number(number.toFixed(places)),
      isEven: (number) => whole(number, "isEven") % 2 === 0,
      isOdd: (number) => Math.abs(whole(number, "isOdd")) % 2 === 1,
      isInteger: Number.isInteger,
      format: (number, locale = "en-US", options) => new Intl.NumberFormat(locale, options).format(number),
      toBoolean: (number) => number !== 0,
      toInt: Math.round,
      toFloat: (number) => number,
      toNumber: (number) => number,
      toDateTime(number, format = "ms") {
        const { DateTime } = use("dateTime");
        switch (format) {
          case "ms": return DateTime.fromMillis(number);
          case "s": return DateTime.fromSeconds(number);
          case "us": return DateTime.fromMillis(number / 1000);
          // Days since 1899-12-30; 25569 of them lie before 1970.
          case "excel": return DateTime.fromMillis(Math.round((number - 25569) * 86400000));
          default:
            throw new ExpressionExtensionError(
              `Unsupported format '${format}'. toDateTime() supports 'ms', 's', 'us' and 'excel'.`);
        }
      },
      toJsonString: (number) => JSON.stringify(number),
    },
  };
});

section("booleanExtensions", () => ({
  typeName: "Boolean",
  functions: {
    isEmpty: () => false,
    isNotEmpty: () => true,
    toBoolean: (flag) => flag,
    toInt: Number,
    toFloat: Number,
    toNumber: Number,
    toDateTime: () => undefined,
    toJsonString: (flag) => JSON.stringify(flag),
  },
}));
