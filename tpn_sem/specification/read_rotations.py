"""The rotation of exploratory blocks, as a user gives it."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import signature
from typing import Any

from ..errors import OptionError, choose
from ..language import Statements
from ..rotation import Criterion, Turning, TwoSteps, read_turning
from .exploratory_blocks import ExploratoryBlock, find_blocks
from .options import ModelOptions

Rotations = tuple[tuple[str, Turning], ...]
_OWN = tuple(signature(read_turning).parameters)[2:]


def read_rotations(rotation: object, arguments: object) -> Rotations:
    """Rotations by the name of their block, "" for all others.

    Parameters
    ----------
    rotation : str, Criterion, or mapping from names of blocks to these
    arguments : mapping
        Parameters of the criterion, and orthogonal, kaiser, starts, seed, order; where `rotation`
        is a mapping, such a mapping for each block.

    Raises
    ------
    OptionError
    """
    given = _mapping("rotation_args", arguments)
    if not isinstance(rotation, Mapping):
        for name, value in given.items():
            if isinstance(value, Mapping):
                raise OptionError(
                    f"rotation_args= has a dict for {name!r}: arguments by block go with rotations "
                    f"by block, as rotation={{{name!r}: 'geomin'}}."
                )
        return (("", _turning(rotation, given)),)
    if not rotation:
        raise OptionError("rotation={} names no block: leave it out.")
    for name in given:
        if name not in rotation:
            raise OptionError(
                f"rotation_args= has {name!r}, but rotation= names the blocks "
                f"{', '.join(map(repr, rotation))}: give arguments by block."
            )
    own = {
        str(block): _turning(one, _mapping(f"rotation_args[{block!r}]", given.get(block)))
        for block, one in rotation.items()
    }
    return tuple(({"": read_turning()} | own).items())


def block_rotations(options: ModelOptions) -> Rotations:
    """What was said of rotations, or the default: geomin."""
    if options.rotation:
        return options.rotation
    return (("", read_turning(orthogonal=True if options.orthogonal else None)),)


def check_rotation(statements: Statements, options: ModelOptions) -> None:
    """Refuse a rotation of a model in which nothing turns.

    Raises
    ------
    OptionError
    """
    if options.rotation and not find_blocks(statements):
        raise OptionError(
            "rotation= is without effect: no factors turn. Write efa('b')*f1 + efa('b')*f2 =~ ... "
            "in the model, or leave it out; ts.efa explores without a model."
        )


def turning_of(block: ExploratoryBlock, chosen: Mapping[str, Turning]) -> Turning:
    """The rotation of a block."""
    return chosen[block.name] if block.name in chosen else chosen[""]


def _mapping(name: str, given: object) -> Mapping[str, Any]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise OptionError(f"{name}= is a dict, as {{'epsilon': 0.01}}, not {given!r:.60}.")
    return given


_NAMES = {"rstarts": "starts", "std_ov": "standardized"}
_WEIGHTS = {"none": False, "kaiser": True, "default": None}
_ORDERS = {"index": "items", "sumofsquares": "variance"}


def _by_our_names(given: Mapping[str, Any]) -> dict[str, Any]:
    """What has lavaan's names, as ``rstarts`` and ``row_weights``, by ours."""
    found: dict[str, Any] = {}
    for name, value in given.items():
        plain = str(name).replace(".", "_")
        if plain == "row_weights":
            found["kaiser"] = _WEIGHTS[choose("row_weights", value, _WEIGHTS)]
        elif plain == "order_lv_by":
            found["order"] = _ORDERS[choose("order_lv_by", value, _ORDERS)]
        else:
            found[_NAMES.get(plain, plain)] = value
    return found


def _turning(rotation: object, given: Mapping[str, Any]) -> Turning:
    plain = _by_our_names(given)
    own = {name: value for name, value in plain.items() if name in _OWN}
    rest = {name: value for name, value in plain.items() if name not in _OWN}
    wanted = "geomin" if rotation is None else rotation
    turning = read_turning(wanted, rest, **own)
    if isinstance(turning.rotation, TwoSteps):
        raise OptionError(
            f"rotation={turning.rotation.name!r} has a second step that is no minimum of anything: "
            "it is for ts.efa. Take 'geomin', 'oblimin', 'cf_varimax', ..., or a target."
        )
    if not isinstance(turning.rotation, Criterion):
        raise OptionError(
            "rotation='none' leaves the factors of a block without meaning: take 'geomin', or "
            "write a model whose loadings are fixed."
        )
    return turning
