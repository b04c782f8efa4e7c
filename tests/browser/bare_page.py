"""A labelling widget in a bare page: the real browser side and the real kernel side, and no Jupyter between them.

Messages go as they do in Jupyter, as JSON with binary buffers. The kernel can be paused and killed from the test.
"""

import base64
import json

ADDRESS = "http://localhost:9"  # never really called: every request is answered by the test; a secure context
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Labelling</title>
<link rel="stylesheet" href="/labeller.css"></head><body><main id="here"><h1>Labelling</h1></main>
<script type="module">
import widget from "/labeller.js";
const bytes = (text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
const listeners = [];
window.kernel = window.kernel ?? { state: "on", waiting: [] };
const deliver = async (content, sent) => {
  const more = window.kernelTakesBuffers ? [sent] : []; // Playwright's own way takes text alone
  for (const [message, buffers] of JSON.parse((await window.toKernel(JSON.stringify(content), ...more)) ?? "[]"))
    for (const listener of listeners) listener(message, buffers.map(bytes));
};
const model = {
  send(content, callbacks, buffers) {
    if (kernel.state === "on") deliver(content, buffers);
    else if (kernel.state === "paused") kernel.waiting.push(content);
  },
  on: (name, listener) => listeners.push(listener),
  get: () => undefined,
};
window.fromKernel = (message) => listeners.forEach((listener) => listener(message, []));
window.resumeKernel = async () => {
  kernel.state = "on";
  for (const content of kernel.waiting.splice(0)) await deliver(content);
};
const { initialize, render } = typeof widget === "function" ? widget() : widget;
initialize?.({ model });
render({ model, el: document.getElementById("here") });
</script></body></html>"""


class BarePage:
    """A page with a labelling widget.

    Attributes
    ----------
    page
        Playwright's page.
    widget
        The kernel's side; replace it to restart the kernel with the next reload.
    """

    def __init__(self, page, widget):
        self.page, self.widget = page, widget
        self.messages = []
        page.expose_function("toKernel", self._to_kernel)
        page.route(f"{ADDRESS}/**", self._serve)

    def open(self):
        """Open or reload the page."""
        self.page.goto(f"{ADDRESS}/")
        return self

    def tell(self, message):
        """Let the kernel say something of its own accord, as when another view has chosen something."""
        self.page.evaluate("message => window.fromKernel(message)", message)

    def kernel(self, state):
        """Set the kernel ``on``, ``paused`` (messages wait) or ``dead`` (messages are lost)."""
        if state == "on":
            self.page.evaluate("window.resumeKernel()")
        else:
            self.page.evaluate("state => { window.kernel.state = state; }", state)

    def _to_kernel(self, text):
        sent = []
        self.widget.send = lambda content, buffers=None: sent.append(
            (content, [base64.b64encode(part).decode() for part in buffers or []])
        )
        content = json.loads(text)
        self.messages.append(content)
        self.widget._receive(self.widget, content, [])
        return json.dumps(sent)

    def _serve(self, route):
        path = route.request.url.removeprefix(ADDRESS)
        if path == "/labeller.js":
            route.fulfill(body=str(self.widget._esm), content_type="text/javascript")
        elif path == "/labeller.css":
            route.fulfill(body=str(self.widget._css), content_type="text/css")
        else:
            route.fulfill(body=PAGE, content_type="text/html")
