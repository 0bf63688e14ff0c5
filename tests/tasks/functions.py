"""Functions that the tests give to workers: pure ones, and some that misbehave."""

from __future__ import annotations

import math
import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mcmort.catalogue.case import Case
from mcmort.catalogue.measured_errors import ErrorLibrary
from mcmort.errors import EvidenceError

__all__ = [
    "count_components",
    "count_pairs",
    "die",
    "die_once",
    "draw_mean",
    "fail_below",
    "log_call",
    "not_json",
    "wait_and_log",
]


def count_pairs(library: ErrorLibrary, request: Mapping[str, Any]) -> int:
    """Return how many pairs a library has, and some more."""
    return len(library.pairs) + int(request["more"])


def draw_mean(request: Mapping[str, Any]) -> dict[str, float]:
    """Return the mean of random numbers of a seed."""
    drawn = np.random.default_rng(request["seed"]).normal(size=1000)
    return {"mean": float(drawn.mean()), "sd": float(drawn.std())}


def log_call(request: Mapping[str, Any]) -> int:
    """Leave a file for each call, and return the square."""
    Path(request["log"], f"{request['n']}-{time.perf_counter_ns()}-{os.getpid()}").touch()
    return int(request["n"]) ** 2


def wait_and_log(request: Mapping[str, Any]) -> int:
    """Take a while, then do what `log_call` does."""
    time.sleep(request["seconds"])
    return log_call(request)


def fail_below(request: Mapping[str, Any]) -> float:
    """Return the square root of a number, or raise."""
    if request["n"] < 0:
        raise EvidenceError(f"{request['n']} has no square root")
    return math.sqrt(request["n"])


def not_json(request: Mapping[str, Any]) -> float:
    """Return what JSON has no word for."""
    return float(request["value"])


def die(request: Mapping[str, Any]) -> int:
    """End the process as the system does when memory runs out."""
    if request["deadly"]:
        os.kill(os.getpid(), signal.SIGKILL)
    return int(request["n"])


def die_once(request: Mapping[str, Any]) -> int:
    """End the process the first time, and only then."""
    mark = Path(request["mark"])
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return int(request["n"])


def count_components(case: Case, request: Mapping[str, Any]) -> int:
    """Return how many components a case has, and some more."""
    return len(case.components) + int(request["more"])
