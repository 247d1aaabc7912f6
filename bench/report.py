"""The report: medians with their spread, ratios within the run, and the machine they belong to."""

import os
import platform
import statistics
from pathlib import Path

Figures = dict[str, list[float]]


def text(figures: Figures, rounds: int, seconds: float) -> str:
    lines = [
        f"{rounds} rounds of {seconds:g} s each; median [min–max].",
        "",
        machine(),
        "",
        "| figure | median | min–max |",
        "| --- | --- | --- |",
    ]
    for label, values in figures.items():
        low, middle, high = min(values), statistics.median(values), max(values)
        lines.append(f"| {label} | {_number(middle)} | {_number(low)}–{_number(high)} |")
    lines += ["", *ratios(figures)]
    return "\n".join(lines) + "\n"


def ratios(figures: Figures) -> list[str]:
    """Round by round, so that a slow minute of the machine hits both sides."""
    found = []
    for above, below in (
        ("accepted, per second", "stores nothing, per second"),
        ("accepted, per second", "does nothing, per second"),
        ("end to end, per second", "stores nothing, per second"),
    ):
        if above in figures and below in figures:
            each = [a / b for a, b in zip(figures[above], figures[below], strict=True)]
            found.append(
                f"- {above.split(',')[0]} ÷ {below.split(',')[0]}: {statistics.median(each):.2f}"
                f" [{min(each):.2f}–{max(each):.2f}]"
            )
    return found


def machine() -> str:
    model = next(
        (line.split(":", 1)[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.machine(),
    )
    memory = next((int(line.split()[1]) >> 20 for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    system = f"{platform.system()} {platform.release()}, CPython {platform.python_version()}"
    return f"Machine: {os.cpu_count()} × {model}, {memory} GiB, {system}."


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
