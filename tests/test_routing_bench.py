"""The day that `make bench-routing` plays, small: what must hold whatever the seed, and that random assignment breaks it."""

import pytest

from bench.routing import ANYBODY, ROUTED, SWEEP, simulate

SWEEP_MINUTES = SWEEP.total_seconds() / 60


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_in_a_day_of_500_nobody_waits_unseen_and_nothing_goes_to_somebody_off_duty(seed):
    day = simulate(500, seed, ROUTED)
    assert day.longest_unseen <= SWEEP_MINUTES + 1e-9
    assert (day.to_off_duty, day.uncontacted) == (0, 0)


def test_in_a_day_of_2000_the_work_is_even_among_equals():
    assert simulate(2000, 7, ROUTED).evenness[-1] <= 1.5


def test_random_assignment_leaves_people_unseen():
    day = simulate(500, 1, ANYBODY)
    assert day.unseen > 0
    assert day.to_off_duty > 0
