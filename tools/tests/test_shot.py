# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Pictures: what does not come ends in one sentence, and the rest of a list goes on."""

import io
import json

import pytest

from tools import browser, main, progress, shot, shots


class Page(browser.Browser):
    """A page on which nothing but `here` is ever there."""

    def __init__(self, executable):
        self.errors = []
        self.pictures = []

    def evaluate(self, expression):
        if "hold" in expression or expression.startswith("(() =>"):
            return [1, 1]
        return "here" in expression or expression in (browser.SETTLED, "true")

    def send(self, method, **parameters):
        return {}

    def settle(self):
        pass

    def picture(self, file, full=False):
        self.pictures.append(file)

    def close(self):
        pass


@pytest.fixture
def take(monkeypatch):
    """Return a function that takes the pictures of a list of steps and returns the exit code."""
    monkeypatch.setattr(browser, "PATIENCE", 0.05)
    monkeypatch.setattr(shots, "Browser", Page)

    def run(*lists):
        work = {"base": "http://x", "db": "d", "browser": "b", "shots": []}
        for number, steps in enumerate(lists):
            work["shots"].append({**shot.DEFAULTS, "steps": steps, "file": f"{number}.png"})
        monkeypatch.setattr(shots.sys, "stdin", io.StringIO(json.dumps(work)))
        return shots.main()

    return run


@pytest.mark.parametrize("kind", ["click", "wait"])
def test_what_never_comes_is_one_sentence(take, capsys, kind):
    assert take([[kind, "#never"]]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1
    assert "FAILED: #never did not come within" in lines[0]


def test_the_rest_of_the_list_goes_on(take, capsys):
    assert take([["click", "#never"]], [["click", "#here"]]) == 1
    assert capsys.readouterr().out.splitlines()[1].startswith("1.png  visitor")


def test_steps_keep_their_order():
    words = ["shot", "--click", "#a", "--type", "#b=c", "--wait", "#d", "--click", "#e"]
    steps = main.parser().parse_args(words).steps
    assert steps == [["click", "#a"], ["type", "#b=c"], ["wait", "#d"], ["click", "#e"]]


@pytest.mark.parametrize("text", ["no json", "[1]", '[{"url": "/"}]'])
def test_a_list_of_another_form_is_refused(tmp_path, text):
    file = tmp_path / "list.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(progress.Failure, match="is no list of pictures"):
        shot.read_list(file)
