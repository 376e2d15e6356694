// Text as bytes and back: UTF-8, base64, hex. The context has neither TextEncoder nor atob.

section("bytes", () => {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  let sextets;

  /** UTF-8; a lone surrogate becomes U+FFFD. */
  function utf8(text) {
    const bytes = new Uint8Array(text.length * 3);
    let end = 0;
    for (let at = 0; at < text.length; at++) {
      let code = text.charCodeAt(at);
      if (code < 0x80) {
        bytes[end++] = code;
        continue;
      }
      if (code >= 0xd800 && code <= 0xdfff) {
        const next = at + 1 < text.length ? text.charCodeAt(at + 1) : 0;
        if (code < 0xdc00 && next >= 0xdc00 && next <= 0xdfff) {
          code = 0x10000 + ((code - 0xd800) << 10) + (next - 0xdc00);
          at += 1;
        } else {
          code = 0xfffd;
        }
      }
      if (code < 0x800) {
        bytes[end++] = 0xc0 | (code >> 6);
      } else if (code < 0x10000) {
        bytes[end++] = 0xe0 | (code >> 12);
        bytes[end++] = 0x80 | ((code >> 6) & 0x3f);
      } else {
        bytes[end++] = 0xf0 | (code >> 18);
        bytes[end++] = 0x80 | ((code >> 12) & 0x3f);
        bytes[end++] = 0x80 | ((code >> 6) & 0x3f);
      }
      bytes[end++] = 0x80 | (code & 0x3f);
    }
    return bytes.slice(0, end);
  }

  /** UTF-8; what is malformed becomes U+FFFD. */
  function utf8Text(bytes) {
    const parts = [];
    let units = [];
    for (let at = 0; at < bytes.length; ) {
      const lead = bytes[at++];
      let code = lead;
      const more = lead < 0x80 ? 0 : lead >= 0xc2 && lead < 0xe0 ? 1 : lead >= 0xe0 && lead < 0xf0 ? 2
        : lead >= 0xf0 && lead < 0xf5 ? 3 : -1;
      if (more < 0) {
        code = 0xfffd;
      } else if (more > 0) {
        code = lead & (0x3f >> more);
        for (let left = more; left > 0; left--) {
          const byte = bytes[at];
          const isFirst = left === more;
          // Overlong forms, surrogates and what lies beyond U+10FFFF show in the second byte.
          const low = isFirst && lead === 0xe0 ? 0xa0 : isFirst && lead === 0xf0 ? 0x90 : 0x80;
          const high = isFirst && lead === 0xed ? 0x9f : isFirst && lead === 0xf4 ? 0x8f : 0xbf;
          if (byte === undefined || byte < low || byte > high) {
            code = 0xfffd;
            break;
          }
          code = (code << 6) | (byte & 0x3f);
          at += 1;
        }
      }
      if (code > 0xffff) {
        units.push(0xd800 + ((code - 0x10000) >> 10), 0xdc00 + ((code - 0x10000) & 0x3ff));
      } else {
        units.push(code);
      }
      if (units.length > 4096) {
        parts.push(String.fromCharCode.apply(null, units));
        units = [];
      }
    }
    return parts.join("") + String.fromCharCode.apply(null, units);
  }

  function base64(bytes) {
    let text = "";
    for (let at = 0; at < bytes.length; at += 3) {
      const group = (bytes[at] << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
      text += alphabet[group >> 18] + alphabet[(group >> 12) & 63]
        + (at + 1 < bytes.length ? alphabet[(group >> 6) & 63] : "=")
        + (at + 2 < bytes.length ? alphabet[group & 63] : "=");
    }
    return text;
  }

  /** Takes both alphabets and skips what belongs to neither, as Node does. */
  function base64Bytes(text) {
    if (sextets === undefined) {
      sextets = new Int8Array(128).fill(-1);
      for (let place = 0; place < 64; place++) sextets[alphabet.charCodeAt(place)] = place;
      sextets[45] = 62;
      sextets[95] = 63;
    }
    const bytes = new Uint8Array(Math.ceil((text.length * 3) / 4));
    let end = 0, bits = 0, held = 0;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === 61) break;
      const sextet = code < 128 ? sextets[code] : -1;
      if (sextet < 0) continue;
      held = (held << 6) | sextet;
      bits += 6;
      if (bits >= 8) {
        bits -= 8;
        bytes[end++] = (held >> bits) & 0xff;
        held &= (1 << bits) - 1;
      }
    }
    return bytes.slice(0, end);
  }

  function hex(bytes) {
    let text = "";
    for (const byte of bytes) text += (byte < 16 ? "0" : "") + byte.toString(16);
    return text;
  }

  /** Stops at the first pair that is no hex, as Node does. */
  function hexBytes(text) {
    const bytes = [];
    for (let at = 0; at + 1 < text.length; at += 2) {
      const pair = text.slice(at, at + 2);
      if (!/^[0-9a-f]{2}$/i.test(pair)) break;
      bytes.push(parseInt(pair, 16));
    }
    return Uint8Array.from(bytes);
  }

  return { utf8, utf8Text, base64, base64Bytes, hex, hexBytes };
});
