// Counts that lead to their moments: the confusion matrix as a table of buttons, and bars of errors by group.

const percent = (share) => `${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)}%`;

class ErrorCounts {
  constructor({ choose }) {
    this.choose = choose;
    this.matrix = make("div", { class: "aw-matrix" });
    this.bars = make("div", { class: "aw-bars" });
    this.element = make("div", {}, this.matrix, this.bars);
    this.chosen = ["all", "", ""];
  }
  show({ classes, counts, n_clips, schema }) {
    const symbols = Object.fromEntries(schema.classes.map((one) => [one.name, one.symbol]));
    const named = (name) => [make("span", { "aria-hidden": "true" }, `${symbols[name]} `), name];
    const head = make("tr", {}, make("td", {}), ...classes.map((name) => make("th", { scope: "col" }, ...named(name))));
    const rows = classes.map((name, i) => make("tr", {}, make("th", { scope: "row" }, ...named(name)), ...classes.map((said, j) => make("td", {}, this.cell(name, said, counts[i], n_clips[i][j], j, i === j)))));
    const caption = make("caption", {}, "Rows: the label. Columns: what the network says. Moments, and their share of the row.");
    this.matrix.replaceChildren(make("table", {}, caption, make("thead", {}, head), make("tbody", {}, ...rows)));
    this.mark();
  }
  cell(name, said, row, n_clips, column, right) {
    const n = row[column], total = row.reduce((a, b) => a + b, 0), share = total ? n / total : 0;
    const words = `${right ? `${name}, named so` : `${name} taken for ${said}`}: ${n} of ${total} moments (${percent(share)}), ${counted(n_clips, "clip")}`;
    const strength = Math.round(100 * share * (right ? 0.35 : 0.55));
    return make("button", { type: "button", class: "aw-cell", "aria-label": words, title: words, "aria-pressed": "false", "data-kind": "cell", "data-first": name, "data-second": said, "data-right": right, style: `--aw-strength:${strength}%`, onclick: (event) => this.choose(["cell", name, said], event) },
      make("strong", {}, n.toLocaleString("en")), make("span", {}, total ? percent(share) : "–"));
  }
  showGroups(groups) {
    const sections = Object.entries(groups).map(([of, values]) => {
      const list = make("ul", {}, ...values.map((one) => make("li", {}, this.bar(one))));
      return make("section", {}, make("h2", {}, `Wrong by ${of === "mouth" ? "state of the mouth" : of}`), list);
    });
    this.bars.replaceChildren(...sections);
    this.mark();
  }
  bar({ of, name, k, n, low, high, words, n_clips }) {
    const share = n ? k / n : 0;
    const whisker = low === null || low === undefined ? [] : [make("span", { class: "aw-whisker", style: `left:${100 * low}%;width:${100 * (high - low)}%` })];
    const line = make("span", { class: "aw-line", "aria-hidden": "true" }, make("span", { class: "aw-wrong", style: `width:${100 * share}%` }), ...whisker);
    const said = `wrong for ${of} ${name}: ${words}, ${counted(n_clips, "clip")}`;
    return make("button", { type: "button", class: "aw-group", "aria-label": said, title: said, "aria-pressed": "false", "data-kind": "group", "data-first": of, "data-second": name, onclick: (event) => this.choose(["group", of, name], event) },
      make("span", { class: "aw-value" }, name), line, make("span", { class: "aw-number" }, `${k}/${n} ${percent(share)}`));
  }
  mark(chosen = this.chosen) {
    this.chosen = chosen;
    for (const one of this.element.querySelectorAll("[data-kind]")) {
      const { kind, first, second } = one.dataset;
      one.setAttribute("aria-pressed", String(kind === chosen[0] && first === chosen[1] && second === chosen[2]));
    }
  }
}
