// What a clip is decided to be for any alpha and any threshold: the arithmetic of workbench/evaluation/decision.py,
// here so that moving a slider asks nobody. A test holds both equal. Arrays are row by row, k numbers each; NaN: nothing said.

function gate({ p_open, visual, audiovisual }, k, threshold) {
  const n = p_open.length, said = new Float64Array(n * k), fused = new Uint8Array(n);
  for (let t = 0; t < n; t++) {
    let heard = true;
    for (let c = 0; c < k; c++) heard &&= Number.isFinite(audiovisual[t * k + c]);
    fused[t] = p_open[t] > threshold && heard ? 1 : 0;
    const from = fused[t] ? audiovisual : visual;
    for (let c = 0; c < k; c++) said[t * k + c] = from[t * k + c];
  }
  return { said, fused };
}

const isKnown = (rows, k, t) => {
  for (let c = 0; c < k; c++) if (!Number.isFinite(rows[t * k + c])) return false;
  return true;
};

// The opinion after each moment; NaN where nothing was added to it.
function accumulated(said, k, alpha) {
  const opinion = new Float64Array(said.length).fill(NaN);
  let last = -1;
  for (let t = 0; t < said.length / k; t++) {
    if (!isKnown(said, k, t)) continue;
    for (let c = 0; c < k; c++) opinion[t * k + c] = last < 0 ? said[t * k + c] : alpha * said[t * k + c] + (1 - alpha) * opinion[last * k + c];
    last = t;
  }
  return opinion;
}

// The number of the class that the last opinion is for; of equals the first, -1 without any.
function winnerOf(opinion, k) {
  for (let t = opinion.length / k - 1; t >= 0; t--) {
    if (!isKnown(opinion, k, t)) continue;
    let best = 0;
    for (let c = 1; c < k; c++) if (opinion[t * k + c] > opinion[t * k + best]) best = c;
    return best;
  }
  return -1;
}

function decide(branches, k, alpha, threshold) {
  const { said, fused } = gate(branches, k, threshold);
  const opinion = accumulated(said, k, alpha);
  return { said, fused, opinion, winner: winnerOf(opinion, k) };
}

// The winner alone, for trying many values: the same sums as above, and nothing kept on the way.
function winnerAt({ p_open, visual, audiovisual }, { heard, seen }, k, alpha, threshold) {
  const opinion = new Float64Array(k);
  let begun = false;
  for (let t = 0; t < p_open.length; t++) {
    const both = p_open[t] > threshold && heard[t], from = both ? audiovisual : visual;
    if (!both && !seen[t]) continue;
    for (let c = 0; c < k; c++) opinion[c] = begun ? alpha * from[t * k + c] + (1 - alpha) * opinion[c] : from[t * k + c];
    begun = true;
  }
  return begun ? winnerOf(opinion, k) : -1;
}
function knownOf({ p_open, visual, audiovisual }, k) {
  const known = (rows) => Uint8Array.from(p_open, (_, t) => isKnown(rows, k, t));
  return { heard: known(audiovisual), seen: known(visual) };
}
function overAlphas(branches, k, threshold, alphas) {
  const known = knownOf(branches, k);
  return alphas.map((alpha) => winnerAt(branches, known, k, alpha, threshold));
}
function overThresholds(branches, k, alpha, thresholds) {
  const known = knownOf(branches, k);
  return thresholds.map((threshold) => winnerAt(branches, known, k, alpha, threshold));
}

// [first value, last value, class] of each stretch of equal decisions.
function stretchesOf(values, winners) {
  const found = [];
  winners.forEach((winner, i) => {
    const last = found.at(-1);
    if (last && last[2] === winner) last[1] = values[i];
    else found.push([values[i], values[i], winner]);
  });
  return found;
}

function stretchesInWords(name, values, winners, classes, most) {
  const found = stretchesOf(values, winners);
  if (!found.length || found[0][2] < 0) return "no decision: no moment has a face";
  if (found.length === 1) return `${classes[found[0][2]]} at every ${name}`;
  const told = found.slice(0, most), last = told.at(-1), further = found.length - told.length;
  const middle = told.slice(1, -1).map(([, end, winner]) => `${classes[winner]} up to ${end.toFixed(2)}`);
  const sentence = [`${classes[told[0][2]]} up to ${name} ${told[0][1].toFixed(2)}`, ...middle, `then ${classes[last[2]]}`].join(", ");
  return further ? `${sentence}, and ${further} more ${further === 1 ? "flip" : "flips"} after ${last[1].toFixed(2)}` : sentence;
}
