// The picture with what was found in it: the box of the face and its 68 points; the lips drawn thick while the gate is open.

const MOUTH_FROM = 48, OUTLINES = [[0, 17], [17, 22], [22, 27], [27, 36], [36, 42, true], [42, 48, true], [48, 60, true], [60, 68, true]];

class FaceOverlay {
  constructor() {
    this.canvas = make("canvas", { class: "aw-moving", width: "360", height: "360", role: "img", "aria-label": "The clip" });
  }
  // `found` is { box, points, open } of the moment at which this picture was seen, `view` the part of it that is shown.
  draw(bitmap, view, found) {
    const { canvas } = this;
    if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) Object.assign(canvas, { width: bitmap.width, height: bitmap.height });
    const paper = canvas.getContext("2d");
    paper.drawImage(bitmap, 0, 0);
    if (!view || !found || !Number.isFinite(found.box[0])) return;
    const scale = canvas.width / view[2];
    const x = (value) => (value - view[0]) * scale, y = (value) => (value - view[1]) * scale;
    const [left, top, wide, high] = found.box;
    for (const [colour, width] of [["#000000", 4], ["#f0e442", 2]]) {
      Object.assign(paper, { strokeStyle: colour, lineWidth: width });
      paper.strokeRect(x(left), y(top), wide * scale, high * scale);
    }
    for (const [from, to, closed] of OUTLINES) this.outline(paper, found.points, from, to, closed, x, y, from >= MOUTH_FROM && found.open);
    for (let k = 0; k < 68; k++) {
      paper.fillStyle = "#000000";
      paper.fillRect(x(found.points[2 * k]) - 2, y(found.points[2 * k + 1]) - 2, 4, 4);
      paper.fillStyle = k >= MOUTH_FROM ? "#e69f00" : "#ffffff";
      paper.fillRect(x(found.points[2 * k]) - 1, y(found.points[2 * k + 1]) - 1, 2, 2);
    }
  }
  outline(paper, points, from, to, closed, x, y, open) {
    paper.beginPath();
    for (let k = from; k < to; k++) paper.lineTo(x(points[2 * k]), y(points[2 * k + 1]));
    if (closed) paper.closePath();
    Object.assign(paper, { strokeStyle: from >= MOUTH_FROM ? "#e69f00" : "#ffffffaa", lineWidth: open ? 2.5 : 1.2 });
    paper.stroke();
  }
}
