// What a listener's answers show. The same measures as in Python, where each is
// explained: the signal is the machine, a hit is a machine's piece called “machine”.

const TAIL_PROBABILITY = 0.025; // on either side of a 95% interval

/** The probability of exactly k successes in n, each with probability p. */
function binomialProbability(k, n, p) {
  if (p <= 0 || p >= 1) return Number(k === (p <= 0 ? 0 : n));
  let log = k * Math.log(p) + (n - k) * Math.log1p(-p);
  for (let i = 1; i <= k; i += 1) log += Math.log((n - k + i) / i);
  return Math.exp(log);
}

/** The probability of k successes or more in n. */
export function atLeast(k, n, p = 0.5) {
  let sum = 0;
  for (let i = n; i >= k; i -= 1) sum += binomialProbability(i, n, p);
  return Math.min(1, sum);
}

/** Where an increasing function on [0, 1] reaches a value, by bisection. */
function solveIncreasing(value, increasing) {
  let [low, high] = [0, 1];
  for (let n = 0; n < 60; n += 1) {
    const middle = (low + high) / 2;
    if (increasing(middle) < value) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The exact 95% interval of a share (Clopper and Pearson 1934). */
export function exactInterval(k, n) {
  const low = k === 0 ? 0 : solveIncreasing(TAIL_PROBABILITY, (p) => atLeast(k, n, p));
  const high =
    k === n ? 1 : solveIncreasing(1 - TAIL_PROBABILITY, (p) => atLeast(k + 1, n, p));
  return [low, high];
}

const NORMAL_CENTRE = [
  [
    -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269,
    -30.66479806614716, 2.506628277459239,
  ],
  [
    -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972,
    -13.28068155288572, 1,
  ],
];
const NORMAL_TAIL = [
  [
    -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734,
    4.374664141464968, 2.938163982698783,
  ],
  [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1],
];

function rationalAt([above, below], x) {
  const value = (coefficients) => coefficients.reduce((sum, c) => sum * x + c, 0);
  return value(above) / value(below);
}

/** The quantile of the normal distribution, to a billionth (Acklam 2003). */
export function normalQuantile(p) {
  if (p > 0.5) return -normalQuantile(1 - p);
  if (p < 0.02425) return rationalAt(NORMAL_TAIL, Math.sqrt(-2 * Math.log(p)));
  return (p - 0.5) * rationalAt(NORMAL_CENTRE, (p - 0.5) ** 2);
}

/** d' and the criterion by the log-linear rule; NaN without both kinds of pieces. */
export function signalDetection(trials) {
  const quantile = (origin) => {
    const kind = trials.filter((trial) => trial.origin === origin);
    const count = kind.filter(({ answer }) => answer === "machine").length;
    return kind.length ? normalQuantile((count + 0.5) / (kind.length + 1)) : Number.NaN;
  };
  const [hits, alarms] = [quantile("machine"), quantile("human")];
  return { sensitivity: hits - alarms, criterion: -(hits + alarms) / 2 };
}

/** From -4, certainly human, to 4, certainly the machine. */
function rating({ answer, confidence }) {
  return answer === "machine" ? confidence : -confidence;
}

/** The ROC of the confidences: [false alarms, hits] from [0, 0] to [1, 1]. */
export function ratingCurve(trials) {
  const machine = trials.filter(({ origin }) => origin === "machine").map(rating);
  const human = trials.filter(({ origin }) => origin === "human").map(rating);
  if (!machine.length || !human.length) return [];
  const limits = [...new Set(trials.map(rating))].sort((a, b) => b - a);
  const share = (ratings, limit) =>
    ratings.filter((each) => each >= limit).length / ratings.length;
  return [
    [0, 0],
    ...limits.map((limit) => [share(human, limit), share(machine, limit)]),
  ];
}

/** The area under it; NaN without both kinds of pieces. */
export function areaUnder(curve) {
  if (!curve.length) return Number.NaN;
  let area = 0;
  for (let n = 1; n < curve.length; n += 1) {
    const [[left, low], [right, high]] = [curve[n - 1], curve[n]];
    area += ((right - left) * (low + high)) / 2;
  }
  return area;
}

/** Everything: trials have `origin`, `answer` and `confidence`. */
export function detection(trials) {
  const count = trials.length;
  const correct = trials.filter(({ origin, answer }) => origin === answer).length;
  const [low, high] = exactInterval(correct, count);
  const curve = ratingCurve(trials);
  return {
    trials: count,
    correct,
    accuracy: correct / count,
    low,
    high,
    byLuck: atLeast(correct, count),
    ...signalDetection(trials),
    curve,
    area: areaUnder(curve),
  };
}
