"""Reads settings from the environment and stops the start, by name, where one cannot be read."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")


def text(name: str, default: str = "") -> str:
    """Return the value of NAME, or what the file named by NAME_FILE holds, or the default.

    Raises ImproperlyConfigured when both are given or the file cannot be read.
    """
    value, path = os.environ.get(name), os.environ.get(f"{name}_FILE")
    if value and path:
        raise ImproperlyConfigured(f"{name} and {name}_FILE are both set; keep one of them.")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ImproperlyConfigured(f"{name}_FILE: cannot read {path}: {error}") from error
    return default if value is None else value.strip()


def required(name: str, why: str) -> str:
    """Return the value of NAME; raise ImproperlyConfigured, saying why it is needed, when it is empty."""
    value = text(name)
    if not value:
        raise ImproperlyConfigured(f"{name} (or {name}_FILE) must be set: {why}")
    return value


def parsed(name: str, default: T, parse: Callable[[str], T], expected: str) -> T:
    """Return NAME read by `parse`, or the default when it is empty; say what was expected otherwise."""
    value = text(name)
    if not value:
        return default
    try:
        return parse(value)
    except (ValueError, TypeError) as error:
        raise ImproperlyConfigured(f"{name} is {value!r}, expected {expected}.") from error


def number(name: str, default: int) -> int:
    """Return NAME as a whole number."""
    return parsed(name, default, int, "a whole number")


def flag(name: str, default: bool) -> bool:
    """Return NAME as a truth value: 1/0, true/false, yes/no, on/off."""

    def parse(value: str) -> bool:
        meanings = {"1": True, "true": True, "yes": True, "on": True}
        meanings |= {"0": False, "false": False, "no": False, "off": False}
        if value.lower() not in meanings:
            raise ValueError(value)
        return meanings[value.lower()]

    return parsed(name, default, parse, "1 or 0")


def words(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """Return NAME as a list: separated by commas or white space."""
    return text(name).replace(",", " ").split() or list(default)
