"""The districts of Rajasthan, their volunteers, and where in them a text is."""

from districts.compiled import compiled_first

__path__ = compiled_first(__name__, __path__)
