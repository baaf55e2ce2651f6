"""Makes and keeps the secrets of an embedded installation, which has nobody to set them."""

import json
import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

NAMES = ("SECRET_KEY", "SEAL_KEYS", "PHONE_HASH_KEY")


def load_or_make(directory: Path) -> dict[str, str]:
    """Return SECRET_KEY, SEAL_KEYS and PHONE_HASH_KEY of this directory; make them at the first start.

    The file is readable by its owner alone. Two first starts at once agree on one file.
    Raises ImproperlyConfigured when the directory cannot be written or the file cannot be read: a lost
    SEAL_KEYS makes every stored number unreadable, so a broken file is never replaced.
    """
    path = directory / "secrets.json"
    try:
        directory.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _write_once(path)
        values = json.loads(path.read_text(encoding="utf-8"))
        return {name: values[name] for name in NAMES}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ImproperlyConfigured(f"DATA_DIR: cannot keep the secrets in {path}: {error!r}") from error


def _write_once(path: Path) -> None:
    fresh = {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "SEAL_KEYS": Fernet.generate_key().decode(),
        "PHONE_HASH_KEY": secrets.token_urlsafe(32),
    }
    draft = path.with_name(f"secrets.{os.getpid()}.{secrets.token_hex(4)}.tmp")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(fresh, indent=1), encoding="utf-8")
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # Another first start was quicker: its secrets are the installation's.
    finally:
        draft.unlink()
