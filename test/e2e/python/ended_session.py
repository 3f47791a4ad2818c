"""Checks of the words in which a session that has ended is refused."""

from betfair import JSON
from checks import check, expect, expect_true
from stream import Stream

INVALID = "INVALID_SESSION_INFORMATION"


def ended_session(betfair):
    """A token of a session that the control endpoint ended."""
    token = betfair.token()
    expect(betfair.identity("GET", "KEEP_ALIVE", token).json(), {"status": "SUCCESS"})
    expect_true(betfair.control("end-sessions")["ended"] > 0, "a session was ended")
    return token


def refusal(exception):
    """The detail of a business exception."""
    return {"exceptionname": exception, exception: {"errorCode": INVALID, "errorDetails": ""}}


@check("an ended session is refused by JSON-RPC: -32099, and a number of the service")
def by_rpc(betfair):
    token = ended_session(betfair)
    for method, exception, number in (
        ("SportsAPING/v1.0/listEventTypes", "APINGException", "ANGX-0003"),
        ("AccountAPING/v1.0/getAccountFunds", "AccountAPINGException", "AANGX-0002"),
        ("HeartbeatAPING/v1.0/heartbeat", "APINGException", "HBT-0002"),
    ):
        error = {"code": -32099, "message": number, "data": refusal(exception)}
        answer = betfair.rpc(token, method, {"preferredTimeoutSeconds": 10})
        expect(answer, {"jsonrpc": "2.0", "error": error, "id": 1})
        expect_true("result" not in answer, f"there is no result in {answer}")
    scores = betfair.rpc(token, "ScoresAPING/v1.0/listRaceDetails")
    expect(scores, {"error": {"code": -32099, "data": refusal("APINGException")}})


@check("an ended session is refused in every element of a JSON-RPC batch")
def by_batch(betfair):
    method = "SportsAPING/v1.0/listEventTypes"
    calls = [{"jsonrpc": "2.0", "method": method, "id": number} for number in (1, 2)]
    answers = betfair.batch(ended_session(betfair), "betting", calls)
    refused = {"error": {"code": -32099, "message": "ANGX-0003"}}
    expect(answers, {1: refused, 2: refused})


@check("an ended session is refused by REST: HTTP 400, and a number of the service")
def by_rest(betfair):
    token = ended_session(betfair)
    for path, exception, number in (
        ("betting/rest/v1.0/listEventTypes/", "APINGException", "ANGX-0003"),
        ("betting/rest/v1/listEventTypes/", "APINGException", "ANGX-0003"),
        ("account/rest/v1.0/getAccountFunds/", "AccountAPINGException", "AANGX-0002"),
    ):
        reply = betfair.rest(token, path)
        expect(reply.status, 400)
        fault = {"faultcode": "Client", "faultstring": number, "detail": refusal(exception)}
        expect(reply.json(), fault)


@check("an ended session is refused the menu")
def by_menu(betfair):
    reply = betfair.menu(ended_session(betfair))
    expect(reply.status, 400)
    expect(reply.json(), {"faultstring": "ANGX-0003"})


@check("an ended session is NO_SESSION to keepAlive and logout")
def by_identity(betfair):
    token = ended_session(betfair)
    for endpoint, answered in (("KEEP_ALIVE", ""), ("LOGOUT", token)):
        for method in ("GET", "POST"):
            reply = betfair.identity(method, endpoint, token, {**JSON, **betfair.application})
            expect(reply.status, 200)
            expect(reply.json(), {"token": answered, "status": "FAIL", "error": "NO_SESSION"})


@check("a session that ends is told to its stream, and a new connection refuses it")
def by_stream(betfair):
    token = betfair.token()
    closed = {"statusCode": "FAILURE", "errorCode": INVALID, "connectionClosed": True}
    with Stream(betfair) as stream:
        expect_true(stream.read("connection")["connectionId"], "the connection has an id")
        success = {"id": 1, "statusCode": "SUCCESS", "connectionClosed": False}
        expect(stream.authenticate(token), success)
        stream.send({"op": "marketSubscription", "id": 2, "marketFilter": {"marketIds": ["1.2"]}})
        expect(stream.read("status"), {**success, "id": 2})
        betfair.control("end-sessions")
        expect(stream.read("status"), closed)
        expect_true(stream.is_at_its_end(), "the connection is closed")
    with Stream(betfair) as stream:
        expect(stream.authenticate(token), {**closed, "id": 1})
        expect_true(stream.is_at_its_end(), "the connection is closed")


@check("a login after that is served everywhere again")
def new_session(betfair):
    ended_session(betfair)
    token = betfair.token()
    expect(betfair.rest(token, "betting/rest/v1.0/listEventTypes/").status, 200)
    betfair.result(token, "AccountAPING/v1.0/getAccountFunds")
    with Stream(betfair) as stream:
        expect(stream.authenticate(token), {"statusCode": "SUCCESS"})
