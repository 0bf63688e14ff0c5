"""Several numbers at once in compiled code: the operators of NumPy arrays on the vectors of the compiler.

The loops of the sampler say themselves which numbers go through a processor's vector unit together, and how a table is
looked up. Left to the compiler, they were half as wide as the unit, and took more than twice the time. On a
processor with narrower vectors the same code is split. Nothing here reorders floating-point sums.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from sys import byteorder
from typing import Any, Final

from llvmlite import ir
from numba.core import cgutils

from mcmort.elicit.table import UPPER
from mcmort.machine.code import processor
from mcmort.sampler.assemble import PADDING

__all__ = ["WIDTH", "WORD", "Lanes", "across", "counting", "load", "loop", "pairs", "spread", "store", "variable"]

WIDTH: Final = PADDING if "+avx512f" in processor()[1] else PADDING // 2
"""Numbers that go through a loop together: eight vectors, so that there is something to do while one waits for what it
looks up. By one vector at a time, a draw takes two fifths longer, and a quarter by sixteen, which fit no registers."""
WORD: Final = ir.IntType(64)
_FLOAT: Final = ir.DoubleType()
_INDEX: Final = ir.IntType(32)
_WORDS: Final = ir.VectorType(WORD, WIDTH)
_FLOATS: Final = ir.VectorType(_FLOAT, WIDTH)
_VECTOR: Final = 8
"""Numbers of the widest vector of today's processors."""


@dataclass(frozen=True, slots=True)
class Lanes:
    """A vector of `WIDTH` integers or floats; integers wrap around, and are shifted as unsigned ones."""

    builder: Any
    value: Any

    def _of(self, other: Lanes | float) -> Any:
        return other.value if isinstance(other, Lanes) else ir.Constant(self.value.type, [other] * WIDTH)

    def _do(self, name: str, other: Lanes | float) -> Lanes:
        return Lanes(self.builder, getattr(self.builder, name)(self.value, self._of(other)))

    def _arithmetic(self, name: str, other: Lanes | float) -> Lanes:
        return self._do(f"f{name}" if self.value.type == _FLOATS else name, other)

    def __add__(self, other: Lanes | float) -> Lanes:
        return self._arithmetic("add", other)

    def __sub__(self, other: Lanes | float) -> Lanes:
        return self._arithmetic("sub", other)

    def __mul__(self, other: Lanes | float) -> Lanes:
        return self._arithmetic("mul", other)

    def __xor__(self, other: Lanes | int) -> Lanes:
        return self._do("xor", other)

    def __and__(self, other: Lanes | int) -> Lanes:
        return self._do("and_", other)

    def __or__(self, other: Lanes | int) -> Lanes:
        return self._do("or_", other)

    def __rshift__(self, other: Lanes | int) -> Lanes:
        return self._do("lshr", other)

    def __lshift__(self, other: Lanes | int) -> Lanes:
        return self._do("shl", other)

    def shifted_in(self, high: int, count: int) -> Lanes:
        """Return integers shifted to the right; what comes in from the left are the lowest bits of `high`."""
        kind = ir.FunctionType(_WORDS, [_WORDS] * 3)
        shift = self.builder.module.declare_intrinsic(f"llvm.fshr.v{WIDTH}i64", (), kind)
        return Lanes(self.builder, self.builder.call(shift, [self._of(high), self.value, self._of(count)]))

    def bits(self) -> Lanes:
        """Return the bits of floats as integers."""
        return Lanes(self.builder, self.builder.bitcast(self.value, _WORDS))

    def upper_bits(self) -> Lanes:
        """Return the upper half of the bits of floats, as integers of 32 bits."""
        halves = self.builder.bitcast(self.value, ir.VectorType(_INDEX, 2 * WIDTH))
        first = 1 if byteorder == "little" else 0
        return Lanes(self.builder, _shuffled(self.builder, halves, halves, range(first, 2 * WIDTH, 2)))

    def floats(self) -> Lanes:
        """Return the floats that have the bits of integers."""
        return Lanes(self.builder, self.builder.bitcast(self.value, _FLOATS))

    def negative(self) -> Any:
        """Return whether the highest bit of integers is one."""
        return self.builder.icmp_signed("<", self.value, self._of(0))

    def at_or_below(self, other: Lanes | float) -> Any:
        """Return whether floats are others or less; undefined ones are not."""
        return self.builder.fcmp_ordered("<=", self.value, self._of(other))

    def inverted_where(self, mask: Any) -> Lanes:
        """Return integers, but with all bits inverted where a comparison holds."""
        return Lanes(self.builder, self.builder.select(mask, (self ^ -1).value, self.value))

    def but_where(self, mask: Any, number: float) -> Lanes:
        """Return the numbers, but another one where a comparison holds."""
        return Lanes(self.builder, self.builder.select(mask, self._of(number), self.value))

    def at_least(self, other: Lanes | float) -> Lanes:
        """Return the larger of two floats, the other where undefined."""
        return self._chosen(">", other)

    def at_most(self, other: Lanes | float) -> Lanes:
        """Return the smaller of two floats, the other where undefined."""
        return self._chosen("<", other)

    def _chosen(self, relation: str, other: Lanes | float) -> Lanes:
        right = self._of(other)
        is_left = self.builder.fcmp_ordered(relation, self.value, right)
        return Lanes(self.builder, self.builder.select(is_left, self.value, right))


def spread(builder: Any, scalar: Any) -> Lanes:
    """Return a vector whose numbers are all the same."""
    kind = ir.VectorType(scalar.type, WIDTH)
    undefined = ir.Constant(kind, ir.Undefined)
    one = builder.insert_element(undefined, scalar, ir.Constant(_INDEX, 0))
    return Lanes(
        builder, builder.shuffle_vector(one, undefined, ir.Constant(ir.VectorType(_INDEX, WIDTH), [0] * WIDTH))
    )


def counting(builder: Any) -> Lanes:
    """Return the integers from 0 to ``WIDTH - 1``."""
    return Lanes(builder, ir.Constant(_WORDS, list(range(WIDTH))))


def variable(builder: Any, lanes: Lanes) -> Any:
    """Return the place of a vector that changes from one turn of a loop to the next; it ends up in a register."""
    allocate: Any = cgutils.alloca_once_value
    return allocate(builder, lanes.value)


def load(builder: Any, array: Any, index: Any) -> Lanes:
    """Return the floats of an array from an index on."""
    return Lanes(builder, builder.load(_place(builder, array, index, _FLOATS), align=8))


def store(builder: Any, array: Any, index: Any, lanes: Lanes) -> None:
    """Store numbers into an array from an index on."""
    builder.store(lanes.value, _place(builder, array, index, lanes.value.type), align=4)


def _place(builder: Any, array: Any, index: Any, kind: Any) -> Any:
    return builder.bitcast(builder.gep(array, [index]), kind.as_pointer())


def across(builder: Any, name: str, lanes: Lanes) -> Any:
    """Return the ``umin`` or the ``umax`` of the integers of a vector, as unsigned ones."""
    kind = ir.FunctionType(WORD, [_WORDS])
    reduce = builder.module.declare_intrinsic(f"llvm.vector.reduce.{name}.v{WIDTH}i64", (), kind)
    return builder.call(reduce, [lanes.value])


@contextmanager
def loop(builder: Any, end: Any, step: int = WIDTH, begin: Any = None) -> Iterator[Any]:
    """Build a loop over an array in steps, the last of which may reach beyond its end, and give the index."""
    first = ir.Constant(WORD, 0) if begin is None else begin
    with cgutils.for_range_slice(builder, first, end, ir.Constant(WORD, step), WORD) as (index, _):
        yield index


def pairs(
    builder: Any, table: Any, cells: Lanes, meanwhile: Callable[[range], None] | None = None
) -> tuple[Lanes, Lanes]:
    """Return the floats of a packed table at some places, and those after them.

    They are gathered a vector at a time, or on a processor that cannot, loaded one by one. After each vector comes what
    `meanwhile` builds for as many numbers.
    """
    words = []
    for begin in range(0, WIDTH, _VECTOR):
        part = range(begin, begin + _VECTOR)
        words.append(_gathered(builder, table, _shuffled(builder, cells.value, cells.value, part)))
        if meanwhile is not None:
            meanwhile(part)
    whole = Lanes(builder, _joined(builder, words))
    return (whole & UPPER).floats(), (whole << 32).floats()


def _gathered(builder: Any, table: Any, cells: Any) -> Any:
    """Return the words of a table at the places of one vector."""
    mask, pointers = ir.VectorType(ir.IntType(1), _VECTOR), ir.VectorType(WORD.as_pointer(), _VECTOR)
    kind = ir.FunctionType(cells.type, [pointers, _INDEX, mask, cells.type])
    gather = builder.module.declare_intrinsic(f"llvm.masked.gather.v{_VECTOR}i64.v{_VECTOR}p0", (), kind)
    places = builder.gep(table, [cells], source_etype=WORD)
    places.type = pointers  # of which llvmlite does not know; from a sum of table and places two more steps are made
    everything, nothing = ir.Constant(mask, [1] * _VECTOR), ir.Constant(cells.type, ir.Undefined)
    return builder.call(gather, [places, ir.Constant(_INDEX, 8), everything, nothing])


def _joined(builder: Any, parts: Sequence[Any]) -> Any:
    """Return vectors behind one another, in halves: as registers are built."""
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    left, right = _joined(builder, parts[:middle]), _joined(builder, parts[middle:])
    return _shuffled(builder, left, right, range(2 * left.type.count))


def _shuffled(builder: Any, left: Any, right: Any, order: Sequence[int]) -> Any:
    return builder.shuffle_vector(left, right, ir.Constant(ir.VectorType(_INDEX, len(order)), list(order)))
