"""What may happen in the game of the delivery engine, and how often."""

from typing import Literal
from uuid import UUID

from hypothesis import strategies as st

from tests.workers.hand import STEPS, Step
from waypost.workers.egress import Answer

KINDS = ("plain", "ordered", "afar")
#: Who writes; without a conversation there is no line, also for an ordered webhook.
CONVERSATIONS = (None, UUID(int=1), UUID(int=2))
ROUND: tuple[Step | Literal["answer"], ...] = (
    "balance", "sweep", "answer", "flush", "queue_up", "drop", "park", "aside", "look",
)  # fmt: skip
ENDS = ("delivered", "exhausted")
ANSWERS = {
    status: Answer(status or None, b"", 1, kind="" if status else "interrupted") for status in (0, 200, 410, 429, 500)
}

#: One has most of the work, or there is never enough of it for what needs many.
who = st.sampled_from((0, 0, 0, 1))
some = st.integers(0, 5)
steps = st.sampled_from((*STEPS, "sweep", "look", "flush", "flush"))
moods = st.sampled_from(
    ((200,), (200, 500), (500,), (), (429, 200, 200), (410, 200, 200), (0, 200), (200, 200, 200, 500, 0, 410))
)
letters = st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from(CONVERSATIONS)), min_size=2, max_size=8)
