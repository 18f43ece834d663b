"""Full information of ordinal items: the likelihood of rows of answers, by quadrature.

Import from here: `ResponseLikelihood`, `solve_responses`, `response_posterior`.
"""

from .response_likelihood import ResponseLikelihood
from .response_posterior import response_posterior
from .response_solution import solve_responses, too_few_for_answers

__all__ = ["ResponseLikelihood", "response_posterior", "solve_responses", "too_few_for_answers"]
