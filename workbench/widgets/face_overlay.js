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
    const scale = canvas.width / view[2], pen = canvas.width / 360;
    const x = (value) => (value - view[0]) * scale, y = (value) => (value - view[1]) * scale;
    const [left, top, wide, high] = found.box;
    for (const [colour, width] of [["#000000", 4 * pen], ["#f0e442", 2 * pen]]) {
      Object.assign(paper, { strokeStyle: colour, lineWidth: width });
      paper.strokeRect(x(left), y(top), wide * scale, high * scale);
    }
    const points = Array.from({ length: 68 }, (_, k) => [x(found.points[2 * k]), y(found.points[2 * k + 1])]);
    for (const [from, to, closed] of OUTLINES) this.outline(paper, points.slice(from, to), closed, from >= MOUTH_FROM, found.open, pen);
    points.forEach(([left, top], k) => {
      for (const [colour, half] of [["#000000", 2 * pen], [k >= MOUTH_FROM ? "#e69f00" : "#ffffff", pen]]) {
        paper.fillStyle = colour;
        paper.fillRect(left - half, top - half, 2 * half, 2 * half);
      }
    });
  }
  outline(paper, points, closed, mouth, open, pen) {
    paper.beginPath();
    for (const point of points) paper.lineTo(...point);
    if (closed) paper.closePath();
    Object.assign(paper, { strokeStyle: mouth ? "#e69f00" : "#ffffffaa", lineWidth: (mouth && open ? 2.5 : 1.2) * pen });
    paper.stroke();
  }
}
