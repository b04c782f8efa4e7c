// What was found, in words, numbers and boxes: the newest moment, all so far, and faces that are not judged.

// Faces that are not judged: dashed, and named so.
function drawOthers(canvas, others) {
  if (!others?.length) return;
  const paper = canvas.getContext("2d");
  Object.assign(paper, { strokeStyle: "#ffffff", lineWidth: 2, fillStyle: "#ffffff", font: "14px system-ui, sans-serif", textAlign: "left" });
  paper.setLineDash([6, 5]);
  for (const [x, y, wide, high] of others) (paper.strokeRect(x, y, wide, high), paper.fillText("not judged", x, y - 6));
  paper.setLineDash([]);
}

// The probabilities of the newest judged moment and of all so far, and the verdict in a word.
class CameraReadout {
  constructor(classes) {
    this.classes = classes;
    this.rows = ["now", "accumulated"].map((name) => [name, classes.map(() => make("td", {}, "–"))]);
    this.table = make("table", { class: "aw-readout" },
      make("caption", { class: "aw-spoken" }, "Probabilities of the newest moment, and accumulated"),
      make("thead", {}, make("tr", {}, make("td"), ...classes.map((one) => make("th", { scope: "col" }, this.symbol(one), ` ${one.name}`)))),
      make("tbody", {}, ...this.rows.map(([name, cells]) => make("tr", {}, make("th", { scope: "row" }, name), ...cells))));
  }
  symbol({ colour, symbol }) {
    return make("span", { class: "aw-symbol", style: `--aw-colour: ${colour}`, "aria-hidden": "true" }, symbol);
  }
  show({ now, accumulated }) {
    [now, accumulated].forEach((values, r) => values.forEach((value, c) => {
      setText(this.rows[r][1][c], value.toFixed(2));
      setData(this.rows[r][1][c], "most", String(value === Math.max(...values)));
    }));
    const one = this.classes[accumulated.indexOf(Math.max(...accumulated))];
    return ["So far: ", this.symbol(one), make("strong", {}, ` ${one.name}`), ` (${Math.max(...accumulated).toFixed(2)})`];
  }
}
