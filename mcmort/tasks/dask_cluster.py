"""The workers of a running Dask cluster as an executor; the only file that knows the library."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from mcmort.errors import TaskError
from mcmort.tasks.keyed_task import versions
from mcmort.tasks.worker import different_versions

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["dask_executor"]

_TIMEOUT: Final = 5.0
_PATIENCE: Final = 30.0


@contextmanager
def dask_executor(
    address: str, *, timeout: float = _TIMEOUT, patience: float = _PATIENCE, workers: int = 1
) -> Iterator[Executor]:
    """Lend the workers of a Dask cluster, once all of them have the versions that are here.

    Tasks whose worker dies are carried out by another one. Workers that join later are compared when they are given
    their first task.

    Parameters
    ----------
    address : str
        Of its scheduler, such as ``tcp://10.0.0.5:8786``.
    timeout : float
        Seconds to wait for the scheduler.
    patience : float
        Seconds to wait for workers.
    workers : int
        How many workers to wait for.

    Yields
    ------
    concurrent.futures.Executor

    Raises
    ------
    TaskError
        If the library is not installed, there is no scheduler, there are too few workers, or one has other versions.
    """
    try:
        from distributed import Client
    except ImportError:
        raise TaskError(
            "a Dask cluster needs the library distributed, which is not installed. Hint: pip install 'mcmort[dask]'"
        ) from None
    try:
        asyncio.run(_reach(address, timeout))
    except (OSError, ValueError, TypeError) as error:
        raise TaskError(
            f"no Dask scheduler at {address!r} within {timeout:g} seconds ({str(error) or 'no answer'}). Hint: start "
            "one with 'dask scheduler', which prints its address, such as tcp://10.0.0.5:8786"
        ) from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of versions, which are compared below
        client = Client(address, timeout=timeout, set_as_default=False)
    try:
        _wait_for_workers(client, address, workers, patience)
        _check_versions(client)
        with client.get_executor(pure=False) as executor:
            yield executor
    finally:
        client.close()


async def _reach(address: str, timeout: float) -> None:
    """Connect to a scheduler and leave: a client that finds none takes ten seconds more to end."""
    from distributed.comm import connect

    comm = await asyncio.wait_for(connect(address, timeout=timeout), timeout + 1)
    await comm.close()


def _wait_for_workers(client: Client, address: str, workers: int, patience: float) -> None:
    """Refuse a cluster with too few workers: with none, tasks would wait for ever."""
    try:
        client.wait_for_workers(workers, timeout=patience)
    except TimeoutError:
        found = len(client.scheduler_info(n_workers=-1)["workers"])
        count = f"{found} worker{'s' * (found > 1)}" if found else "no worker"
        raise TaskError(
            f"the Dask scheduler at {address} has {count} after {patience:g} seconds; "
            f"expected {workers} or more. Hint: start some with 'dask worker {address} --nworkers 4 --nthreads 1'"
        ) from None


def _check_versions(client: Client) -> None:
    """Refuse a cluster one of whose workers would compute otherwise."""
    found: Mapping[str, Any] = client.run(versions, on_error="return")
    differing = []
    for worker, answer in sorted(found.items()):
        if isinstance(answer, Mapping):
            if difference := different_versions(versions(), answer):
                differing.append(f"{worker} has {difference}")
        else:
            differing.append(f"{worker} cannot say its versions: {type(answer).__name__}: {answer}")
    if differing:
        raise TaskError(
            f"{len(differing)} of {len(found)} workers would compute with other versions: {'. '.join(differing)}. "
            "Hint: install the same versions everywhere"
        )
