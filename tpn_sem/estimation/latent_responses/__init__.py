"""Full information of ordinal items: the likelihood of rows of answers, by quadrature.

Import from here: `ResponseLikelihood`, `solve_responses`.
"""

from .response_likelihood import ResponseLikelihood
from .response_solution import solve_responses

__all__ = ["ResponseLikelihood", "solve_responses"]
