"""How Sphinx builds the site: ``make site``. ``docs/index.md`` sorts the pages into four kinds."""

import tomllib
from pathlib import Path

PROJECT = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]

project = PROJECT["name"]
release = PROJECT["version"]
author = PROJECT["authors"][0]["name"]
extensions = ["myst_parser"]
# The root of the repository is the source, so that links between its pages lead the same way here as in the files.
root_doc = "docs/index"
include_patterns = ["*.md", "docs/*.md", "priors/*.md", "priors/*/NOTES.md", "benchmarks/battery/README.md"]
myst_heading_anchors = 4
html_theme = "furo"
html_title = f"{project} {release}"
html_extra_path = ["site-root"]  # an index.html that leads to the first page
html_show_sphinx = False
