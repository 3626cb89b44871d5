"""What the log says, and what it never says; the number by which an error is found again."""

from __future__ import annotations

import json
import logging
import logging.config
import re
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.config import ROOT
from app.kernel.logs import DEEPEST, JsonLines, TextLines, chain, logging_config
from app.storage.engine import open_engine
from app.web.edition import Edition
from app.web.journal import new_request_id
from tests.lint import LintingClient
from tests.trial import send, trial_site

SECRET = "Зразок-4417"
NUMBER = re.compile(r"[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}")


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory, edition: Edition) -> Flask:
    return trial_site(tmp_path_factory.mktemp("trial"), edition, form_limit="100000 per minute")


class Lines(logging.Handler):
    """Keeps what the site's own formatter makes of every line."""

    def __init__(self, formatter: logging.Formatter) -> None:
        super().__init__()
        self.setFormatter(formatter)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))

    @property
    def read(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines]


@pytest.fixture(params=[JsonLines, TextLines], ids=["json", "text"])
def lines(request: pytest.FixtureRequest) -> Iterator[Lines]:
    """The lines of the whole process in each layout."""
    yield from listening(request.param())


@pytest.fixture
def json_lines() -> Iterator[Lines]:
    yield from listening(JsonLines())


def listening(formatter: logging.Formatter) -> Iterator[Lines]:
    handler, root, own = Lines(formatter), logging.getLogger(), logging.getLogger("app")
    root.addHandler(handler)
    before = own.level
    own.setLevel(logging.INFO)
    yield handler
    own.setLevel(before)
    root.removeHandler(handler)


def test_a_request_is_one_line_without_its_address(trial: Flask, json_lines: Lines) -> None:
    trial.test_client().get(f"/en/search?q={SECRET}")
    trial.test_client().get(f"/en/articles/{SECRET}")
    found, missing = json_lines.read
    assert found | {"time": 0, "ms": 0, "request_id": 0} == {
        "time": 0, "level": "INFO", "logger": "app.web.journal", "message": "request", "request_id": 0,
        "method": "GET", "endpoint": "search.search", "status": 200, "ms": 0, "language": "en",
    }  # fmt: skip
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", found["time"])
    assert NUMBER.fullmatch(found["request_id"])
    assert (missing["endpoint"], missing["status"]) == ("guidance.article", 404)


def test_a_page_from_memory_leaves_no_line(trial: Flask, json_lines: Lines) -> None:
    for _ in range(3):
        trial.test_client().get("/en/accessibility")
    assert len(json_lines.lines) == 1


def test_the_method_is_one_of_a_list(trial: Flask, json_lines: Lines) -> None:
    trial.test_client().open("/en/", method=SECRET.encode("ascii", "replace").decode())
    assert json_lines.read[-1]["method"] == "other"


def test_an_accident_is_told_by_type_and_place_and_never_by_its_words(trial: Flask, lines: Lines) -> None:
    client = LintingClient(trial)
    answer = send(client, "/uk/trial/accident", {"name": SECRET})
    assert answer.status_code == 500
    everything = "\n".join(lines.lines)
    assert SECRET not in everything
    assert "builtins.KeyError" in everything
    assert "builtins.ValueError" in everything
    assert re.search(r"tests/trial\.py:\d+ accident", everything)
    assert str(ROOT) not in everything


def test_an_accident_is_found_again_by_the_number_on_its_page(trial: Flask, json_lines: Lines) -> None:
    answer = send(LintingClient(trial), "/uk/trial/accident", {"name": SECRET})
    number = answer.headers["X-Request-Id"]
    assert f"<b>{number}</b>" in answer.get_data(as_text=True)
    assert "повідомте тим, хто веде цей сайт, такий номер" in answer.get_data(as_text=True)
    of_this = [line for line in json_lines.read if line.get("request_id") == number]
    assert [line["message"] for line in of_this] == ["unexpected error", "request"]
    assert of_this[0]["errors"][0]["error"] == "builtins.KeyError"
    assert SECRET not in answer.get_data(as_text=True)


@pytest.mark.parametrize("status", [400, 403, 413, 429, 500, 503])
def test_an_error_that_may_be_ours_shows_its_number(trial: Flask, status: int) -> None:
    answer = LintingClient(trial).get(f"/en/trial/refused/{status}")
    assert f"<b>{answer.headers['X-Request-Id']}</b>" in answer.get_data(as_text=True)


def test_numbers_are_made_of_letters_that_can_be_told_over_the_phone() -> None:
    numbers = {new_request_id() for _ in range(500)}
    assert len(numbers) == 500
    assert all(NUMBER.fullmatch(number) for number in numbers)


@pytest.mark.parametrize(
    ("proxies", "given", "is_taken"),
    [
        (1, "7f3a9c-proxy_1.2", True),
        (0, "7f3a9c-proxy_1.2", False),
        (1, "short", False),
        (1, "x" * 65, False),
        (1, "a b c d e f g h", False),
        (1, "<b>12345678</b>", False),
        (1, "ціпо1234", False),
    ],
)
def test_a_number_is_taken_over_from_a_trusted_proxy_and_only_if_it_is_plain(
    tmp_path: Path, edition: Edition, proxies: int, given: str, is_taken: bool
) -> None:
    site = trial_site(tmp_path, edition, trusted_proxies=proxies)
    answer = site.test_client().get("/en/trial/form", headers={"X-Request-Id": given})
    assert (answer.headers["X-Request-Id"] == given) is is_taken
    assert is_taken or NUMBER.fullmatch(answer.headers["X-Request-Id"])


def test_a_page_kept_for_everyone_carries_nobodys_number(trial: Flask) -> None:
    assert "X-Request-Id" not in trial.test_client().get("/en/about").headers
    assert "X-Request-Id" in trial.test_client().get("/en/no-such-page").headers


def test_where_even_the_error_page_fails_a_page_is_shown(tmp_path: Path, edition: Edition, lines: Lines) -> None:
    site = trial_site(tmp_path, edition)
    site.jinja_env.globals["url_for"] = None
    for language, words in (("en", "Something went wrong"), ("uk", "Щось пішло не так")):
        answer = LintingClient(site).get(f"/{language}/{SECRET}")
        assert answer.status_code == 500
        assert words in answer.get_data(as_text=True)
        assert answer.headers["X-Request-Id"] in answer.get_data(as_text=True)
    assert SECRET not in "\n".join(lines.lines)


def test_an_answer_that_cannot_be_finished_is_an_error_with_a_page(tmp_path: Path, edition: Edition) -> None:
    site = trial_site(tmp_path, edition)

    @site.after_request
    def fail(_: Any) -> Any:
        raise RuntimeError(SECRET)

    answer = site.test_client().get("/en/trial/form")
    assert answer.status_code == 500
    assert SECRET not in answer.get_data(as_text=True)
    assert "<h1>" in answer.get_data(as_text=True)
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


def told(lines: Lines) -> str:
    return "\n".join(lines.lines)


def test_a_foreign_library_is_told_by_its_template(lines: Lines) -> None:
    foreign = logging.getLogger("some.library")
    foreign.warning("cannot read %s", SECRET)
    foreign.warning(f"cannot read {SECRET}")
    foreign.error(ValueError(SECRET))
    foreign.warning("with extra", extra={"person": SECRET, "status": 1})
    assert SECRET not in told(lines)
    assert "cannot read %s" in told(lines)
    assert "text left out, see test_logs:" in told(lines)


def test_own_lines_and_those_of_the_server_are_told_whole_up_to_the_first_break(lines: Lines) -> None:
    logging.getLogger("app.outbox").warning("%d letters wait", 3)
    logging.getLogger("_granian").error(f"Application callable raised an exception\nTraceback\nValueError: {SECRET}")
    assert "3 letters wait" in told(lines)
    assert "Application callable raised an exception" in told(lines)
    assert SECRET not in told(lines)


def test_a_warning_is_told_by_its_place(lines: Lines) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn(SECRET, UserWarning, stacklevel=1)
        logging.captureWarnings(False)
    assert SECRET not in told(lines)
    assert re.search(r"tests/test_logs\.py:\d+: UserWarning", told(lines))


def test_an_endless_recursion_is_told_in_a_few_lines() -> None:
    def deeper() -> None:
        deeper()

    try:
        deeper()
    except RecursionError as error:
        (found,) = chain(error)
    assert len(found["stack"]) == DEEPEST + 1
    assert "more ..." in "".join(found["stack"])


def test_an_error_of_the_database_tells_nothing_that_it_was_given(lines: Lines) -> None:
    engine = open_engine("sqlite://")
    with engine.connect() as connection, pytest.raises(SQLAlchemyError) as caught:
        connection.execute(text("SELECT * FROM missing WHERE name = :name"), {"name": SECRET})
    engine.dispose()
    assert SECRET not in str(caught.value)
    logging.getLogger("app").error("unexpected error", exc_info=caught.value)
    assert "sqlalchemy.exc.OperationalError" in told(lines)
    assert "sqlite3.OperationalError" in told(lines)
    assert "missing" not in told(lines)


def test_on_a_developers_own_machine_words_are_shown() -> None:
    record = logging.getLogger("some.library").makeRecord(
        "some.library", logging.ERROR, "x.py", 1, "cannot read %s", (SECRET,), (ValueError, ValueError(SECRET), None)
    )
    assert TextLines(shows_values=True).format(record).count(SECRET) == 2
    assert SECRET not in TextLines().format(record)


@pytest.mark.parametrize("layout", ["json", "text"])
def test_what_nobody_catches_is_told_without_its_words(layout: str) -> None:
    code = f"""
import logging.config, threading
from app.kernel.logs import log_stray_errors, logging_config
logging.config.dictConfig(logging_config({layout!r}))
log_stray_errors()
def accident():
    raise ValueError({SECRET!r})
thread = threading.Thread(target=accident)
thread.start()
thread.join()
import warnings
warnings.warn({SECRET!r})
accident()
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert SECRET not in done.stdout + done.stderr
    assert done.stderr.count("builtins.ValueError") == 2
    assert "UserWarning" in done.stderr


def test_every_logger_writes_to_the_error_stream_in_one_layout() -> None:
    config = logging_config("json")
    assert config["handlers"]["stderr"]["stream"] == "ext://sys.stderr"
    assert set(config["handlers"]) == {"stderr"}
    assert all("handlers" not in logger for logger in config["loggers"].values())
