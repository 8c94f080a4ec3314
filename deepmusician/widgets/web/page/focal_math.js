// Binary cross-entropy and focal loss of one cell, and what focal-trained outputs mean:
// the formulas of model/losses.py, one number at a time.
//
// p is the probability predicted for an onset, `isOnset` whether there is one. alpha
// weights onsets and 1 - alpha silence; null weights neither. Source: Lin et al. 2017.
import { portableExp, portableLog1p, sigmoid } from "./portable_math.js";

/** The probability predicted for the outcome. */
function outcomeProbability(p, isOnset) {
  return isOnset ? p : 1 - p;
}

/** The factor by which the focal loss multiplies the cross-entropy. */
export function focalWeight(p, isOnset, alpha, gamma) {
  const weight = alpha === null ? 1 : isOnset ? alpha : 1 - alpha;
  return weight * (1 - outcomeProbability(p, isOnset)) ** gamma;
}

/** The focal loss in nats; gamma 0 and alpha null give the cross-entropy. */
export function focalLoss(p, isOnset, alpha, gamma) {
  const logProbability = Math.log(outcomeProbability(p, isOnset));
  return -focalWeight(p, isOnset, alpha, gamma) * logProbability;
}

/** The derivative of the focal loss with respect to the logit of p. */
export function focalGradient(p, isOnset, alpha, gamma) {
  const right = outcomeProbability(p, isOnset);
  const slope = gamma * right * Math.log(right) - (1 - right);
  return (isOnset ? 1 : -1) * focalWeight(p, isOnset, alpha, gamma) * slope;
}

const STEEPEST_LOGIT = -80; // below this the tilt has long reached its limit
const HALVINGS = 60; // of an interval some units wide: beyond double precision

/** r(z) = ln(1 + gamma softplus(z) e^-z). */
function focalTilt(logit, gamma) {
  const z = Math.max(logit, STEEPEST_LOGIT);
  const softplus =
    z > 0 ? z + portableLog1p(portableExp(-z)) : portableLog1p(portableExp(z));
  return portableLog1p(gamma * softplus * portableExp(-z));
}

/** ln((1 - alpha) / alpha). */
function silenceLogOdds(alpha) {
  const odds = (1 - alpha) / alpha;
  return odds < 1 ? -portableLog1p(1 / odds - 1) : portableLog1p(odds - 1);
}

/** The logit of the true probability that a focal-trained logit corresponds to. */
export function focalLogit(z, alpha, gamma) {
  const tilt = gamma === 0 ? 0 : focalTilt(z, gamma) - focalTilt(-z, gamma);
  return (gamma + 1) * z + tilt + (alpha === null ? 0 : silenceLogOdds(alpha));
}

/** The true probability that an output p corresponds to. */
export function focalProbability(p, alpha, gamma) {
  return sigmoid(focalLogit(Math.log(p / (1 - p)), alpha, gamma));
}

/** The output p for a true probability: the inverse of `focalProbability`. */
export function focalOutput(eta, alpha, gamma) {
  const target = Math.log(eta / (1 - eta));
  const middle = (target - silenceLogOdds(alpha)) / (gamma + 1);
  const reach = Math.log1p(gamma) / (gamma + 1); // the tilts' limit
  let [low, high] = [middle - reach, middle + reach];
  for (let n = 0; n < HALVINGS; n += 1) {
    const z = (low + high) / 2;
    if (focalLogit(z, alpha, gamma) < target) low = z;
    else high = z;
  }
  return sigmoid((low + high) / 2);
}
