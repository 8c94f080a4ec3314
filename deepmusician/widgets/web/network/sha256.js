// SHA-256 (FIPS 180-4). The browser's own is in crypto.subtle, which exists only in
// secure contexts: not in a JupyterLab on another machine over plain http.

const SHA_ROUNDS = Uint32Array.from(
  `428a2f98 71374491 b5c0fbcf e9b5dba5 3956c25b 59f111f1 923f82a4 ab1c5ed5
   d807aa98 12835b01 243185be 550c7dc3 72be5d74 80deb1fe 9bdc06a7 c19bf174
   e49b69c1 efbe4786 0fc19dc6 240ca1cc 2de92c6f 4a7484aa 5cb0a9dc 76f988da
   983e5152 a831c66d b00327c8 bf597fc7 c6e00bf3 d5a79147 06ca6351 14292967
   27b70a85 2e1b2138 4d2c6dfc 53380d13 650a7354 766a0abb 81c2c92e 92722c85
   a2bfe8a1 a81a664b c24b8b70 c76c51a3 d192e819 d6990624 f40e3585 106aa070
   19a4c116 1e376c08 2748774c 34b0bcb5 391c0cb3 4ed8aa4a 5b9cca4f 682e6ff3
   748f82ee 78a5636f 84c87814 8cc70208 90befffa a4506ceb bef9a3f7 c67178f2`
    .split(/\s+/)
    .map((word) => Number.parseInt(word, 16)),
);
const SHA_INITIAL = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab,
  0x5be0cd19,
];
const SHA_BLOCK = 64; // bytes

function rotatedRight(word, places) {
  return (word >>> places) | (word << (32 - places));
}

/** The 64 words of a block: its own 16, and what follows from them. */
function expandBlock(words, view, at) {
  for (let n = 0; n < 16; n += 1) words[n] = view.getUint32(at + 4 * n);
  for (let n = 16; n < 64; n += 1) {
    const near = words[n - 2];
    const far = words[n - 15];
    const low = rotatedRight(far, 7) ^ rotatedRight(far, 18) ^ (far >>> 3);
    const high = rotatedRight(near, 17) ^ rotatedRight(near, 19) ^ (near >>> 10);
    words[n] = words[n - 16] + low + words[n - 7] + high;
  }
}

/** Compress a block's words into the state. */
function compressBlock(state, words) {
  let a = state[0]; // taken apart one by one: this runs for every 64 bytes
  let b = state[1];
  let c = state[2];
  let d = state[3];
  let e = state[4];
  let f = state[5];
  let g = state[6];
  let h = state[7];
  for (let n = 0; n < 64; n += 1) {
    const chosen = (e & f) ^ (~e & g);
    const most = (a & b) ^ (a & c) ^ (b & c);
    const first = rotatedRight(e, 6) ^ rotatedRight(e, 11) ^ rotatedRight(e, 25);
    const second = rotatedRight(a, 2) ^ rotatedRight(a, 13) ^ rotatedRight(a, 22);
    const one = (h + first + chosen + SHA_ROUNDS[n] + words[n]) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + one) | 0;
    d = c;
    c = b;
    b = a;
    a = (one + second + most) | 0;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

/** The last bytes, a one bit, zeros, and the length in bits: whole blocks. */
function paddedEnd(bytes) {
  const rest = bytes.length % SHA_BLOCK;
  const end = new DataView(new ArrayBuffer(rest < 56 ? SHA_BLOCK : 2 * SHA_BLOCK));
  for (let n = 0; n < rest; n += 1) end.setUint8(n, bytes[bytes.length - rest + n]);
  end.setUint8(rest, 0x80);
  end.setBigUint64(end.byteLength - 8, 8n * BigInt(bytes.length));
  return end;
}

/** The 32 bytes of the SHA-256 of a Uint8Array. */
export function sha256(bytes) {
  const state = Int32Array.from(SHA_INITIAL);
  const words = new Int32Array(64);
  const body = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = paddedEnd(bytes);
  const whole = bytes.length - (bytes.length % SHA_BLOCK);
  for (let at = 0; at < whole; at += SHA_BLOCK) {
    expandBlock(words, body, at);
    compressBlock(state, words);
  }
  for (let at = 0; at < end.byteLength; at += SHA_BLOCK) {
    expandBlock(words, end, at);
    compressBlock(state, words);
  }
  const digest = new DataView(new ArrayBuffer(32));
  for (let n = 0; n < 8; n += 1) digest.setInt32(4 * n, state[n]);
  return new Uint8Array(digest.buffer);
}
