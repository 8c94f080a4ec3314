"""What settings must be, refused with the setting's name where they are not."""

import math
from numbers import Integral, Real


def check_whole(name: str, value: object, least: int) -> None:
    """Raise ValueError, naming the setting, unless it is a whole number >= `least`."""
    whole = isinstance(value, Integral) and not isinstance(value, bool)
    what = f"whole number from {least} up" if least != 1 else "positive whole number"
    require(name, value, whole and value >= least, f"a {what}")


def check_number(
    name: str, value: object, low: float = -math.inf, high: float = math.inf
) -> float:
    """Return a setting as a float; ValueError unless low <= value <= high, finite."""
    number = isinstance(value, Real) and not isinstance(value, bool)
    what = f"between {low:g} and {high:g}"
    if high == math.inf:
        what = "a finite number" + (f" from {low:g} up" if low > -math.inf else "")
    require(name, value, number and math.isfinite(value) and low <= value <= high, what)
    return float(value)


def check_positive(name: str, value: object) -> float:
    """Return a setting as a float; ValueError unless it is finite and above 0."""
    number = isinstance(value, Real) and not isinstance(value, bool)
    require(name, value, number and 0 < value < math.inf, "a positive number")
    return float(value)


def check_choice(name: str, value: object, choices: tuple[str, ...]) -> None:
    """Raise ValueError, naming the setting, unless it is one of the choices."""
    require(name, value, value in choices, "one of " + ", ".join(choices))


def require_all(settings: object, wanted: dict[str, object], where: str) -> None:
    """Raise ValueError, naming the setting, unless all have the values wanted."""
    for name, only in wanted.items():
        value = getattr(settings, name)
        require(name, value, value == only, f"{only!r} {where}")


def require(name: str, value: object, fits: bool, what: str) -> None:
    """Raise ValueError, naming the setting, unless its value fits."""
    if not fits:
        raise ValueError(f"{name} must be {what}, not {value!r}")
