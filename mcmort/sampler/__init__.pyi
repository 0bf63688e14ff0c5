from .draw import DEFAULT_DRAWS as DEFAULT_DRAWS
from .draw import simulate as simulate
from .sampler import Sampler as Sampler

__all__: list[str]
