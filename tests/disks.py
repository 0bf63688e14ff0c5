"""A disk that is really full: a small file system of its own, where the machine permits one to be mounted."""

from __future__ import annotations

import functools
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

__all__ = ["on_a_full_disk"]

_SCRIPT = """
disk=$1 size=$2; shift 2
mount -t tmpfs -o "size=$size" tmpfs "$disk" || exit 99
if [ -d "$disk.before" ]; then cp -r "$disk.before/." "$disk"; fi
cd "$disk" && cat /dev/zero > filler 2>/dev/null
"$@"; code=$?
echo "--- on the disk"; ls -A "$disk"
exit $code
"""


@functools.cache
def _is_permitted() -> bool:
    line = ["unshare", "-rm", "sh", "-c", "mount -t tmpfs -o size=4k tmpfs /tmp"]
    try:
        return subprocess.run(line, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def on_a_full_disk(
    disk: Path, words: Sequence[str], size: str = "1m", **more: str
) -> tuple[subprocess.CompletedProcess[str], set[str]]:
    """Run a command in a folder on a file system without a free byte.

    Parameters
    ----------
    disk : Path
        Where the file system is to be mounted. What stands in the folder of this name with ``.before`` is copied to it.
    words : sequence of str
        The command.
    size : str
        Of the file system.
    **more : str
        Variables of the environment.

    Returns
    -------
    CompletedProcess, set of str
        The process, and the names of the files on the disk afterwards, without what fills it.
    """
    if not _is_permitted():
        pytest.skip("no file system of one's own may be mounted here")
    disk.mkdir()
    line = ["unshare", "-rm", "sh", "-c", _SCRIPT, "sh", str(disk), size, *words]
    done = subprocess.run(line, env={**os.environ, **more}, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode != 99, done.stderr
    _, _, listed = done.stdout.partition("--- on the disk\n")
    return done, {*listed.splitlines()} - {"filler"}
