"""The engine, proven on toy plans whose steps write texts."""

import json
import multiprocessing
import os
import pickle
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest

from laterna.errors import BriefError, DataError, MediaError
from laterna.production import keys
from laterna.production.engine import Event, Run, Threads
from laterna.production.steps import Step, load, options, step
from laterna.production.store import Store, Version

ran: list[str] = []  # the toy steps that ran, in order


@pytest.fixture(autouse=True)
def _forget():
    ran.clear()


@step(kind="text", suffix=".txt")
def draft(out: Path, words: str, *, shout: bool = False, times: float = 1.0) -> None:
    ran.append("draft")
    out.write_text((words.upper() if shout else words) * int(times))


@step(kind="text", suffix=".txt")
def count(out: Path, draft: Version) -> None:
    ran.append("count")
    out.write_text(str(len(draft.path.read_text())))


@step(kind="folder", suffix="")
def bind(out: Path, draft: Version, count: Version, title: str) -> None:
    ran.append("bind")
    out.mkdir()
    (out / "book.txt").write_text(f"{title}: {draft.path.read_text()} ({count.path.read_text()})")


BOOK = (draft, count, bind)
VALUES = {"words": "a lantern", "title": "Light"}


def produce(folder: Path, plan=BOOK, values=VALUES, tables=None, **wishes):
    steps = {one.name: one for one in plan}
    store = Store(folder)
    with store.locked():
        return Run(steps, values, options(steps, tables or {}), store, Threads(), **wishes)()


def text(outcome) -> str:
    path = outcome.version.path
    return (path / "book.txt" if path.is_dir() else path).read_text()


def test_steps_run_after_those_they_need(tmp_path):
    outcomes = produce(tmp_path, plan=(bind, count, draft))
    assert ran == ["draft", "count", "bind"]
    assert text(outcomes["bind"]) == "Light: a lantern (9)"


def test_a_second_run_keeps_everything(tmp_path):
    first = produce(tmp_path)
    ran.clear()
    second = produce(tmp_path)
    assert ran == []
    assert all(outcome.kept for outcome in second.values())
    assert {name: one.version for name, one in first.items()} == {name: one.version for name, one in second.items()}
    assert second["bind"].why == "nothing changed"


def test_only_what_a_change_reaches_runs_and_the_reason_is_said(tmp_path):
    produce(tmp_path)
    ran.clear()
    outcomes = produce(tmp_path, values=VALUES | {"title": "Shadow"})
    assert ran == ["bind"]
    assert outcomes["bind"].why == 'the title: "Light" -> "Shadow"'


def test_a_step_is_kept_when_what_it_needs_came_out_the_same(tmp_path):
    produce(tmp_path)
    ran.clear()
    outcomes = produce(tmp_path, values=VALUES | {"words": "the lamps"})
    assert ran == ["draft", "count", "bind"]  # nine characters again: count ran, but came out the same
    assert outcomes["bind"].why == "draft changed"


def test_a_changed_option_is_named_with_both_values(tmp_path):
    produce(tmp_path, tables={"draft": {"times": 2.0}})
    outcomes = produce(tmp_path, tables={"draft": {"times": 3.0}})
    assert outcomes["draft"].why == "option times: 2.0 -> 3.0"


def test_going_back_finds_the_earlier_version(tmp_path):
    first = produce(tmp_path)
    produce(tmp_path, values=VALUES | {"words": "b"})
    ran.clear()
    back = produce(tmp_path)
    assert ran == []
    assert back["draft"].version == first["draft"].version
    assert "made earlier from the same" in back["draft"].why


def test_one_one_and_true_are_different_keys(tmp_path):
    @step(kind="text", suffix=".txt")
    def show(out: Path, thing: object) -> None:
        out.write_text(repr(thing))

    texts = [text(produce(tmp_path, (show,), {"thing": thing})["show"]) for thing in (1, 1.0, True, "1", None, "None")]
    assert texts == ["1", "1.0", "True", "'1'", "None", "'None'"]


def test_a_changed_file_of_the_users_is_named(tmp_path):
    @step(kind="text", suffix=".txt")
    def lines(out: Path, footage: tuple[Version, ...]) -> None:
        out.write_text("".join(version.path.read_text() for version in footage))

    def run(*texts: str):
        store, files = Store(tmp_path / "out"), []
        for index, words in enumerate(texts):
            path = tmp_path / f"{index}.txt"
            path.write_text(words)
            files.append(Version(path, store.fingerprint(path), "text"))
        return produce(tmp_path / "out", (lines,), {"footage": tuple(files)})["lines"]

    run("one", "two")
    assert run("one", "changed").why == "../1.txt changed"
    assert run("one", "changed", "more").why.startswith("../2.txt is new")


def test_a_renamed_file_of_the_users_is_noticed(tmp_path):
    @step(kind="text", suffix=".txt")
    def hum(out: Path, music: Version) -> None:
        out.write_text(music.path.name)

    def run(name: str):
        path = tmp_path / name
        path.write_text("a song")
        return produce(tmp_path / "out", (hum,), {"music": Version(path, Store(tmp_path).fingerprint(path), "audio")})

    run("song.txt")
    renamed = run("hymn.txt")["hum"]
    assert (text(renamed), renamed.why) == ("hymn.txt", "../hymn.txt is new; ../song.txt is gone")


def test_a_changed_plan_file_is_named(tmp_path):
    source = (
        "from pathlib import Path\nfrom laterna.production.steps import step\n"
        "@step(kind='text', suffix='.txt')\ndef hello(out: Path) -> None:\n    out.write_text('first')\n"
    )

    def run(text: str):
        (tmp_path / "mine.py").write_text(text)
        return produce(tmp_path / "out", (load(tmp_path / "mine.py")["hello"],), {})["hello"]

    run(source)
    changed = run(source.replace("first", "other"))
    assert (text(changed), changed.why) == ("other", "mine's code changed")


def test_a_changed_import_of_a_plan_file_is_named(tmp_path):
    (tmp_path / "mine.py").write_text(
        "from laterna.production.steps import step\nimport voices\n"
        "@step(kind='text', suffix='.txt')\ndef hello(out):\n"
        "    from sayings import greeting\n    out.write_text(voices.loud(greeting.WORD))\n"
    )
    (tmp_path / "sayings").mkdir()
    (tmp_path / "sayings" / "__init__.py").touch()
    (tmp_path / "sayings" / "unused.py").touch()
    (tmp_path / "sayings" / "greeting.py").write_text("WORD = 'hello'\n")
    (tmp_path / "voices.py").write_text("def loud(text): return text.upper()\n")

    def run():
        return produce(tmp_path / "out", (load(tmp_path / "mine.py")["hello"],), {})["hello"]

    assert text(run()) == "HELLO"
    assert run().kept
    (tmp_path / "voices.py").write_text("def loud(text): return text.title()\n")
    changed = run()
    assert (text(changed), changed.why) == ("Hello", "voices's code changed")
    (tmp_path / "sayings" / "greeting.py").write_text("WORD = 'adieu'\n")
    changed = run()
    assert (text(changed), changed.why) == ("Adieu", "sayings/greeting's code changed")


def test_a_step_may_run_in_another_process(tmp_path):
    (tmp_path / "mine.py").write_text(
        "import os\nfrom laterna.production.steps import step\n"
        "@step(kind='text', suffix='.txt')\ndef hello(out, words, pieces, progress, *, loud=False):\n"
        "    progress(1, 2)\n    piece = pieces.get(words, make=lambda path: path.write_text(words))\n"
        "    out.write_text(f'{piece.read_text()} {loud} {os.getpid()}')\n"
    )
    steps = {"hello": load(tmp_path / "mine.py")["hello"]}
    store, tables = Store(tmp_path / "out"), {"hello": {"loud": True}}
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool, store.locked():
        pool.stop, pool.at_once = pool.shutdown, 1
        made = Run(steps, VALUES, options(steps, tables), store, pool)()
    words, pid = text(made["hello"]).rsplit(" ", 1)
    assert words == "a lantern True"
    assert int(pid) != os.getpid()


def test_every_built_in_step_can_be_handed_to_another_process():
    for name, one in load().items():
        assert pickle.loads(pickle.dumps(one)) is one, name


def test_a_version_is_on_the_disk_before_it_is_counted_on(tmp_path, monkeypatch):
    flushed: list[Path] = []
    fsync = os.fsync
    monkeypatch.setattr(
        os, "fsync", lambda file: (flushed.append(Path(f"/proc/self/fd/{file}").readlink()), fsync(file))
    )
    versions = produce(tmp_path)["bind"].version.path.parent
    ours = [path for path in flushed if versions in (path, *path.parents)]
    result, folder = [path.name for path in ours].index("book.txt"), ours.index(versions)
    record = [path.suffix for path in ours].index(".json")
    assert result < folder < record


def test_a_step_that_was_stopped_by_an_error_is_the_only_one_done_again(tmp_path):
    broken = [True]

    @step(kind="text", suffix=".txt")
    def count(out: Path, draft: Version) -> None:
        ran.append("count")
        out.write_text("half")
        if broken.pop():
            raise DataError("The count can't be made: mend it.")

    with pytest.raises(DataError, match="count can't be made"):
        produce(tmp_path, (draft, count, bind))
    assert not list((tmp_path / "versions" / "count").iterdir())
    broken.append(False)
    produce(tmp_path, (draft, count, bind))
    assert ran == ["draft", "count", "count", "bind"]


def test_an_error_stops_the_steps_beside_it(tmp_path):
    started, stopped = threading.Event(), threading.Event()

    @step(kind="text", suffix=".txt")
    def endless(out: Path) -> None:
        started.set()
        try:
            while True:
                time.sleep(0.01)
        finally:
            stopped.set()

    @step(kind="text", suffix=".txt")
    def fails(out: Path) -> None:
        started.wait(5)
        raise DataError("It can't be done: leave it.")

    with pytest.raises(DataError, match="can't be done"):
        produce(tmp_path, (endless, fails), {})
    assert stopped.is_set()
    assert not list((tmp_path / "versions" / "endless").iterdir())


def test_an_error_ends_the_threads_of_the_steps_beside_it_before_another_run_may_begin(tmp_path):
    begun = threading.Event()

    @step(kind="text", suffix=".txt")
    def endless(out: Path, progress) -> None:
        def work(_: int) -> None:
            while True:
                begun.set()
                progress(0, 1)
                ran.append("working")
                time.sleep(0.01)

        with ThreadPoolExecutor(1) as pool:
            list(pool.map(work, range(3)))

    @step(kind="text", suffix=".txt")
    def fails(out: Path) -> None:
        begun.wait(5)
        raise DataError("It can't be done: leave it.")

    threads = threading.active_count()
    with pytest.raises(DataError, match="can't be done"):
        produce(tmp_path, (endless, fails), {})
    assert threading.active_count() == threads
    worked = len(ran)
    time.sleep(0.05)
    assert len(ran) == worked


def test_independent_steps_run_at_the_same_time(tmp_path):
    both = threading.Barrier(2, timeout=5)

    @step(kind="text", suffix=".txt")
    def left(out: Path) -> None:
        both.wait()
        out.write_text("left")

    @step(kind="text", suffix=".txt")
    def right(out: Path) -> None:
        both.wait()
        out.write_text("right")

    assert len(produce(tmp_path, (left, right), {})) == 2


def test_what_most_others_wait_for_runs_first(tmp_path):
    @step(kind="text", suffix=".txt")
    def alone(out: Path) -> None:  # nobody waits for it
        ran.append("alone")
        out.write_text("alone")

    steps = {one.name: one for one in (alone, *BOOK)}
    store = Store(tmp_path)
    with store.locked():
        Run(steps, VALUES, options(steps, {}), store, Threads(at_once=1))()
    assert ran == ["draft", "count", "alone", "bind"]


def test_no_more_steps_run_at_once_than_the_executor_takes(tmp_path):
    two, working, most = threading.Barrier(2, timeout=5), [], []

    def named(name: str) -> Step:
        def work(out: Path) -> None:
            working.append(name)
            two.wait()
            most.append(len(working))
            two.wait()
            working.remove(name)
            out.write_text(name)

        work.__name__ = name
        return step(kind="text", suffix=".txt")(work)

    produce(tmp_path, [named(name) for name in "abcd"], {})
    assert most == [2, 2, 2, 2]


def test_only_redoes_its_step_and_the_later_ones_run_the_next_time(tmp_path):
    produce(tmp_path)
    ran.clear()
    assert set(produce(tmp_path, only="count")) == {"draft", "count"}
    assert ran == ["count"]
    ran.clear()
    outcomes = produce(tmp_path)
    assert ran == ["bind"]
    assert outcomes["bind"].why == "count was redone"
    ran.clear()
    produce(tmp_path)
    assert ran == []


def test_only_makes_what_is_missing_before_it(tmp_path):
    produce(tmp_path, only="count")
    assert ran == ["draft", "count"]


@pytest.mark.parametrize("name", ["hand.txt", "hand"])
def test_a_version_made_by_hand_is_chosen_and_survives_every_run(tmp_path, name):
    produce(tmp_path)
    by_hand = tmp_path / "versions" / "draft" / name
    if name == "hand":
        by_hand.mkdir()
        by_hand = by_hand / "draft.txt"
    by_hand.write_text("by hand")

    @step(kind="text", suffix=".txt")
    def count(out: Path, draft: Version) -> None:
        path = draft.path / "draft.txt" if draft.path.is_dir() else draft.path
        out.write_text(path.read_text())

    ran.clear()
    for _ in range(2):
        outcomes = produce(tmp_path, (draft, count), values=VALUES | {"words": "changed"})
        assert text(outcomes["count"]) == "by hand"
        assert outcomes["draft"].why == f"made by hand, {name}"
    assert ran == []
    with pytest.raises(BriefError, match="made by hand"):
        produce(tmp_path, only="draft")


def test_a_changed_version_by_hand_is_noticed(tmp_path):
    produce(tmp_path)
    by_hand = tmp_path / "versions" / "draft" / "hand.txt"
    for words in ("first", "second one"):
        by_hand.write_text(words)
        assert text(produce(tmp_path)["count"]) == str(len(words))


def test_a_version_for_one_run_leaves_the_choice_as_it_was(tmp_path):
    first = produce(tmp_path)
    (tmp_path / "other.txt").write_text("for once")
    once = produce(tmp_path, hand={"draft": tmp_path / "other.txt"})
    assert text(once["bind"]) == "Light: for once (8)"
    assert produce(tmp_path)["bind"].version == first["bind"].version


@pytest.mark.parametrize("damage", [lambda path: path.write_text("no"), lambda path: path.unlink()])
def test_a_damaged_version_is_made_again(tmp_path, damage):
    first = produce(tmp_path)
    damage(first["count"].version.path)
    ran.clear()
    outcomes = produce(tmp_path)
    assert ran == ["count"]
    assert outcomes["count"].why == "its stored version is gone or was changed"
    assert text(outcomes["count"]) == "9"


def test_a_garbled_record_is_made_again(tmp_path):
    produce(tmp_path)
    for record in (tmp_path / "versions" / "count").glob("*.record.json"):
        record.write_text("{")
    ran.clear()
    assert text(produce(tmp_path)["count"]) == "9"
    assert ran == ["count"]


def test_records_of_another_make_are_made_again(tmp_path):
    produce(tmp_path)
    chosen = tmp_path / "versions" / "chosen.json"
    chosen.write_text(json.dumps({"draft": {"key": 1, "mood": "odd"}, "count": 3, "bind": {}}))
    for record in (tmp_path / "versions" / "count").glob("*.record.json"):
        record.write_text('{"key": "0123", "colour": "red"}')
    ran.clear()
    assert text(produce(tmp_path)["count"]) == "9"
    assert ran == ["count"]


def test_what_a_killed_run_left_is_cleared(tmp_path):
    left = tmp_path / "versions" / "draft" / ".partial-0123.txt"
    left.parent.mkdir(parents=True)
    left.write_text("half")
    produce(tmp_path)
    assert not left.exists()


def test_the_second_run_in_a_folder_says_so_and_stops(tmp_path):
    with Store(tmp_path).locked(), pytest.raises(BriefError, match="Another run is at work in"):
        produce(tmp_path)
    produce(tmp_path)


def test_a_full_disk_leaves_no_half_version(tmp_path):
    @step(kind="text", suffix=".txt")
    def large(out: Path) -> None:
        out.write_text("half")
        raise OSError(28, "No space left on device")

    with pytest.raises(MediaError, match="The disk is full"):
        produce(tmp_path, (large,), {})
    assert not list((tmp_path / "versions" / "large").iterdir())


def test_a_step_may_choose_its_suffix(tmp_path):
    @step(kind="text", suffix=".txt")
    def page(out: Path) -> Path:
        chosen = out.with_suffix(".md")
        chosen.write_text("# Light")
        return chosen

    assert produce(tmp_path, (page,), {})["page"].version.path.suffix == ".md"


def test_a_step_that_writes_nothing_is_named(tmp_path):
    @step(kind="text", suffix=".txt")
    def lazy(out: Path) -> None:
        pass

    with pytest.raises(BriefError, match="'lazy' wrote nothing"):
        produce(tmp_path, (lazy,), {})


def test_pieces_outlive_a_change_of_what_surrounds_them(tmp_path):
    @step(kind="text", suffix=".txt")
    def patchwork(out: Path, pieces, words: str) -> None:
        def piece(word: str) -> str:
            return pieces.get(
                word, suffix=".txt", make=lambda path: (ran.append(word), path.write_text(word))
            ).read_text()

        out.write_text(" ".join(piece(word) for word in words.split()))

    produce(tmp_path, (patchwork,), {"words": "one two"})
    outcomes = produce(tmp_path, (patchwork,), {"words": "one three"})
    assert text(outcomes["patchwork"]) == "one three"
    assert ran == ["one", "two", "three"]


@step(kind="text", suffix=".txt")
def quilt(out: Path, pieces, words: str) -> None:
    def sew(path: Path) -> None:
        ran.append("piece")
        path.mkdir()
        (path / "patch.txt").write_text(words)

    out.write_text((pieces.get(words, make=sew) / "patch.txt").read_text())


def test_only_makes_pieces_again_too(tmp_path):
    produce(tmp_path, (quilt,))
    produce(tmp_path, (quilt,), only="quilt")
    assert ran == ["piece", "piece"]


def test_a_damaged_piece_is_made_again(tmp_path):
    produce(tmp_path, (quilt,))
    for piece in (tmp_path / "cache" / "quilt").glob("*/patch.txt"):
        piece.write_text("a lan")
    for version in (tmp_path / "versions" / "quilt").iterdir():
        version.unlink()
    assert text(produce(tmp_path, (quilt,))["quilt"]) == "a lantern"
    assert ran == ["piece", "piece"]


def test_pieces_depend_on_the_libraries(tmp_path, monkeypatch):
    produce(tmp_path, (quilt,))
    monkeypatch.setattr(keys, "_libraries", lambda: {"library av": "99"})
    assert produce(tmp_path, (quilt,))["quilt"].why.startswith("av: ")
    assert ran == ["piece", "piece"]


def test_a_step_runs_again_when_the_weights_of_its_model_change(tmp_path, monkeypatch):
    @step(kind="text", suffix=".txt", models=("music/toy",))
    def hum(out: Path) -> None:
        out.write_text("hm")

    monkeypatch.setenv("LATERNA_MODELS", str(tmp_path))
    weights = tmp_path / "music" / "toy" / "model.safetensors"
    weights.parent.mkdir(parents=True)
    weights.with_name("config.json").write_text("{}")
    weights.write_text("one")
    produce(tmp_path / "out", (hum,))
    assert produce(tmp_path / "out", (hum,))["hum"].kept
    weights.write_text("two")
    assert produce(tmp_path / "out", (hum,))["hum"].why == "music/toy changed"


def test_progress_is_told(tmp_path):
    told: list[Event] = []
    produce(tmp_path, tell=told.append)
    assert [(event.step, event.state) for event in told][:3] == [
        ("draft", "started"),
        ("draft", "made"),
        ("count", "started"),
    ]
    assert (told[-1].done, told[-1].total) == (3, 3)


def test_unknown_needs_circles_and_clashes_are_named(tmp_path):
    @step(kind="text", suffix=".txt")
    def hen(out: Path, egg: Version) -> None: ...

    @step(kind="text", suffix=".txt")
    def egg(out: Path, hen: Version) -> None: ...

    @step(kind="text", suffix=".txt")
    def title(out: Path) -> None: ...

    with pytest.raises(BriefError, match="'hen' needs 'egg'"):
        produce(tmp_path, (hen,))
    with pytest.raises(BriefError, match=r"in a circle, .*(hen -> egg|egg -> hen)"):
        produce(tmp_path, (hen, egg))
    with pytest.raises(BriefError, match="'title' has the name of a field"):
        produce(tmp_path, (title,))
    with pytest.raises(BriefError, match="There is no step 'cuont' to redo: did you mean 'count'"):
        produce(tmp_path, only="cuont")


@pytest.mark.parametrize(
    ("tables", "says"),
    [
        ({"darft": {}}, "'darft', which is no step of the plan: did you mean 'draft'"),
        ({"draft": {"shuot": True}}, "no option 'shuot': did you mean 'shout'"),
        ({"draft": {"times": "2"}}, r"\[steps.draft\], times can't be used: '2' should be a valid number"),
        ({"draft": {"shout": 1}}, r"\[steps.draft\], shout can't be used: 1 should be a valid boolean"),
    ],
)
def test_a_wrong_option_is_named(tmp_path, tables, says):
    with pytest.raises(BriefError, match=says):
        produce(tmp_path, tables=tables)
