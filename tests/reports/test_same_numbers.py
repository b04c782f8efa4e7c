"""A number is the same on the dashboard, in the report as HTML and PDF, in a publication, in the notebook's figures and
commands, and it is what the stored predictions say: reckoned here once more, by other libraries."""

import csv
import re
from collections import Counter, defaultdict
from html.parser import HTMLParser

import numpy as np
import pytest
from scipy import special
from sklearn.metrics import confusion_matrix, f1_score, precision_recall_fscore_support
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import proportion_confint

from tests.pdf_text import Pdf
from tests.reports.test_group_accuracy import write_catalog
from tests.reports.world import write_world
from workbench.labels.annotation import LabelEvent
from workbench.labels.store import LabelStore
from workbench.plots.comparison import plot_accuracies
from workbench.project import Project
from workbench.reports.audience import Audience
from workbench.reports.html import page_of
from workbench.reports.judging import evaluate_source
from workbench.reports.pages import render_view
from workbench.reports.publish import publish
from workbench.reports.run_report import report_of
from workbench.reports.run_table import run_table
from workbench.reports.stored import latest_comparison
from workbench.reports.summary import summarise
from workbench.reports.understanding import confusions
from workbench.reports.view_state import ViewState
from workbench.sentiment import SENTIMENTS

pytestmark = pytest.mark.slow
WORDS = {"visual": "face only", "audio": "voice only", "audiovisual": "face and voice"}
N_SPEAKERS = 20


class Read(HTMLParser):
    """A page's text, its tables as rows of cells, and its links with their words."""

    def __init__(self, text):
        super().__init__()
        self.words, self.rows, self.links, self._href, self._inside, self._cell = [], [], [], None, 0, False
        self.feed(text)
        self.text = " ".join("".join(self.words).split())

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self._inside += tag == "style"
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            self.rows[-1].append("")
            self._cell = True
        elif tag == "a":
            self._href = attributes.get("href", "")
            self.links.append([self._href, ""])

    def handle_endtag(self, tag):
        self._inside -= tag == "style"
        self._href = None if tag == "a" else self._href
        self._cell = self._cell and tag not in ("td", "th")
        self.words.append("" if tag in ("a", "b", "span", "code") else " ")

    def handle_data(self, data):
        if not self._inside:
            self.words.append(data)
            if self._cell:
                self.rows[-1][-1] += data
            if self._href is not None:
                self.links[-1][1] += data

    def row(self, *heads):
        """Return the cells of the first row whose first cells are these."""
        plain = [[" ".join(cell.split()) for cell in row] for row in self.rows]
        return next(row for row in plain if row[: len(heads)] == list(heads))


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A project with runs, a catalog and labels."""
    project = Project.open(tmp_path_factory.mktemp("numbers"))
    runs = write_world(
        project, accuracies={"visual": 0.7, "audio": 0.55, "audiovisual": 0.85}, n_speakers=N_SPEAKERS
    )
    clips = write_catalog(project, n_speakers=N_SPEAKERS)["clip"]
    with LabelStore.open(project.labels) as store:
        for i, clip in enumerate(clips[:37]):
            for who in ("Ada", "Bob")[: 1 + (i % 3 == 0)]:
                asked = {
                    "question": "mouth",
                    "schema_version": 2,
                    "kind": "answer",
                    "value": ("open", "closed")[i % 2],
                }
                store.record(
                    LabelEvent(
                        op_id=f"{who}-{i:08}", annotator=who, clip=clip, start_s=0.03, end_s=0.03, **asked
                    )
                )
    return project, runs


@pytest.fixture(scope="module")
def reckoned(world):
    """What each run's ``predictions.csv`` says, reckoned by this file alone: clip to (speaker, truth, said)."""
    return {network: said_of(run.folder / "predictions.csv") for network, run in world[1].items()}


@pytest.fixture(scope="module")
def surfaces(world):
    """The same comparison wherever it is told."""
    project, runs = world
    report = report_of(project, runs["audiovisual"], Audience())
    made = publish(project, most_pages=160)
    return {
        "dashboard": Read(render_view(project, ViewState("fusion"), Audience()).html),
        "publication": Read((made.folder / "index.html").read_text()),
        "report": Read(page_of(report)),
        "published report": Read((made.folder / "report.html").read_text()),
        "PDF": Pdf((made.folder / "report.pdf").read_bytes()),
        "folder": made.folder,
    }


def said_of(path):
    moments = defaultdict(list)
    with path.open() as stream:
        for row in csv.DictReader(stream):
            moments[row["clip"]].append(row)
    found = {}
    for clip, rows in moments.items():
        opinion = None
        for row in sorted(rows, key=lambda row: float(row["start_s"])):
            now = np.array([float(row[f"p_{name}"]) for name in SENTIMENTS])
            opinion = now if opinion is None else 0.1 * now + 0.9 * opinion
        found[clip] = (rows[0]["speaker"], rows[0]["truth"], SENTIMENTS[int(opinion.argmax())])
    return found


def interval_of(hits, speakers):
    """Wilson's interval, never narrower than a bootstrap over the speakers widened for their number."""
    low, high = proportion_confint(sum(hits), len(hits), method="wilson")
    if len(set(speakers)) >= 5:
        rng, by = np.random.default_rng(99), defaultdict(list)
        for hit, speaker in zip(hits, speakers, strict=True):
            by[speaker].append(hit)
        groups = [(sum(of), len(of)) for of in by.values()]
        k = len(groups)
        drawn = [np.sum([groups[i] for i in rng.integers(0, k, k)], axis=0) for _ in range(4000)]
        tail = special.ndtr(-np.sqrt(k / (k - 1)) * -special.stdtrit(k - 1, 0.025))
        spread = np.quantile([right / n for right, n in drawn], [tail, 1 - tail])
        low, high = min(low, spread[0]), max(high, spread[1])
    return low, high


def check_share(cells, hits, speakers):
    """Check ``k of n`` and ``p% (low to high)`` against answers; return both as they are told."""
    told, figure = cells
    assert told.replace(",", "") == f"{sum(hits)} of {len(hits)}"
    value, low, high = map(float, re.fullmatch(r"([\d.]+)% \(([\d.]+) to ([\d.]+)\)", figure).groups())
    assert value == pytest.approx(100 * sum(hits) / len(hits), abs=0.0501)
    assert [low, high] == pytest.approx(
        [100 * end for end in interval_of(hits, speakers)], abs=120 / len(hits) + 1
    )
    return f"{told} {figure}"


def of(answers, true=None, said=None):
    """Return, of some answers, which are right, and of whom."""
    kept = [a for a in answers.values() if (true is None or a[1] == true) and (said is None or a[2] == said)]
    return [a[1] == a[2] for a in kept], [a[0] for a in kept]


@pytest.mark.parametrize("network", WORDS)
def test_accuracies_are_the_same_everywhere(surfaces, reckoned, world, network):
    rows = [[" ".join(cell.split()) for cell in row] for row in surfaces["dashboard"].rows]
    cells = next(row for row in rows if len(row) == 5 and row[0] == WORDS[network] and " of " in row[4])
    told = check_share(cells[1:3], *of(reckoned[network]))
    truth, said = zip(*[a[1:] for a in reckoned[network].values()], strict=True)
    assert float(cells[3].split()[0]) == pytest.approx(f1_score(truth, said, average="macro"), abs=5.01e-4)
    line = f"{WORDS[network]} ({network}) {told} {cells[3]} {cells[4]}"
    for name in ("report", "published report", "PDF"):
        assert line in surfaces[name].text, name
    published = [" ".join(cell.split()) for cell in cells]
    assert published in [[" ".join(c.split()) for c in r] for r in surfaces["publication"].rows]
    project, runs = world
    k, n = told.split(" of ")[0], told.split(" of ")[1].split()[0]
    assert run_table(project).set_index("run").loc[runs[network].id, "right"] == f"{k}/{n} clips"
    assert f"right on {k} of {n} ({cells[2].split()[0]}" in " ".join(
        evaluate_source(project, runs[network].id).lines()
    )


@pytest.mark.parametrize("network", WORDS)
def test_classes_are_the_same_everywhere(surfaces, reckoned, network):
    answers = reckoned[network]
    truth, said = zip(*[a[1:] for a in answers.values()], strict=True)
    precision, recall, f1, _ = precision_recall_fscore_support(truth, said, labels=list(SENTIMENTS))
    for i, name in enumerate(SENTIMENTS):
        row = surfaces["report"].row(f"{name} · {WORDS[network]}")
        found = check_share(row[1:3], *of(answers, true=name))
        trusted = check_share(row[3:5], *of(answers, said=name))
        assert float(row[2].split("%")[0]) == pytest.approx(100 * recall[i], abs=0.0501)
        assert float(row[4].split("%")[0]) == pytest.approx(100 * precision[i], abs=0.0501)
        assert f"{name} · {WORDS[network]} {found} {trusted}" in surfaces["PDF"].text
        for shown in ("dashboard", "publication"):
            assert f"{WORDS[network]} {found} {trusted}" in surfaces[shown].text, shown
    if network == "audiovisual":
        told = [surfaces["report"].row(name)[5] for name in SENTIMENTS]
        assert [float(value) for value in told] == pytest.approx(f1, abs=5.01e-4)


def test_pairs_are_the_same_everywhere(surfaces, reckoned):
    dashboard = surfaces["dashboard"].text
    for a, b in (("visual", "audio"), ("audiovisual", "visual"), ("audiovisual", "audio")):
        cells = Counter(
            (reckoned[a][c][1] == reckoned[a][c][2], reckoned[b][c][1] == reckoned[b][c][2])
            for c in reckoned[a]
        )
        both, only_a, only_b, neither = (cells[key] for key in ((1, 1), (1, 0), (0, 1), (0, 0)))
        line = f"Both right {both} · only {WORDS[a]} {only_a} · only {WORDS[b]} {only_b} · neither {neither}"
        other = f"Both right {both} · only {WORDS[b]} {only_b} · only {WORDS[a]} {only_a} · neither {neither}"
        assert line in dashboard or other in dashboard
        p = mcnemar([[both, only_a], [only_b, neither]], exact=True).pvalue
        told = f"McNemar exact p = {p:.3f}" if p >= 0.001 else "McNemar exact p < 0.001"
        points = f"{100 * abs(only_a - only_b) / len(reckoned[a]):.1f} points"
        sentence = next(
            s
            for s in re.findall(r"(?:face|voice)[a-z ]* on these .*?\(McNemar[^)]*\)", dashboard)
            if {WORDS[a], WORDS[b]} <= set(re.findall(r"face only|voice only|face and voice", s))
        )
        assert told in sentence and points in sentence
        for name in ("publication", "report", "published report", "PDF"):
            assert " ".join(sentence.split()) in surfaces[name].text, name


def test_groups_are_the_same_on_dashboard_and_card(surfaces, reckoned, world):
    about = {}
    with (world[0].dataset_folder("sample") / "catalog.csv").open() as stream:
        about = {row["clip"]: row for row in csv.DictReader(stream)}
    for of_what, values in (("sex", ("female", "male")), ("intensity", ("normal", "strong"))):
        for value in values:
            kept = {c: a for c, a in reckoned["audiovisual"].items() if about[c][of_what] == value}
            row = surfaces["report"].row(f"{value} · {of_what}")
            told = check_share(row[1:3], *of(kept))
            assert f"{value} · {of_what} {told}" in surfaces["PDF"].text
            for shown in ("dashboard", "publication"):
                assert told in " ".join(surfaces[shown].row(value)), shown


def test_the_answer_and_the_baseline_are_the_same_everywhere(surfaces, reckoned):
    parts = {n: (sum(of(a)[0]), len(a)) for n, a in reckoned.items()}
    said = {n: f"{k} of {total}" for n, (k, total) in parts.items()}
    commonest, n = Counter(a[1] for a in reckoned["audiovisual"].values()).most_common(1)[0]
    total = len(reckoned["audiovisual"])
    for name in ("dashboard", "publication", "report", "published report", "PDF"):
        text = surfaces[name].text
        assert all(figure in text for figure in said.values()), name
        assert (
            f"Always saying {commonest}, the commonest class, would be right on {n} of {total} ({n / total:.1%})"
            in text
        )
        k, total_fused = parts["audiovisual"]
        for other in ("visual", "audio"):
            gain = 100 * (k - parts[other][0]) / total_fused
            assert f"+{gain:.1f} points against {WORDS[other]}" in text, name


def test_the_notebooks_figures_say_the_same(world, reckoned):
    project, _ = world
    for ax, (network, answers) in zip(
        confusions(project, latest_comparison(project)).figure.axes, reckoned.items(), strict=True
    ):
        truth, said = zip(*[a[1:] for a in answers.values()], strict=True)
        counts = confusion_matrix(truth, said, labels=list(SENTIMENTS))
        assert ax.get_title("left") == f"{network}: {np.trace(counts)} of {counts.sum()} right"
        drawn = [text.get_text().split("\n")[0] for text in ax.texts if "\n" in text.get_text()]
        assert [int(n) for n in drawn] == counts.ravel().tolist()
    summary = summarise(project)
    texts = [t.get_text() for t in plot_accuracies({s.network: s.accuracy for s in summary.systems}).texts]
    for answers in reckoned.values():
        k, n = sum(of(answers)[0]), len(answers)
        assert f"{k / n:.0%}  ({k} of {n})" in texts


def test_every_number_leads_to_as_many_clips(surfaces):
    """Follow every number of every published page to its list, and compare it with what the list says it holds."""
    checked = 0
    for path in sorted(surfaces["folder"].glob("*.html")):
        for href, words in Read(path.read_text()).links:
            if re.fullmatch(r"[\d,]+", words) and (surfaces["folder"] / href).is_file():
                title = re.search(
                    r"<h1[^>]*>([\d,]+) (?:clip|moment|label)s?:", (surfaces["folder"] / href).read_text()
                )
                if title:
                    assert title.group(1) == words, (path.name, href)
                    checked += 1
    assert checked > 100


def test_every_percentage_of_every_published_page_is_its_counts(surfaces):
    checked = 0
    for path in sorted(surfaces["folder"].glob("*.html")):
        for k, n, said, digits in re.findall(
            r"([\d,]+) of ([\d,]+)(?: clips)? \(?(\d+(\.\d)?)%", Read(path.read_text()).text
        ):
            k, n = int(k.replace(",", "")), int(n.replace(",", ""))
            assert float(said) == pytest.approx(100 * k / n, abs=0.0501 if digits else 0.501), path.name
            checked += 1
    assert checked > 60


def test_labels_and_data_are_as_many_as_are_stored(surfaces, world):
    project, _ = world
    with LabelStore.open(project.labels, read_only=True) as store:
        history = store.history("mouth")
    pages = {
        p.name.split("-")[0]: Read(p.read_text())
        for p in sorted(surfaces["folder"].glob("*.html"))
        if "What was labelled?</h1>" in p.read_text() or "What is there?</h1>" in p.read_text()
    }
    assert f"{len(history)} labels by {history['annotator'].nunique()} people stand" in pages["labels"].text
    assert f"{N_SPEAKERS * 9} clips of {N_SPEAKERS} speakers" in pages["data"].text
    n_clips = history["clip"].nunique()
    assert f"{n_clips} of {N_SPEAKERS * 9} ({n_clips / (N_SPEAKERS * 9):.1%})" in pages["data"].text
    by = Counter(history["annotator"])
    told = sorted((int(row[2]), int(row[5])) for row in surfaces["report"].rows if row and row[0] == "mouth")
    assert told == sorted((n, n) for n in by.values())
