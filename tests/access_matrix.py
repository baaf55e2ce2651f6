"""Every address of the site and who may use it: the table that tests/test_access_matrix.py holds the site to.

To add an address, add its line here: the route as the resolver spells it, and a rule. The words:
`Page` is read with GET, `Act` is pressed with POST (`GET` too where `reads`); `who` may use it, everybody else gets
`refused`; `on` names what the address carries: "request", "client-request", "post" ...; empty for nothing. `body` is
what a press sends; a value in capitals and braces, as {CONTACT}, is filled with the object's own.
"""

from dataclasses import dataclass, field

ROLES = frozenset(
    {"volunteer_d1", "volunteer_d2", "lead", "phone_desk", "doctor", "state_desk", "monitor", "admin"}
)
LOOK_AFTER_PEOPLE = frozenset({"lead", "state_desk", "admin"})
CAN_WORK = ROLES - {"monitor", "admin"}
STATE_WIDE = frozenset({"state_desk", "monitor", "admin"})
CLIENTS = frozenset({"client_a", "client_b"})
OUTSIDE = frozenset({"anonymous", "disabled", "revoked_key"})
ACTORS = sorted(ROLES | CLIENTS | OUTSIDE)


@dataclass(frozen=True)
class Page:
    """Read with GET. `answers` are the statuses that a person who may gets."""

    who: frozenset[str] = ROLES
    on: str = ""
    answers: frozenset[int] = frozenset({200})
    refused: int = 403
    query: str = ""


@dataclass(frozen=True)
class Act:
    """Pressed with POST and a CSRF token. `shows_number`: the answer carries the one phone number pressed for."""

    who: frozenset[str] = ROLES
    on: str = ""
    answers: frozenset[int] = frozenset({200, 302})
    refused: int = 403
    body: dict[str, str] = field(default_factory=dict)
    reads: bool = False
    shows_number: bool = False


@dataclass(frozen=True)
class Public:
    """Open to everybody, with the same answer for all. `on`: "status" and "invite" are opened by their secret links;
    `is_form`: what is read is also sent."""

    on: str = ""
    answers: frozenset[int] = frozenset({200})
    method: str = "GET"
    is_cacheable: bool = False
    is_form: bool = False
    body: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """A call of the API: with a key only; a session opens nothing."""

    on: str = ""
    body: str = ""
    answers: frozenset[int] = frozenset({200})


OF_A_REQUEST = "request"
REDIRECTS = frozenset({302})

RULES: dict[str, Page | Act | Public | Call] = {
    # --- For everybody ---
    "healthz": Public(),
    "readyz": Public(),
    "login/": Public(answers=frozenset({200, 302})),
    "language/": Public(method="POST", answers=REDIRECTS, body={"language": "hi"}),
    "ask/": Public(is_cacheable=True),
    "manifest.webmanifest": Public(),
    "sw.js": Public(),
    "offline/": Public(),
    "status/<str:token>/": Public(on="status"),
    "api/schema/": Public(),
    "api/docs/": Public(),
    # --- The frame ---
    "": Page(answers=REDIRECTS),
    "more/": Page(),
    "logout/": Act(),
    "duty/": Act(body={"on": "1"}),
    # --- Lists ---
    "queue/": Page(),
    "notices/": Act(body={}, reads=True),
    "live/": Page(answers=frozenset({200, 204})),
    "mine/": Page(),
    "search/": Act(body={"q": "oxygen"}, reads=True),
    "review/": Page(),
    "review/<code:code>/": Act(on=OF_A_REQUEST, body={"kind": "request"}),
    "review/posts/<int:key>/": Act(on="post", body={"kind": "request"}),
    "places/": Page(),
    "places/<code:code>/": Act(on=OF_A_REQUEST, body={"place": "outside"}),
    "phone/": Act(body={}, reads=True),
    "phone/earlier/": Act(body={"number": "98"}),
    "doctor/": Page(),
    "leads/": Page(),
    "leads/new/": Act(who=ROLES - {"monitor", "admin"}, body={}, reads=True),
    "leads/<int:key>/": Act(on="lead", body={"outcome": "works"}),
    "leads/<int:key>/scam/": Act(
        who=frozenset({"lead", "state_desk", "admin"}), on="lead", body={"do": "list", "reason": "advance"}
    ),
    "leads/<int:key>/reveal/": Act(on="lead", body={"contact": "{LEAD_CONTACT}"}, shows_number=True),
    "officials/": Page(),
    # --- People and their time ---
    "me/": Page(),
    "me/work/": Act(body={"capacity": "7"}),
    "me/about/": Act(body={"name": "Asha", "language": "en"}),
    "shifts/": Act(body={"day": "2031-01-01", "begins": "08:00", "ends": "14:00"}, reads=True),
    "shifts/<int:key>/cancel/": Act(on="shift"),
    "roster/": Page(),
    "handover/": Act(who=CAN_WORK, reads=True),
    "pause/": Act(who=CAN_WORK, reads=True),
    "people/": Page(who=LOOK_AFTER_PEOPLE),
    "people/<int:key>/": Page(who=LOOK_AFTER_PEOPLE, on="person"),
    "people/<int:key>/work/": Act(who=LOOK_AFTER_PEOPLE, on="person", body={"capacity": "7"}),
    "people/<int:key>/off_duty/": Act(who=LOOK_AFTER_PEOPLE, on="person"),
    "people/<int:key>/close/": Act(who=LOOK_AFTER_PEOPLE, on="person"),
    "people/<int:key>/open/": Act(who=LOOK_AFTER_PEOPLE, on="person"),
    "people/<int:key>/shifts/": Act(who=LOOK_AFTER_PEOPLE, on="person", body={"day": "2031-01-01"}),
    "invites/": Act(who=LOOK_AFTER_PEOPLE, body={"role": "volunteer"}, reads=True),
    "invites/<int:key>/revoke/": Act(who=LOOK_AFTER_PEOPLE, on="invite-made"),
    "join/<str:token>/": Public(on="invite", is_form=True),
    # --- A request ---
    "requests/<code:code>/": Page(on=OF_A_REQUEST),
    "requests/<code:code>/undo/": Act(on=OF_A_REQUEST),
    "requests/<code:code>/correct/": Act(on=OF_A_REQUEST, reads=True),
    "requests/<code:code>/claim/": Act(on=OF_A_REQUEST),
    "requests/<code:code>/release/": Act(on=OF_A_REQUEST),
    "requests/<code:code>/hand_over/": Act(on=OF_A_REQUEST),
    "requests/<code:code>/call/": Act(on=OF_A_REQUEST, body={"outcome": "talked"}),
    "requests/<code:code>/wait/": Act(on=OF_A_REQUEST, body={"minutes": "15"}),
    "requests/<code:code>/resume/": Act(on=OF_A_REQUEST),
    "requests/<code:code>/resolve/": Act(on=OF_A_REQUEST, body={"outcome": "helped"}),
    "requests/<code:code>/escalate/": Act(on=OF_A_REQUEST, body={"note": "nobody answers"}),
    "requests/<code:code>/still_needed/": Act(on=OF_A_REQUEST),
    "requests/<code:code>/reopen/": Act(on=OF_A_REQUEST),
    "requests/<code:code>/merge/": Act(on=OF_A_REQUEST, body={"into": "RJ-ZZZZZZ"}),
    "requests/<code:code>/same/": Act(on=OF_A_REQUEST, body={"other": "RJ-ZZZZZZ"}),
    "requests/<code:code>/different/": Act(on=OF_A_REQUEST, body={"other": "RJ-ZZZZZZ"}),
    "requests/<code:code>/split/": Act(on=OF_A_REQUEST, body={"post": "{POST}"}),
    "requests/<code:code>/undo_merge/": Act(on=OF_A_REQUEST),
    "requests/<code:code>/note/": Act(on=OF_A_REQUEST, body={"note": "called the ward"}),
    "requests/<code:code>/need/": Act(on=OF_A_REQUEST, body={"kind": "oxygen", "state": "met"}),
    "requests/<code:code>/urgency/": Act(on=OF_A_REQUEST, body={"urgency": "high"}),
    "requests/<code:code>/looked/": Act(on=OF_A_REQUEST),
    "requests/<code:code>/not_a_plea/": Act(on=OF_A_REQUEST),
    "requests/<code:code>/reveal/": Act(on=OF_A_REQUEST, body={"contact": "{CONTACT}"}, shows_number=True),
    "requests/<code:code>/status_link/": Act(on=OF_A_REQUEST),
    "requests/<code:code>/use_lead/": Act(on=OF_A_REQUEST, body={"lead": "{LEAD}", "outcome": "no_answer"}),
    "requests/<code:code>/to_beds/": Act(on=OF_A_REQUEST),
    "requests/<code:code>/advise/": Act(on=OF_A_REQUEST, body={"note": "lie face down"}),
    "requests/<code:code>/call_wish/": Act(on=OF_A_REQUEST, body={"call_language": "hi"}),
    "requests/<code:code>/reply/": Act(on=OF_A_REQUEST, body={"post": "{POST}", "text": "hello"}),
    "requests/<code:code>/reply_preview/": Act(on=OF_A_REQUEST, body={"post": "{POST}", "text": "hello"}),
    "requests/<code:code>/write_again/": Act(on=OF_A_REQUEST, body={"post": "{POST}"}),
    "requests/<code:code>/take_to_text/": Act(on=OF_A_REQUEST, body={"official": "1"}),
    "requests/<code:code>/take_to/": Act(on=OF_A_REQUEST, body={"official": "1", "way": "posted"}),
    "requests/<code:code>/official_said/": Act(on=OF_A_REQUEST, body={"answer": "acted"}),
    # --- The monitor ---
    "monitor/": Page(who=STATE_WIDE | {"lead"}),
    "monitor/<slug:name>.csv": Page(who=STATE_WIDE | {"lead"}, on="table"),
    # --- The API ---
    "api/v1/requests/": Call(
        body='{"text": "Oxygen needed in Chomu", "external_id": "7"}', answers=frozenset({200, 201})
    ),
    "api/v1/requests/<str:code>/": Call(on="client-request"),
    "api/v1/posts/<int:pk>/": Call(on="client-post"),
    "api/v1/districts/": Call(),
}

GROUPS = {"admin/": "Django's own pages: administrators only, everybody else is sent to its log-in page"}
"""Addresses that one rule covers, by how they begin."""
