// Binary cross-entropy and focal loss of one cell, as deepmusician.losses has them.
//
// p is the probability given to a touch, `touched` whether the key is touched. alpha
// weighs touches and 1 - alpha silence; null weighs neither. Source: Lin et al. 2017.

/** The probability given to what happened. */
function rightly(p, touched) {
  return touched ? p : 1 - p;
}

/** The share of the cross-entropy's loss that the focal loss keeps. */
export function kept(p, touched, alpha, gamma) {
  const weight = alpha === null ? 1 : touched ? alpha : 1 - alpha;
  return weight * (1 - rightly(p, touched)) ** gamma;
}

/** The focal loss in nats; gamma 0 and alpha null give the cross-entropy. */
export function focal(p, touched, alpha, gamma) {
  return -kept(p, touched, alpha, gamma) * Math.log(rightly(p, touched));
}

/** The derivative of the focal loss by the logit of p: how the cell pulls at it. */
export function pull(p, touched, alpha, gamma) {
  const right = rightly(p, touched);
  const slope = gamma * right * Math.log(right) - (1 - right);
  return (touched ? 1 : -1) * kept(p, touched, alpha, gamma) * slope;
}

const STEEPEST = -80; // below this logit tilt has long reached its limit
const HALVINGS = 60; // of an interval some units wide: beyond double precision

/** ln(1 + gamma softplus(z) / e^z), which corrects the stretched logit. */
function tilt(z, gamma) {
  const from = Math.max(z, STEEPEST);
  const softplus = Math.max(from, 0) + Math.log1p(Math.exp(-Math.abs(from)));
  return Math.log1p(gamma * softplus * Math.exp(-from));
}

/** The logit of the true probability that a focal-trained logit stands for. */
export function focalLogit(z, alpha, gamma) {
  const bent = tilt(z, gamma) - tilt(-z, gamma);
  return (gamma + 1) * z + bent + Math.log((1 - alpha) / alpha);
}

/** The true probability that an output p stands for. */
export function standsFor(p, alpha, gamma) {
  return 1 / (1 + Math.exp(-focalLogit(Math.log(p / (1 - p)), alpha, gamma)));
}

/** The output p that stands for a true probability: the inverse of `standsFor`. */
export function claimFor(eta, alpha, gamma) {
  const wanted = Math.log(eta / (1 - eta));
  const middle = (wanted - Math.log((1 - alpha) / alpha)) / (gamma + 1);
  const room = Math.log1p(gamma) / (gamma + 1);
  let [low, high] = [middle - room, middle + room];
  for (let n = 0; n < HALVINGS; n += 1) {
    const z = (low + high) / 2;
    if (focalLogit(z, alpha, gamma) < wanted) low = z;
    else high = z;
  }
  return 1 / (1 + Math.exp(-(low + high) / 2));
}
