"""Checks of logins, keepAlive and logout."""

import urllib.parse

from betfair import FORM, JSON
from checks import check, expect, expect_true

REFUSED = "INVALID_USERNAME_OR_PASSWORD"


@check("a certificate login without Accept is answered in JSON")
def certificate_login(betfair):
    answer = betfair.certificate_login().json()
    expect(answer, {"loginStatus": "SUCCESS"})
    expect_true(len(answer["sessionToken"]) > 20, "there is a token")


@check("a certificate login with a wrong password is refused, without a token")
def wrong_password(betfair):
    reply = betfair.certificate_login(password="wrong", headers=JSON)
    expect(reply.status, 200)
    answer = reply.json()
    expect(answer, {"loginStatus": REFUSED})
    expect_true("sessionToken" not in answer, f"there is no token in {answer}")


@check("a password that is not URL-encoded is refused")
def unencoded_password(betfair):
    body = f"username={betfair.username}&password={betfair.password}".encode()
    url = betfair.variable("ENDPOINT_CERT_LOGIN")
    headers = {**betfair.application, **FORM}
    answer = betfair.send("POST", url, headers, body, betfair.certified_tls).json()
    expect(answer, {"loginStatus": REFUSED})


@check("a certificate login without a certificate gets HTTP 400 and HTML")
def no_certificate(betfair):
    reply = betfair.certificate_login(headers=JSON, tls=betfair.tls)
    expect([reply.status, reply.content_type], [400, "text/html"])


@check("a certificate login by GET gets HTTP 405 and HTML")
def login_by_get(betfair):
    url = betfair.variable("ENDPOINT_CERT_LOGIN")
    reply = betfair.send("GET", url, betfair.application, tls=betfair.certified_tls)
    expect([reply.status, reply.content_type], [405, "text/html"])


def interactive_login(betfair, password, headers=JSON):
    fields = {"username": betfair.username, "password": password}
    query = urllib.parse.urlencode(fields, quote_via=urllib.parse.quote)
    url = f"{betfair.variable('ENDPOINT_LOGIN')}?{query}"
    return betfair.send("POST", url, {**betfair.application, **headers})


@check("an interactive login takes the credentials from the query string")
def login_by_query(betfair):
    answer = interactive_login(betfair, betfair.password).json()
    product = betfair.variable("APP_KEY")
    expect(answer, {"status": "SUCCESS", "error": "", "product": product})
    kept = betfair.identity("POST", "KEEP_ALIVE", answer["token"]).json()
    expect(kept, {"status": "SUCCESS"})


@check("an interactive login with a wrong password is refused, with an empty token")
def wrong_password_in_query(betfair):
    reply = interactive_login(betfair, "wrong")
    expect(reply.status, 200)
    expect(reply.json(), {"status": "FAIL", "error": REFUSED, "token": ""})


@check("an interactive login without Accept gets HTTP 200 and HTML, and is none")
def login_without_accept(betfair):
    before = betfair.control("counts")["logins"]
    reply = interactive_login(betfair, betfair.password, {})
    expect([reply.status, reply.content_type], [200, "text/html"])
    expect(betfair.control("counts")["logins"], before, "logins")


@check("keepAlive by GET and by POST, without an application key, returns the token that was sent")
def keep_alive(betfair):
    token = betfair.token()
    for method in ("GET", "POST"):
        answer = betfair.identity(method, "KEEP_ALIVE", token).json()
        expect(answer, {"token": token, "status": "SUCCESS", "error": ""})


@check("keepAlive without Accept gets HTTP 200 and an image")
def keep_alive_without_accept(betfair):
    reply = betfair.identity("GET", "KEEP_ALIVE", betfair.token(), betfair.application)
    expect([reply.status, reply.content_type.split("/")[0]], [200, "image"])


@check("logout by POST and by GET ends that session only, once")
def logout(betfair):
    other = betfair.token()
    for method in ("POST", "GET"):
        token = betfair.token()
        first = betfair.identity(method, "LOGOUT", token).json()
        expect(first, {"token": token, "status": "SUCCESS", "error": ""})
        second = betfair.identity(method, "LOGOUT", token).json()
        expect(second, {"token": token, "status": "FAIL", "error": "NO_SESSION"})
        kept = betfair.identity("GET", "KEEP_ALIVE", token).json()
        expect(kept, {"token": "", "status": "FAIL", "error": "NO_SESSION"})
    expect(betfair.identity("GET", "KEEP_ALIVE", other).json(), {"status": "SUCCESS"})


@check("a fault that was planned comes as often as planned, and is gone then")
def planned_fault(betfair):
    token = betfair.token()
    plan = {"endpoint": "keepAlive", "fault": {"status": 503}, "times": 2}
    expect(betfair.control("fail", plan), plan)
    for _ in range(2):
        reply = betfair.identity("POST", "KEEP_ALIVE", token)
        expect([reply.status, reply.content_type], [503, "text/html"])
    expect(betfair.identity("POST", "KEEP_ALIVE", token).json(), {"status": "SUCCESS"})
