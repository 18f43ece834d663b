"""Groups compared; each question has its room.

Import from here: `group_inference`, naive and honest p-values side by side.
"""

from .group_inference import GroupInference, group_inference

__all__ = ["GroupInference", "group_inference"]
