"""What a post means: `read(text)` gives a Reading, from the text alone."""

from .labels import as_labels
from .read import READER_VERSION, read
from .values import Evidence, Patient, Phone, Reading

__all__ = ["READER_VERSION", "Evidence", "Patient", "Phone", "Reading", "as_labels", "read"]
