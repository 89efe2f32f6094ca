"""What must not leave is found in every kind of file, and no hit quotes it."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
import zlib

import numpy as np
import pandas as pd
import pikepdf
import pytest
from leaking import (
    ASSESSED,
    CHARTER,
    REAL,
    base64_of,
    found,
    kinds,
    notebook,
    output,
    png,
)

from synthnb.disclosure import scan
from synthnb.disclosure.reading import read

ROW = REAL.iloc[123]
LEAK = str(ROW[ASSESSED].to_dict())
NAMED = f"asked by {ROW.customer} on the phone"
SVG = f'<svg xmlns="http://www.w3.org/2000/svg"><g><text x="1">{LEAK}</text></g></svg>'
ERROR = {
    "output_type": "error",
    "ename": "ValueError",
    "evalue": "bad row",
    "traceback": ["\x1b[0;31mValueError\x1b[0m", f"\x1b[1m{LEAK}\x1b[0m"],
}
STREAMS = [
    {"output_type": "stream", "name": name, "text": ["fine\n", LEAK + "\n"]}
    for name in ("stdout", "stderr")
]


def pdf(attached: bytes = b"", title: str = "", subject: str = "", alt: str = "") -> bytes:
    """Return a PDF file that pikepdf wrote, streams compressed."""
    file = pikepdf.new()
    file.add_blank_page()
    if attached:
        file.attachments["evidence.json"] = pikepdf.AttachedFileSpec(file, attached)
    if title:
        file.docinfo["/Title"] = title
    if alt:
        file.Root.Alt = pikepdf.Dictionary(Alt=pikepdf.String(alt))
    if subject:
        with file.open_metadata() as meta:
            meta["dc:description"] = subject
    out = io.BytesIO()
    file.save(out, compress_streams=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def archive(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("inner.txt", data)
    return out.getvalue()


TEXT = (b"tEXt", b"Comment\0" + LEAK.encode())
ZTXT = (b"zTXt", b"Comment\0\0" + zlib.compress(LEAK.encode()))
ITXT = (b"iTXt", b"Comment\0\0\0en\0\0" + LEAK.encode())
ITXT_PACKED = (b"iTXt", b"Comment\0\1\0en\0\0" + zlib.compress(LEAK.encode()))
PICTURE = output("image/png", base64_of(png(TEXT)))
PLACES = {
    "plain text": (notebook(output("text/plain", [LEAK])), "text/plain, line 1"),
    "html": (notebook(output("text/html", f"<p>{LEAK}</p>")), "text/html, line 1"),
    "html comment": (notebook(output("text/html", f"<!-- {LEAK} -->")), "text/html, line 1"),
    "html attribute": (
        notebook(output("text/html", f"<img src='data:,' alt=\"{LEAK}\">")),
        "text/html, line 1",
    ),
    "html script": (
        notebook(output("text/html", f"<script>const row = {LEAK}</script>")),
        "text/html, line 1, line 1",
    ),
    "svg": (notebook(output("image/svg+xml", SVG)), "image/svg+xml, line 1"),
    "json": (
        notebook(output("application/json", {"a": {"b": LEAK}})),
        "application/json, a.b, line 1",
    ),
    "json in json": (
        notebook(output("application/vnd.x+json", {"canonical": json.dumps({"rows": [LEAK, ""]})})),
        "application/vnd.x+json, canonical, rows[0], line 1",
    ),
    "picture": (notebook(PICTURE), "image/png, text chunks, text 1"),
    "stdout": (notebook(STREAMS[0]), "stdout, line 2"),
    "stderr": (notebook(STREAMS[1]), "stderr, line 2"),
    "traceback": (notebook(ERROR), "traceback, line 4"),
    "output metadata": (
        notebook({**output("text/plain", "x"), "metadata": {"note": LEAK}}),
        "metadata, metadata.note, line 1",
    ),
}


@pytest.mark.parametrize("how", PLACES)
def test_a_record_in_an_output_of_a_notebook_is_found_and_placed(how: str) -> None:
    data, place = PLACES[how]
    (hit,) = found(data, "a.ipynb")
    assert (hit.kind, hit.place) == ("record", f"cell 2, output 1, {place}")


def test_a_record_in_a_source_in_markdown_and_in_metadata_is_found() -> None:
    assert [hit.place for hit in found(notebook(source=LEAK), "a.ipynb")] == [
        "cell 2, source, line 1"
    ]
    book = json.loads(notebook(papermill={"parameters": {"row": LEAK}}))
    (hit,) = found(json.dumps(book), "a.ipynb")
    assert hit.place == "notebook metadata, metadata.papermill.parameters.row, line 1"
    book = json.loads(notebook())
    book["cells"][0]["attachments"] = {"a.png": {"image/png": base64_of(png(TEXT))}}
    (hit,) = found(json.dumps(book), "a.ipynb")
    assert hit.place == "cell 1, attachment 1, image/png, text chunks, text 1"


FILES = {
    "page.html": f"<table><tr><td>fine</td></tr></table><pre>\n{LEAK}</pre>".encode(),
    "embedded.html": f'<img src="data:image/png;base64,{base64_of(png(ZTXT))}">'.encode(),
    "drawn.html": SVG.encode(),
    "drawing.svg": SVG.encode(),
    "glyphs.svg": f"<svg><!-- {LEAK} --><path d='M 0 0'/></svg>".encode(),
    "evidence.json": json.dumps({"notes": ["fine", LEAK]}).encode(),
    "charter.yaml": f"title: a\nlimitations:\n  - {LEAK}\n".encode(),
    "comment.yaml": f"title: a  # {LEAK}\n".encode(),
    "text.png": png(TEXT),
    "packed.png": png(ZTXT),
    "international.png": png(ITXT),
    "packed-international.png": png(ITXT_PACKED),
    "behind-the-end.png": png() + LEAK.encode(),
    "photo.jpg": b"\xff\xd8\xff\xfe\0\0" + LEAK.encode() + b"\xff\xd9",
    "attachment.pdf": pdf(attached=json.dumps({"a": LEAK}).encode()),
    "title.pdf": pdf(title=LEAK),
    "metadata.pdf": pdf(subject=LEAK),
    "alternative.pdf": pdf(alt=LEAK),
    "packed.gz": gzip.compress(LEAK.encode()),
    "packed.zip": archive(LEAK.encode()),
    "envelope.json": json.dumps({"payload": base64_of(LEAK.encode())}).encode(),
    "wide.txt": LEAK.encode("utf-16"),
    "rows.csv": REAL[ASSESSED].iloc[[123]].to_csv(index=False).encode(),
}


@pytest.mark.parametrize("name", FILES)
def test_a_record_is_found_in_every_kind_of_file(name: str) -> None:
    hits = found(FILES[name], name)
    assert {(hit.file, hit.kind) for hit in hits} == {(name, "record")}


def test_a_picture_without_texts_and_a_blank_pdf_hold_nothing() -> None:
    assert found(png(), "a.png") == ()
    assert found(pdf(title="Datasheet", attached=b"{}"), "a.pdf") == ()


def test_identifiers_are_found_wherever_they_stand() -> None:
    assert kinds(NAMED) == {"identifier"}
    assert kinds(notebook(output("text/plain", NAMED)), "a.ipynb") == {"identifier"}
    assert kinds("C-9999999 is nobody") == set()


def test_a_short_identifier_is_found_below_its_name_only() -> None:
    real = REAL.assign(customer=[str(number) for number in range(len(REAL))])
    assert kinds("<table><tr><th>customer<th>x<tr><td>17<td>a</table>", "a.html", real=[real]) == {
        "identifier"
    }
    assert kinds("In 17 of 20 trials", real=[real]) == set()


def test_a_sentence_that_somebody_wrote_is_found_and_a_form_is_not() -> None:
    assert kinds(f"One of them says: {ROW.note}") == {"free text"}
    form = REAL.assign(note="I agree to the terms and conditions of this contract")
    assert kinds(f"They signed: {form.note[0]}", real=[form]) == set()


RARE = REAL[(REAL.town == "Millbrook") & (REAL.ill == "true")]
CROSSED = pd.crosstab(REAL.town, REAL.ill)
COUNTED = REAL.groupby(["town", "ill"]).size()
SMALL = {
    "crosstab.html": CROSSED.to_html(),
    "crosstab.txt": repr(CROSSED),
    "groups.html": COUNTED.to_frame("n").to_html(),
    "groups.txt": repr(COUNTED),
    "counts.html": REAL[REAL.age > 87].town.value_counts().to_frame().to_html(),
    "counts.txt": repr(REAL[REAL.age > 87].town.value_counts()),
    "sentence.txt": "Race aside: town = Millbrook (n = 4) is too small to be measured.",
    "people.txt": "There are 4 people from Millbrook who fell ill.",
    "estimate.json": json.dumps([{"metric": "a", "n": 4, "scope": {"group": "town = Millbrook"}}]),
    "table.md": "| town | records |\n|---|---|\n| Millbrook | 4 |\n",
    "row.html": "<table><tr><th><th>Millbrook<th>Riverside<tr><th>n<td>4<td>61</table>",
}


@pytest.mark.parametrize("name", SMALL)
def test_a_small_cell_is_found(name: str) -> None:
    assert 0 < len(RARE) < 10
    assert kinds(SMALL[name], name) == {"small cell"}


@pytest.mark.parametrize("name", SMALL)
def test_the_same_counts_are_no_small_cells_where_the_policy_shows_them(name: str) -> None:
    assert kinds(SMALL[name], name, minimum_cell=1) == set()


def test_other_small_numbers_are_no_counts_of_people() -> None:
    for text in (
        "Millbrook: 4.2 % (3 to 7 %)",
        "verbatim: 8 records of 600; found in 100 of 100 trials",
        "2 different people must agree",
        "Not settled for 6 cases: town = Millbrook; town = Riverside",
        "<table><tr><th>town<th>share<tr><td>Millbrook<td>4</table>",
        "<table><tr><th>town<th>synthetic rows<tr><td>Millbrook<td>4</table>",
        "<table><tr><th>town<th>n<tr><td>Millbrook<td>0</table>",
        "<table><tr><th>attack<th>queries<th>n<tr><td>linkage<td>5<td>4</table>",
    ):
        assert kinds(text) == set(), text


@pytest.mark.parametrize(
    "path",
    [
        'File "/usr/lib/python3.11/json/decoder.py", line 3',
        "reading /home/ada/loans.csv now",
        "(/tmp/run)",
        "'/opt/data'",
        "/srv/a/b/c/people.parquet",
        r"C:\Users\ada\loans.csv",
        "D:/data/people.csv",
        r"\\server\share\people.csv",
        "file:///home/ada/loans.csv",
    ],
)
def test_an_absolute_path_is_found(path: str) -> None:
    assert "path" in kinds(f"say {path}")
    assert "path" in kinds(notebook(output("text/plain", f"say {path}")), "a.ipynb")


@pytest.mark.parametrize(
    "text",
    [
        "data/loans.csv",
        "https://example.org/home/index.html",
        "train and/or control",
        "text/html and image/png",
        "3/4 of 1/2",
        "<p>a</p><br/>",
        "../work/people.csv",
        "a: b, C: d",
        "gs://bucket/data/people",
    ],
)
def test_what_only_looks_like_a_path_is_none(text: str) -> None:
    assert kinds(text) == set()


def test_names_of_this_machine_are_found_as_words_of_their_own() -> None:
    given = {"private": ["adal", "/builds/ada", "lab-7.local"]}
    for text in ("run by ADAL", "host=lab-7.local", "in /builds/ada/x", "adal@lab"):
        assert "private name" in kinds(text, **given), text
    assert kinds("adalbert; lab-7.locality; /builds/adamant", **given) == set()


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEI",
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        "AGE-SECRET-KEY-1QQPSTT6FWQ9SJLZ3YNKCTV2ADWVZSGLXS",
        "AKIAIOSFODNN7EXAMPLE",
        "ghp_" + "a1B2" * 9,
        "xoxb-1234567890-abcdefghij",
        "password = 'tr0ub4dor'",
        "passphrase: tr0ub4dor",
        "DB_PASSWORD=tr0ub4dor",
        'connect(api_key="abcd1234")',
        "Authorization: Bearer abcdefghijklmnop.qrstuv",
        "postgresql+psycopg://ada:tr0ub4dor@db/ledger",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl",
    ],
)
def test_a_secret_is_found(text: str) -> None:
    assert kinds(text) == {"secret"}
    assert kinds(notebook(source=text), "a.ipynb") == {"secret"}
    assert kinds(json.dumps({"log": text}), "a.json") == {"secret"}


@pytest.mark.parametrize(
    "text",
    [
        "The password: whoever holds it signs",
        "password = getpass.getpass()",
        "passphrase = os.environ['SYNTHNB_PASSPHRASE']",
        "api_key: null",
        '{"secret": "approve"}',
        "postgresql://db/ledger and ada@example.org",
        "password=<yours>",
    ],
)
def test_talking_about_a_secret_is_none(text: str) -> None:
    assert kinds(text) == set()


def test_a_given_secret_is_found_anywhere_even_where_no_reader_looks() -> None:
    given = {"secrets": ["correct horse"]}
    assert kinds("a correct horse battery", **given) == {"secret"}
    assert kinds(base64_of(b"correct horse"), **given) == {"secret"}
    assert kinds('<p class="correct horse">a</p>', "a.html", **given) == {"secret"}
    assert kinds("a correct house", **given) == set()
    assert kinds("nothing is given", secrets=[""], private=[""]) == set()


def test_ranges_that_a_generator_learnt_are_found() -> None:
    metadata = {"columns": {"loan": {"sdtype": "numerical", "range_min": 12, "range_max": 881.5}}}
    assert kinds(json.dumps(metadata), "a.json") == {"range"}
    assert kinds(str(metadata)) == {"range"}
    assert kinds(notebook(output("text/plain", str(metadata))), "a.ipynb") == {"range"}
    assert kinds("town:\n  range_values: [a, b]\n", "a.yaml") == {"range"}
    table = pd.DataFrame({"column": ["loan"], "range_min": [12]}).to_html()
    assert kinds(table, "a.html") == {"range"}
    assert kinds("range_min and range_max are not kept") == set()


def test_what_cannot_be_read_is_a_hit_and_what_is_sealed_is_none() -> None:
    assert kinds(b"\x00\x01\x02\x80", "a.bin") == {"unreadable"}
    assert kinds(b"PAR1\x00\x00\x80PAR1", "a.parquet") == {"unreadable"}
    assert kinds(b"PK\x03\x04 broken", "a.zip") == {"unreadable"}
    assert kinds(b"\x1f\x8b broken", "a.gz") == {"unreadable"}
    packed = b"%PDF-1.7 1 0 obj <</Type/EmbeddedFile/Filter/LZWDecode>>stream\nabc\nendstream"
    assert kinds(packed, "a.pdf") == {"unreadable"}
    assert kinds(b"%PDF-1.7 trailer <</Encrypt 5 0 R>>", "a.pdf") == {"unreadable"}
    assert kinds(b"age-encryption.org/v1\n\x00\x80", "a.age") == set()
    assert kinds("[" * 100_000, "a.json") <= {"unreadable"}
    assert kinds(b"{broken json", "a.ipynb") == set()


def test_no_hit_quotes_what_it_found() -> None:
    secrets = ["correct horse", "tr0ub4dor", "adal", "/home/ada"]
    values = [str(ROW[name]) for name in ASSESSED] + [ROW.customer, *ROW.note.split()]
    body = {
        ROW.customer: {ROW.note: LEAK, "tr0ub4dor": "password='tr0ub4dor'"},
        "millbrook": {"true": 4, "false": 61},
        "rows": [{"town": "Millbrook", "n": 4}, {"town": "Riverside", "n": 3}],
        "adal": f"adal keeps {ROW.note} in /home/ada/x, correct horse, range_min: 3",
    }
    text = json.dumps(body)
    files = {
        "a.json": text.encode(),
        "a.ipynb": notebook(output("text/plain", LEAK), output(f"x/{ROW.customer}", LEAK), **body),
        "a.html": f"<pre>{text}</pre>{REAL.iloc[[123]].to_html()}".encode(),
        "a.txt": text.encode(),
        "a.pdf": pdf(attached=text.encode(), title=LEAK),
        **FILES,
        **{name: data.encode() for name, data in SMALL.items()},
    }
    given = {"secrets": ["correct horse", "tr0ub4dor"], "private": ["adal"]}
    hits = scan(files, [REAL], CHARTER, minimum_cell=10, **given)
    found_kinds = {"record", "identifier", "free text", "small cell", "path", "private name"}
    assert {hit.kind for hit in hits} == found_kinds | {"secret", "range"}
    told = "\n".join(f"{hit} {hit!r} {hit.where}" for hit in hits)
    for value in [*secrets, *(value for value in values if len(value) > 3)]:
        assert value not in told.replace("false alarm", ""), value


def test_each_file_that_leaks_is_named() -> None:
    hits = scan({"b.txt": LEAK.encode(), "a.txt": b"fine"}, [REAL], CHARTER, minimum_cell=10)
    assert [hit.file for hit in hits] == ["b.txt"]
    assert hits[0].where == "b.txt, line 1"


def test_damaged_files_are_read_as_far_as_they_can_be() -> None:
    rng = np.random.default_rng(0)
    whole = {name: data for name, data in FILES.items() if name.endswith((".pdf", ".png", ".zip"))}
    whole["a.ipynb"] = notebook(PICTURE, ERROR, output("text/html", REAL.head(2).to_html()))
    whole["a.html"] = b"<table><td rowspan=9>a<tr><table></p><td colspan=x>" + FILES["drawn.html"]
    for name, data in whole.items():
        for _ in range(20):
            broken = bytearray(data)
            for at in rng.integers(0, len(data), 30):
                broken[at] = rng.integers(0, 256)
            cut = int(rng.integers(1, len(data) + 1))
            for damaged in (bytes(broken), data[:cut], data[cut:]):
                assert all(part.place is not None for part in read(name, damaged, frozenset()))
