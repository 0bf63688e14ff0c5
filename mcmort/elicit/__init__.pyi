from .check_case import check as check
from .priors import Elicited as Elicited
from .priors import Priors as Priors
from .priors import Used as Used
from .priors import elicit as elicit
from .table import QuantileTable as QuantileTable
from .table import ScoreTable as ScoreTable
from .table import build_score_table as build_score_table
from .table import build_table as build_table

__all__: list[str]
