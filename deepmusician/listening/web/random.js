// Chance that can be had again: xoshiro128**, the same in every browser.
//
// Source: David Blackman and Sebastiano Vigna, "Scrambled Linear Pseudorandom Number
// Generators", 2021; seeded, as they advise, by SplitMix64. https://prng.di.unimi.it

const DICE_LONG = (1n << 64n) - 1n;

/** Four words of 32 bits from a whole number. */
function diceSeed(seed) {
  let at = BigInt(seed) & DICE_LONG;
  const words = [];
  while (words.length < 4) {
    at = (at + 0x9e3779b97f4a7c15n) & DICE_LONG;
    let mixed = ((at ^ (at >> 30n)) * 0xbf58476d1ce4e5b9n) & DICE_LONG;
    mixed = ((mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn) & DICE_LONG;
    mixed ^= mixed >> 31n;
    words.push(Number(mixed & 0xffffffffn), Number(mixed >> 32n));
  }
  return words;
}

function diceRoll(word, places) {
  return (word << places) | (word >>> (32 - places));
}

const DICE_SECOND = 67108864; // 2^26
const DICE_ALL = 9007199254740992; // 2^53

export class Dice {
  /** `seed`: a whole number from 0 up. */
  constructor(seed) {
    this.words = Int32Array.from(diceSeed(seed));
  }

  /** A whole number from 0 to 2^32 - 1. */
  whole() {
    const { words } = this;
    const drawn = Math.imul(diceRoll(Math.imul(words[1], 5), 7), 9);
    const shifted = words[1] << 9;
    words[2] ^= words[0];
    words[3] ^= words[1];
    words[1] ^= words[2];
    words[0] ^= words[3];
    words[2] ^= shifted;
    words[3] = diceRoll(words[3], 11);
    return drawn >>> 0;
  }

  /** A number from 0 to below 1, with the 53 bits that a double holds. */
  next() {
    const [high, low] = [this.whole() >>> 5, this.whole() >>> 6];
    return (high * DICE_SECOND + low) / DICE_ALL;
  }
}
