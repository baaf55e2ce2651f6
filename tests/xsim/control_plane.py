"""The /_sim/ doors by which a test moves the world, sets switches and reads what happened."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .faults import Fault

if TYPE_CHECKING:
    from .server import Simulation

CONFIG = ("vocabulary", "window", "own_delay_s", "page_token_ttl_s", "charge")
WORLD = ("late_share", "late_max_s", "retweets_in_mentions")


def answer_control(sim: Simulation, method: str, target: str, raw: bytes) -> tuple[int, Any]:
    """(status, JSON); 400 with the reason for what cannot be understood."""
    door = f"{method} {urlsplit(target).path.removeprefix('/_sim/')}"
    if door not in DOORS:
        return 404, {"error": f"no door {door!r}", "doors": sorted(DOORS)}
    try:
        return 200, DOORS[door](sim, json.loads(raw) if raw else {})
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        return 400, {"error": f"{type(error).__name__}: {error}"}


def _state(sim: Simulation, wish: dict[str, Any]) -> Any:
    return {
        "now_ms": sim.clock.now_ms(),
        "tweets": len(sim.world.tweets),
        "users": len(sim.world.users),
        "me": asdict(sim.world.me),
        "calls": sim.calls,
        "faults": [asdict(f) for f in sim.switches.faults],
    }


def _clock(sim: Simulation, wish: dict[str, Any]) -> Any:
    """{"advance_s": n} | {"now": unix seconds} (stops the clock) | {"stop": true} | {"run": true}."""
    if "now" in wish:
        sim.clock.stop(int(1000 * wish["now"]))
    if wish.get("stop"):
        sim.clock.stop()
    if wish.get("run"):
        sim.clock.run()
    sim.clock.advance(int(1000 * wish.get("advance_s", 0)))
    return {"now_ms": sim.clock.now_ms()}


def _tweets(sim: Simulation, wish: dict[str, Any] | list[dict[str, Any]]) -> Any:
    """One post or a list: author, text and the keywords of World.add_tweet; answers the ids as strings."""
    many = wish if isinstance(wish, list) else [wish]
    made = []
    for post in many:
        post = dict(post)
        for key in ("reply_to", "quote_of", "retweet_of", "tweet_id"):
            if post.get(key) is not None:
                post[key] = int(post[key])
        made.append({"id": str(sim.world.add_tweet(**post).id)})
    return made if isinstance(wish, list) else made[0]


def _users(sim: Simulation, wish: dict[str, Any]) -> Any:
    """username and traits (name, protected, suspended, description); `rename_to` keeps the id."""
    wish = dict(wish)
    new_name = wish.pop("rename_to", None)
    user = sim.world.add_user(**wish)
    if new_name:
        sim.world.rename(user.id, new_name)
    return asdict(user)


def _delete(sim: Simulation, wish: dict[str, Any]) -> Any:
    sim.world.delete(int(wish["id"]))
    return {}


def _edit(sim: Simulation, wish: dict[str, Any]) -> Any:
    return {"id": str(sim.world.edit(int(wish["id"]), wish["text"]).id)}


def _add_fault(sim: Simulation, wish: dict[str, Any]) -> Any:
    sim.switches.faults.append(Fault(**wish))
    return {"faults": len(sim.switches.faults)}


def _clear_faults(sim: Simulation, wish: dict[str, Any]) -> Any:
    sim.switches.faults.clear()
    return {}


def _config(sim: Simulation, wish: dict[str, Any]) -> Any:
    """Switches of endpoints.Config and World; limits {route: n}; posts_per_day; credit_usd; cap; skews."""
    for key, value in wish.items():
        if key in CONFIG:
            setattr(sim.config, key, value)
        elif key in WORLD:
            setattr(sim.world, key, value)
        elif key == "limits":
            sim.windows.limits.update(value)
        elif key == "posts_per_day":
            sim.windows.posts_per_day = int(value)
        elif key == "credit_usd":
            sim.ledger.credit = int(value * 1_000_000)
        elif key == "cap":
            sim.ledger.cap = int(value)
        elif key == "oauth_skew_s":
            sim.door.skew_s = float(value)
        elif key == "date_skew_s":
            sim.date_skew_s = float(value)
        elif key == "real_dates":
            sim.real_dates = bool(value)
        else:
            raise ValueError(f"unknown switch {key!r}")
    return {}


def _reset(sim: Simulation, wish: dict[str, Any]) -> Any:
    sim.reset()
    return {}


DOORS: dict[str, Any] = {
    "GET state": _state,
    "GET journal": lambda sim, wish: list(sim.journal),
    "GET ledger": lambda sim, wish: sim.ledger.figures(),
    "POST clock": _clock,
    "POST tweets": _tweets,
    "POST users": _users,
    "POST delete": _delete,
    "POST edit": _edit,
    "POST faults": _add_fault,
    "DELETE faults": _clear_faults,
    "POST config": _config,
    "POST reset": _reset,
}
