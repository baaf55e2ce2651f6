"""A person's browser without a screen: logs in to a running server over HTTP and presses its forms."""

import re

import requests

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Visitor:
    """One session. `https` says that a TLS proxy stands in front, as in full mode."""

    def __init__(self, base: str, *, https: bool = False) -> None:
        self.base, self.session = base, requests.Session()
        self.session.trust_env = False
        if https:
            self.session.headers["X-Forwarded-Proto"] = "https"
            self.session.headers["Referer"] = base.replace("http://", "https://") + "/"

    def see(self, path: str) -> str:
        """The page at a path, which must answer 200."""
        answer = self.session.get(self.base + path, timeout=20, allow_redirects=False)
        self._carry_cookies()
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.headers.get('Location')}"
        return answer.text

    def press(self, page: str, path: str, **fields: str) -> None:
        """Send the form at `path` with the token of the page on which it stands; it must lead on to a page."""
        fields["csrfmiddlewaretoken"] = TOKEN.findall(self.see(page))[0]
        answer = self.session.post(self.base + path, data=fields, timeout=20, allow_redirects=False)
        self._carry_cookies()
        assert answer.status_code in {200, 302}, f"{path}: {answer.status_code} {answer.text[:300]}"

    def log_in(self, username: str, password: str = "helpdesk-demo") -> None:
        self.press("/login/", "/login/", username=username, password=password)
        assert "sessionid" in self.session.cookies.get_dict()

    def _carry_cookies(self) -> None:
        """Send Secure cookies over the test's plain HTTP: the TLS proxy is only said to be there."""
        for cookie in self.session.cookies:
            cookie.secure = False
