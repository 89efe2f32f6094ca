"""One question to a server and its answer: bounded in time and size, no redirects, no secrets.

An error never repeats the address or the cause that the system gives, for both may name machines
of the network inside, and never the text of the answer, which is a stranger's.
"""

from __future__ import annotations

import queue
import threading
import urllib.error
import urllib.parse
import urllib.request
from http.client import HTTPException
from typing import Any

from synthnb.errors import SynthnbError, UsageError

ADVICE = "try again later, or another server; nothing was kept"


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect would turn the question into a GET, at a place that nobody chose."""

    def redirect_request(self, *_: Any) -> None:
        """Follow none."""


def post(url: str, data: bytes, kind: str, timeout: float, limit: int) -> bytes:
    """Return what a server answers to bytes that are posted to it.

    Parameters
    ----------
    url : str
        Begins with ``http://`` or ``https://``; the proxies of the environment are used.
    data : bytes
        The question.
    kind : str
        Its content type.
    timeout : float
        Seconds within which the whole answer must be there.
    limit : int
        How many bytes the answer may have.

    Raises
    ------
    UsageError
        When the address is not one of http or https, or holds a name or password.
    SynthnbError
        When the server cannot be reached, is too slow, sends too much, redirects or fails.
    """
    _check(url)
    answers: queue.SimpleQueue[bytes | Exception] = queue.SimpleQueue()

    def work() -> None:
        try:
            answers.put(_ask(url, data, kind, timeout, limit))
        except Exception as exc:  # it is raised where somebody waits for it
            answers.put(exc)

    # A socket's timeout begins anew with each byte, and none holds for the look-up of a name.
    threading.Thread(target=work, daemon=True).start()
    try:
        answer = answers.get(timeout=timeout)
    except queue.Empty:
        answer = _slow(timeout)
    if isinstance(answer, Exception):
        raise answer
    return answer


def _ask(url: str, data: bytes, kind: str, timeout: float, limit: int) -> bytes:
    headers = {"Content-Type": kind, "User-Agent": "synthnb"}
    asked = urllib.request.Request(url, data, headers)  # noqa: S310, `_check` saw its scheme
    try:
        with urllib.request.build_opener(_NoRedirects).open(asked, timeout=timeout) as reply:
            answer: bytes = reply.read(limit + 1)
    except urllib.error.HTTPError as exc:
        exc.close()
        raise SynthnbError(
            f"The timestamp server answered with HTTP status {exc.code}.", advice=ADVICE
        ) from None
    except (OSError, HTTPException, ValueError) as exc:
        if isinstance(exc, TimeoutError) or isinstance(getattr(exc, "reason", None), TimeoutError):
            raise _slow(timeout) from None
        raise SynthnbError("The timestamp server cannot be reached.", advice=ADVICE) from None
    if len(answer) > limit:
        raise SynthnbError(
            f"The timestamp server answered with more than {limit:,} bytes.", advice=ADVICE
        )
    return answer


def _slow(timeout: float) -> SynthnbError:
    return SynthnbError(
        f"The timestamp server did not answer within {timeout:g} seconds.", advice=ADVICE
    )


def _check(url: str) -> None:
    try:
        parts = urllib.parse.urlsplit(url)
        good = (
            parts.scheme in {"http", "https"}
            and bool(parts.hostname)
            and parts.port != 0
            and "@" not in parts.netloc
            and url.isprintable()
            and " " not in url
        )
    except ValueError:
        good = False
    if not good:
        raise UsageError(
            "The timestamp server's address cannot be used.",
            advice="give one that begins with http:// or https:// and holds no name or password",
        )
