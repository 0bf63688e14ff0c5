from .draws_on_request import DrawsOnRequest as DrawsOnRequest
from .sampler import Sampler as Sampler
from .simulate import DEFAULT_DRAWS as DEFAULT_DRAWS
from .simulate import simulate as simulate

__all__: list[str]
