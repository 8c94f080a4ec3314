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
