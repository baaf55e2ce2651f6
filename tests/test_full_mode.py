"""The processes of docker-compose.yml, started as they stand there: a tweet goes in, a closed request and a reply come out."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.conf import settings

from districts.models import Role
from requests_app.models import Event, HelpRequest, LoopLease, Post, Reply
from tests.desk import ME
from tests.factories import a_volunteer
from tests.processes import Process, environment, running, wait_until
from tests.servers import free_port
from tests.visitor import Visitor
from tests.xsim.auth import ENVIRONMENT
from tests.xsim.control import Sim

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

COMPOSE = yaml.safe_load((Path(settings.BASE_DIR) / "docker-compose.yml").read_text(encoding="utf-8"))
OURS = {"migrate", "web", "worker", "sweeper", "ingester"}
PLEA = "@RajHelpDesk कोटा में मेरे पिताजी को ऑक्सीजन सिलेंडर की तुरंत जरूरत है, SpO2 84, कृपया कॉल करें 9829012345"


def command(service: str, port: int) -> list[str]:
    """The command of a service with this test's interpreter and port; nothing else is changed."""
    words = [
        word.replace("0.0.0.0:8000", f"127.0.0.1:{port}") for word in COMPOSE["services"][service]["command"]
    ]
    return words[1:] if words[0] == "python" else ["-m", *words]


def x_settings(sim: Sim) -> dict[str, str]:
    keys = {name: getattr(sim.keys, field) for field, name in ENVIRONMENT.items() if "BEARER" not in name}
    return {**keys, "X_API_BASE": sim.url, "X_USER_ID": ME}


def test_compose_publishes_the_proxy_alone_and_names_known_settings():
    services = COMPOSE["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    assert set(services) == OURS | {"postgres", "redis", "proxy"}
    readme = (Path(settings.BASE_DIR) / "README.md").read_text(encoding="utf-8")
    known = set(re.findall(r"^\| `([A-Z_]+)` \|", readme, re.MULTILINE))
    assert {name.removesuffix("_FILE") for name in services["web"]["environment"]} <= known
    secrets = {Path(path["file"]).name for path in COMPOSE["secrets"].values()}
    assert set(services["web"]["secrets"]) <= set(COMPOSE["secrets"]) and "postgres_password" in secrets


def test_the_migrate_command_runs(gazetteer):
    _shell, _c, line = COMPOSE["services"]["migrate"]["command"]
    python = f'"{sys.executable}"'
    done = subprocess.run(
        ["sh", "-c", line.replace("python ", f"{python} ")],
        cwd=settings.BASE_DIR,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "41 districts" in done.stdout


def test_a_tweet_goes_in_and_a_closed_request_and_a_reply_come_out(gazetteer, tmp_path):
    a_volunteer("lalita", "Kota", first_name="Lalita")
    a_volunteer("stranger", "Bikaner")
    a_volunteer("chief", role=Role.MONITOR)
    port = free_port()
    with Sim.in_thread() as sim:
        tweet = sim.add_tweet("suresh_kota", PLEA)
        more = {**x_settings(sim), "NUM_PROXIES": "1", "STATIC_ROOT": str(tmp_path / "static")}
        Process(
            ["manage.py", "collectstatic", "--noinput", "-v0"], tmp_path / "collect.log", **more
        ).process.wait(60)
        processes = {
            name: Process(command(name, port), tmp_path / f"{name}.log", **more)
            for name in OURS - {"migrate"}
        }
        with running(*processes.values()):
            wait_until(lambda: Post.objects.filter(state="read").exists(), 60, "the tweet is read")
            post = Post.objects.get(external_id=str(tweet))
            request = post.request
            assert request is not None and request.district.name_en == "Kota"
            base = f"http://127.0.0.1:{port}"
            wait_until(lambda: _answers(base), 30, "gunicorn answers")

            stranger, lalita = Visitor(base, https=True), Visitor(base, https=True)
            stranger.log_in("stranger")
            assert request.code not in stranger.see("/queue/")
            lalita.log_in("lalita")
            queue = lalita.see("/queue/")
            assert request.code in queue and "9829012345" not in queue
            page, act = f"/requests/{request.code}/", f"/requests/{request.code}/{{}}/"
            lalita.press(page, act.format("claim"))
            lalita.press(page, act.format("call"), outcome="talked", note="the son answers")
            lalita.press(page, act.format("need"), kind="oxygen", state="met")
            lalita.press(
                page, act.format("note"), text="cylinder left at the gate", note="cylinder left at the gate"
            )
            words = f"नमस्ते, आपकी बात हम तक पहुँच गई है। केस {request.code}"
            lalita.press(page, act.format("reply"), post=str(post.pk), text=words)
            wait_until(lambda: Reply.objects.filter(state="sent").exists(), 60, "the reply is sent")
            lalita.press(page, act.format("resolve"), outcome="helped")

            reply = Reply.objects.get()
            sent = [
                entry for entry in sim.journal() if entry["method"] == "POST" and entry["path"] == "/2/tweets"
            ]
            assert len(sent) == 1
            assert sent[0]["body"]["reply"]["in_reply_to_tweet_id"] == str(tweet)
            assert sent[0]["body"]["text"] == words and reply.x_id
            request = HelpRequest.objects.get(pk=request.pk)
            assert (request.state, request.outcome, request.holder) == ("closed", "helped", None)
            kinds = list(Event.objects.filter(request=request).values_list("kind", flat=True))
            assert kinds[:2] == ["opened", "claimed"] and kinds[-1] == "closed"
            assert (
                LoopLease.objects.filter(
                    name__in=["sweeper", "ingester", "reader"], last_done_at__isnull=False
                ).count()
                == 3
            )
            codes = {name: process.stop() for name, process in processes.items()}
        assert codes == dict.fromkeys(codes, 0), codes
    for name in processes:
        log = (tmp_path / f"{name}.log").read_text()
        assert "9829012345" not in log and "Traceback" not in log, f"{name}: {log[-2000:]}"


def _answers(base: str) -> bool:
    try:
        return "ready" in Visitor(base, https=True).see("/readyz")
    except (OSError, AssertionError):
        return False
