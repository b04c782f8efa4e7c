// Small parts that every part of the frame labeller uses. All files named in frame_labeller.py are put together into
// one ES module, in the order told there; none of them imports anything.

const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  // JupyterLab asks the focused element itself, not those around it, whether its own keys are to be left alone.
  if (["button", "input", "summary", "dialog"].includes(tag)) element.setAttribute("data-lm-suppress-shortcuts", "true");
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null) element.setAttribute(name, value);
  }
  element.append(...children); // text is always added as text, never as markup
  return element;
};

const button = (action, words, press, attributes = {}) =>
  make("button", { type: "button", class: "aw-button", "data-action": action, onclick: press, ...attributes }, ...[words].flat());

// Layout is read and written whenever text or an attribute is set, changed or not: so only when it changed.
const setText = (element, text) => element.textContent !== text && (element.textContent = text);
const setData = (element, name, value) => element.dataset[name] !== value && (element.dataset[name] = value);

const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

const counted = (number, one, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;

// A picture in its own size: enlarging it is the compositor's work, beside the page, where it costs a key press nothing.
const drawWhole = (canvas, bitmap) => {
  const { width, height } = bitmap;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  (canvas.paper ??= canvas.getContext("2d", { alpha: false })).drawImage(bitmap, 0, 0);
};

const afterPaint = (callback) => {
  // A task queued from an animation frame runs once that frame was painted. Hidden pages get no frames: hence the timer.
  let done = false;
  const once = () => {
    if (done) return;
    done = true;
    clearTimeout(timer);
    callback();
  };
  const timer = setTimeout(once, 250);
  requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = once;
    channel.port2.postMessage(0);
  });
};
