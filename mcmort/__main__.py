"""Lets ``python -m mcmort`` stand for the command ``mcmort``."""

from mcmort.cli.app import main

if __name__ == "__main__":
    raise SystemExit(main())
