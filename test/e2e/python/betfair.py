"""A client of Betfair's HTTP interfaces that knows only the folder of a simulator."""

import collections
import http.client
import json
import os
import shlex
import ssl
import urllib.parse

TIMEOUT_SECONDS = 10
JSON = {"Accept": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_SERVICES = {
    "Sports": "betting",
    "Account": "account",
    "Heartbeat": "heartbeat",
    "Scores": "scores",
}


class Reply(collections.namedtuple("Reply", "status content_type body")):
    """An answer. `content_type` has no parameters."""

    def json(self):
        if self.content_type != "application/json":
            raise AssertionError(f"expected JSON, but got {self}")
        return json.loads(self.body)


class Betfair:
    """The account and the endpoints of a `.env`."""

    def __init__(self, folder):
        self.variables = _read_env(os.path.join(folder, ".env"))
        self.api = self.variable("ENDPOINT_API")
        self.application = {"X-Application": self.variable("APP_KEY")}
        self.username = self.variable("USERNAME")
        self.password = self.variable("PASSWORD")
        self.tls = self._context()
        self.certified_tls = self._context()
        self.certified_tls.load_cert_chain(self.variable("CERT_FILE"), self.variable("KEY_FILE"))

    def variable(self, name):
        return self.variables[f"BETFAIR_{name}"]

    def send(self, method, url, headers=None, body=None, tls=None):
        """Adds to the headers nothing but `Host`, `Accept-Encoding` and `Content-Length`."""
        parts = urllib.parse.urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection = http.client.HTTPSConnection(
            parts.hostname, parts.port, context=tls or self.tls, timeout=TIMEOUT_SECONDS
        )
        try:
            connection.request(method, target, body=body, headers=headers or {})
            response = connection.getresponse()
            text = response.read().decode("utf-8", "replace")
            return Reply(response.status, response.headers.get_content_type(), text)
        finally:
            connection.close()

    def certificate_login(self, password=None, headers=None, tls=None):
        """Sends no `Accept` unless `headers` have it."""
        form = {"username": self.username, "password": password or self.password}
        return self.send(
            "POST",
            self.variable("ENDPOINT_CERT_LOGIN"),
            {**self.application, **FORM, **(headers or {})},
            urllib.parse.urlencode(form),
            tls or self.certified_tls,
        )

    def token(self):
        """Logs in. A session of the caller's own."""
        return self.certificate_login().json()["sessionToken"]

    def identity(self, method, endpoint, token, headers=None):
        """Calls keepAlive or logout."""
        url = self.variable(f"ENDPOINT_{endpoint}")
        return self.send(method, url, {"X-Authentication": token, **(headers or JSON)})

    def post_rpc(self, token, service, calls, headers=None):
        """Posts JSON-RPC. Without `headers` there is no `Content-Type`, and no `Accept`."""
        url = f"{self.api}/exchange/{service}/json-rpc/v1"
        return self.send("POST", url, {**self._proof(token), **(headers or {})}, json.dumps(calls))

    def batch(self, token, service, calls):
        """The answers to several calls, by their ids."""
        reply = self.post_rpc(token, service, calls)
        answers = reply.json()
        if reply.status != 200 or not isinstance(answers, list):
            raise AssertionError(f"expected HTTP 200 and a list, but got {reply}")
        return {answer["id"]: answer for answer in answers}

    def rpc(self, token, method, params=None):
        """The whole answer to one call, such as `SportsAPING/v1.0/listEventTypes`."""
        call = {"jsonrpc": "2.0", "method": method, "params": params or {}, "id": 1}
        reply = self.post_rpc(token, _SERVICES[method.split("APING")[0]], call)
        if reply.status != 200:
            raise AssertionError(f"expected HTTP 200, but got {reply}")
        return reply.json()

    def result(self, token, method, params=None):
        answer = self.rpc(token, method, params)
        if "result" not in answer:
            raise AssertionError(f"expected a result of {method}, but got {answer}")
        return answer["result"]

    def rest(self, token, path, params=None, headers=None):
        """Calls by REST, for instance `betting/rest/v1/listEventTypes/`."""
        kind = headers or {**JSON, "Content-Type": "application/json"}
        url = f"{self.api}/exchange/{path}"
        return self.send("POST", url, {**self._proof(token), **kind}, json.dumps(params or {}))

    def menu(self, token):
        url = f"{self.api}/exchange/betting/rest/v1/en/navigation/menu.json"
        return self.send("GET", url, {**self._proof(token), **JSON})

    def control(self, path, plan=None):
        """Asks the control endpoint: GET for the counts, POST for all else."""
        method = "GET" if path == "counts" else "POST"
        body = None if plan is None else json.dumps(plan)
        headers = {} if plan is None else {"Content-Type": "application/json"}
        reply = self.send(method, f"{self.api}/simulator/{path}", headers, body)
        if reply.status != 200:
            raise AssertionError(f"expected HTTP 200 of /simulator/{path}, but got {reply}")
        return reply.json()

    def _proof(self, token):
        return {**self.application, "X-Authentication": token}

    def _context(self):
        """Trusts the authority of the folder and no other."""
        context = ssl.create_default_context(cafile=self.variable("CA_FILE"))
        # The default since Python 3.13. A build of OpenSSL may lack it.
        context.verify_flags |= getattr(ssl, "VERIFY_X509_STRICT", 0)
        return context


def _read_env(file):
    """Reads values in quotes as a shell does."""
    with open(file, encoding="utf-8") as lines:
        words = [word for line in lines for word in shlex.split(line, comments=True)]
    return dict(word.split("=", 1) for word in words)
