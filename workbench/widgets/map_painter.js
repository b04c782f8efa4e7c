// Paints the points of a map: one WebGL2 draw call for all of them (a second one while some are chosen), or a plain 2D
// canvas where there is no WebGL2. Both have the same methods; a view is { x, y, zoom } in map coordinates, [-1, 1], and
// of every `step` points one is drawn.

const POINT_SHAPES = ["circle", "square", "diamond", "triangle-up", "triangle-down", "cross", "plus", "ring"];
const FADED = 0.13, SOLID = 0.85;

const MAP_VERTEX = `#version 300 es
in vec2 place; in float code; in float chosen;
uniform vec2 scale, middle; uniform float size, filtered, pass; uniform sampler2D looks;
flat out vec4 look; flat out float alpha;
void main() {
  bool shown = filtered < 0.5 || chosen == pass;
  gl_Position = shown ? vec4((place - middle) * scale, 0.0, 1.0) : vec4(2.0, 2.0, 2.0, 1.0);
  gl_PointSize = size;
  look = texelFetch(looks, ivec2(int(code), 0), 0);
  alpha = filtered > 0.5 && pass < 0.5 ? ${FADED} : ${SOLID};
}`;
const MAP_FRAGMENT = `#version 300 es
precision highp float;
flat in vec4 look; flat in float alpha; uniform float size; out vec4 colour;
float plus(vec2 p) { vec2 q = abs(p); return min(max(q.x - 0.95, q.y - 0.32), max(q.y - 0.95, q.x - 0.32)); }
float corner(vec2 p) { return max(p.y - 0.75, (1.7 * abs(p.x) - 0.9 * (p.y + 0.95)) / 1.92); }
void main() {
  vec2 p = gl_PointCoord * 2.0 - 1.0;
  int shape = int(look.a * 255.0 + 0.5);
  float d = shape == 0 ? length(p) - 0.9 : shape == 1 ? max(abs(p.x), abs(p.y)) - 0.76
    : shape == 2 ? (abs(p.x) + abs(p.y) - 1.0) * 0.71 : shape == 3 ? corner(p) : shape == 4 ? corner(vec2(p.x, -p.y))
    : shape == 5 ? plus(mat2(0.71, 0.71, -0.71, 0.71) * p) : shape == 6 ? plus(p) : abs(length(p) - 0.68) - 0.2;
  float cover = clamp(0.5 - d * size * 0.5, 0.0, 1.0) * alpha;
  if (cover < 0.01) discard;
  colour = vec4(look.rgb * cover, cover);
}`;

const rgbOf = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
// So large that single points are seen, so small that many do not hide each other.
const pointSize = (n, zoom) => Math.min(Math.max(700 / Math.sqrt(n), 3.5), 11) * Math.min(zoom ** 0.35, 2.5);

class GlPainter {
  constructor(canvas) {
    const gl = canvas.getContext("webgl2", { antialias: false, premultipliedAlpha: true });
    if (!gl) throw new Error("this browser has no WebGL2");
    Object.assign(this, { canvas, gl, n: 0, filtered: false, layout: {} });
    const program = (this.program = gl.createProgram());
    for (const [kind, source] of [[gl.VERTEX_SHADER, MAP_VERTEX], [gl.FRAGMENT_SHADER, MAP_FRAGMENT]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program) || "WebGL2 was lost");
    gl.useProgram(program);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    this.place = Object.fromEntries(["scale", "middle", "size", "filtered", "pass"].map((name) => [name, gl.getUniformLocation(program, name)]));
    this.buffers = Object.fromEntries(["place", "code", "chosen"].map((name) => [name, gl.createBuffer()]));
    gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
    for (const side of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, side, gl.NEAREST);
  }
  attribute(name, values, size, type) {
    const { gl } = this, at = gl.getAttribLocation(this.program, name);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[name]);
    gl.bufferData(gl.ARRAY_BUFFER, values, gl.DYNAMIC_DRAW);
    gl.enableVertexAttribArray(at);
    this.layout[name] = [at, size, type, size * values.BYTES_PER_ELEMENT];
  }
  load(places) {
    this.n = places.length / 2;
    this.attribute("place", places, 2, this.gl.FLOAT);
  }
  colour(categories, codes) {
    const { gl } = this;
    const looks = new Uint8Array(categories.flatMap((one) => [...rgbOf(one.colour), POINT_SHAPES.indexOf(one.shape)]));
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, categories.length, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, looks);
    this.attribute("code", codes, 1, gl.UNSIGNED_SHORT);
  }
  choose(mask, filtered) {
    this.filtered = filtered;
    this.attribute("chosen", mask, 1, this.gl.UNSIGNED_BYTE);
  }
  draw(view, ratio, step = 1) {
    const { gl, place, canvas } = this, half = perUnit(canvas, view);
    for (const [name, [at, size, type, bytes]] of Object.entries(this.layout)) {
      gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[name]);
      gl.vertexAttribPointer(at, size, type, false, bytes * step, 0);
    }
    gl.viewport(0, 0, canvas.width, canvas.height);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.uniform2f(place.scale, (2 * half) / canvas.width, (2 * half) / canvas.height);
    gl.uniform2f(place.middle, view.x, view.y);
    gl.uniform1f(place.size, pointSize(this.n, view.zoom) * ratio);
    gl.uniform1f(place.filtered, this.filtered ? 1 : 0);
    for (const pass of this.filtered ? [0, 1] : [1]) {
      gl.uniform1f(place.pass, pass);
      gl.drawArrays(gl.POINTS, 0, Math.ceil(this.n / step));
    }
  }
  remove() {
    this.gl.getExtension("WEBGL_lose_context")?.loseContext(); // a browser has only 16 of them
  }
}

const perUnit = (canvas, view) => 0.47 * Math.min(canvas.width, canvas.height) * view.zoom;

// One mark as a small picture, for the legend and for the 2D canvas.
const markPicture = ({ colour, shape }, size) => {
  const canvas = make("canvas", { width: Math.ceil(size), height: Math.ceil(size), "aria-hidden": "true" });
  const paper = canvas.getContext("2d"), r = size / 2;
  const path = (...corners) => corners.forEach(([x, y], k) => paper[k ? "lineTo" : "moveTo"](r + x * r, r + y * r));
  paper.fillStyle = paper.strokeStyle = colour;
  paper.lineWidth = shape === "ring" ? 0.4 * r : 0.62 * r;
  if (shape === "circle" || shape === "ring") paper.arc(r, r, (shape === "ring" ? 0.68 : 0.9) * r, 0, 7);
  else if (shape === "square") paper.rect(0.24 * r, 0.24 * r, 1.52 * r, 1.52 * r);
  else if (shape === "diamond") path([0, -1], [1, 0], [0, 1], [-1, 0]);
  else if (shape === "triangle-up") path([0, -0.95], [0.9, 0.75], [-0.9, 0.75]);
  else if (shape === "triangle-down") path([0, 0.95], [0.9, -0.75], [-0.9, -0.75]);
  else if (shape === "cross") path([-0.68, -0.68], [0.68, 0.68]), path([0.68, -0.68], [-0.68, 0.68]);
  else path([-0.95, 0], [0.95, 0]), path([0, -0.95], [0, 0.95]);
  paper[["ring", "cross", "plus"].includes(shape) ? "stroke" : "fill"]();
  return canvas;
};

class CanvasPainter {
  constructor(canvas) {
    Object.assign(this, { canvas, paper: canvas.getContext("2d"), n: 0, filtered: false });
  }
  load(places) {
    Object.assign(this, { places, n: places.length / 2 });
  }
  colour(categories, codes) {
    Object.assign(this, { categories, codes });
  }
  choose(mask, filtered) {
    Object.assign(this, { mask, filtered });
  }
  draw(view, ratio, step = 1) {
    const { canvas, paper, places } = this, half = perUnit(canvas, view), size = pointSize(this.n, view.zoom) * ratio;
    const marks = this.categories.map((one) => markPicture(one, size));
    paper.clearRect(0, 0, canvas.width, canvas.height);
    for (const pass of this.filtered ? [0, 1] : [1]) {
      paper.globalAlpha = this.filtered && !pass ? FADED : SOLID;
      for (let k = 0; k < this.n; k += step) {
        if (this.filtered && this.mask[k] !== pass) continue;
        const x = canvas.width / 2 + (places[2 * k] - view.x) * half, y = canvas.height / 2 - (places[2 * k + 1] - view.y) * half;
        if (x > -size && y > -size && x < canvas.width + size && y < canvas.height + size) paper.drawImage(marks[this.codes[k]], x - size / 2, y - size / 2);
      }
    }
  }
  remove() {}
}
