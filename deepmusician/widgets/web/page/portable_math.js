// Exponentials that are the same to the last bit in every browser.
//
// ECMAScript leaves the last bits of Math.exp, Math.tanh and Math.log1p to the browser,
// and one bit can change a note. Sums, products and quotients are exact everywhere.

const LN2_HIGH = 0.6931471803691238; // ln 2 in two parts, the first with 20 zero bits
const LN2_LOW = 1.9082149292705877e-10;
const EXP_LIMIT = 700; // beyond this e^x leaves double precision
const POWER_ZERO = 1023; // the index of 2^0
const POWERS = new Float64Array(2 * POWER_ZERO + 1); // of 2, from -1023 to 1023
const EXP_TERMS = [1]; // 1 / n!
const LOG_TERMS = 19; // 9^-19 lies below double precision

POWERS[POWER_ZERO] = 1;
for (let n = 1; n <= POWER_ZERO; n += 1) {
  POWERS[POWER_ZERO + n] = POWERS[POWER_ZERO + n - 1] * 2;
  POWERS[POWER_ZERO - n] = POWERS[POWER_ZERO - n + 1] / 2;
}
for (let n = 1; n <= 13; n += 1) EXP_TERMS.push(EXP_TERMS[n - 1] / n);

/** e^x, of x within 700 on both sides of zero. */
export function portableExp(x) {
  const inside = Math.max(-EXP_LIMIT, Math.min(x, EXP_LIMIT));
  const power = Math.round(inside * Math.LOG2E);
  const rest = inside - power * LN2_HIGH - power * LN2_LOW; // at most ln 2 / 2
  let sum = EXP_TERMS[13];
  for (let n = 12; n >= 0; n -= 1) sum = sum * rest + EXP_TERMS[n];
  return sum * POWERS[power + POWER_ZERO];
}

/** ln(1 + x), of x from 0 up. */
export function portableLog1p(x) {
  let [rest, halvings] = [x, 0];
  while (rest >= 1) {
    rest = (rest - 1) / 2; // 1 + rest is halved
    halvings += 1;
  }
  const ratio = rest / (2 + rest); // ln(1 + rest) = 2 artanh(ratio), ratio < 1 / 3
  let sum = 0;
  for (let n = LOG_TERMS; n >= 0; n -= 1) sum = sum * ratio * ratio + 2 / (2 * n + 1);
  return sum * ratio + halvings * LN2_LOW + halvings * LN2_HIGH;
}

/** The logistic function. */
export function sigmoid(x) {
  return 1 / (1 + portableExp(-x));
}

/** The hyperbolic tangent. */
export function portableTanh(x) {
  return 1 - 2 / (1 + portableExp(2 * x));
}
