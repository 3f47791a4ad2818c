"""Named checks: each prints one line, and a failure says what was expected."""

import traceback

_CHECKS = []


def check(name):
    """Adds a function of one client as the next check."""

    def add(function):
        _CHECKS.append((name, function))
        return function

    return add


def run_checks(betfair):
    """Runs the checks in their order. Returns whether all of them passed."""
    passed = 0
    for name, function in _CHECKS:
        try:
            function(betfair)
        except Exception:
            print(f"not ok python: {name}")
            print("    " + traceback.format_exc().rstrip().replace("\n", "\n    "), flush=True)
        else:
            passed += 1
            print(f"ok python: {name}", flush=True)
    return passed == len(_CHECKS) > 0


def expect(actual, expected, where="answer"):
    """Compares the members that are expected of objects, and all of lists and plain values."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        for name, value in expected.items():
            if name not in actual:
                raise AssertionError(f"{where}: expected a member {name!r} in {actual!r}")
            expect(actual[name], value, f"{where}.{name}")
    elif isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        for index, value in enumerate(expected):
            expect(actual[index], value, f"{where}[{index}]")
    elif actual != expected or isinstance(actual, bool) != isinstance(expected, bool):
        raise AssertionError(f"{where}: expected {expected!r}, but got {actual!r}")


def expect_true(condition, expectation):
    """Fails with the sentence of what was expected."""
    if not condition:
        raise AssertionError(f"expected that {expectation}")
