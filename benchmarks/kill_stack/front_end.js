// The smallest front end that can carry an anywidget: one kernel's websocket, one widget, and a hand that labels.
// JupyterLab needs seconds to be opened after each kill; this needs a tenth, and the widget's own code cannot tell.

const decoder = new TextDecoder();
const newId = () => crypto.randomUUID().replaceAll("-", "");

function unpack(data) {
  if (typeof data === "string") return [JSON.parse(data), []];
  const view = new DataView(data);
  const count = view.getUint32(0);
  const offsets = Array.from({ length: count }, (_, number) => view.getUint32(4 * (number + 1)));
  const parts = offsets.map((from, number) => data.slice(from, offsets[number + 1] ?? data.byteLength));
  return [JSON.parse(decoder.decode(parts[0])), parts.slice(1).map((part) => new DataView(part))];
}

class Model {
  constructor(comm, state, post) {
    Object.assign(this, { comm, state, post, listeners: [] });
  }
  get(name) {
    return this.state[name];
  }
  set(name, value) {
    this.state[name] = value;
  }
  save_changes() {}
  on(name, heard) {
    if (name === "msg:custom") this.listeners.push(heard);
  }
  off(name, heard) {
    this.listeners = this.listeners.filter((one) => heard && one !== heard);
  }
  send(content) {
    this.post("comm_msg", { comm_id: this.comm, data: { method: "custom", content } });
  }
  receive(content, buffers) {
    for (const heard of this.listeners) heard(content, buffers);
    const kept = content.type === "said" ? content.results.filter((result) => result.state !== "not_saved") : [];
    if (kept.length) window.acknowledged(kept.map((result) => result.op_id)); // only now the page can say so
  }
}

const endings = [];
class Connection {
  constructor({ kernel, token, code }) {
    this.session = newId();
    this.models = new Map();
    this.socket = new WebSocket(`ws://${location.host}/api/kernels/${kernel}/channels?session_id=${this.session}&token=${token}`);
    this.socket.binaryType = "arraybuffer";
    this.socket.onopen = () => this.post("execute_request", { code, silent: false, store_history: false, user_expressions: {}, allow_stdin: false, stop_on_error: true });
    this.socket.onmessage = (event) => this.receive(...unpack(event.data));
  }
  post(type, content) {
    if (this.socket.readyState !== WebSocket.OPEN) return; // as when a laptop is in a tunnel: nobody hears, nothing fails
    const header = { msg_id: newId(), msg_type: type, session: this.session, username: "", date: new Date().toISOString(), version: "5.3" };
    this.socket.send(JSON.stringify({ channel: "shell", header, parent_header: {}, metadata: {}, content }));
  }
  receive({ header, content }, buffers) {
    if (header.msg_type === "error") window.troubled(`${content.ename}: ${content.evalue}`);
    if (header.msg_type === "comm_open" && content.data.state?._esm) this.open(content);
    const model = this.models.get(content.comm_id);
    if (header.msg_type === "comm_msg" && content.data.method === "custom") model?.receive(content.data.content, buffers);
  }
  async open({ comm_id, data }) {
    const model = new Model(comm_id, data.state, (type, content) => this.post(type, content));
    this.models.set(comm_id, model);
    const source = URL.createObjectURL(new Blob([data.state._esm], { type: "text/javascript" }));
    const made = await import(source);
    const widget = typeof made.default === "function" ? await made.default() : made.default;
    for (const end of endings.splice(0)) end?.(); // what a notebook does when its cell is run again
    const ended = await widget.initialize?.({ model });
    const el = document.createElement("div");
    document.getElementById("place").replaceChildren(el);
    endings.push(await widget.render({ model, el }), ended);
    label(el);
  }
}

// A hand that answers each picture as soon as it is there, and always says the same about the same picture.
let hand;
window.rest = () => (window.resting = true);
function label(el) {
  clearInterval(hand);
  let last = "";
  hand = setInterval(() => {
    const task = el.querySelector(".aw-pictures")?.dataset.task;
    if (window.resting || !task || task === last || el.querySelector("dialog[open], [role=alertdialog]")) return;
    last = task;
    el.querySelector(".aw-labeller").dispatchEvent(new KeyboardEvent("keydown", { key: Number(task.slice(-1)) % 2 ? "2" : "1", bubbles: true, cancelable: true }));
  }, window.pauseMs ?? 8);
}

window.connect = (where) => (window.connection = new Connection(where)) && true;
