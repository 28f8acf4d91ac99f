"""The platform's API for benchmarks, as its administrator."""

import base64
import json
import time
import urllib.error
import urllib.parse
import urllib.request


class Api:
    """Logs in when it is first used, and again when its token has expired. For several threads at once, too."""

    def __init__(self, admin, timeout_seconds=300):
        """admin: the platform's admin.json."""
        with open(admin, encoding="utf-8") as account:
            self.account = json.load(account)
        self.timeout = timeout_seconds
        self.token = None

    def call(self, method, path, body=None, kind="application/json"):
        """The answer; of what goes on after it, the job at its end. A body that is a text is sent as it is."""
        text = body if isinstance(body, str) or body is None else json.dumps(body)
        token = self.token or self.log_in()
        try:
            answer, job = self.send(method, path, text, kind, "bearer " + token)
        except urllib.error.HTTPError as error:
            if error.code != 401:
                raise RuntimeError(f"{method} {path}: {error.code} {error.read()[:500]}") from error
            answer, job = self.send(method, path, text, kind, "bearer " + self.log_in())
        return self.end_of(job) if job else answer

    def list(self, path):
        """All resources, page after page."""
        while path:
            page = self.call("GET", path)
            yield from page["resources"]
            following = page["pagination"]["next"]
            path = following and path_of(following["href"])

    def log_in(self):
        form = {"grant_type": "password", "username": self.account["username"], "password": self.account["password"]}
        client = "Basic " + base64.b64encode(b"cf:").decode()
        kind = "application/x-www-form-urlencoded"
        answer, _ = self.send("POST", "/oauth/token", urllib.parse.urlencode(form), kind, client)
        self.token = answer["access_token"]
        return self.token

    def send(self, method, path, text, kind, authorization):
        """The answer, and the path of the job that it names, if any."""
        head = {"Authorization": authorization, "Content-Type": kind}
        data = None if text is None else text.encode()
        request = urllib.request.Request(self.account["api"] + path, data, head, method=method)
        with urllib.request.urlopen(request, timeout=self.timeout) as answer:
            said = answer.read()
            location = answer.getheader("Location", "")
        return json.loads(said) if said else {}, path_of(location) if "/v3/jobs/" in location else None

    def end_of(self, path):
        job = self.call("GET", path)
        while job["state"] == "PROCESSING":
            time.sleep(0.1)
            job = self.call("GET", path)
        if job["state"] == "FAILED":
            raise RuntimeError(f"{path}: {job}")
        return job


def path_of(address):
    return urllib.parse.urlunsplit(("", "") + urllib.parse.urlsplit(address)[2:])
