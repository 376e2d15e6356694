// Format strings such as `yyyy-MM-dd'T'HH:mm`: letters are tokens, quoted text and everything else stays as it is.

section("formatTokens", () => {
  const kept = new Map();

  /** Runs of one letter, and the text between; `''` is one quote. */
  function split(format) {
    const text = String(format);
    const known = kept.get(text);
    if (known !== undefined) return known;
    const tokens = [];
    let current = "", isQuoted = false;
    const close = (literal) => {
      if (current !== "") tokens.push({ literal: literal || /^\s+$/.test(current), text: current });
      current = "";
    };
    for (let at = 0; at < text.length; at++) {
      const character = text[at];
      if (character === "'") {
        if (isQuoted && current === "" && text[at - 1] === "'") current = "'";
        close(isQuoted);
        isQuoted = !isQuoted;
      } else if (isQuoted || character === current[0]) {
        current += character;
      } else {
        close(false);
        current = character;
      }
    }
    close(isQuoted);
    if (kept.size > 200) kept.clear();
    kept.set(text, tokens);
    return tokens;
  }

  return { split };
});
