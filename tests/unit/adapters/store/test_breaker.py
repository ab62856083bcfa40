from tillstream.adapters.store import Breaker


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def broken(clock: Clock) -> Breaker:
    breaker = Breaker(failures=3, rest_seconds=1.0, clock=clock)
    for _ in range(3):
        assert breaker.allows()
        breaker.failed()
    return breaker


def test_it_opens_after_failures_in_a_row_and_not_before() -> None:
    breaker = Breaker(failures=3, clock=Clock())
    for failed in (True, True, False, True, True):
        assert breaker.allows()
        breaker.failed() if failed else breaker.succeeded()
    assert not breaker.is_open
    breaker.failed()
    assert breaker.is_open


def test_while_it_rests_nobody_calls_and_then_one_probe_a_rest() -> None:
    clock = Clock()
    breaker = broken(clock)
    assert not breaker.allows()
    clock.now = 1.0
    assert breaker.allows()
    assert not breaker.allows()
    clock.now = 2.0
    assert breaker.allows()


def test_a_probe_that_succeeds_closes_it_and_one_that_fails_starts_the_rest_again() -> None:
    clock = Clock()
    breaker = broken(clock)
    clock.now = 1.0
    assert breaker.allows()
    breaker.failed()
    assert not breaker.allows()
    clock.now = 2.0
    assert breaker.allows()
    breaker.succeeded()
    assert breaker.allows()
    assert breaker.allows()
