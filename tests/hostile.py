"""Sixty texts that run, load or break something wherever a page takes them for more than text; and a project full of them."""

from itertools import cycle

import numpy as np
import pandas as pd

from tests.reports.world import clip_predictions, split_of, write_comparison, write_run
from workbench.datasets.rights import declare as declare_rights
from workbench.datasets.rights.consent import NEVER, Consent, add_consents
from workbench.files import read_json, write_json
from workbench.labels.annotation import LabelEvent
from workbench.labels.store import LabelStore

FIRE = "window.__xss=1"
AWAY = "http://xss.invalid"
PAYLOADS = (
    f"<script>{FIRE}</script>",
    f"</script><script>{FIRE}</script>",
    f"<ScRiPt src={AWAY}/a.js></sCrIpT>",
    f"<script/x>{FIRE}</script >",
    f"</title><script>{FIRE}</script>",
    f"</style><script>{FIRE}</script>",
    f"</textarea><script>{FIRE}</script>",
    f"<!--><script>{FIRE}</script>-->",
    f"<![CDATA[<script>{FIRE}</script>]]>",
    f"<noscript><p title='</noscript><img src=x onerror={FIRE}>'>",
    f"<img src=x onerror={FIRE}>",
    f"<img/src=x/onerror={FIRE}>",
    f"<img src=x onerror='{FIRE}' x",
    f"<IMG SRC='{AWAY}/b.png'>",
    "<img src=x:x onerror=&#119;indow.__xss=1>",
    f"<image href='{AWAY}/c.png' onerror={FIRE}>",
    f"<svg onload={FIRE}>",
    f"<svg/onload={FIRE}//",
    f"<svg><script>{FIRE}</script></svg>",
    f"<svg><animate onbegin={FIRE} attributeName=x dur=1s>",
    f"<svg><a xlink:href='javascript:{FIRE}'><text y=20>x</text></a></svg>",
    f"<svg><foreignObject><iframe onload={FIRE}></iframe></foreignObject></svg>",
    f"<math><mtext><table><mglyph><style><img src=x onerror={FIRE}>",
    f"<body onload={FIRE}>",
    f"<iframe src='javascript:{FIRE}'></iframe>",
    f"<iframe srcdoc='<script>parent.{FIRE}</script>'></iframe>",
    f"<object data='data:text/html,<script>{FIRE}</script>'></object>",
    f"<embed src='{AWAY}/d'>",
    f"<video><source onerror={FIRE}></video>",
    f"<audio src=x onerror={FIRE}></audio>",
    f"<details open ontoggle={FIRE}>x</details>",
    f"<input autofocus onfocus={FIRE}>",
    f"<marquee onstart={FIRE}>x</marquee>",
    f"<a href='javascript:{FIRE}'>here</a>",
    f"<a href=' \x01javascript:{FIRE}'>here</a>".replace("\x01", ""),
    f"<form action='javascript:{FIRE}'><button autofocus>x</button></form>",
    f"<link rel=stylesheet href='{AWAY}/e.css'>",
    f"<style>@import '{AWAY}/f.css';</style>",
    f"<p style=\"background:url('{AWAY}/g.png')\">x</p>",
    f"<base href='{AWAY}/'>",
    f"<meta http-equiv=refresh content='0;url={AWAY}/h'>",
    f'" onmouseover={FIRE} autofocus onfocus={FIRE} x="',
    f"' onmouseover={FIRE} autofocus onfocus={FIRE} x='",
    f'"><img src=x onerror={FIRE}>',
    f"'><img src=x onerror={FIRE}>",
    f"` onerror={FIRE} `",
    f"javascript:{FIRE}",
    f"data:text/html,<script>{FIRE}</script>",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{% include '/etc/passwd' %}",
    "${7*7}#{7*7}<%= 7*7 %>{{7*7}}",
    f"${{{FIRE}}}",
    f"![x]({AWAY}/i.png)",
    f"[x](javascript:{FIRE})",
    f"<{AWAY}/j> {AWAY}/k `x` **b** | a | b |",
    "$\\href{javascript:window.__xss=1}{x}$",
    f"\uff1cimg src=x onerror={FIRE}\uff1e",
    f"&lt;img src=x onerror={FIRE}&gt;",
    f"%3Cimg%20src%3Dx%20onerror%3D{FIRE}%3E",
    f"\u202e<img src=x onerror={FIRE}>\u200b",
)
assert len(PAYLOADS) == len(set(PAYLOADS)) == 60
NAMEABLE = tuple(text for text in PAYLOADS if "/" not in text and text.isprintable())
"""Those that can be the name of a file."""
WATCH = """
Object.defineProperty(window, "__xss", { set(value) { window.fired(String(value) + " " + location.href); } });
"""
CREATED = """() => {
  const seen = [];
  const odd = "script:not([src='/ours.js']):not([type=module]),iframe,object,embed,base,form[action],marquee,link:not([href='/labeller.css'])," +
    "meta[http-equiv=refresh],foreignObject,animate,math,image,noscript,source[onerror],[style*=url]";
  for (const one of document.querySelectorAll(odd)) seen.push(one.outerHTML.slice(0, 120));
  for (const one of document.querySelectorAll("*"))
    for (const { name, value } of one.attributes)
      if (name.startsWith("on") || /^\\s*(javascript|vbscript):/i.test(value) && ["href", "src", "action", "xlink:href"].includes(name)
          || ["src", "href", "xlink:href", "action"].includes(name) && value.includes("xss.invalid"))
        seen.push(one.outerHTML.slice(0, 120));
  return seen;
}"""
"""Lists what no page of ours has, so that it came out of a text."""


class Watch:
    """What happened on a page that must not."""

    def __init__(self, page, ours):
        self.fired, self.dialogs, self.requests = [], [], []
        page.expose_function("fired", lambda told: self.fired.append(told))
        page.add_init_script(WATCH)
        page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda sent: ours(sent.url) or self.requests.append(sent.url))

    def found(self):
        """Return everything, as one list."""
        return self.fired + self.dialogs + self.requests


def write_hostile_world(project):
    """Write a project of runs, labels and rights in which every text that may be one is a payload; return the runs."""
    given = cycle(PAYLOADS)
    split = split_of()
    clips = {clip: f"{PAYLOADS[i % 60]}~{i}" for i, clip in enumerate(split["clip"])}
    people = {name: f"{PAYLOADS[59 - i]}~" for i, name in enumerate(sorted(set(split["speaker"])))}
    split = split.assign(clip=split["clip"].map(clips), speaker=split["speaker"].map(people))
    runs = {network: _run(project, network, split, given) for network in ("visual", "audio", "audiovisual")}
    write_comparison(project, runs)
    _catalog(project, split, given)
    said = {"licence": next(given), "source": next(given), "reason": next(given), "licence_url": next(given)}
    declare_rights(
        project, "sample", purpose="research", **{k: v for k, v in said.items() if v.isprintable()}
    )
    add_consents(project, "sample", [Consent("*", "2026-01-01", next(given), "all", NEVER, next(given))])
    _labels(project, split, given)
    return runs


def _run(project, network, split, given):
    seed = {"visual": 1, "audio": 2, "audiovisual": 3}[network]
    table = clip_predictions(split, 0.7, rng=np.random.default_rng(seed))
    run = write_run(project, network, table, split)
    facts = run.facts()
    warnings = [{"code": next(given), "message": next(given)} for _ in range(4)]
    run.update(
        version=next(given),
        code={"version": next(given), "commit": next(given), "dirty": True},
        data_hash=next(given),
        started_utc=next(given),
        settings={next(given): next(given), "augmentation": {next(given): next(given)}},
        answer_sources={next(given): 3},
        n_samples={**facts["n_samples"], next(given): 4},
        warnings=warnings,
    )
    judged = run.folder / "evaluation.json"
    write_json(judged, read_json(judged) | {"warnings": warnings})
    return run


def _catalog(project, split, given):
    rows = split[["clip", "speaker"]].assign(
        file=[next(given) + ".mp4" for _ in range(len(split))],
        sha256=[str(i) for i in range(len(split))],
        kind="audiovisual",
        intended=[next(given) for _ in range(len(split))],
        duration_s=0.36,
        emotion=[next(given) for _ in range(len(split))],
        intensity=[PAYLOADS[10 + i % 2] for i in range(len(split))],
        statement=[next(given) for _ in range(len(split))],
        sex=[PAYLOADS[16 + i % 2] for i in range(len(split))],
        warnings=[next(given) for _ in range(len(split))],
        licence=[next(given) for _ in range(len(split))],
    )
    pd.DataFrame(rows).to_csv(project.dataset_folder("sample") / "catalog.csv", index=False)


def _labels(project, split, given):
    with LabelStore.open(project.labels) as store:
        for i, clip in enumerate(split["clip"][:40]):
            for who, value in (("O'Brien @home", "open"), ("B. javascript", "closed")):
                event = LabelEvent(
                    op_id=f"operation-{who[:1]}-{i}",
                    annotator=who,
                    question="mouth",
                    schema_version=2,
                    clip=clip.replace("\u202e", "").replace("\u200b", ""),
                    start_s=0.0,
                    end_s=0.0,
                    kind="answer",
                    value=value,
                    details={"note": next(given), "dataset": next(given)},
                )
                store.record(event)
