"""Machine code from disk, or else from Numba and then stored for later commands.

To import Numba takes half a second, and to load a function from Numba's own cache as long again. Machine code that
needs nothing of Numba is loaded by LLVM alone, in a tenth of a second. The name of a file is a digest of all that its
code was made from: the source, the processor, and the versions of the compilers. A file that is missing, damaged or
another one under its name is made again, silently; it can be deleted at any time.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, Protocol

import llvmlite.binding as llvm

from mcmort.cache.folder import cache_folder, version_of
from mcmort.cache.sealed_files import Request, keep_sealed, read_sealed

__all__ = ["CFunction", "address_of", "key_of", "processor"]

_LIBRARY: Final = frozenset([
    "erf", "erfc", "exp", "expm1", "free", "lgamma", "log", "log1p", "malloc", "memcpy", "memmove", "memset", "pow",
    "sqrt",
])  # fmt: skip
"""Functions of the C library, which is part of every process."""
_SETTINGS: Final = ("ENABLE_AVX", "LOOP_VECTORIZE", "OPT", "SLP_VECTORIZE")
"""Settings of Numba that change machine code, beside the processor."""
_ALIVE: Final[list[object]] = []
"""The owners of the machine code that has been loaded: it stays for as long as the process runs."""


class CFunction(Protocol):
    """A function compiled by ``numba.cfunc``."""

    @property
    def address(self) -> int | None:
        """Where its machine code begins."""

    @property
    def native_name(self) -> str:
        """Its symbol."""

    def inspect_llvm(self) -> str:
        """Return its code in LLVM's intermediate representation."""


def address_of(name: str, build: Callable[[], CFunction], sources: Iterable[Path], *choices: str) -> int:
    """Return the address of the machine code of a C function.

    Parameters
    ----------
    name : str
        Name of its file.
    build : callable
        Compiles it with ``numba.cfunc``; called only if the function is not on disk. If its code needs Numba when it
        runs, because it allocates or can raise, it is compiled in every process.
    sources : iterable of Path
        The files of Python that its code depends on.
    *choices : str
        Anything else that it depends on.

    Returns
    -------
    int
        The address, valid for as long as the process runs.
    """
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    request = {"kind": "machine code", "name": name, "key": key_of(sources, choices)}
    path = cache_folder() / f"{name}-{request['key']}.bin"
    with contextlib.suppress(OSError, ValueError):
        return _load(*_read(path, request))
    compiled = build()
    code = _self_contained(compiled)
    if code is None:
        _ALIVE.append(compiled)
        return int(compiled.address or 0)
    body = compiled.native_name.encode() + b"\0" + code
    with contextlib.suppress(OSError):
        keep_sealed(path, request, lambda file: file.write(body))
    return _load(compiled.native_name, code)


def key_of(sources: Iterable[Path], choices: Iterable[str]) -> str:
    """Return a digest of all that machine code depends on."""
    versions = [version_of(name) for name in ("llvmlite", "numba", "numpy")]
    settings = [os.environ.get(f"NUMBA_{name}") for name in _SETTINGS]
    contents = [hashlib.sha256(source.read_bytes()).hexdigest() for source in (Path(__file__), *sources)]
    made_from = [llvm.get_process_triple(), *processor(), versions, settings, contents, list(choices)]
    return hashlib.sha256(json.dumps(made_from).encode()).hexdigest()[:24]


def processor() -> tuple[str, str]:
    """Return the name and the features of this processor, or of the one that Numba is told to compile for."""
    try:
        features = llvm.get_host_cpu_features().flatten()
    except RuntimeError:  # LLVM does not know the features of some processors
        features = ""
    name = os.environ.get("NUMBA_CPU_NAME") or llvm.get_host_cpu_name()
    return name, os.environ.get("NUMBA_CPU_FEATURES", features)


def _target() -> llvm.TargetMachine:
    """Return the target that code is generated for, with the settings of Numba."""
    target = llvm.Target.from_triple(llvm.get_process_triple())
    cpu, features = processor()
    reloc = "static" if target.name.startswith("x86") else "default"
    return target.create_target_machine(
        cpu=cpu, features=features, opt=3, reloc=reloc, codemodel="jitdefault", jit=True
    )


def _read(path: Path, request: Request) -> tuple[str, bytes]:
    """Return the symbol and the machine code of a file, if it is undamaged: on a damaged one LLVM ends the process."""
    symbol, _, code = bytes(read_sealed(path, request)).partition(b"\0")
    return symbol.decode(), code


def _self_contained(compiled: CFunction) -> bytes | None:
    """Return machine code that needs nothing but the C library; None if there is no such code.

    Numba links a function with all that it calls, and with code that reports errors. Once only the function itself can
    be called from outside, the optimiser finds that no error can happen, and removes that code.
    """
    module = llvm.parse_assembly(compiled.inspect_llvm())
    for symbol in (*module.functions, *module.global_variables):
        if not symbol.is_declaration and symbol.name != compiled.native_name:
            symbol.linkage = llvm.Linkage.internal
    target = _target()
    passes = llvm.create_pass_builder(target, llvm.create_pipeline_tuning_options(speed_level=3))
    passes.getModulePassManager().run(module, passes)
    external = [symbol.name for symbol in (*module.functions, *module.global_variables) if symbol.is_declaration]
    if any(name not in _LIBRARY and not name.startswith("llvm.") for name in external):
        return None
    return bytes(target.emit_object(module))


def _load(symbol: str, code: bytes) -> int:
    """Load machine code into the process, and return the address of a symbol."""
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _target())
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    _ALIVE.append(engine)
    return int(engine.get_function_address(symbol))
