"""Commands that refuse two definitions or two contrary switches: the parser would take the last, and say nothing.

Of other options the last counts, as everywhere: a script may add to the options that a user has set.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Final, override

from typer.core import TyperCommand

__all__ = ["OnceCommand"]

_ONCE: Final = "definition"
"""Parameter that some commands take several times, and others once."""


class OnceCommand(TyperCommand):
    """A command whose definition, where it takes one, is given once, as is a switch that has a contrary."""

    @override
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        _, _, given = self.make_parser(ctx).parse_args(args=[*args])
        for option, times in Counter(given).items():
            contrary = list(getattr(option, "secondary_opts", ()))
            if times > 1 and not getattr(option, "multiple", False) and (contrary or option.name == _ONCE):
                names = " or ".join([*option.opts[:1], *contrary[:1]])
                ctx.fail(f"{names} is given {times} times; this command takes it once")
        return super().parse_args(ctx, args)
