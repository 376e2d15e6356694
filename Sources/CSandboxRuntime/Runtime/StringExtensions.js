// n8n's methods on strings, as its documentation lists them. Each takes the string, then the call's arguments.

section("stringExtensions", () => {
  const { ExpressionExtensionError } = use("problems");
  const bytes = use("bytes");

  const currency = /^\p{Sc}+|\p{Sc}+$/gu;
  const hostPart = "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?";
  const email = new RegExp(String.raw`[A-Za-z0-9.!#$%&'*+/=?^_\x60{|}~-]+@${hostPart}(?:\.${hostPart})+`);
  const wholeEmail = new RegExp(`^${email.source}$`);
  const label = "(?:xn--)?[\\p{L}\\p{N}](?:[\\p{L}\\p{N}-]{0,61}[\\p{L}\\p{N}])?";
  const domain = new RegExp(
    `^(?:${label}\\.)+(?:xn--[a-z0-9-]{2,59}|\\p{L}[\\p{L}\\p{N}-]{0,60}\\p{L}|\\p{L}{2})(?::\\d{1,5})?$`, "iu");
  const address = /^(?:\d{1,3}\.){3}\d{1,3}$/;
  const url = /^([a-z][a-z0-9+.-]*):\/\/(?:[^\s/?#@]*@)?(\[[0-9a-f:.]+\]|[^\s/?#:@[\]]+)(?::(\d{1,5}))?([/?#]\S*)?$/i;
  const hostInside =
    String.raw`localhost|\[[0-9a-f:.]+\]|[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)+|[\p{L}\p{N}-]+(?=[:\/])`;
  const urlInside = new RegExp(String.raw`(?:https?|ftp|file):\/\/(?:[^\s\/?#@]+@)?(?:${hostInside})(?::\d{1,5})?`
    + String.raw`(?:[\/?#][^\s"'<>\\^\x60{|}]*)?`, "iu");

  const smallWords = new Set(
    ["a", "an", "and", "as", "at", "because", "but", "by", "en", "for", "if", "in", "neither", "nor", "of",
    "on", "only", "or", "over", "per", "so", "some", "than", "that", "the", "to", "up", "upon", "v", "versus", "via",
    "vs", "when",
    "with", "without", "yet"]);
  const capitalized = (word) => word.replace(/\p{L}/u, (letter) => letter.toUpperCase());

  const plainLetters = {
    "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d",
    "Đ": "D", "ð": "d",
    "Ð": "D", "þ": "th", "Þ": "Th", "ħ": "h", "Ħ": "H", "ı": "i", "ĸ": "k", "ŋ": "ng", "Ŋ": "NG", "ŧ": "t", "Ŧ": "T",
    "‘": "'", "’": "'",
    "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "…": "...", "«": "<<", "»": ">>", "¡": "!", "¿": "?", "€": "EUR",
    "£": "GBP", "©": "(c)", "®": "(r)",
    "\u00a0": " ",
  };

  const words = (text) => text.normalize("NFC").match(
    /[\p{Lu}]+(?![\p{Ll}])|\p{Lu}?[\p{Ll}\p{M}\p{N}]+|[\p{L}\p{N}]+/gu) ?? [];

  function host(text) {
    const bare = text.trim().replace(/^mailto:/i, "");
    const found = email.exec(bare);
    if (found !== null && !/^[a-z]+:\/\//i.test(bare)) return found[0].slice(found[0].lastIndexOf("@") + 1);
    const rest = bare.replace(/^[a-z][a-z0-9+.-]*:\/\//i, "").replace(/^\/\//, "");
    const name = rest.replace(/[/?#].*$/s, "").replace(/^[^@]*@/, "").replace(/:\d+$/, "");
    const hasScheme = rest !== bare;
    return domain.test(name) || address.test(name) || (hasScheme && /^[\p{L}\p{N}.-]+$/u.test(name)) ? name : undefined;
  }

  /** Markdown's marks away, line by line and then inside the lines; what they mark stays. */
  function plainText(text) {
    const lines = text.replace(/<[^<>]*>/g, "").split("\n").map((line) => {
      if (/^ {0,3}(?:`{3,}|~{3,})/.test(line) || /^ {0,3}([-*_])(?: *\1){2,} *$/.test(line) || /^(?:=+|--+) *$/.test(line)) {
        return undefined;
      }
      const heading = /^ {0,3}#{1,6} +(.*)$/.exec(line);
      if (heading !== null) return heading[1].replace(/ +#+ *$/, "");
      return line.replace(/^ {0,3}(?:> ?)+/, "").replace(/^( *)(?:[-+*]|\d+[.)]) +/, "$1");
    });
    let plain = lines.filter((line) => line !== undefined).join("\n");
    plain = plain.replace(/!?\[([^\][]*)\](?:\([^()]*\)|\[[^\][]*\])/g, "$1");
    for (const mark of ["\\*\\*", "__", "~~", "\\*", "_", "`+"]) {
      // An underscore inside of a word is no mark.
      const [before, after] = mark.startsWith("_") ? ["(?<!\\w)", "(?!\\w)"] : ["", ""];
      plain = plain.replace(new RegExp(`${before}(${mark})(?! )(.+?)(?<! )\\1${after}`, "g"), "$2");
    }
    return plain;
  }

  /** The first letters of words; short words inside, and words with capitals or dots of their own, stay. */
  function titled(text) {
    const words = [...text.matchAll(/[^\s:\u2013\u2014-]+/g)];
    let result = "", end = 0;
    for (const [place, { 0: word, index }] of words.entries()) {
      result += text.slice(end, index);
      end = index + word.length;
      const isInside = index > 0 && end < text.length;
      const isSmall = isInside && (word.toLowerCase().match(/[a-z]+/g) ?? []).some((part) => smallWords.has(part));
      const rest = word.slice(1);
      const hasOwnCase = rest !== rest.toLowerCase() || rest.slice(0, -1).includes(".");
      const isScheme = text[end] === ":" && words[place + 1]?.index === end + 1;
      result += isSmall || hasOwnCase || isScheme ? word : capitalized(word);
    }
    return result + text.slice(end);
  }

  const parsedDate = (text) => {
    const { DateTime } = use("dateTime");
    const options = { setZone: true };
    for (const read of [DateTime.fromISO, DateTime.fromHTTP, DateTime.fromRFC2822, DateTime.fromSQL]) {
      const moment = read(text, options);
      if (moment.isValid) return moment;
    }
    const number = Number(text);
    if (text.trim() !== "" && !Number.isNaN(number)) return DateTime.fromMillis(number);
    const date = new Date(text);
    if (!Number.isNaN(date.getTime())) return DateTime.fromJSDate(date);
    throw new ExpressionExtensionError("cannot convert to Luxon DateTime");
  };

  return {
    typeName: "String",
    parsedDate,
    functions: {
      isEmpty: (text) => text === "",
      isNotEmpty: (text) => text !== "",
      length: (text) => text.length,

      hash(text, algorithm = "md5") {
        const name = String(algorithm).toLowerCase();
        if (name === "base64") return bytes.base64(bytes.utf8(text));
        const { digest, names } = use("hashes");
        const found = digest(name, bytes.utf8(text));
        if (found === undefined) {
          throw new ExpressionExtensionError(
            `Unknown algorithm ${algorithm}. Available algorithms are: `
            + `${names.map((one) => one.toUpperCase()).join(", ")}, and Base64.`);
        }
        return bytes.hex(found);
      },
      base64Encode: (text) => bytes.base64(bytes.utf8(text)),
      base64Decode: (text) => bytes.utf8Text(bytes.base64Bytes(text)),
      urlEncode: (text, allCharacters = false) => (allCharacters ? encodeURI(text) : encodeURIComponent(text)),
      urlDecode: (text, allCharacters = false) => (allCharacters ? decodeURI(text) : decodeURIComponent(text)),
      quote: (text, mark = '"') => mark + text.replaceAll(mark, `\\${mark}`) + mark,

      isEmail: (text) => wholeEmail.test(text),
      isUrl: (text) => url.test(text),
      isDomain: (text) => domain.test(text),
      isNumeric: (text) => text !== "" && !text.includes(" ") && !Number.isNaN(Number(text))
        && !Number.isNaN(parseFloat(text)),
      extractEmail: (text) => email.exec(text)?.[0],
      extractDomain: host,
      extractUrl: (text) => urlInside.exec(text)?.[0].replace(/[.,;:!?)\]]+$/, ""),
      extractUrlPath(text) {
        const found = url.exec(text);
        return found === null ? undefined : (/^\/[^?#]*/.exec(found[4] ?? "")?.[0] ?? "/");
      },

      removeTags: (text) => text.replace(/<[^>]*>?/gm, ""),
      removeMarkdown: plainText,
      replaceSpecialChars: (text) => text.replace(/[^\u0000-\u007f]/gu, (letter) => plainLetters[letter] ?? letter)
        .normalize("NFD").replace(/\p{M}/gu, ""),

      toTitleCase: titled,
      toSentenceCase: (text) =>
        text.toLowerCase().replace(/(^|[.!?]\s+)(\P{L}*?)(\p{L})/gu, (_, before, between, letter) =>
        before + between + letter.toUpperCase()),
      toSnakeCase: (text) => text.toLowerCase().replace(/[ \t\n-]/g, "_").replace(/[^\p{L}\p{N}_]/gu, ""),
      toCamelCase: (text) => words(text).map((word, place) =>
        (place === 0 ? word.toLowerCase() : capitalized(word.toLowerCase()))).join(""),

      toBoolean: (text) => !["", "0", "false", "no"].includes(text.toLowerCase()),
      toInt: (text, radix) => parseInt(text.replace(currency, ""), radix),
      toFloat: (text) => parseFloat(text.replace(currency, "")),
      toNumber(text) {
        const number = Number(text.replace(currency, ""));
        if (Number.isNaN(number)) throw new ExpressionExtensionError("cannot convert to number");
        return number;
      },
      toWholeNumber: (text, radix) => parseInt(text.replace(currency, ""), radix),
      toDecimalNumber: (text) => parseFloat(text.replace(currency, "")),
      toDateTime(text, format) {
        if (["ms", "s", "us", "excel"].includes(format)) return use("numberExtensions").functions.toDateTime(
          Number(text), format);
        const moment = format === undefined || format === null || format === "" ? parsedDate(text)
          : use("dateTime").DateTime.fromFormat(text, format);
        if (!moment.isValid) throw new ExpressionExtensionError("cannot convert to Luxon DateTime");
        return moment;
      },
      toDate(text) {
        const date = new Date(String(text));
        if (Number.isNaN(date.getTime())) throw new ExpressionExtensionError("cannot convert to date");
        return date;
      },
      parseJson(text) {
        try {
          return JSON.parse(text);
        } catch {
          throw new ExpressionExtensionError(
            text.includes("'") ? "Parsing failed. Check you're using double quotes" : "Parsing failed");
        }
      },
      toJsonString: (text) => JSON.stringify(text),
    },
  };
});
