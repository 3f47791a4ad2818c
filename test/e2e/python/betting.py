"""Checks of markets, orders and funds."""

from checks import check, expect, expect_true

MARKET = "1.234567890"
SELECTION = 47972
SPORTS = "SportsAPING/v1.0/"


def funds(betfair, token):
    answer = betfair.result(token, "AccountAPING/v1.0/getAccountFunds")
    return [answer["availableToBetBalance"], answer["exposure"]]


def place(betfair, token, size, **members):
    """Backs at a price that nobody offers."""
    limit = {"size": size, "price": 1000, "persistenceType": "LAPSE"}
    instruction = {"selectionId": SELECTION, "side": "BACK", "orderType": "LIMIT"}
    instructions = [{**instruction, "limitOrder": limit}]
    order = {"marketId": MARKET, "instructions": instructions, **members}
    return betfair.result(token, f"{SPORTS}placeOrders", order)


@check("listMarketCatalogue has what the projections name")
def catalogue(betfair):
    token = betfair.token()
    parameters = {"filter": {"marketIds": [MARKET]}, "maxResults": 1}
    [plain] = betfair.result(token, f"{SPORTS}listMarketCatalogue", parameters)
    expect(sorted(plain), ["marketId", "marketName", "totalMatched"])
    parameters["marketProjection"] = ["EVENT", "MARKET_START_TIME", "RUNNER_DESCRIPTION"]
    [full] = betfair.result(token, f"{SPORTS}listMarketCatalogue", parameters)
    expect(set(full) - set(plain), {"event", "marketStartTime", "runners"})
    expect(full, {"marketId": MARKET, "marketName": "Over/Under 2.5 Goals"})
    expect([runner["selectionId"] for runner in full["runners"]], [47972, 47973])


@check("listMarketBook with EX_BEST_OFFERS has three prices on each side, best first")
def book(betfair):
    token = betfair.token()
    parameters = {"marketIds": [MARKET]}
    [plain] = betfair.result(token, f"{SPORTS}listMarketBook", parameters)
    expect(["ex" in runner for runner in plain["runners"]], [False, False])
    parameters["priceProjection"] = {"priceData": ["EX_BEST_OFFERS"]}
    [full] = betfair.result(token, f"{SPORTS}listMarketBook", parameters)
    expect(full, {"marketId": MARKET, "status": "OPEN"})
    expect(len(full["runners"]), 2, "runners")
    for runner in full["runners"]:
        back = [offer["price"] for offer in runner["ex"]["availableToBack"]]
        lay = [offer["price"] for offer in runner["ex"]["availableToLay"]]
        expect([len(back), len(lay)], [3, 3], "how many prices")
        ladder = [*reversed(back), *lay]
        expect_true(ladder == sorted(set(ladder)), f"the prices {back} and {lay} do not cross")


@check("an order is placed, listed, not placed twice, and cancelled, and the funds follow")
def order(betfair):
    token = betfair.token()
    available, exposure = funds(betfair, token)
    placed = place(betfair, token, 2, customerRef="python-1")
    expect(placed, {"status": "SUCCESS", "marketId": MARKET, "customerRef": "python-1"})
    [report] = placed["instructionReports"]
    expect(report, {"status": "SUCCESS", "orderStatus": "EXECUTABLE", "sizeMatched": 0})
    expect(funds(betfair, token), [available - 2, exposure - 2], "funds")

    again = place(betfair, token, 2, customerRef="python-1")
    expect(again, {"status": "FAILURE", "errorCode": "DUPLICATE_TRANSACTION"})
    expect(funds(betfair, token), [available - 2, exposure - 2], "funds")

    bet = {"betId": report["betId"]}
    asked = {"orderProjection": "EXECUTABLE"}
    waiting = betfair.result(token, f"{SPORTS}listCurrentOrders", asked)
    summary = {**bet, "side": "BACK", "priceSize": {"price": 1000, "size": 2}, "sizeRemaining": 2}
    expect(waiting, {"currentOrders": [summary], "moreAvailable": False})

    cancellation = {"marketId": MARKET, "instructions": [bet]}
    cancelled = betfair.result(token, f"{SPORTS}cancelOrders", cancellation)
    done = {"status": "SUCCESS", "instruction": bet, "sizeCancelled": 2}
    expect(cancelled, {"status": "SUCCESS", "instructionReports": [done]})
    expect(betfair.result(token, f"{SPORTS}listCurrentOrders", asked), {"currentOrders": []})
    expect(funds(betfair, token), [available, exposure], "funds")

    late = betfair.result(token, f"{SPORTS}cancelOrders", cancellation)
    refusal = {"status": "FAILURE", "errorCode": "BET_TAKEN_OR_LAPSED"}
    expect(late, {"status": "FAILURE", "instructionReports": [refusal]})


@check("a stake of 0.01 is INVALID_BET_SIZE and costs nothing")
def small_stake(betfair):
    token = betfair.token()
    before = funds(betfair, token)
    placed = place(betfair, token, 0.01)
    expect(placed, {"status": "FAILURE", "errorCode": "BET_ACTION_ERROR"})
    refusal = {"status": "FAILURE", "errorCode": "INVALID_BET_SIZE"}
    expect(placed["instructionReports"], [refusal])
    expect(funds(betfair, token), before, "funds")
