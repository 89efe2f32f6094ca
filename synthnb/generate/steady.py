"""Steady surroundings: the same draws in every process, and nothing left behind.

with steady(seed=7):
    ...                    # numpy, random and torch start from the seed, on one thread, in silence
"""

from __future__ import annotations

import contextlib
import io
import logging
import os
import random
import sys
import tempfile
import warnings
from collections.abc import Iterator
from typing import Any

from synthnb.errors import MissingExtraError

_LOGGERS = ("SingleTableSynthesizer", "MultiTableSynthesizer", "Metadata", "SingleTableMetadata")


def import_sdv() -> Any:
    """Return the package `sdv`, loaded without a trace in the user's data folder.

    Importing SDV writes a logging configuration into that folder, and where the configuration says
    so a log of every table that was fitted; a folder that is removed at once takes its place.

    Raises
    ------
    MissingExtraError
        If SDV, or a library that it cannot do without, is not installed.
    """
    if "sdv" not in sys.modules or sys.modules["sdv"] is None:
        before = os.environ.get("XDG_DATA_HOME")
        with tempfile.TemporaryDirectory() as nowhere, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            os.environ["XDG_DATA_HOME"] = nowhere
            try:
                import sdv
            except ModuleNotFoundError:
                raise MissingExtraError("SDV", "generate") from None
            finally:
                if before is None:
                    del os.environ["XDG_DATA_HOME"]
                else:
                    os.environ["XDG_DATA_HOME"] = before
    import sdv.metadata
    import sdv.sampling
    import sdv.single_table

    return sdv


@contextlib.contextmanager
def steady(*, seed: int) -> Iterator[None]:
    """Run a block with seeded global generators, one thread and no output; then put all back.

    SDV's networks draw from the global generators of numpy and torch, their sums depend on the
    number of threads, and their preparation draws in worker processes that no seed reaches.
    """
    with contextlib.ExitStack() as stack:
        stack.enter_context(_seeded(seed))
        stack.enter_context(_one_thread())
        stack.enter_context(_silent())
        yield


@contextlib.contextmanager
def _seeded(seed: int) -> Iterator[None]:
    import numpy as np

    torch = sys.modules.get("torch")
    states = random.getstate(), np.random.get_state(), torch and torch.get_rng_state()
    try:
        random.seed(seed)
        np.random.seed(seed)
        if torch:
            torch.manual_seed(seed)
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])
        if torch:
            torch.set_rng_state(states[2])


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    import joblib
    import threadpoolctl

    torch = sys.modules.get("torch")
    threads = torch and torch.get_num_threads()
    try:
        if torch:
            torch.set_num_threads(1)
        with threadpoolctl.threadpool_limits(1), joblib.parallel_config(backend="sequential"):
            yield
    finally:
        if torch:
            torch.set_num_threads(threads)


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    disabled = [logger.disabled for logger in loggers]
    try:
        for logger in loggers:
            logger.disabled = True
        with (
            warnings.catch_warnings(),
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, was in zip(loggers, disabled, strict=True):
            logger.disabled = was
