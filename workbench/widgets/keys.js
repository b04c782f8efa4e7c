// Keys: which key does what. Data first, so that the help, the buttons and the dialog to change them all say the same.

const FIXED = { undo: "Ctrl+Z", redo: "Ctrl+Shift+Z", leave: "Esc" }; // besides those that can be changed
const DEEDS = [
  // name, words, keys, group
  ["undo", "Take the last one back", ["Backspace"], "Answers"],
  ["redo", "Give it again", ["y"], "Answers"],
  ["skip", "Skip", ["s"], "Answers"],
  ["flag", "Flag with a note", ["f"], "Answers"],
  ["look", "Look again at the last one the machine sees differently", ["l"], "Answers"],
  ["play", "Play or stop", ["Space"], "In context"],
  ["replay", "Play again from the start", ["r"], "In context"],
  ["earlier", "One frame back", ["ArrowLeft"], "In context"],
  ["later", "One frame on", ["ArrowRight"], "In context"],
  ["voice", "Voice only, while held", ["v"], "In context"],
  ["mute", "Face without voice, while held", ["m"], "In context"],
  ["both", "Face and voice, while held", ["b"], "In context"],
  ["split", "Split the run at the marked picture", ["x"], "In context"],
  ["help", "All keys", ["?"], "This page"],
];
const HELD = { voice: "v", mute: "m", both: "b" };
const KEY_SIGNS = { Backspace: "⌫", ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Enter: "⏎" };
const NEVER = ["Escape", "Tab", "Shift", "Control", "Alt", "Meta", "CapsLock", "Dead", "Process", "Unidentified"];

const keyOf = (event) => (event.key === " " ? "Space" : event.key.length === 1 ? event.key.toLowerCase() : event.key);
const keySign = (key) => KEY_SIGNS[key] ?? key;

class Keys extends EventTarget {
  constructor(schema) {
    super();
    this.place = `workbench.keys.${schema.question}`;
    const choices = [...schema.classes, ...(schema.abstention ? [schema.abstention] : [])];
    const taken = choices.flatMap((one) => one.keys);
    this.deeds = [
      ...choices.map((one) => ({ name: `answer:${one.name}`, words: one.name, usual: one.keys, group: "Answers" })),
      ...DEEDS.map(([name, words, keys, group]) => ({ name, words, group, usual: keys.filter((key) => !taken.includes(key)) })),
    ];
    this.changed = this.stored();
  }
  stored() {
    try {
      const found = JSON.parse(localStorage.getItem(this.place) ?? "{}");
      return Object.fromEntries(Object.entries(found).filter(([, keys]) => Array.isArray(keys) && keys.every((key) => typeof key === "string")));
    } catch {
      return {}; // a browser that keeps nothing, or something else's entry: the usual keys
    }
  }
  of(name) {
    return this.changed[name] ?? this.deeds.find((deed) => deed.name === name)?.usual ?? [];
  }
  deedFor(event) {
    if (event.altKey) return null;
    if (event.ctrlKey || event.metaKey) {
      const key = event.key.toLowerCase();
      return key === "z" ? (event.shiftKey ? "redo" : "undo") : key === "y" ? "redo" : null;
    }
    const key = keyOf(event);
    return this.deeds.find((deed) => this.of(deed.name).includes(key))?.name ?? null;
  }
  refusal(name, key) {
    // Why a key cannot be taken for a deed; empty when it can.
    if (NEVER.includes(key)) return `${keySign(key)} cannot be changed: choose another.`;
    const other = this.deeds.find((deed) => deed.name !== name && this.of(deed.name).includes(key));
    return other ? `${keySign(key)} already means “${other.words}”: choose another.` : "";
  }
  set(name, key) {
    const refusal = this.refusal(name, key);
    if (!refusal) this.keep({ ...this.changed, [name]: [key] });
    return refusal;
  }
  reset() {
    this.keep({});
  }
  keep(changed) {
    this.changed = changed;
    try {
      localStorage.setItem(this.place, JSON.stringify(changed));
    } catch {
      // Kept for this page only: the browser keeps nothing.
    }
    this.dispatchEvent(new Event("change"));
  }
  signs(name) {
    return this.of(name).map((key) => make("kbd", {}, keySign(key)));
  }
  shortcuts(name) {
    // As aria-keyshortcuts wants them.
    const fixed = { undo: ["Control+Z"], redo: ["Control+Shift+Z", "Control+Y"] }[name] ?? [];
    return [...this.of(name), ...fixed].join(" ") || null;
  }
}
