"""A timestamp proves when bytes existed, and nothing else proves it; a real authority answers."""

from __future__ import annotations

import hashlib
import random
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import a_tsa
import pytest
from a_tsa import Authority, openssl, pem, send, served

from synthnb.attest import der, timestamp
from synthnb.errors import MissingExtraError, SynthnbError, UsageError, VerificationError

DATA = b'{"payload":"an envelope"}\n'


@pytest.fixture(scope="module")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return a_tsa.authority(tmp_path_factory.mktemp("tsa"), between=True)


@pytest.fixture(scope="module")
def url(tsa: Authority) -> Iterator[str]:
    with served(lambda handler, query: send(handler, tsa.reply(query))) as address:
        yield address


@pytest.fixture(scope="module")
def token(url: str) -> bytes:
    return timestamp.request(DATA, url)


def refused(token: bytes, data: bytes, *roots: bytes) -> str:
    with pytest.raises(VerificationError) as caught:
        timestamp.check(token, data, roots)
    return caught.value.message


@pytest.mark.parametrize("kind", ["ec", "rsa"])
@pytest.mark.parametrize("between", [False, True])
def test_a_token_proves_the_time_that_openssl_reads_in_it(
    tmp_path: Path, kind: str, between: bool
) -> None:
    tsa = a_tsa.authority(tmp_path, kind, between=between)
    before = datetime.now(UTC).replace(microsecond=0)
    with served(lambda handler, query: send(handler, tsa.reply(query))) as address:
        token = timestamp.request(DATA, address)
    found = timestamp.check(token, DATA, [pem(tsa.root)])
    assert before <= found <= datetime.now(UTC)
    assert found.tzinfo is UTC
    assert timestamp.claimed(token, DATA) == found
    (tmp_path / "token.tsr").write_bytes(token)
    (tmp_path / "data").write_bytes(DATA)
    text = openssl(["ts", "-reply", "-in", "token.tsr", "-text"], tmp_path).decode()
    (line,) = re.findall("^Time stamp: (.*) GMT$", text, re.MULTILINE)
    assert datetime.strptime(line, "%b %d %H:%M:%S %Y").replace(tzinfo=UTC) == found
    words = ["ts", "-verify", "-data", "data", "-in", "token.tsr", "-CAfile", "root.pem"]
    assert openssl(words, tmp_path).startswith(b"Verification: OK")


def test_no_byte_of_a_token_may_change(tsa: Authority, token: bytes) -> None:
    root = pem(tsa.root)
    draw = random.Random(5)  # noqa: S311
    for at in range(len(token)):
        refused(
            token[:at] + bytes([token[at] ^ 1 << draw.randrange(8)]) + token[at + 1 :], DATA, root
        )
    for _ in range(400):
        at, other = draw.randrange(len(token)), draw.randrange(len(token))
        edits = {
            token[:at] + draw.randbytes(1) + token[at + 1 :],
            token[:at] + draw.randbytes(1) + token[at:],
            token[:at] + token[at + 1 :],
            token[:at] + token[at : at + 9] + token[at:],
            token[: min(at, other)] + token[max(at, other) :],
        }
        for edited in edits - {token}:
            refused(edited, DATA, root)


def test_a_token_of_other_bytes_is_refused(tsa: Authority, url: str, token: bytes) -> None:
    assert refused(token, DATA + b" ", pem(tsa.root)) == "the timestamp is about other data."
    other = timestamp.request(b"other", url)
    assert refused(other, DATA, pem(tsa.root)) == "the timestamp is about other data."


def test_an_authority_that_nobody_trusts_is_refused(
    tsa: Authority, token: bytes, tmp_path: Path
) -> None:
    other = a_tsa.authority(tmp_path)
    expected = "the timestamp authority is not among the trusted ones."
    assert refused(token, DATA, pem(other.root)) == expected
    namesake = a_tsa.certify("Test Root", other.key, "Test Root", other.key, ca=True)
    assert refused(token, DATA, pem(namesake)) == expected
    assert timestamp.check(token, DATA, [pem(other.root) + pem(tsa.root)])
    assert timestamp.check(token, DATA, [pem(other.root), pem(tsa.root)])


def test_roots_must_be_given_and_be_certificates(token: bytes) -> None:
    with pytest.raises(UsageError, match="No timestamp authority is trusted"):
        timestamp.check(token, DATA, [])
    with pytest.raises(UsageError, match="is not a certificate"):
        timestamp.check(token, DATA, [b"nonsense"])


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"usage": a_tsa.STAMPS, "critical": False},
        {"usage": (*a_tsa.STAMPS, a_tsa.ExtendedKeyUsageOID.CODE_SIGNING)},
        {"usage": (a_tsa.ExtendedKeyUsageOID.CODE_SIGNING,)},
    ],
)
def test_a_certificate_that_is_not_for_timestamps_only_is_refused(
    tmp_path: Path, options: dict[str, object]
) -> None:
    tsa = a_tsa.authority(tmp_path)
    token = timestamp.canonical(tsa.reply(tsa.query(DATA, "-sha256")))
    serial = tsa.signer.serial_number
    other = a_tsa.certify(  # same key, name and number: OpenSSL does not sign with it by itself
        "Test TSA", tsa.key, "Test Root", tsa.root_key, serial=serial, **options
    )
    token = with_certificates(token, {a_tsa.der(tsa.root), a_tsa.der(other)})
    expected = "the timestamp was signed with a certificate that is not for timestamps only."
    assert refused(token, DATA, pem(tsa.root)) == expected


def test_a_certificate_that_was_not_valid_at_that_time_is_refused(tmp_path: Path) -> None:
    tsa = a_tsa.authority(tmp_path, age=timedelta(days=31))
    token = timestamp.canonical(tsa.reply(tsa.query(DATA, "-sha256")))
    assert "is not validly signed" in refused(token, DATA, pem(tsa.root))


def test_a_certificate_issued_by_somebody_who_is_no_authority_is_refused(tmp_path: Path) -> None:
    tsa = a_tsa.authority(tmp_path, between=True, between_is_ca=False)
    token = timestamp.canonical(tsa.reply(tsa.query(DATA, "-sha256")))
    assert "is not validly signed" in refused(token, DATA, pem(tsa.root))


def with_certificates(token: bytes, certificates: set[bytes]) -> bytes:
    """Return the token in canonical form with other certificates in it."""
    status, outer = der.unwrap(token, der.SEQUENCE)
    kind, content = der.split(outer.value)
    fields = der.unwrap(content.value, der.SEQUENCE)
    parts = [
        der.join(0xA0, *sorted(certificates)) if field.tag == 0xA0 else field.raw
        for field in fields
    ]
    signed = der.join(0xA0, der.join(der.SEQUENCE, *parts))
    return der.join(der.SEQUENCE, status.raw, der.join(der.SEQUENCE, kind.raw, signed))


def certificates_in(token: bytes) -> set[bytes]:
    outer = der.unwrap(token, der.SEQUENCE)[1]
    fields = der.unwrap(der.split(outer.value)[1].value, der.SEQUENCE)
    (held,) = [field for field in fields if field.tag == 0xA0]
    return {each.raw for each in der.split(held.value)}


def test_a_certificate_that_plays_no_part_is_refused(
    tsa: Authority, token: bytes, tmp_path: Path
) -> None:
    held = certificates_in(token)
    assert with_certificates(token, held) == token
    assert len(held) == 3
    stranger = a_tsa.authority(tmp_path)
    more = with_certificates(token, held | {a_tsa.der(stranger.root)})
    assert "leads to none of the trusted roots" in refused(more, DATA, pem(tsa.root))
    assert timestamp.check(more, DATA, [pem(tsa.root), pem(stranger.root)])
    less = with_certificates(token, held - {a_tsa.der(tsa.root)})
    assert timestamp.check(less, DATA, [pem(tsa.root)])
    without = with_certificates(token, held - {a_tsa.der(tsa.signer)})
    assert refused(without, DATA, pem(tsa.root)).startswith("is not a timestamp")


def test_what_nobody_signed_is_spelt_in_one_way_only(tsa: Authority) -> None:
    root = pem(tsa.root)
    reply = tsa.reply(tsa.query(DATA, "-sha512"))
    token = timestamp.canonical(reply)
    assert timestamp.canonical(token) == token
    expected = timestamp.check(token, DATA, [root])
    status, signed = der.unwrap(token, der.SEQUENCE)
    zero = der.join(der.INTEGER, b"\0")
    text = der.join(der.SEQUENCE, zero, der.join(der.SEQUENCE, der.join(0x0C, b"well done")))
    chatty = der.join(der.SEQUENCE, text, signed.raw)
    assert timestamp.canonical(chatty) == token
    assert refused(chatty, DATA, root) == "the timestamp is not in canonical form."
    long_length = b"\x30\x83\x00" + token[2:4] + token[4:]
    for other in (token + b"\0", token + token, long_length, b"", b"\x30", b"\x30\x80\0\0"):
        assert refused(other, DATA, root).startswith("is not a timestamp")
    assert status.raw == bytes.fromhex("3003020100")
    assert timestamp.check(token, DATA, [root]) == expected


def test_a_refusal_is_no_timestamp(tsa: Authority) -> None:
    rejected = bytes.fromhex("30053003020102")
    assert refused(rejected, DATA, pem(tsa.root)).startswith("is not a timestamp")


def test_garbage_of_any_kind_is_refused_and_not_fallen_over(tsa: Authority) -> None:
    root = pem(tsa.root)
    draw = random.Random(7)  # noqa: S311
    for size in range(300):
        refused(draw.randbytes(size), DATA, root)
    refused(b"\x30\x82\xff\xff" * 20_000, DATA, root)
    refused(b"\x30" * 200_000, DATA, root)
    begun = time.process_time()
    refused(der.join(der.SEQUENCE, b"\x05\0" * 49_000), DATA, root)
    assert time.process_time() - begun < 1


def test_der_reads_one_encoding_only() -> None:
    assert der.join(der.OCTETS, b"x" * 200).hex()[:6] == "0481c8"
    for wrong in (
        "02",
        "0202",
        "020201",
        "0281" + "0101",
        "3080",
        "1f810000",
        "048200050000000000",
    ):
        with pytest.raises(ValueError, match="not DER"):
            der.split(bytes.fromhex(wrong))
    with pytest.raises(ValueError, match="not what was expected"):
        der.unwrap(bytes.fromhex("020101"), der.SEQUENCE)


def failing(address: str, timeout: float = 5.0) -> str:
    """Return what a failed request says; it never says where."""
    with pytest.raises(SynthnbError) as caught:
        timestamp.request(DATA, address, timeout)
    error = caught.value
    assert not isinstance(error, UsageError)
    said = (
        f"{error} {error.__cause__} {error.__context__ if not error.__suppress_context__ else ''}"
    )
    for private in ("127.0.0.1", "localhost", "/tsr", "secret"):
        assert private not in said
    assert error.advice
    return error.message


def test_a_server_that_is_down_is_called_unreachable() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    assert failing(f"http://127.0.0.1:{port}/tsr") == "The timestamp server cannot be reached."
    assert failing("http://no-such-host.invalid/tsr") == "The timestamp server cannot be reached."


def test_a_server_that_is_slow_is_not_waited_for() -> None:
    stop = threading.Event()

    def silent(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        stop.wait(10)

    def dripping(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        handler.wfile.write(b"HTTP/1.0 200 OK\r\n")
        while not stop.wait(0.05):
            handler.wfile.write(b"X-Wait: more\r\n")

    for behaviour in (silent, dripping):
        stop.clear()
        with served(behaviour) as address:
            begun = time.monotonic()
            message = failing(address, timeout=0.4)
            assert time.monotonic() - begun < 3
            stop.set()
        assert message == "The timestamp server did not answer within 0.4 seconds."


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        (b"<html>secret proxy page</html>", 200, "something that is not a timestamp"),
        (b"", 200, "something that is not a timestamp"),
        (b"\x30\x03\x02\x01\x01", 200, "something that is not a timestamp"),
        (bytes.fromhex("30053003020102"), 200, "The timestamp server refused (status 2)."),
        (b"x" * 2_000_000, 200, "answered with more than 100,000 bytes"),
        (b"secret", 500, "answered with HTTP status 500"),
        (b"secret", 404, "answered with HTTP status 404"),
    ],
)
def test_an_answer_that_is_none_is_named(body: bytes, status: int, message: str) -> None:
    with served(lambda handler, _: send(handler, body, status)) as address:
        assert message in failing(address)


def test_a_redirect_is_not_followed(url: str) -> None:
    def elsewhere(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        handler.send_response(302)
        handler.send_header("Location", url)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    with served(elsewhere) as address:
        assert failing(address) == "The timestamp server answered with HTTP status 302."


def test_an_answer_to_another_question_is_refused(tsa: Authority) -> None:
    replayed = tsa.reply(tsa.query(DATA, "-sha256"))
    with served(lambda handler, _: send(handler, replayed)) as address:
        assert failing(address) == "the timestamp is the answer to another question."
    without_nonce = tsa.reply(tsa.query(DATA, "-sha256", "-no_nonce"))
    with served(lambda handler, _: send(handler, without_nonce)) as address:
        assert failing(address) == "the timestamp is the answer to another question."


def test_an_answer_about_other_bytes_is_refused(tsa: Authority) -> None:
    mine, other = (hashlib.sha256(each).digest() for each in (DATA, b"other"))

    def swapped(handler: BaseHTTPRequestHandler, query: bytes) -> None:
        assert mine in query
        send(handler, tsa.reply(query.replace(mine, other)))

    with served(swapped) as address:
        assert failing(address) == "the timestamp is the answer to another question."


def test_only_the_hash_leaves_the_house(tsa: Authority) -> None:
    seen: list[bytes] = []

    def looking(handler: BaseHTTPRequestHandler, query: bytes) -> None:
        seen.append(bytes(handler.headers) + query)
        send(handler, tsa.reply(query))

    with served(looking) as address:
        timestamp.request(DATA, address)
        timestamp.request(DATA, address)
    first, second = seen
    assert first != second
    assert DATA not in first
    assert b"User-Agent: synthnb\n" in first
    assert socket.gethostname().encode() not in first


@pytest.mark.parametrize(
    "address",
    [
        "",
        "tsa.example/tsr",
        "ftp://tsa.example/tsr",
        "file:///etc/passwd",
        "http://",
        "http://ada:secret@tsa.example/tsr",
        "http://tsa.example:99999/",
        "http://tsa.example:0/",
        "http://tsa.example/a b",
        "http://tsa.example/\r\nX: y",
        "http://[::1",
    ],
)
def test_an_address_that_cannot_be_used_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(UsageError) as caught:
        timestamp.request(DATA, address)
    assert "secret" not in str(caught.value)
    assert "example" not in str(caught.value)


def test_without_the_library_the_extra_is_named(
    token: bytes, tsa: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "rfc3161_client", None)
    with pytest.raises(MissingExtraError, match=r"synthnb\[timestamp\]"):
        timestamp.request(DATA, "http://tsa.example/tsr")
    with pytest.raises(MissingExtraError, match=r"synthnb\[timestamp\]"):
        timestamp.check(token, DATA, [pem(tsa.root)])


def test_importing_loads_no_library_for_it() -> None:
    program = "import sys, synthnb.attest.timestamp; print('rfc3161_client' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout == b"False\n"
