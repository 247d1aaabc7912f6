"""Whatever happens to two workers, in whatever order: see `model.py`. `--examples 500` plays longer, by new dice."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.workers.model import Model
from tests.workers.world import world

#: So many in the suite, always the same.
FEW, STEPS = 14, 50


def test_no_delivery_is_lost_or_ends_twice_and_lines_keep_their_order(dsn: str, request: pytest.FixtureRequest) -> None:
    examples = request.config.getoption("--examples", 0)
    rules = settings(
        max_examples=examples or FEW, stateful_step_count=STEPS, derandomize=not examples, deadline=None, database=None,
        suppress_health_check=list(HealthCheck), print_blob=bool(examples), phases=set(Phase) - {Phase.explain},
    )  # fmt: skip
    with world(dsn) as made:
        run_state_machine_as_test(lambda: Model(made), settings=rules)  # type: ignore[arg-type]  # calls it, no more
