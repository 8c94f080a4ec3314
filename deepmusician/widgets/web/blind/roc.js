// The ROC of a listener's confidence: hits against false alarms.

const ROC_EDGE = { left: 44, right: 20, top: 12, bottom: 42 };
const ROC_SIDE = 220; // of the square, in the picture's own units

function rocAt([alarms, hits]) {
  const x = ROC_EDGE.left + alarms * ROC_SIDE;
  const y = ROC_EDGE.top + (1 - hits) * ROC_SIDE;
  return [x.toFixed(1), y.toFixed(1)];
}

function rocGrid() {
  const [right, foot] = rocAt([1, 0]);
  const lines = [0, 0.5, 1].map((share) => {
    const [x, y] = rocAt([share, share]);
    const label = `${100 * share}%`;
    return (
      `<path class="dm-roc-grid" d="M${ROC_EDGE.left} ${y}H${right}M${x} ` +
      `${ROC_EDGE.top}V${foot}"/>` +
      `<text x="${ROC_EDGE.left - 7}" y="${Number(y) + 4}" text-anchor="end">${label}` +
      `</text><text x="${x}" y="${Number(foot) + 17}" text-anchor="middle">${label}</text>`
    );
  });
  return lines.join("");
}

function rocNames() {
  const middle = ROC_EDGE.left + ROC_SIDE / 2;
  const [, foot] = rocAt([0, 0]);
  const height = ROC_EDGE.top + ROC_SIDE / 2;
  return (
    `<text x="${middle}" y="${Number(foot) + 36}" text-anchor="middle">human pieces ` +
    `called “machine”</text><text transform="translate(10 ${height}) rotate(-90)" ` +
    `text-anchor="middle">machine pieces called “machine”</text>`
  );
}

/** The ROC as SVG text; `curve` as `ratingCurve` gives it. */
export function rocPicture(curve) {
  const points = curve.map(rocAt);
  const line = points.map((point) => point.join(" ")).join("L");
  const corner = rocAt([1, 0]).join(" ");
  const dots = points
    .slice(1, -1)
    .map(([x, y]) => `<circle cx="${x}" cy="${y}" r="4"/>`);
  const width = ROC_EDGE.left + ROC_SIDE + ROC_EDGE.right;
  const height = ROC_EDGE.top + ROC_SIDE + ROC_EDGE.bottom;
  const diagonal = `M${rocAt([0, 0]).join(" ")}L${rocAt([1, 1]).join(" ")}`;
  return (
    `<svg class="dm-roc" role="img" viewBox="0 0 ${width} ${height}">${rocGrid()}` +
    `${rocNames()}<path class="dm-roc-area" d="M${line}L${corner}Z"/>` +
    `<path class="dm-roc-diagonal" d="${diagonal}"/>` +
    `<path class="dm-roc-line" d="M${line}"/>${dots.join("")}</svg>`
  );
}
