"""Ordinal fits as item response models: discrimination, difficulty, information.

Import from here: `item_response`, `ItemResponse`.
"""

from .item_response import ItemResponse, item_response

__all__ = ["ItemResponse", "item_response"]
