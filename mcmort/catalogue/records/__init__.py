"""What a case is made of: frozen records, one for each kind of TOML table.

Each record checks its own form. What needs more than one record (sources that resolve, facets that are declared,
formulas whose names exist) is checked in `mcmort.catalogue.checks.meaning`; the files are read by
`mcmort.catalogue.reading.load`.
"""

from mcmort.catalogue.records.fields import Flag, Id, Name, Number, Record, RecordError, Text, Texts, Values, Years
from mcmort.catalogue.records.figures import Estimate, Figure, Lineage, Share, Source, Spread, Weight
from mcmort.catalogue.records.inputs import Component, Correlation, Dependence, Even, Overlap, Profile, Quantity
from mcmort.catalogue.records.scopes import Claim, Definition, Scope, Selector, ShareRule
from mcmort.catalogue.records.synthesis import Balance, Baseline, Bias, ComponentPrior, Heterogeneity, Synthesis

__all__ = [
    "Balance",
    "Baseline",
    "Bias",
    "Claim",
    "Component",
    "ComponentPrior",
    "Correlation",
    "Definition",
    "Dependence",
    "Estimate",
    "Even",
    "Figure",
    "Flag",
    "Heterogeneity",
    "Id",
    "Lineage",
    "Name",
    "Number",
    "Overlap",
    "Profile",
    "Quantity",
    "Record",
    "RecordError",
    "Scope",
    "Selector",
    "Share",
    "ShareRule",
    "Source",
    "Spread",
    "Synthesis",
    "Text",
    "Texts",
    "Values",
    "Weight",
    "Years",
]
