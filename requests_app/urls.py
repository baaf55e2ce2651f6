"""The addresses of the pages."""

from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, path, register_converter
from django.urls.converters import StringConverter

from requests_app.views import (
    contacts,
    doctor,
    frame,
    installing,
    leads,
    live,
    monitor,
    notices,
    officials,
    phone_desk,
    places,
    public,
    queue,
    replying,
    request_page,
    review,
    sameness,
    taking,
    using,
)


class CodeConverter(StringConverter):
    """The code of a request: RJ- and six characters of Crockford's base32."""

    regex = "RJ-[0-9A-HJKMNP-TV-Z]{6}"


register_converter(CodeConverter, "code")

ACTS = {
    "claim": request_page.claim,
    "release": request_page.release,
    "hand_over": request_page.hand_over,
    "call": request_page.call,
    "wait": request_page.wait,
    "resume": request_page.resume,
    "resolve": request_page.resolve,
    "escalate": request_page.escalate,
    "still_needed": request_page.still_needed,
    "reopen": request_page.reopen,
    "merge": request_page.merge,
    "note": request_page.note,
    "need": request_page.need,
    "urgency": request_page.urgency,
    "looked": request_page.looked,
    "status_link": request_page.status_link,
    "not_a_plea": request_page.not_a_plea,
    "use_lead": using.use_lead,
    "reveal": contacts.reveal,
    "to_beds": doctor.to_beds,
    "same": sameness.same,
    "different": sameness.different,
    "split": sameness.split,
    "undo_merge": sameness.undo_merge,
    "reply": replying.reply,
    "reply_preview": replying.preview,
    "write_again": replying.write_again,
    "take_to_text": taking.take_to_text,
    "take_to": taking.take_to,
    "official_said": taking.official_said,
}

urlpatterns: list[URLPattern | URLResolver] = [
    path("", frame.home, name="home"),
    path("login/", frame.Login.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("duty/", frame.duty, name="duty"),
    path("language/", frame.language, name="language"),
    path("more/", frame.more, name="more"),
    path("queue/", queue.queue, name="queue"),
    path("notices/", notices.notices, name="notices"),
    path("live/", live.live, name="live"),
    path("manifest.webmanifest", installing.manifest, name="manifest"),
    path("sw.js", installing.service_worker, name="service_worker"),
    path("offline/", installing.offline, name="offline"),
    path("mine/", queue.mine, name="mine"),
    path("search/", queue.search, name="search"),
    path("review/", review.review, name="review"),
    path("review/<code:code>/", review.judge_request, name="judge_request"),
    path("review/posts/<int:key>/", review.judge_post, name="judge_post"),
    path("places/", places.places, name="places"),
    path("places/<code:code>/", places.set_place, name="set_place"),
    path("phone/", phone_desk.phone, name="phone"),
    path("phone/earlier/", phone_desk.earlier, name="earlier"),
    path("doctor/", doctor.doctor, name="doctor"),
    path("leads/", leads.leads, name="leads"),
    path("leads/new/", leads.add_lead, name="add_lead"),
    path("leads/<int:key>/", leads.check_lead, name="check_lead"),
    path("leads/<int:key>/scam/", leads.judge_scam, name="judge_scam"),
    path("leads/<int:key>/reveal/", contacts.reveal_of_lead, name="reveal_lead"),
    path("officials/", officials.officials, name="officials"),
    path("requests/<code:code>/", request_page.page, name="request"),
    path("requests/<code:code>/undo/", request_page.undo, name="undo"),
    path("requests/<code:code>/correct/", request_page.correct, name="correct"),
    *(path(f"requests/<code:code>/{name}/", view, name=name) for name, view in ACTS.items()),
    path("monitor/", monitor.monitor, name="monitor"),
    path("monitor/<slug:name>.csv", monitor.table, name="monitor_table"),
    path("ask/", public.ask, name="ask"),
    path("status/<str:token>/", public.status, name="status"),
]
