"""What a post means: `read(text)` gives a Reading, from the text alone; `read_many` reads many in less time."""

from districts.compiled import compiled_first

__path__ = compiled_first(__name__, __path__)

from .labels import as_labels
from .read import read, read_many
from .values import Evidence, Patient, Phone, Reading
from .version import READER_VERSION

__all__ = ["READER_VERSION", "Evidence", "Patient", "Phone", "Reading", "as_labels", "read", "read_many"]
