// Random numbers that a seed decides, the same in every browser.

const MASK_64 = (1n << 64n) - 1n;
const TWO_TO_26 = 67108864;
const TWO_TO_53 = 9007199254740992;

/** Four words of 32 bits from a whole number, by SplitMix64. */
function splitMix(seed) {
  let state = BigInt(seed) & MASK_64;
  const words = [];
  while (words.length < 4) {
    state = (state + 0x9e3779b97f4a7c15n) & MASK_64;
    let mixed = ((state ^ (state >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK_64;
    mixed = ((mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn) & MASK_64;
    mixed ^= mixed >> 31n;
    words.push(Number(mixed & 0xffffffffn), Number(mixed >> 32n));
  }
  return words;
}

/** A seed from a text: its FNV-1a hash of 32 bits. */
export function seedOf(text) {
  let hash = 0x811c9dc5;
  for (const letter of text) {
    hash = Math.imul(hash ^ letter.codePointAt(0), 0x01000193);
  }
  return hash >>> 0;
}

function rotatedLeft(word, places) {
  return (word << places) | (word >>> (32 - places));
}

/**
 * xoshiro128**. Source: David Blackman and Sebastiano Vigna, "Scrambled Linear
 * Pseudorandom Number Generators", 2021; seeded, as they advise, by SplitMix64.
 * https://prng.di.unimi.it
 */
export class RandomGenerator {
  /** `seed`: a whole number from 0 up. */
  constructor(seed) {
    this.words = Int32Array.from(splitMix(seed));
  }

  /** A whole number from 0 to 2^32 - 1. */
  whole() {
    const { words } = this;
    const drawn = Math.imul(rotatedLeft(Math.imul(words[1], 5), 7), 9);
    const shifted = words[1] << 9;
    words[2] ^= words[0];
    words[3] ^= words[1];
    words[1] ^= words[2];
    words[0] ^= words[3];
    words[2] ^= shifted;
    words[3] = rotatedLeft(words[3], 11);
    return drawn >>> 0;
  }

  /** A number from 0 to below 1, with the 53 bits that a double holds. */
  next() {
    const [high, low] = [this.whole() >>> 5, this.whole() >>> 6];
    return (high * TWO_TO_26 + low) / TWO_TO_53;
  }
}

/** The same items in an order that a generator decides (Fisher and Yates). */
export function shuffled(items, generator) {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = Math.floor(generator.next() * (last + 1));
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order;
}
