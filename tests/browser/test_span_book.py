"""The spans of a page and what it said of them are the same after any changes; the page's logic alone, no widget."""

from pathlib import Path

import pytest

import workbench.widgets

pytestmark = pytest.mark.browser
BOOK = (Path(workbench.widgets.__file__).parent / "span_book.js").read_text(encoding="utf-8")
# A store as strict as the real one: an undo takes back what stands, an answer names the last word about its stretch.
TRIAL = """(seed) => {
  const random = () => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) / 0x7fffffff;
  const store = new Map(), place = (one) => `${one.start_s}|${one.end_s}`;
  const check = (right, words) => { if (!right) throw new Error(words); };
  const say = (operations) => operations.forEach((one) => {
    const stands = one.kind === "undo" ? store.get(one.undoes) : [...store.values()].find((other) => place(other) === place(one));
    if (one.kind === "undo") check(stands && place(stands) === place(one), "undo of what does not stand");
    else check((stands?.op_id ?? "") === one.after, "a conflict with oneself");
    if (stands) store.delete(stands.op_id);
    if (one.kind === "answer") store.set(one.op_id, one);
  });
  const book = new SpanBook({ say, step: 0.03 });
  book.load("a", []);
  for (let change = 0; change < 60; change++) {
    const span = book.spans[Math.floor(random() * book.spans.length)], start = book.moment(random() * 3);
    const deeds = [
      () => book.paint(start, book.moment(start + random() * 0.6), ["open", "closed", "cannot tell"][Math.floor(random() * 3)]),
      () => span && book.moveEdge(span, random() < 0.5 ? "start" : "end", random() * 3),
      () => span && book.remove(span),
      () => span && book.join(span),
      () => book.back(),
    ];
    deeds[random() < 0.4 ? 0 : Math.floor(random() * 5)]();
    book.spans.forEach((one, k) => check(one.end_s >= one.start_s && (!k || one.start_s > book.spans[k - 1].end_s + 0.02), "spans overlap"));
    check(book.spans.map((one) => one.op_id).sort().join() === [...store.keys()].sort().join(), "the store holds other spans");
  }
  return book.spans.length;
}"""


def test_the_spans_on_the_page_are_those_in_the_store_after_any_changes(page):
    page.set_content("<title>book</title>")
    page.add_script_tag(content="let made = 0; const newId = () => `operation-${made++}`;\n" + BOOK)
    lengths = [page.evaluate(TRIAL, seed) for seed in range(1, 201)]
    assert max(lengths) > 3
