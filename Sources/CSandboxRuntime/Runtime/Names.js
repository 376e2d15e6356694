// Names with a meaning of their own in expressions.

section("names", () => {
  // What n8n refuses wherever it stands: the ways to JavaScript's machinery.
  const accessors = ["__lookupGetter__", "__lookupSetter__", "__defineGetter__", "__defineSetter__"];
  const forbidden = new Set(
    [...accessors, "__proto__", "prototype", "constructor", "getPrototypeOf", "prepareStackTrace"]);
  const forbiddenAlone = new Set([...accessors, "__proto__"]);

  // The methods of all types (Extend.js), by name only, so that no type has to be built to compile an expression.
  const extensions = new Set((
    "abs append average base64Decode base64Encode beginningOf ceil chunk compact diffTo diffToNow difference "
    + "endOfMonth extract extractDomain extractEmail extractUrl extractUrlPath first floor format hasField hash "
    + "inBetween intersection isBetween isDomain isDst isEmail isEmpty isEven isInLast isInteger isNotEmpty "
    + "isNumeric isOdd isUrl isWeekend keepFieldsContaining keys last length max merge min minus parseJson "
    + "pluck plus quote randomItem removeDuplicates removeField removeFieldsContaining removeMarkdown "
    + "removeTags renameKeys replaceSpecialChars round smartJoin sum toBoolean toCamelCase toDate toDateTime "
    + "toDecimalNumber toFloat toInt toJsonString toNumber toSentenceCase toSnakeCase toTitleCase toWholeNumber "
    + "union unique urlDecode urlEncode values"
  ).split(" "));

  return {
    isForbidden: (name) => forbidden.has(name),
    /** Data may have members of the other forbidden names. */
    isNeverData: (name) => accessors.includes(name) || name === "getPrototypeOf",
    /** As bare names. */
    isForbiddenAlone: (name) => forbiddenAlone.has(name),
    isExtension: (name) => extensions.has(name),
    extensions,
  };
});
