// The timeline in words and numbers: the decision, what there is at the cursor, and a table of probabilities there.

class TimelineReadout {
  constructor(classes) {
    this.classes = classes;
    this.verdict = make("p", { class: "aw-verdict", role: "status" });
    this.here = make("p", { class: "aw-here" });
    this.rows = ["face", "voice", "face + voice", "fused", "accumulated"];
    this.cells = this.rows.map(() => classes.map(() => make("td")));
    this.table = make("table", { class: "aw-readout" },
      make("caption", { class: "aw-spoken" }, "Probabilities at the cursor"),
      make("thead", {}, make("tr", {}, make("td"), ...classes.map((one) => make("th", { scope: "col" }, this.symbol(one), ` ${one.name}`)))),
      make("tbody", {}, ...this.rows.map((name, r) => make("tr", {}, make("th", { scope: "row" }, name), ...this.cells[r]))));
  }
  symbol({ colour, symbol }) {
    return make("span", { class: "aw-symbol", style: `--aw-colour: ${colour}`, "aria-hidden": "true" }, symbol);
  }
  decided({ winner, opinion }, truth) {
    const one = this.classes[winner], k = this.classes.length;
    if (!one) return this.verdict.replaceChildren("No decision: no moment has a face.");
    let last = opinion.length / k - 1;
    while (!isKnown(opinion, k, last)) last--;
    const right = truth ? `${truth === one.name ? "✓" : "✗"} it is ${truth}` : "its truth is not known";
    this.verdict.replaceChildren(this.symbol(one), make("strong", {}, ` ${one.name} `), `(${opinion[last * k + winner].toFixed(2)} at the end), ${right}`);
  }
  at(t, data, decision, threshold) {
    const k = this.classes.length, p = data.p_open[t], open = p > threshold;
    const mouth = Number.isNaN(p) ? "not seen" : `${open ? "open ◯" : "closed ▬"}, P(open) ${p.toFixed(2)}`;
    const spoke = !isKnown(decision.said, k, t) ? "no face: nothing is added" : decision.fused[t] ? "face and voice speak" : open ? "no sound: the face speaks" : "the face speaks alone";
    setText(this.here, `At ${data.time_s[t].toFixed(2)} s (moment ${t + 1} of ${data.time_s.length}): mouth ${mouth}; ${spoke}.`);
    [data.visual, data.audio, data.audiovisual, decision.said, decision.opinion].forEach((values, r) => {
      const here = this.classes.map((_, c) => values[t * k + c]), most = Math.max(...here);
      here.forEach((value, c) => {
        setText(this.cells[r][c], Number.isFinite(value) ? value.toFixed(2) : "–");
        setData(this.cells[r][c], "most", String(value === most));
      });
    });
  }
}
