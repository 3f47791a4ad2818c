"""Checks of the data of the Stream API."""

import time

from betting import MARKET, SELECTION, SPORTS, place
from checks import check, expect, expect_true
from price_cache import PriceCache
from stream import Stream

# Twice the longest heartbeat that is asked for here: silence for so long is a failure.
SILENCE_SECONDS = 2
RUN_SECONDS = 10
MARKETS = [MARKET, "1.234567891", "1.234567892", "1.234567990"]
MARKET_SUBSCRIPTION = {
    "op": "marketSubscription",
    "id": 2,
    "marketFilter": {"marketIds": MARKETS},
    "heartbeatMs": 1000,
    "segmentationEnabled": True,
}
ORDER_SUBSCRIPTION = {"op": "orderSubscription", "id": 3, "heartbeatMs": 500}


def connected(betfair, token):
    stream = Stream(betfair, SILENCE_SECONDS)
    expect(stream.authenticate(token), {"statusCode": "SUCCESS"})
    return stream


def subscribe(stream, subscription, **members):
    stream.send({**subscription, **members})
    success = {"id": subscription["id"], "statusCode": "SUCCESS", "connectionClosed": False}
    expect(stream.read("status"), success)


def expect_books(betfair, token, stream, cache):
    """Reads on until the prices are those that listMarketBook had in between."""
    parameters = {"priceProjection": {"priceData": ["EX_ALL_OFFERS", "EX_TRADED"]}}
    books = betfair.result(
        token, f"{SPORTS}listMarketBook", {"marketIds": MARKETS, **parameters}
    )
    wanted = {
        market["marketId"]: {one["selectionId"]: one["ex"] for one in market["runners"]}
        for market in books
    }
    until = time.monotonic() + RUN_SECONDS
    while {market: cache.book(market) for market in MARKETS} != wanted:
        expect_true(time.monotonic() < until, "the prices of the stream become those of the books")
        message = stream.message()
        if message["op"] == "mcm":
            cache.take(message)


@check("ten seconds of a stream are never silent, and its prices are those of listMarketBook")
def prices(betfair):
    token = betfair.token()
    cache = PriceCache()
    counts = {}
    with connected(betfair, token) as stream:
        # First the orders: what is read to find the answer to a subscription is lost to the cache.
        subscribe(stream, ORDER_SUBSCRIPTION)
        subscribe(stream, MARKET_SUBSCRIPTION)
        image = [stream.read("mcm"), stream.read("mcm")]
        expect(image, [{"segmentType": "SEG_START"}, {"segmentType": "SEG_END"}])
        for message in image:
            expect(message, {"id": 2, "ct": "SUB_IMAGE", "heartbeatMs": 1000})
            cache.take(message)
        expect(sorted(cache.markets), MARKETS)
        end = time.monotonic() + RUN_SECONDS
        while time.monotonic() < end:
            message = stream.message()
            kind = f"{message['op']} {message.get('ct', 'change')}"
            counts[kind] = counts.get(kind, 0) + 1
            if message["op"] == "mcm":
                cache.take(message)
            if message.get("segmentType") in (None, "SEG_END"):
                expect_true(isinstance(message["clk"], str), f"there is a clk in {message}")
                for market in MARKETS:
                    for levels, virtual, offers in cache.best(market):
                        expect([len(levels), virtual, offers], [3, levels, levels])
        expect_true(counts.get("mcm change", 0) > 5, f"prices changed: {counts}")
        expect_true(counts.get("ocm HEARTBEAT", 0) > 5, f"orders have heartbeats: {counts}")
        expect_books(betfair, token, stream, cache)

    with connected(betfair, token) as stream:
        subscribe(stream, MARKET_SUBSCRIPTION, **cache.clocks)
        delta = stream.read("mcm")
        expect(delta, {"ct": "RESUB_DELTA"})
        expect_true(not any("img" in one for one in delta.get("mc", [])), "it is no image")
        cache.take(delta)
        expect_books(betfair, token, stream, cache)


@check("a stream tells at once of an order that is placed and cancelled")
def orders(betfair):
    token = betfair.token()
    with connected(betfair, token) as stream:
        subscribe(stream, ORDER_SUBSCRIPTION)
        expect(stream.read("ocm"), {"id": 3, "ct": "SUB_IMAGE"})
        [report] = place(betfair, token, 2)["instructionReports"]
        bet = report["betId"]
        order = {"p": 1000, "s": 2, "side": "B", "sm": 0, "pt": "L", "ot": "L"}
        expect(told_order(stream), {"id": bet, "status": "E", "sr": 2, "sc": 0, **order})
        cancellation = {"marketId": MARKET, "instructions": [{"betId": bet}]}
        betfair.result(token, f"{SPORTS}cancelOrders", cancellation)
        expect(told_order(stream), {"id": bet, "status": "EC", "sr": 0, "sc": 2, **order})


def told_order(stream):
    """The only order of the next change."""
    while True:
        message = stream.read("ocm")
        if "oc" in message:
            [market] = message["oc"]
            [runner] = market["orc"]
            expect([market["id"], runner["id"]], [MARKET, SELECTION])
            [order] = runner["uo"]
            return order


@check("a clk that the simulator never gave is INVALID_CLOCK")
def unknown_clock(betfair):
    with connected(betfair, betfair.token()) as stream:
        stream.send({**MARKET_SUBSCRIPTION, "initialClk": "AAA", "clk": "AAA"})
        refused = {"id": 2, "statusCode": "FAILURE", "errorCode": "INVALID_CLOCK"}
        expect(stream.read("status"), {**refused, "connectionClosed": True})
        expect_true(stream.is_at_its_end(), "the connection is closed")
