"""Checks of JSON-RPC, REST and the menu, whatever is asked by them."""

import json
import urllib.request

from betfair import FORM, JSON, TIMEOUT_SECONDS
from checks import check, expect, expect_true

SPORTS = ["Soccer", "Horse Racing"]
LIST = {"jsonrpc": "2.0", "method": "SportsAPING/v1.0/listEventTypes", "params": {"filter": {}}}


def names(event_types):
    return [entry["eventType"]["name"] for entry in event_types]


@check("JSON-RPC is answered without Content-Type and Accept")
def rpc_without_content_type(betfair):
    answer = betfair.post_rpc(betfair.token(), "betting", {**LIST, "id": "seven"}).json()
    expect(answer, {"jsonrpc": "2.0", "id": "seven"})
    expect(names(answer["result"]), SPORTS)


@check("JSON-RPC is answered to urllib, which calls every body a form")
def rpc_by_urllib(betfair):
    headers = {**betfair.application, "X-Authentication": betfair.token()}
    url = f"{betfair.api}/exchange/betting/json-rpc/v1/"
    request = urllib.request.Request(url, json.dumps({**LIST, "id": 1}).encode(), headers)
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=betfair.tls)
    )
    with opener.open(request, timeout=TIMEOUT_SECONDS) as response:
        expect(request.get_header("Content-type"), FORM["Content-Type"])
        expect(names(json.load(response)["result"]), SPORTS)


@check("each call of a JSON-RPC batch has its own answer, found by its id")
def rpc_batch(betfair):
    calls = [
        {**LIST, "id": "sports"},
        {**LIST, "method": "SportsAPING/v1.0/listNothing", "id": "unknown"},
        {**LIST, "method": "SportsAPING/v1.0/listMarketTypes", "id": "types"},
    ]
    answers = betfair.batch(betfair.token(), "betting", calls)
    expect(sorted(answers), ["sports", "types", "unknown"])
    expect(names(answers["sports"]["result"]), SPORTS)
    kinds = sorted(entry["marketType"] for entry in answers["types"]["result"])
    expect(kinds, ["MATCH_ODDS", "OVER_UNDER_25", "WIN"])
    expect(answers["unknown"], {"error": {"code": -32601, "message": "DSC-0021"}})


@check("REST v1 and v1.0 give the same answer, with and without a slash at the end")
def rest_versions(betfair):
    token = betfair.token()
    for version in ("v1", "v1.0"):
        for end in ("/", ""):
            path = f"betting/rest/{version}/listEventTypes{end}"
            reply = betfair.rest(token, path, {"filter": {}})
            expect(reply.status, 200)
            expect(names(reply.json()), SPORTS)


@check("REST answers HTTP 415 to a body that is not called JSON")
def rest_form(betfair):
    path = "betting/rest/v1.0/listEventTypes/"
    reply = betfair.rest(betfair.token(), path, headers={**JSON, **FORM})
    expect(reply.status, 415)
    expect(reply.json(), {"faultcode": "Client", "faultstring": "DSC-0011", "detail": {}})


@check("the menu leads from the sports to markets that the catalogue knows")
def menu(betfair):
    token = betfair.token()
    root = betfair.menu(token).json()
    expect(root, {"type": "GROUP", "name": "ROOT"})
    expect([child["name"] for child in root["children"]], SPORTS)
    found = market_ids(root)
    params = {"filter": {}, "maxResults": 100}
    catalogue = betfair.result(token, "SportsAPING/v1.0/listMarketCatalogue", params)
    expect_true(len(found) > 0, "there are markets in the menu")
    expect(sorted(found), sorted(entry["marketId"] for entry in catalogue))


def market_ids(node):
    """Those at and below a node of the menu."""
    own = [node["id"]] if node["type"] == "MARKET" else []
    return own + [found for child in node.get("children", []) for found in market_ids(child)]
