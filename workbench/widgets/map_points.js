// Where the points of a map are: which one is nearest to the pointer, found in cells, so that 100,000 cost nothing.

class MapPoints {
  constructor(places) {
    this.places = places;
    this.n = places.length / 2;
    this.side = Math.max(1, Math.min(512, Math.round(Math.sqrt(this.n / 2)))); // about two points a cell
    const counts = new Uint32Array(this.side * this.side + 1), cells = new Uint32Array(this.n);
    for (let k = 0; k < this.n; k++) counts[(cells[k] = this.cell(places[2 * k]) + this.side * this.cell(places[2 * k + 1])) + 1]++;
    for (let c = 1; c < counts.length; c++) counts[c] += counts[c - 1];
    this.starts = counts.slice();
    this.order = new Uint32Array(this.n);
    for (let k = 0; k < this.n; k++) this.order[counts[cells[k]]++] = k;
  }
  cell(value) {
    return Math.min(Math.max(Math.floor(((value + 1) / 2) * this.side), 0), this.side - 1);
  }
  *within(left, bottom, right, top) {
    for (let row = this.cell(bottom); row <= this.cell(top); row++) {
      const [first, last] = [this.starts[row * this.side + this.cell(left)], this.starts[row * this.side + this.cell(right) + 1]];
      for (let at = first; at < last; at++) {
        const k = this.order[at], x = this.places[2 * k], y = this.places[2 * k + 1];
        if (x >= left && x <= right && y >= bottom && y <= top) yield k;
      }
    }
  }
  // The nearest one within a radius, -1 for none; allowed(k) says which count.
  nearest(x, y, radius, allowed) {
    let found = -1, least = radius ** 2;
    for (const k of this.within(x - radius, y - radius, x + radius, y + radius)) {
      const far = (this.places[2 * k] - x) ** 2 + (this.places[2 * k + 1] - y) ** 2;
      if (far <= least && allowed(k)) (least = far), (found = k);
    }
    return found;
  }
}
