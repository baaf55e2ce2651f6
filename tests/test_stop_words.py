"""Which posts say "stop" or "start" and nothing else."""

import pytest

from requests_app.stop_words import said_in


@pytest.mark.parametrize(
    "text",
    [
        "stop",
        "STOP",
        "@RajHelpDesk STOP!!",
        "@RajHelpDesk Please stop.",
        "unsubscribe",
        "Don’t message me",
        "@RajHelpDesk @other mat bhejo ji",
        "बंद करो",
        "@RajHelpDesk कृपया बंद करो।",
        "रुकिए, मत लिखो",
        "stop 🙏",
        "Stop messaging me now",
    ],
)
def test_says_stop(text):
    assert said_in(text) == "stop"


@pytest.mark.parametrize(
    "text", ["start", "@RajHelpDesk START", "शुरू करो", "फिर से लिखिए", "phir se likho please"]
)
def test_says_start(text):
    assert said_in(text) == "start"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "@RajHelpDesk",
        "please",
        "oxygen stop ho gaya",
        "@RajHelpDesk oxygen stop ho gaya please help",
        "bleeding does not stop",
        "bus stop ke paas Malviya Nagar",
        "non stop fever",
        "hospital ne oxygen band kar di",
        "ऑक्सीजन बंद करो मत",
        "दुकान बंद है",
        "ventilator start karna hai",
        "don't stop",
        "stop karo mat, madad chahiye",
        "फ़ोन मत काटो",
        "number mat bhejo public me",
        "stop " * 30,
    ],
)
def test_says_neither(text):
    assert said_in(text) == ""
