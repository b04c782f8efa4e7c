"""Every page in every state that its links lead to: nothing fails, every number leads to so many, nobody is named."""

import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from drawn_features import draw_dataset
from hypothesis import given, settings

from tests.reports.managers_world import ANNOTATORS, write_managers_world
from tests.reports.test_view_state import states
from tests.reports.world import clip_predictions, split_of, write_run, write_world
from tests.rights_world import declare
from workbench.evaluation.clips import decide_clips
from workbench.evaluation.decision import Branches
from workbench.evaluation.predictions import read
from workbench.files import read_json, write_json, write_text
from workbench.models.runs import Run
from workbench.project import Project
from workbench.reports.audience import audience_for
from workbench.reports.pages import render_query, render_view
from workbench.reports.pseudonyms import Pseudonyms
from workbench.reports.stored import stored_evaluation
from workbench.systems.branch_answers import AnswerShelf, BranchAnswers

SIZES = {"n_speakers": 24, "n_clips": 1}
HOSTILE = "<script>alert(1)</script>"
LISTS = ("show=clips", "show=labels", "show=speakers", "show=problems")
REFUSALS = ("Cannot be shown", "May not be shown")


class Links(HTMLParser):
    """The links to other states with their words, and the heading."""

    def __init__(self, html):
        super().__init__()
        self.links, self.heading, self.inside = [], "", []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.inside.append(tag)
        if tag == "a":
            assert "data-view" in given and given["href"].startswith("?page="), given
            self.links.append([given["href"], ""])

    def handle_endtag(self, tag):
        if tag in self.inside:
            while self.inside.pop() != tag:
                pass

    def handle_data(self, text):
        if "a" in self.inside:
            self.links[-1][1] += text
        if "h1" in self.inside:
            self.heading += text


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A project with everything managers look at; five men and seven women were tested."""
    project = Project.open(tmp_path_factory.mktemp("managers"))
    return project, write_managers_world(project, n_men=5, **SIZES)


@pytest.fixture
def own_world(project, world):
    """The same, to be changed."""
    shutil.copytree(world[0].root, project.root, dirs_exist_ok=True)
    return project


def shown(project, query, role="manager", **person):
    return render_query(project, query, audience_for(project, role, **person))


def crawl(project, role):
    """Return every state that can be reached as ``{query: page}``, and every link with its words."""
    pages, links, waiting = {}, [], [f"?page={name}" for name in ("fusion", "labels", "data", "clip")]
    if role == "annotator":
        waiting = ["?page=labels"]
    while waiting:
        query = waiting.pop()
        if query in pages:
            continue
        pages[query] = shown(project, query, role)
        for href, words in Links(pages[query].html).links:
            links.append((href, words.strip()))
            waiting.append(href)
    return pages, links


@pytest.fixture(
    scope="module", params=["manager", pytest.param("analyst", marks=pytest.mark.slow), "annotator"]
)
def crawled(world, request):
    return request.param, *crawl(world[0], request.param)


def test_every_link_of_every_page_leads_to_a_page_that_shows_something(crawled):
    role, pages, _ = crawled
    assert len(pages) > {"manager": 100, "analyst": 120, "annotator": 25}[role]
    for query, page in pages.items():
        assert not any(words in page.html for words in REFUSALS), query


def test_every_number_leads_to_so_many(crawled):
    role, pages, links = crawled
    checked = 0
    for href, words in links:
        if any(show in href for show in LISTS) and re.fullmatch(r"[\d,]+", words):
            heading = Links(pages[href].html).heading
            assert heading.split()[0] == words, (href, words, heading)
            first = re.search(r'<p class="small">([\d,]+) ', pages[href].html)
            assert first[1] == words, (href, words)
            checked += 1
    assert checked > {"manager": 100, "analyst": 150, "annotator": 20}[role]


def test_a_list_holds_as_many_rows_as_it_says(crawled):
    _, pages, _ = crawled
    for query, page in pages.items():
        if any(show in query for show in LISTS) and "at=" not in query:
            n = int(Links(page.html).heading.split()[0].replace(",", ""))
            assert page.html.count("<tr>") - 1 == min(n, 50) or n == 0, query


def test_the_clips_behind_a_number_are_those_of_the_stored_predictions(world):
    project, runs = world
    for network in ("visual", "audio", "audiovisual"):
        table = pd.read_csv(runs[network].folder / "predictions.csv", dtype={"speaker": str})
        said = {}
        for clip, rows in table.sort_values("start_s").groupby("clip"):
            opinion = None
            for _, row in rows[["p_negative", "p_neutral", "p_positive"]].iterrows():
                opinion = row if opinion is None else 0.9 * opinion + 0.1 * row
            said[clip] = opinion.idxmax().removeprefix("p_")
        truth = table.drop_duplicates("clip").set_index("clip")["truth"]
        mine = {clip for clip in said if truth[clip] == "negative" and said[clip] == "negative"}
        page = shown(
            project, f"page=fusion&show=clips&system={network}&true=negative&said=negative", "analyst"
        )
        listed = set(re.findall(r'<th scope="row"><a [^>]*>([^<]+)</a>', page.html))
        assert listed == mine
        recall = stored_evaluation(runs[network])["clips"]["per_class"]["negative"]["recall"]
        assert recall["k"] == len(mine)


def test_nobody_is_named_to_managers_nor_in_any_address(world, crawled):
    role, pages, links = crawled
    speakers = [f"s{i:02}-c" for i in range(24)]
    for href, _ in links:
        assert not any(name in href for name in (*speakers, *(a.split()[0] for a in ANNOTATORS), "Secret"))
    if role != "analyst":
        for query, page in pages.items():
            for name in (*speakers, *ANNOTATORS, "Secret Name"):
                assert name not in page.html, (query, name)


def test_an_annotator_reads_the_own_name_and_opens_the_labels_only(world):
    project, _ = world
    page = shown(project, "page=labels", "annotator", person="Grace Hopper")
    assert "Grace Hopper" in page.html and "Ada" not in page.html and "annotator 2" in page.html
    assert "Cannot be shown" in shown(project, "page=fusion", "annotator").html


def test_managers_see_groups_of_five_people_and_their_clips_but_not_whose(world):
    project, _ = world
    page = shown(project, "page=fusion")
    assert "female" in page.html and "of=sex&amp;value=male" in page.html and "of=speaker" not in page.html
    listed = shown(project, "page=fusion&show=clips&system=audio&of=sex&value=male").html
    assert "5 clips" in listed and "Speaker" not in listed
    for part in ("true=negative", "other=visual"):  # whoever the other one did not judge would be told apart
        smaller = f"page=fusion&show=clips&system=audio&of=sex&value=male&{part}"
        assert "right or wrong only" in shown(project, smaller).html
    assert "not shown" in shown(project, "page=fusion&show=clips&system=audio&of=speaker&value=1").html
    assert "single people" in shown(project, "page=data&dataset=sample&show=clips&of=speaker&value=1").html
    assert "of=speaker" in shown(project, "page=fusion", "analyst").html


@pytest.mark.parametrize(
    "query", ["page=data&dataset=sample&show=clips", "page=fusion&show=clips&system=audio"]
)
def test_the_order_of_a_list_tells_managers_nothing_about_who_speaks(world, query):
    project, _ = world
    names = Pseudonyms.of(project, audience_for(project, "manager"))
    clips = {names.token("clip", clip): clip for clip in split_of(**SIZES)["clip"]}
    listed = {
        role: [
            clips[key]
            for key in re.findall(r"clip=([0-9a-f]{12})", shown(project, query, role).html)
            if key in clips
        ]
        for role in ("manager", "analyst")
    }
    assert listed["analyst"] == sorted(listed["analyst"])  # as they are stored: by speaker
    assert listed["manager"] == sorted(listed["manager"], key=lambda clip: names.token("clip", clip))
    assert set(listed["manager"]) == set(listed["analyst"]) and len(listed["manager"]) > 5


def test_clips_that_were_not_judged_are_told_of_all_people_only(world):
    project, _ = world
    query = "page=fusion&show=clips&system=audio&outcome=not-judged"
    assert "Cannot be shown" not in shown(project, query).html
    for part in ("of=sex&value=male", "true=negative", "other=visual"):
        assert "people and classes together" in shown(project, f"{query}&{part}").html


def test_whether_fusing_helps_is_told_for_each_group_that_is_large_enough(world):
    project, runs = world
    html = shown(project, "page=fusion&of=sex&value=male").html
    right = {}
    for network, run in runs.items():
        table = decide_clips(read(run.folder / "predictions.csv"))
        men = table[table["speaker"].astype(int) >= 19]
        right[network] = int((men["truth"] == men["predicted"]).sum())
    for words, network in (
        ("face only", "visual"),
        ("voice only", "audio"),
        ("Face and voice was right", "audiovisual"),
    ):
        assert f"{words} on {right[network]} of 5" in html
    assert "of 5 people" in html and "5 clips of 5 speakers" in html
    assert "not shown" in shown(project, "page=fusion&of=speaker&value=1").html


def test_a_small_group_takes_the_other_with_it_and_its_list_is_closed(project):
    write_managers_world(project, n_men=2, **SIZES)
    page = shown(project, "page=fusion").html
    table = page[page.index("Group by group") : page.index("Accuracy in figures")]
    sex = table[table.index("by sex") :]
    sex = sex[: sex.index("</table>")]
    assert "fewer than 5 people" in sex and "%)" not in sex and "href" not in sex
    for value in ("male", "female"):
        assert "Cannot be shown" in shown(project, f"page=fusion&of=sex&value={value}").html
        refused = shown(project, f"page=fusion&show=clips&system=audio&of=sex&value={value}").html
        assert "Cannot be shown" in refused and "<table>" not in refused
    write_json(project.reports / "settings.json", {"manager": {"smallest_group": 2}})
    assert "of=sex&amp;value=male" in shown(project, "page=fusion").html


def test_a_dataset_without_rights_shows_the_reasons_in_place_of_figures(own_world):
    (own_world.dataset_folder("sample") / "consent.csv").unlink()
    for query in (
        "page=fusion",
        "page=clip",
        "page=data&dataset=sample",
        "page=labels",
        "page=fusion&show=clips&system=audio",
    ):
        html = shown(own_world, query).html
        assert (
            "May not be shown" in html
            and "no consent" in html
            and "<table>" not in html
            and "<svg" not in html
        )
    html = shown(own_world, "page=data").html
    assert "no consent of 24 speakers" in html and "clips of" not in html
    declare(own_world, purpose="workplace")
    assert "Article 5(1)(f)" in shown(own_world, "page=fusion").html


@pytest.mark.parametrize("role", ["manager", "analyst"])
def test_damage_is_said_on_the_page_without_a_path(own_world, role):
    write_text(own_world.reports / "comparisons" / "20261121-101500-sample.json", "{")
    html = shown(own_world, "page=fusion", role).html
    assert "Cannot be shown" in html and "damaged" in html and str(own_world.root) not in html


def test_damage_names_no_clip_to_managers(own_world, world):
    run = own_world.runs / world[1]["audio"].id
    table = pd.read_csv(run / "predictions.csv", dtype=str)
    clip = table["clip"].iloc[0]
    table.loc[0, "p_negative"] = "0.9"
    table.to_csv(run / "predictions.csv", index=False)
    for query in ("page=fusion", "page=fusion&show=clips&system=audio", "page=clip"):
        assert clip not in shown(own_world, query).html
    html = shown(own_world, "page=fusion").html
    assert "Could not be read: voice only" in html and "Clips told right" in html
    assert "sum to 1" in shown(own_world, "page=fusion&show=clips&system=audio").html
    assert clip in shown(own_world, "page=fusion&show=clips&system=audio", "analyst").html


def test_a_run_that_is_gone_is_said_and_the_rest_is_shown(own_world, world):
    shutil.rmtree(own_world.runs / world[1]["audio"].id)
    html = shown(own_world, "page=fusion").html
    assert "Could not be read: voice only" in html and "Train again, for a run is gone" in html
    assert "is gone" in shown(own_world, "page=fusion&show=clips&system=audio").html


def test_text_from_data_stays_text(own_world):
    catalog = own_world.dataset_folder("sample") / "catalog.csv"
    table = pd.read_csv(catalog, dtype=str, keep_default_na=False)
    table[["sex", "intensity", "intended", "warnings"]] = HOSTILE
    table.to_csv(catalog, index=False)
    for file in own_world.runs.glob("*/evaluation.json"):
        write_json(file, read_json(file) | {"warnings": [{"code": HOSTILE, "message": HOSTILE}]})
    queries = [
        "page=fusion",
        "page=data",
        "page=data&dataset=sample",
        "page=data&dataset=sample&show=clips",
        "page=clip",
    ]
    queries += [href for href, _ in Links(shown(own_world, "page=clip").html).links if "clip=" in href][:1]
    for role in ("manager", "analyst"):
        pages = [shown(own_world, query, role).html for query in queries]
        assert not any("<script" in page for page in pages)
        assert sum("&lt;script&gt;" in page for page in pages) >= 4


def test_a_leaking_split_is_marked_and_the_answer_withheld(project):
    write_world(project, split_kind="frame", n_speakers=6, n_clips=4)
    html = shown(project, "page=fusion").html
    assert "Cannot be answered" in html and "These figures flatter" in html and "--split speaker" in html
    assert "leaks" in shown(project, "page=fusion&show=clips&system=audio").html


def test_what_cannot_be_told_apart_gets_how_many_more_clips_would(project):
    write_world(project, accuracies={"visual": 0.8, "audio": 0.6, "audiovisual": 0.85}, seed=2)
    html = shown(project, "page=fusion").html
    assert "Not shown" in html and re.search(r"Test on about [\d,]+ more clips", html)


def test_worse_together_names_the_better_one_and_its_clips(project):
    write_world(project, accuracies={"visual": 0.97, "audio": 0.5, "audiovisual": 0.5})
    html = shown(project, "page=fusion").html
    assert "Use face only" in html and "cell=only_b" in html


def test_an_empty_project_says_what_to_run(project):
    for query, command in (
        ("fusion", "workbench demo"),
        ("data", "workbench import"),
        ("clip", "workbench sample"),
    ):
        assert command in shown(project, f"page={query}").html
    assert "Nobody has answered" in shown(project, "page=labels").html


def test_a_clip_is_explained_with_what_was_stored(project, rng):
    split = split_of(n_speakers=6, n_clips=2)
    table = clip_predictions(split, 1.0, rng=rng)
    open_mouth = table["start_s"] > 0.17
    table["branch"] = ["audiovisual" if is_open else "visual" for is_open in open_mouth]
    run = write_run(project, "audiovisual", table, split)
    write_json(
        project.reports / "comparisons" / "x.json",
        {
            "dataset": "sample",
            "split": "speaker",
            "runs": {"audiovisual": run.id},
            "comparison": {"pairs": []},
        },
    )
    links = Links(shown(project, "page=clip").html).links
    html = shown(project, next(href for href, _ in links if "clip=" in href)).html
    assert "The mouth was open in 6 of 12 moments (50%)" in html
    assert re.search(r"Face and voice: \w+ was said at \d+ of 12 moments", html)
    assert html.count('role="img"') == 3 and "Right: " in html


def test_a_clip_outside_the_test_is_told_where_somebody_looked_at_it(project, rng):
    dataset = draw_dataset(project, rng, speakers=("01",), clips_each=1, lost=(3,))
    (clip,) = dataset.table()["clip"]
    run = write_run(project, "audiovisual", clip_predictions(split_of(), 1.0, rng=rng), split_of())
    comparison = {
        "dataset": "sample",
        "split": "speaker",
        "runs": {"audiovisual": run.id},
        "comparison": {"pairs": []},
    }
    write_json(project.reports / "comparisons" / "x.json", comparison)
    query = f"page=clip&clip={Pseudonyms('', audience_for(project, 'manager')).token('clip', clip)}"
    assert "Not judged" in shown(project, query).html
    said = np.tile([0.1, 0.2, 0.7], (30, 1))
    said[3] = np.nan
    open_mouth = np.where(np.arange(30) < 12, 0.9, 0.1)
    open_mouth[3] = np.nan
    answers = BranchAnswers(Branches(open_mouth, said, said), said)
    AnswerShelf(project, run, dataset).write(clip, answers)
    html = shown(project, query).html
    assert (
        "It was in no test" in html
        and "The mouth was open in 11 of 29 moments" in html
        and "Right: positive" in html
    )


@settings(max_examples=50)
@given(states())
def test_any_state_is_shown_or_refused_in_words(world, view):
    project, _ = world
    for role in ("manager", "analyst"):
        page = render_view(project, view, audience_for(project, role))
        assert page.html.startswith('<div class="wb') and str(project.root) not in page.html


def test_pages_write_nothing(world):
    project, _ = world

    def told():
        return {
            path: (path.stat().st_mtime_ns, path.stat().st_size)
            for path in project.root.rglob("*")
            if path.is_file()
        }

    before = told()
    for query in ("fusion", "labels", "data", "clip", "labels&show=labels", "fusion&show=clips&system=audio"):
        shown(project, f"page={query}")
    assert told() == before


def test_no_heavy_library_is_loaded_for_any_page(world):
    heavy = (
        "tensorflow", "keras", "dlib", "librosa", "av", "cv2", "PIL", "sklearn", "scipy.stats", "scipy.signal",
        "matplotlib", "seaborn", "dask", "optuna",
    )  # fmt: skip
    code = (
        "import sys; from workbench.project import Project\n"
        "from workbench.reports.audience import audience_for; from workbench.reports.pages import render_query\n"
        "project = Project.open(sys.argv[1]); audience = audience_for(project, 'manager')\n"
        "for q in ('fusion', 'labels', 'data', 'clip', 'fusion&show=clips&system=audio', 'labels&show=labels'):\n"
        "    assert 'Cannot be shown' not in render_query(project, 'page=' + q, audience).html\n"
        f"print(*[m for m in {heavy!r} if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(world[0].root)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []


def test_a_run_is_told_by_its_facts(world):
    project, runs = world
    html = shown(project, "page=fusion&show=runs").html
    assert all(run.id in html for run in runs.values()) and "abababababab" in html
    assert isinstance(runs["audio"], Run)
