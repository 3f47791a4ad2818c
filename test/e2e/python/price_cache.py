"""What a client of the Stream API knows of markets, from its messages alone."""

LADDERS = ("batb", "batl", "bdatb", "bdatl", "atb", "atl", "trd")


class PriceCache:
    """Prices by market and runner, and the clocks from which to go on."""

    def __init__(self):
        self.markets = {}
        self.clocks = {}
        self._segments = []

    def take(self, message):
        """Takes a change message; segments count when the last of them is here."""
        self._segments.append(message)
        if message.get("segmentType") in ("SEG_START", "SEG"):
            return
        for segment in self._segments:
            for change in segment.get("mc", []):
                self._take_market(change)
        self._segments = []
        for name in ("initialClk", "clk"):
            if name in message:
                self.clocks[name] = message[name]

    def book(self, market):
        """The offers of each runner, as `listMarketBook` has them with `EX_ALL_OFFERS`."""
        return {
            runner: {
                "availableToBack": _offers(ladders["atb"], True),
                "availableToLay": _offers(ladders["atl"], False),
                "tradedVolume": _offers(ladders["trd"], False),
            }
            for runner, ladders in self.markets[market].items()
        }

    def best(self, market):
        """The best prices of each runner, of both kinds of levels and of all offers, which are the same."""
        for ladders in self.markets[market].values():
            for side in ("b", "l"):
                levels = sorted(ladders["bat" + side].values())
                virtual = sorted(ladders["bdat" + side].values())
                offers = sorted(ladders["at" + side].values(), reverse=side == "b")[: len(levels)]
                yield levels, virtual, [[level, *row] for level, row in enumerate(offers)]

    def _take_market(self, change):
        if change.get("img"):
            self.markets[change["id"]] = {}
        runners = self.markets[change["id"]]
        for runner in change.get("rc", []):
            known = runners.setdefault(runner["id"], {name: {} for name in LADDERS})
            for name in LADDERS:
                for row in runner.get(name, []):
                    if row[-1] == 0:
                        del known[name][row[0]]
                    else:
                        known[name][row[0]] = row


def _offers(ladder, from_highest):
    rows = sorted(ladder.values(), reverse=from_highest)
    return [{"price": price, "size": size} for price, size in rows]
