// Digests of bytes: MD5 (RFC 1321), SHA-1 and SHA-2 (FIPS 180-4), SHA-3 (FIPS 202), RIPEMD-160. For `.hash()`.

section("hashes", () => {
  const rotate = (word, by) => (word << by) | (word >>> (32 - by));

  /** The message with its padding, as a view; blocks of `block` bytes, the length in `lengthBytes`. */
  function padded(bytes, block, lengthBytes, littleEndian) {
    const total = Math.ceil((bytes.length + 1 + lengthBytes) / block) * block;
    const view = new DataView(new ArrayBuffer(total));
    new Uint8Array(view.buffer).set(bytes);
    view.setUint8(bytes.length, 0x80);
    const low = (bytes.length << 3) >>> 0, high = Math.floor(bytes.length / 0x20000000);
    view.setUint32(total - 8, littleEndian ? low : high, littleEndian);
    view.setUint32(total - 4, littleEndian ? high : low, littleEndian);
    return view;
  }

  function output(words, littleEndian, length = words.length * 4) {
    const view = new DataView(new ArrayBuffer(words.length * 4));
    words.forEach((word, place) => view.setInt32(place * 4, word, littleEndian));
    return new Uint8Array(view.buffer, 0, length);
  }

  function md5(bytes) {
    const shifts = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
    const sines = Array.from({ length: 64 }, (_, place) => Math.floor(Math.abs(Math.sin(place + 1)) * 0x100000000) | 0);
    const view = padded(bytes, 64, 8, true);
    let [a, b, c, d] = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476];
    for (let block = 0; block < view.byteLength; block += 64) {
      const before = [a, b, c, d];
      for (let step = 0; step < 64; step++) {
        const round = step >> 4;
        let mixed, word;
        if (round === 0) [mixed, word] = [(b & c) | (~b & d), step];
        else if (round === 1) [mixed, word] = [(d & b) | (~d & c), (5 * step + 1) & 15];
        else if (round === 2) [mixed, word] = [b ^ c ^ d, (3 * step + 5) & 15];
        else [mixed, word] = [c ^ (b | ~d), (7 * step) & 15];
        const sum = (a + mixed + sines[step] + view.getInt32(block + word * 4, true)) | 0;
        [a, d, c, b] = [d, c, b, (b + rotate(sum, shifts[round * 4 + (step & 3)])) | 0];
      }
      [a, b, c, d] = [(a + before[0]) | 0, (b + before[1]) | 0, (c + before[2]) | 0, (d + before[3]) | 0];
    }
    return output([a, b, c, d], true);
  }

  function sha1(bytes) {
    const view = padded(bytes, 64, 8, false);
    const state = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476, 0xc3d2e1f0 | 0];
    const words = new Int32Array(80);
    for (let block = 0; block < view.byteLength; block += 64) {
      for (let step = 0; step < 16; step++) words[step] = view.getInt32(block + step * 4);
      for (let step = 16; step < 80; step++) {
        words[step] = rotate(words[step - 3] ^ words[step - 8] ^ words[step - 14] ^ words[step - 16], 1);
      }
      let [a, b, c, d, e] = state;
      for (let step = 0; step < 80; step++) {
        const mixed = step < 20 ? ((b & c) | (~b & d)) + 0x5a827999
          : step < 40 ? (b ^ c ^ d) + 0x6ed9eba1
          : step < 60 ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
          : (b ^ c ^ d) + 0xca62c1d6;
        [a, b, c, d, e] = [(rotate(a, 5) + mixed + e + words[step]) | 0, a, rotate(b, 30), c, d];
      }
      [a, b, c, d, e].forEach((word, place) => { state[place] = (state[place] + word) | 0; });
    }
    return output(state, false);
  }

  const primes = (count) => {
    const found = [];
    for (let candidate = 2; found.length < count; candidate++) {
      if (found.every((prime) => candidate % prime !== 0)) found.push(candidate);
    }
    return found;
  };

  /** The first 64 bits of the fraction of a prime's square or cube root: integer roots, so that no digit is lost. */
  function rootFraction(prime, degree) {
    const target = BigInt(prime) << BigInt(64 * degree);
    let low = 0n, high = 1n << 70n;
    while (high - low > 1n) {
      const middle = (low + high) >> 1n;
      if (middle ** BigInt(degree) <= target) low = middle;
      else high = middle;
    }
    return BigInt.asUintN(64, low);
  }

  let constants512;
  const roundConstants = () => (constants512 ??= primes(80).map((prime) => rootFraction(prime, 3)));
  let constants256;
  const roundConstants32 = () =>
    (constants256 ??= roundConstants().slice(0, 64).map((root) => Number(root >> 32n) | 0));

  function sha256Like(bytes, start, length) {
    const view = padded(bytes, 64, 8, false);
    const constants = roundConstants32();
    const state = start.slice();
    const words = new Int32Array(64);
    for (let block = 0; block < view.byteLength; block += 64) {
      for (let step = 0; step < 16; step++) words[step] = view.getInt32(block + step * 4);
      for (let step = 16; step < 64; step++) {
        const older = words[step - 15], newer = words[step - 2];
        const first = rotate(older, 25) ^ rotate(older, 14) ^ (older >>> 3);
        const second = rotate(newer, 15) ^ rotate(newer, 13) ^ (newer >>> 10);
        words[step] = (words[step - 16] + first + words[step - 7] + second) | 0;
      }
      let [a, b, c, d, e, f, g, h] = state;
      for (let step = 0; step < 64; step++) {
        const upper = rotate(e, 26) ^ rotate(e, 21) ^ rotate(e, 7);
        const one = (h + upper + ((e & f) ^ (~e & g)) + constants[step] + words[step]) | 0;
        const lower = rotate(a, 30) ^ rotate(a, 19) ^ rotate(a, 10);
        const two = (lower + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
      }
      [a, b, c, d, e, f, g, h].forEach((word, place) => { state[place] = (state[place] + word) | 0; });
    }
    return output(state, false, length);
  }

  const sha256 = (bytes) =>
    sha256Like(bytes, primes(8).map((prime) => Number(rootFraction(prime, 2) >> 32n) | 0), 32);
  // SHA-224 starts from the low halves of the roots of the 9th to 16th prime (FIPS 180-4, 5.3.2).
  const sha224 = (bytes) =>
    sha256Like(bytes, primes(16).slice(8).map((prime) => Number(rootFraction(prime, 2) & 0xffffffffn) | 0), 28);

  function sha512Like(bytes, start, length) {
    const view = padded(bytes, 128, 16, false);
    const constants = roundConstants();
    const turn = (word, by) => BigInt.asUintN(64, (word >> by) | (word << (64n - by)));
    let state = start;
    const words = new Array(80);
    for (let block = 0; block < view.byteLength; block += 128) {
      for (let step = 0; step < 16; step++) words[step] = view.getBigUint64(block + step * 8);
      for (let step = 16; step < 80; step++) {
        const older = words[step - 15], newer = words[step - 2];
        const first = turn(older, 1n) ^ turn(older, 8n) ^ (older >> 7n);
        const second = turn(newer, 19n) ^ turn(newer, 61n) ^ (newer >> 6n);
        words[step] = BigInt.asUintN(64, words[step - 16] + first + words[step - 7] + second);
      }
      let [a, b, c, d, e, f, g, h] = state;
      for (let step = 0; step < 80; step++) {
        const upper = turn(e, 14n) ^ turn(e, 18n) ^ turn(e, 41n);
        const one = h + upper + ((e & f) ^ (BigInt.asUintN(64, ~e) & g)) + constants[step] + words[step];
        const lower = turn(a, 28n) ^ turn(a, 34n) ^ turn(a, 39n);
        const two = lower + ((a & b) ^ (a & c) ^ (b & c));
        [h, g, f, e, d, c, b, a] =
          [g, f, e, BigInt.asUintN(64, d + one), c, b, a, BigInt.asUintN(64, one + two)];
      }
      state = [a, b, c, d, e, f, g, h].map((word, place) => BigInt.asUintN(64, word + state[place]));
    }
    const result = new DataView(new ArrayBuffer(64));
    state.forEach((word, place) => result.setBigUint64(place * 8, word));
    return new Uint8Array(result.buffer, 0, length);
  }

  const sha512 = (bytes) => sha512Like(bytes, primes(8).map((prime) => rootFraction(prime, 2)), 64);
  const sha384 = (bytes) => sha512Like(bytes, primes(16).slice(8).map((prime) => rootFraction(prime, 2)), 48);

  function sha3(bytes, bits) {
    const rate = 200 - bits / 4;
    const lanes = new Array(25).fill(0n);
    const turn = (word, by) => (by === 0n ? word : BigInt.asUintN(64, (word << by) | (word >> (64n - by))));
    const permute = () => {
      let register = 1;
      for (let round = 0; round < 24; round++) {
        const columns = [0, 1, 2, 3, 4].map((x) =>
          lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20]);
        for (let place = 0; place < 25; place++) {
          lanes[place] ^= columns[((place % 5) + 4) % 5] ^ turn(columns[((place % 5) + 1) % 5], 1n);
        }
        let [x, y, carried] = [1, 0, lanes[1]];
        for (let step = 0; step < 24; step++) {
          [x, y] = [y, (2 * x + 3 * y) % 5];
          const kept = lanes[x + 5 * y];
          lanes[x + 5 * y] = turn(carried, BigInt((((step + 1) * (step + 2)) / 2) % 64));
          carried = kept;
        }
        for (let row = 0; row < 25; row += 5) {
          const old = lanes.slice(row, row + 5);
          for (let place = 0; place < 5; place++) {
            lanes[row + place] = old[place] ^ (BigInt.asUintN(64, ~old[(place + 1) % 5]) & old[(place + 2) % 5]);
          }
        }
        for (let bit = 0; bit <= 6; bit++) {
          if (register & 1) lanes[0] ^= 1n << BigInt((1 << bit) - 1);
          register = register & 0x80 ? (register << 1) ^ 0x171 : register << 1;
        }
      }
    };
    const message = new Uint8Array(Math.ceil((bytes.length + 1) / rate) * rate);
    message.set(bytes);
    message[bytes.length] ^= 0x06;
    message[message.length - 1] ^= 0x80;
    const view = new DataView(message.buffer);
    for (let block = 0; block < message.length; block += rate) {
      for (let place = 0; place < rate / 8; place++) lanes[place] ^= view.getBigUint64(block + place * 8, true);
      permute();
    }
    const result = new DataView(new ArrayBuffer(200));
    lanes.forEach((lane, place) => result.setBigUint64(place * 8, lane, true));
    return new Uint8Array(result.buffer, 0, bits / 8);
  }

  function ripemd160(bytes) {
    const order = [7, 4, 13, 1, 10, 6, 15, 3, 12, 0, 9, 5, 2, 14, 11, 8];
    const turns = [
      [11, 14, 15, 12, 5, 8, 7, 9, 11, 13, 14, 15, 6, 7, 9, 8],
      [12, 13, 11, 15, 6, 9, 9, 7, 12, 15, 11, 13, 7, 8, 7, 7],
      [13, 15, 14, 11, 7, 7, 6, 8, 13, 14, 13, 12, 5, 5, 6, 9],
      [14, 11, 12, 14, 8, 6, 5, 5, 15, 12, 15, 14, 9, 9, 8, 6],
      [15, 12, 13, 13, 9, 5, 8, 6, 14, 11, 12, 11, 8, 6, 5, 5],
    ];
    let left = Array.from({ length: 16 }, (_, place) => place);
    let right = left.map((place) => (9 * place + 5) % 16);
    const rounds = [];
    for (let round = 0; round < 5; round++) {
      rounds.push([left, right]);
      left = left.map((place) => order[place]);
      right = right.map((place) => order[place]);
    }
    const mixes = [
      (x, y, z) => x ^ y ^ z, (x, y, z) => (x & y) | (~x & z), (x, y, z) => (x | ~y) ^ z,
      (x, y, z) => (x & z) | (y & ~z), (x, y, z) => x ^ (y | ~z),
    ];
    const added = [[0, 0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xa953fd4e],
      [0x50a28be6, 0x5c4dd124, 0x6d703ef3, 0x7a6d76e9, 0]];
    const view = padded(bytes, 64, 8, true);
    let state = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476, 0xc3d2e1f0 | 0];
    for (let block = 0; block < view.byteLength; block += 64) {
      const lines = [0, 1].map((side) => {
        let [a, b, c, d, e] = state;
        for (let round = 0; round < 5; round++) {
          const mix = mixes[side === 0 ? round : 4 - round];
          for (let step = 0; step < 16; step++) {
            const word = rounds[round][side][step];
            const sum = (a + mix(b, c, d) + view.getInt32(block + word * 4, true) + added[side][round]) | 0;
            [a, e, d, c, b] = [e, d, rotate(c, 10), b, (rotate(sum, turns[round][word]) + e) | 0];
          }
        }
        return [a, b, c, d, e];
      });
      state = [0, 1, 2, 3, 4].map((place) =>
        (state[(place + 1) % 5] + lines[0][(place + 2) % 5] + lines[1][(place + 3) % 5]) | 0);
    }
    return output(state, true);
  }

  const algorithms = {
    md5, sha1, sha224, sha256, sha384, sha512, ripemd160,
    sha3: (bytes) => sha3(bytes, 512), "sha3-224": (bytes) => sha3(bytes, 224),
    "sha3-256": (bytes) => sha3(bytes, 256), "sha3-384": (bytes) => sha3(bytes, 384),
    "sha3-512": (bytes) => sha3(bytes, 512),
  };

  /** The digest of `bytes`; undefined where there is no such algorithm. */
  function digest(name, bytes) {
    const key = String(name).toLowerCase();
    return Object.hasOwn(algorithms, key) ? algorithms[key](bytes) : undefined;
  }

  return { digest, names: Object.keys(algorithms) };
});
