"""The embedded engine refuses what Quarto would render differently, all at once."""

from __future__ import annotations

import pytest

from synthnb.errors import RenderError
from synthnb.render import lint

SOUND = """---
title: "T"
---

# One {#sec-one}

Text *soft* **hard** `code` and @sec-one, @fig-a, @tbl-a. [✓ pass]{.state-pass} [x]{.below}

![Caption](a.svg){#fig-a fig-alt="A dot at one." width=90%}

| A   | B   |
|:----|----:|
| 1   | 2   |

: Caption {#tbl-a}

::: {.callout-note}
## Title

- item
:::

```
synthnb verify FOLDER
```
"""


def problems(text: str) -> str:
    with pytest.raises(RenderError) as caught:
        lint.check(text, {"a.svg"})
    return str(caught.value)


def test_the_dialect_is_accepted() -> None:
    lint.check(SOUND, {"a.svg"})


@pytest.mark.parametrize(
    ("addition", "said"),
    [
        ("```{python}\n1 + 1\n```", "an executable cell"),
        ("~~~ {r}\n1\n~~~", "an executable cell"),
        ("The mean is `{python} x`.", "executable code in a line"),
        ("The mean is `r mean(x)`.", "executable code in a line"),
        ("{{< include secret.txt >}}", "a shortcode"),
        ("{{% raw %}}", "a shortcode"),
        ("See @fig-nothing.", "@fig-nothing: refers to nothing"),
        ("See @smith2020.", "neither a figure, nor a table, nor a section"),
        ("See [@fig-a].", "in brackets"),
        ("![Caption](a.svg){#fig-b}", "has no fig-alt"),
        ('![Caption](b.svg){#fig-b fig-alt="x"}', "is not one of the figures"),
        ('![C](https://e.org/x.svg){#fig-b fig-alt="x"}', "is not one of the figures"),
        ('![C](a.svg){#fig-b fig-alt="x" width=3cm}', "needs a width in per cent"),
        ('![C](a.svg){#fig-b fig-alt="x" onload=y}', "unknown attribute onload"),
        ("::: {.panel-tabset}\nx\n:::", "unknown class .panel-tabset"),
        ("::: {.cover .rejected}\nx\n:::", "unknown class .rejected"),
        ('::: {.callout-note title="x"}\nx\n:::', "attribute title"),
        ("::: {#here}\nx\n:::", "has no class"),
        ("[x]{.shout}", "unknown class .shout"),
        ("# Two {.columns}", "unknown class .columns"),
        ("# Again {#sec-one}", "Duplicate identifier"),
        ("<b>x</b>", "the dialect has no raw text"),
        ("```{=typst}\n#panic()\n```", "the dialect has no raw text"),
        ("[out](https://example.org)", "leads out of the document"),
        ("$x^2$", "Math: is not a construct"),
        ("A note.^[here]", "Note: is not a construct"),
        ("> quoted", "BlockQuote: is not a construct"),
        ("---", "HorizontalRule: is not a construct"),
        ("term\n:   definition", "DefinitionList: is not a construct"),
        ("`x`{.python}", "code: has a class"),
    ],
)
def test_what_lies_outside_is_refused(addition: str, said: str) -> None:
    assert said in problems(f"{SOUND}\n{addition}\n")


def test_every_fault_is_named_at_once_with_its_line() -> None:
    said = problems("See @fig-b.\n\n{{< meta x >}}\n\n[x]{.shout}\n")
    assert "(line 3)" in said
    assert "@fig-b" in said
    assert ".shout" in said
    assert "docs/datasheet.md" in said
