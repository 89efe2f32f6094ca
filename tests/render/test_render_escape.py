"""Whatever a record says becomes text, in every place in which a template may put it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jinja2
import pytest
import typst
from hypothesis import example, given, settings
from hypothesis import strategies as st
from reading import Page, squash
from sheets import HOSTILE

from synthnb.figures.glyphs import drawable
from synthnb.render import pandoc
from synthnb.render.embedded import FALLBACK, filters
from synthnb.render.escape import Md, environment, escape, join, md, plain
from synthnb.render.tables import table

EAGER = (
    "markdown+autolink_bare_uris+emoji+mark+hard_line_breaks+lists_without_preceding_blankline"
    "+tex_math_single_backslash+tex_math_double_backslash+wikilinks_title_after_pipe"
    "+short_subsuperscripts+old_dashes+gutenberg"
)
SIGNS = st.one_of(
    st.sampled_from(list("{}<>%[]()!@#$^&*_-+=~`|\\:;\"'.,/?0 1aA\n\t")),
    st.characters(),
    st.sampled_from(["{{<", "```", ":::", "http://a.b", "{=typst}", "#import", "1. ", "\n\n# "]),
)
TEXTS = st.lists(st.lists(SIGNS, max_size=20).map("".join), min_size=8, max_size=24)


def blocks(markdown: str, dialect: str = "markdown") -> list[dict[str, Any]]:
    arguments = ["--from", dialect, "--to", "json"]
    return list(json.loads(pandoc.run(arguments, markdown.encode()))["blocks"])


def words(inlines: list[dict[str, Any]]) -> str:
    """Return the text of inlines, which must be nothing but words and spaces."""
    said = ""
    for inline in inlines:
        assert inline["t"] in {"Str", "Space", "SoftBreak"}, inline
        said += inline.get("c", " ")
    return said


@settings(max_examples=25, deadline=None)
@given(TEXTS)
@example(list(HOSTILE))
@example(["0-0", "a-b", "1.5", "2026-11-30", "-", "--", "..."])
@pytest.mark.parametrize("dialect", ["markdown", EAGER])
def test_pandoc_reads_a_value_as_words_and_spaces_only(dialect: str, texts: list[str]) -> None:
    body = "\n\n".join(f"x{escape(text)}" for text in texts)
    found = blocks(body, dialect)
    assert [block["t"] for block in found] == ["Para"] * len(texts)
    assert [squash(words(b["c"])) for b in found] == [squash(f"x{plain(t)}") for t in texts]


@settings(max_examples=15, deadline=None)
@given(TEXTS)
@example(list(HOSTILE))
def test_a_value_at_the_start_of_a_line_begins_nothing(texts: list[str]) -> None:
    shown = [text for text in texts if squash(plain(text))]
    found = blocks("\n\n".join(escape(text) for text in shown))
    assert [block["t"] for block in found] == ["Para"] * len(shown)
    assert [squash(words(b["c"])) for b in found] == [squash(plain(text)) for text in shown]


@settings(max_examples=15, deadline=None)
@given(TEXTS)
@example(list(HOSTILE))
def test_a_value_in_an_attribute_stays_there(texts: list[str]) -> None:
    found = blocks("\n\n".join(f'[y]{{.k v="{escape(text)}"}}' for text in texts))
    values = [block["c"][0]["c"][0] for block in found]
    assert [value[:2] for value in values] == [["", ["k"]]] * len(texts)
    assert [squash(value[2][0][1]) for value in values] == [squash(plain(t)) for t in texts]


@settings(max_examples=15, deadline=None)
@given(TEXTS)
@example(list(HOSTILE))
def test_a_value_in_a_table_stays_in_its_cell(texts: list[str]) -> None:
    (found,) = blocks(table(("A", "B"), [[text, "end"] for text in texts], (50, 50)).text)
    rows = found["c"][4][0][3]
    cells = [[cell[4] for cell in row[1]] for row in rows]
    said = [squash(words(first[0]["c"])) if first else "" for first, _ in cells]
    assert said == [squash(plain(text)) for text in texts]
    assert all(last[0]["c"] == [{"t": "Str", "c": "end"}] for _, last in cells)


@settings(max_examples=10, deadline=None)
@given(st.text(max_size=40))
@example("---\ntitle: other\n")
@example('" other: "x')
def test_a_value_in_the_front_matter_stays_a_text(text: str) -> None:
    source = f'---\ntitle: "{escape(text)}"\n---\n\nBody\n'
    meta = json.loads(pandoc.run(["--to", "json"], source.encode()))["meta"]
    assert set(meta) == {"title"}
    assert squash(words(meta["title"]["c"])) == squash(plain(text))


@settings(max_examples=15, deadline=None)
@given(TEXTS)
@example(list(HOSTILE))
def test_the_page_shows_the_text_and_gets_no_new_tag(texts: list[str]) -> None:
    body = "\n\n".join(f"x{escape(text)}" for text in texts)
    page = Page(pandoc.run(["--to", "html5", *filters()], body.encode()).decode())
    assert page.tags == [("p", {})] * len(texts)
    assert page.text == squash(" ".join(f"x{plain(text)}" for text in texts))


@settings(max_examples=15, deadline=None)
@given(TEXTS)
@example(list(HOSTILE))
def test_typst_sets_the_text_and_runs_nothing(texts: list[str]) -> None:
    body = "\n\n".join(f"x{escape(text)}" for text in texts)
    source = pandoc.run(["--to", "typst", *filters()], body.encode())
    page = Page(typst.compile(source, format="html").decode())
    assert {tag for tag, _ in page.tags} <= {"html", "head", "meta", "body", "p"}
    assert page.text == squash(" ".join(f"x{plain(text)}" for text in texts))


def test_every_expression_of_a_template_is_escaped(tmp_path: Path) -> None:
    env = environment(tmp_path)
    shell = {"x": "*a*", "xs": ["<b>", "_c_"], "m": Md("*d*")}
    for pattern in ("{{ x }}", "{{ x ~ x }}", "{{ xs | join(', ') }}", "{{ x | upper }}"):
        assert "*" not in env.from_string(pattern).render(shell)
        assert "<" not in env.from_string(pattern).render(shell)
    assert env.from_string("{{ m }}").render(shell) == "*d*"


def test_markup_cannot_be_joined_to_a_value_by_accident(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="md"):
        environment(tmp_path).from_string("{{ m ~ x }}").render(m=Md("*"), x="a")
    with pytest.raises(TypeError):
        f"{Md('*')}"


def test_there_is_no_filter_that_switches_escaping_off(tmp_path: Path) -> None:
    with pytest.raises(jinja2.TemplateAssertionError, match="safe"):
        environment(tmp_path).from_string("{{ x | safe }}")
    with pytest.raises(jinja2.UndefinedError):
        environment(tmp_path).from_string("{{ nothing }}").render()


def test_markup_is_built_with_escaped_values() -> None:
    assert md("**{}** {}", "*", Md("*y*")) == Md("**&#42;** *y*")
    assert md("**{}**", " \n").text == "**(blank)**"
    assert join(", ", ["*", Md("*y*")]).text == "&#42;, *y*"
    with pytest.raises(ValueError, match="1 values"):
        md("{} {}", 1)


def test_signs_that_cannot_be_seen_are_shown_as_replacement_characters() -> None:
    assert plain("a\u202eb\u0000c\ud800") == "a\ufffdb\ufffdc\ufffd"
    assert plain(" a\r\n\u2028b ") == "a b"


def test_signs_that_no_font_has_are_spelt_out() -> None:
    assert drawable("日 Ω ✓", FALLBACK) == "U+65E5 Ω ✓"
