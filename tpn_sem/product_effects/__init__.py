"""What a product means: simple slopes, where they are significant, surfaces, tests, shares.

Import from here: `interaction`, `Interaction`.
"""

from .interaction import Interaction, interaction

__all__ = ["Interaction", "interaction"]
