"""Ratings and preferences kept in a database, and the comparisons that they make."""

import contextlib
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import make_url, text

from laterna.errors import DataError, LaternaError
from laterna.learning.feedback import Feedback, Item, Standing
from laterna.learning.feedback_store import connected

WRITER = """
import sys
from laterna.learning.feedback import Feedback, Item
feedback, number = Feedback(sys.argv[1]), int(sys.argv[2])
for index in range(int(sys.argv[3])):
    feedback.rate(Item("cut", f"{number:032x}{index:032x}", {"pace": index}), 1 + index % 5, who=f"writer {number}")
    print(index, flush=True)
"""


def item(number: int, task: str = "cut", **features: float) -> Item:
    return Item(task, f"{number:064x}", features)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """A PostgreSQL of the tests' own, on a port of its own; its URL."""
    if shutil.which("initdb") is None or shutil.which("pg_ctl") is None:
        pytest.skip("needs PostgreSQL's initdb and pg_ctl")
    pytest.importorskip("pg8000")
    user = "postgres" if os.getuid() == 0 else None  # it refuses to run as root
    port = 54_000 + os.getpid() % 1_000
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:  # pytest's own are closed to others
        if user is not None:
            shutil.chown(folder, user)

        def run(program: str, *words: str) -> None:
            command = [program, "-D", f"{folder}/data", *words]
            subprocess.run(command, user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL)

        run("initdb", "-A", "trust", "-U", "laterna")
        run("pg_ctl", "-w", "-l", f"{folder}/log", "-o", f"-p {port} -k {folder} -h 127.0.0.1 -F", "start")
        yield f"postgresql://laterna:secret@127.0.0.1:{port}/postgres"
        run("pg_ctl", "-m", "immediate", "stop")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where feedback is kept: an empty place of each kind."""
    if request.param == "sqlite":
        return str(tmp_path / "feedback.sqlite")
    server: str = request.getfixturevalue("server")
    with connected(server).writing() as connection:
        for table in ("preferences", "ratings", "versions", "about"):
            connection.execute(text(f"DROP TABLE feedback_{table}"))
    return server


@pytest.fixture
def feedback(place: str) -> Feedback:
    return Feedback(place)


def test_a_preference_is_a_comparison(feedback):
    feedback.prefer(item(1, pace=0.5, close=1), item(2, pace=0.9, close=0))
    names, better, worse, counts = feedback.pairs("cut")
    assert names == ("close", "pace")
    assert better.tolist() == [[1, 0.5]]
    assert worse.tolist() == [[0, 0.9]]
    assert counts.tolist() == [1]


def test_a_judge_may_say_the_same_twice_or_change_their_mind(feedback):
    feedback.prefer(item(1, pace=1), item(2, pace=2))
    feedback.prefer(item(1, pace=1), item(2, pace=2))
    feedback.prefer(item(2, pace=2), item(1, pace=1))
    assert feedback.pairs("cut").better.tolist() == [[2]]
    feedback.prefer(item(1, pace=1), item(2, pace=2), who="ann")
    assert sorted(feedback.pairs("cut").better.ravel().tolist()) == [1, 2]


def test_every_two_ratings_that_differ_are_a_comparison(feedback):
    for number, rating in ((1, 3), (2, 5), (3, 3), (4, 1)):
        feedback.rate(item(number, pace=number), rating)
    _, better, worse, counts = feedback.pairs("cut")
    compared = {*zip(better.ravel().tolist(), worse.ravel().tolist(), strict=True)}
    assert compared == {(2, 1), (2, 3), (2, 4), (1, 4), (3, 4)}
    assert counts == pytest.approx([1 / 3] * 5)


def test_many_ratings_count_no_more_than_they_are(feedback):
    for number in range(20):
        feedback.rate(item(number, pace=number), 1 + number % 5, who="ann")
    for number in (1, 2):
        feedback.rate(item(number, pace=number), number, who="bo")
    feedback.rate(item(99), 3, who="bo")  # of no known feature, so it makes no pair
    counts = feedback.pairs("cut", who="ann").counts
    assert len(counts) == 160
    assert counts.sum() <= 20 / 2
    assert feedback.pairs("cut", who="bo").counts.tolist() == [1]


def test_one_persons_ratings_are_not_compared_with_anothers(feedback):
    feedback.rate(item(1, pace=1), 5, who="ann")
    feedback.rate(item(2, pace=2), 1, who="bo")
    assert len(feedback.pairs("cut").better) == 0
    feedback.rate(item(2, pace=2), 4, who="ann")
    assert feedback.pairs("cut").better.tolist() == [[1]]


def test_the_last_rating_counts(feedback):
    feedback.rate(item(1, pace=1), 1)
    feedback.rate(item(2, pace=2), 3)
    feedback.rate(item(1, pace=1), 5)
    assert feedback.pairs("cut").better.tolist() == [[1]]


def test_what_one_person_said_can_be_asked_for(feedback):
    feedback.prefer(item(1, pace=1), item(2, pace=2), who="ann")
    feedback.prefer(item(2, pace=2), item(1, pace=1), who="bo")
    assert feedback.pairs("cut", who="bo").better.tolist() == [[2]]


def test_who_gives_no_name_is_known_by_that_of_their_login(feedback, monkeypatch):
    for login, number in (("carl", 1), ("dora", 2)):
        monkeypatch.setenv("LOGNAME", login)
        feedback.prefer(item(number, pace=number), item(3, pace=3))
        feedback.rate(item(number, pace=number), number)
        assert feedback.pairs("cut", who=login).better.tolist() == [[number]]
    assert len(feedback.pairs("cut").better) == 2  # and their ratings are not compared


def test_whose_name_nobody_knows_is_asked_for_it(feedback, monkeypatch):
    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found: 4711")

    monkeypatch.setattr("getpass.getuser", nobody)
    with pytest.raises(DataError, match="give a name"):
        feedback.rate(item(1), 5)
    feedback.rate(item(1), 5, who="ann")


def test_tasks_do_not_mix(feedback):
    feedback.prefer(item(1, pace=1), item(2, pace=2))
    feedback.prefer(item(1, "score", notes=9), item(2, "score", notes=8))
    assert feedback.tasks() == ("cut", "score")
    assert feedback.pairs("score").names == ("notes",)
    assert feedback.pairs("poster").names == ()
    assert feedback.pairs("poster").better.shape == (0, 0)


def test_what_is_told_of_are_the_features_that_all_have(feedback):
    feedback.prefer(item(1, pace=1, close=1), item(2, pace=2))
    feedback.prefer(item(3), item(1, pace=1, close=1))
    assert feedback.pairs("cut").names == ("pace",)
    assert feedback.pairs("cut").better.tolist() == [[1]]


def test_features_that_are_named_come_in_that_order_and_choose_the_versions(feedback):
    feedback.prefer(item(1, pace=1, close=3), item(2, pace=2))
    feedback.prefer(item(1, pace=1, close=3), item(4, pace=5, close=4, bright=0))
    names, better, worse, _ = feedback.pairs("cut", names=("pace", "close"))
    assert names == ("pace", "close")
    assert better.tolist() == [[1, 3]]
    assert worse.tolist() == [[5, 4]]


def test_features_known_later_take_the_place_of_none_and_are_not_lost_by_none(feedback):
    feedback.prefer(item(1), item(2, pace=2))
    feedback.rate(item(1, pace=1), 5)
    feedback.rate(item(1), 5)
    assert feedback.pairs("cut").better.tolist() == [[1]]


def test_a_versions_standing_is_what_was_said_of_it(feedback):
    feedback.rate(item(1), 2, who="ann")
    feedback.rate(item(1), 4, who="ann")
    feedback.rate(item(1), 5, who="bo")
    feedback.prefer(item(1), item(2))
    feedback.prefer(item(2), item(1), who="ann")
    feedback.prefer(item(1), item(3))
    assert feedback.standing("cut", item(1).sha256) == Standing((4, 5), won=2, lost=1)
    assert feedback.standing("cut", item(9).sha256) == Standing()


def test_another_who_opens_it_finds_what_was_said(feedback, place):
    feedback.rate(item(1, pace=1), 5)
    assert Feedback(place).standing("cut", item(1).sha256).ratings == (5,)


def test_writers_at_once_lose_nothing_even_when_both_make_the_database(place):
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, place, str(n), "15"], stdout=-3) for n in range(2)]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    feedback = Feedback(place)
    for number in range(2):
        assert len(feedback.pairs("cut", who=f"writer {number}").better) == 15 * 14 / 2 - 5 * 3


def test_two_who_make_a_database_at_once_both_may(tmp_path):
    places = [tmp_path / f"{number}.sqlite" for number in range(60)]
    together = threading.Barrier(2)

    def make(place):
        together.wait(30)
        connected(place)

    with ThreadPoolExecutor(2) as makers:
        for place in places:
            for made in [makers.submit(make, place) for _ in range(2)]:
                made.result(60)


@pytest.mark.parametrize("seed", range(2))
def test_a_killed_writer_leaves_a_whole_database_with_all_it_had_said(tmp_path, seed):
    place = tmp_path / "feedback.sqlite"
    writer = subprocess.Popen([sys.executable, "-c", WRITER, place, "0", "100000"], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    said = [writer.stdout.readline() for _ in range(2 + seed)]
    time.sleep(0.01 * seed)
    writer.send_signal(signal.SIGKILL)
    said += writer.stdout.readlines()
    writer.stdout.close()
    assert writer.wait(30) == -signal.SIGKILL
    with sqlite3.connect(place) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    raw.close()
    kept = len([1 for index in range(len(said) + 1) if Feedback(place).standing("cut", f"{index:064x}").ratings])
    assert kept in (len(said), len(said) + 1)  # the last may be kept and not yet told
    Feedback(place).rate(item(7), 5)


def test_a_writer_waits_for_its_turn(tmp_path):
    place = tmp_path / "feedback.sqlite"
    feedback = Feedback(place)
    other = sqlite3.connect(place, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    held = threading.Timer(0.3, other.execute, ["COMMIT"])
    held.start()
    feedback.rate(item(1), 5)
    held.join()
    other.close()
    assert feedback.standing("cut", item(1).sha256).ratings == (5,)


def test_a_reader_waits_for_nobody(tmp_path):
    place = tmp_path / "feedback.sqlite"
    feedback = Feedback(place)
    feedback.rate(item(1), 5)
    with connected(place).writing() as connection:
        connection.execute(text("DELETE FROM feedback_ratings"))
        assert feedback.standing("cut", item(1).sha256).ratings == (5,)
    assert feedback.standing("cut", item(1).sha256).ratings == ()


def test_a_writer_waits_for_no_reader_who_sees_what_was_there_when_it_began(tmp_path):
    place = tmp_path / "feedback.sqlite"
    feedback = Feedback(place)
    with connected(place).reading() as connection:
        assert connection.execute(text("SELECT rating FROM feedback_ratings")).all() == []
        feedback.rate(item(1), 5)
        assert connection.execute(text("SELECT rating FROM feedback_ratings")).all() == []
    assert feedback.standing("cut", item(1).sha256).ratings == (5,)


def test_what_fails_half_way_is_not_kept_by_half(feedback, monkeypatch):
    monkeypatch.setattr("laterna.learning.feedback.preferences", text("broken"))
    with pytest.raises(AttributeError):
        feedback.prefer(item(1, pace=1), item(2, pace=2))
    assert feedback.tasks() == ()


def test_the_usual_place_is_a_file_of_the_users_own_or_what_the_environment_names(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("LATERNA_FEEDBACK", raising=False)
    Feedback().rate(item(1), 5)
    assert (tmp_path / "data" / "laterna" / "feedback.sqlite").exists()
    monkeypatch.setenv("LATERNA_FEEDBACK", f"sqlite:///{tmp_path / 'house.sqlite'}")
    Feedback().rate(item(1), 5)
    assert (tmp_path / "house.sqlite").exists()


@pytest.mark.parametrize("rating", [0, 6, -1, 2.5, "good", "4", None, True])
def test_a_rating_is_a_whole_number_from_1_to_5(feedback, rating):
    with pytest.raises(DataError, match="is no rating: give a whole number from 1"):
        feedback.rate(item(1), rating)
    assert feedback.tasks() == ()


def test_a_version_is_not_compared_with_itself_or_with_another_steps(feedback):
    with pytest.raises(DataError, match="same version of cut"):
        feedback.prefer(item(1, pace=1), item(1, pace=2))
    with pytest.raises(DataError, match="Versions of cut and of score can't be compared"):
        feedback.prefer(item(1), item(2, "score"))
    assert feedback.tasks() == ()


@pytest.mark.parametrize(
    "bad", [{"task": ""}, {"sha256": "12"}, {"sha256": "G" * 64}, {"features": {"a": float("nan")}}]
)
def test_a_version_has_a_step_a_hash_and_finite_features(bad: Mapping[str, object]):
    with pytest.raises(DataError):
        Item(**({"task": "cut", "sha256": "0" * 64} | bad))


@pytest.mark.parametrize("who", ["\udcff", "a\nb", "\0", "", " "])
def test_a_name_is_written_in_letters(feedback, who):
    with pytest.raises(DataError, match="nobody's name"):
        feedback.rate(item(1), 5, who=who)


def sentence(place: object) -> str:
    with pytest.raises(DataError) as caught:
        Feedback(str(place)).tasks()
    message = str(caught.value)
    assert message.count("\n") == 0
    assert message.endswith(".")
    return message


def test_a_file_that_is_no_database_is_named(tmp_path):
    (tmp_path / "notes.txt").write_text("a lantern " * 100)
    assert sentence(tmp_path / "notes.txt") == f"'{tmp_path}/notes.txt' is no database of feedback: name another file."
    assert (tmp_path / "notes.txt").read_text() == "a lantern " * 100


def test_a_database_of_something_else_is_left_as_it_is(tmp_path):
    with sqlite3.connect(tmp_path / "shop.sqlite") as raw:
        raw.execute("CREATE TABLE orders (id)")
    raw.close()
    before = (tmp_path / "shop.sqlite").read_bytes()
    assert "something else (its table orders)" in sentence(tmp_path / "shop.sqlite")
    with sqlite3.connect(tmp_path / "shop.sqlite") as raw:
        assert raw.execute("SELECT name FROM sqlite_master").fetchall() == [("orders",)]
    raw.close()
    assert len(before) == (tmp_path / "shop.sqlite").stat().st_size


def test_a_database_of_a_newer_laterna_is_not_touched(tmp_path):
    Feedback(tmp_path / "f.sqlite")
    with connected(tmp_path / "f.sqlite").writing() as connection:
        connection.execute(text("UPDATE feedback_about SET version = 2"))
    assert "newer Laterna (feedback 2): update Laterna" in sentence(tmp_path / "f.sqlite")


def test_tables_of_our_names_that_hold_something_else_are_told(tmp_path):
    with sqlite3.connect(tmp_path / "f.sqlite") as raw:
        raw.execute("CREATE TABLE feedback_about (version)")
        raw.execute("INSERT INTO feedback_about VALUES (1)")
    raw.close()
    assert "no feedback that can be read (no such table" in sentence(tmp_path / "f.sqlite")


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_database_broken_anywhere_is_one_sentence_or_still_reads(tmp_path, data):
    whole, broken = tmp_path / "whole.sqlite", tmp_path / "broken.sqlite"
    if not whole.exists():
        for number in range(12):
            Feedback(whole).rate(item(number, pace=number), 1 + number % 5)
    content = bytearray(whole.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    length = data.draw(st.integers(1, 2_000))
    content[at : at + length] = data.draw(st.sampled_from([b"", b"\0" * length, b"\xff" * length]))
    broken.write_bytes(content)
    for left in tmp_path.glob("broken.sqlite-*"):
        left.unlink()
    with contextlib.suppress(DataError):
        Feedback(broken).pairs("cut")
        Feedback(broken).rate(item(1), 5)


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("mysql://host/films", "can't hold feedback"),
        ("https://host/films", "can't hold feedback"),
        ("postgresql://", "can't hold feedback"),
        ("sqlite://", "can't hold feedback"),
        ("://", "no database's address"),
        ("postgresql://host:port/films", "no database's address"),
        ("postgresql+strange://host/films", "no driver that SQLAlchemy knows"),
        ("/dev/null", "no file that a database can be in"),
        ("/proc/films.sqlite", "can't be opened or written"),
        ("a\0b", "no file that a database can be in"),
        (".", "no file that a database can be in"),
        ("/dev/null/films.sqlite", "can't be written"),
    ],
)
def test_an_address_that_leads_nowhere_is_told(word, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(LaternaError, match=re.escape(said)):
        Feedback(word)


def test_a_postgresql_that_does_not_answer_is_told_without_the_password():
    pytest.importorskip("pg8000")
    told = sentence("postgresql://ann:hunter2@127.0.0.1:1/films")
    assert told.startswith("'postgresql://ann:***@127.0.0.1:1/films' can't be used")
    assert told.endswith("check the address, and that PostgreSQL runs there.")


def test_a_driver_that_is_missing_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "pg8000", None)
    assert sentence("postgresql://ann@host/films") == "PostgreSQL needs pg8000: run `pip install pg8000`."


@pytest.mark.slow
def test_what_postgresql_refuses_is_told_in_its_own_words(server):
    assert 'can\'t be used (database "films" does not exist)' in sentence(make_url(server).set(database="films"))
