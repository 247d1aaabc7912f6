"""What the documents name is there, and what is there is named: links, paths, settings, calls, metrics, packages."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from tests.docs.fences import ROOT, documents, fences, prose, text_of
from waypost import config
from waypost.api.routes import ROUTES
from waypost.simulator.control.routes import ROUTES as CONTROL

#: Linked, and written by a command of its own (`make bench`).
GENERATED = {"docs/benchmarks.md"}

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`\n]+)`")
_PLACE = re.compile(r"^(waypost|tests|docs|frontend|setup|bench)/[\w./-]*$|^(Makefile|hatch_build\.py|CHANGELOG\.md)$")


@pytest.mark.parametrize("document", [*documents(), "CHANGELOG.md"])
def test_links_lead_somewhere(document: str) -> None:
    folder = (ROOT / document).parent
    for link in _LINK.findall(text_of(document)):
        if re.match(r"[a-z]+:", link):
            assert link.startswith("https://"), f"{document}: {link}"
            continue
        path, _, anchor = link.partition("#")
        target = (folder / path).resolve() if path else ROOT / document
        if target.relative_to(ROOT).as_posix() in GENERATED:
            continue
        assert target.exists(), f"{document}: {link} leads nowhere"
        if anchor:
            assert anchor in anchors(target), f"{document}: {link}: no such heading"


def anchors(path: Path) -> set[str]:
    """As GitHub makes them of headings."""
    headings = re.findall(r"(?m)^#+ (.*)$", path.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", documents())
def test_places_exist(document: str) -> None:
    for name in _CODE.findall(prose(document)):
        if _PLACE.match(name):
            assert (ROOT / name).exists(), f"{document}: there is no {name}"


def test_the_map_names_only_what_there_is() -> None:
    """Short names in docs/house.md are files of some room; the drawing counts too."""
    drawing = "\n".join(fence.text for fence in fences("docs/house.md"))
    names = {name for name in _CODE.findall(prose("docs/house.md")) if re.fullmatch(r"\w+\.py", name)}
    names |= set(re.findall(r"(?<![\w/])\w+\.py\b", drawing))
    known = {path.name for path in (ROOT / "waypost").rglob("*.py")} | {"hatch_build.py"}
    assert names and names <= known, names - known
    rooms = set(re.findall(r"(?m)(?<![\w/])([a-z]\w*)/(?= )", drawing))
    assert rooms <= {path.name for path in (ROOT / "waypost").iterdir() if path.is_dir()}, rooms


def test_every_room_and_noun_is_on_the_map() -> None:
    text = text_of("docs/house.md")
    top = [
        path
        for path in (ROOT / "waypost").iterdir()
        if not path.name.startswith(("_", "py.")) and path.name != "static"
    ]
    missing = [path.name for path in top if f"waypost/{path.name}" not in text]
    nouns = [path.name for path in (ROOT / "waypost" / "domain").glob("[a-z]*.py")]
    missing += [name for name in nouns if f"`{name}`" not in text and f"waypost/domain/{name}" not in text]
    assert not missing, f"docs/house.md does not name {missing}"


def test_settings_are_those_of_the_program() -> None:
    documented = re.findall(r"(?m)^\| `(WAYPOST_\w+)` \|", text_of("docs/operating.md"))
    known = [name for name in config.child_environment(config.Config()) if name.startswith("WAYPOST_")]
    read = set(re.findall(r'text\(\s*"([A-Z_]+)"', (ROOT / "waypost" / "config.py").read_text(encoding="utf-8")))
    assert sorted(documented) == sorted({f"WAYPOST_{name}" for name in read} | {*filter(read_by_config, known)})
    for document in documents():
        named = {name for name in re.findall(r"WAYPOST_[A-Z_]*[A-Z]", text_of(document)) if name != "WAYPOST_META"}
        assert named <= set(documented), f"{document}: {named - set(documented)}"


def read_by_config(name: str) -> bool:
    """Leaves out what the machine's environment happens to hold."""
    return f'"{name.removeprefix("WAYPOST_")}"' in (ROOT / "waypost" / "config.py").read_text(encoding="utf-8")


def test_defaults_of_settings() -> None:
    rows = dict(re.findall(r"(?m)^\| `WAYPOST_(\w+)` \| `([^`]+)` \|", text_of("docs/operating.md")))
    plain, meta = config.load({}, Path("/nonexistent")), config.MetaApp()
    assert rows["HOST"] == plain.host and rows["PORT"] == str(plain.port) and rows["PUBLIC_URL"] == plain.public_url
    assert rows["DATA_DIR"] == str(plain.data_dir)
    assert rows["META_GRAPH_URL"] == meta.graph_url and rows["META_GRAPH_VERSION"] == meta.graph_version
    assert rows["WEBHOOK_SCHEDULE"] == ",".join(str(delay) for delay in config.WEBHOOK_SCHEDULE)


def test_every_call_of_the_api_is_described() -> None:
    text = text_of("docs/api.md")
    documented = re.findall(r"(?m)^\| \[`([A-Z]+ /v1/[^`]+)`\]\([^)]*\) \| (\w+) \|$", text)
    served = [(f"{route.method} {camel(route.path)}", route.scope) for route in ROUTES]
    assert sorted(documented) == sorted(served)


def camel(path: str) -> str:
    return re.sub(r"_(\w)", lambda found: found[1].upper(), path)


def test_errors_are_those_of_the_program() -> None:
    from waypost.api.openapi import ERRORS

    documented = re.findall(r"(?m)^\| (\d{3}) \| `(\w+)` \|", text_of("docs/api.md"))
    assert sorted(documented) == sorted((status, code) for status, (code, _) in ERRORS.items())


def test_every_control_call_of_the_simulator_is_described() -> None:
    text = text_of("docs/simulator.md")
    for route in CONTROL:
        path = route.path.removeprefix("/_sim")
        if path and "{" not in path and route.path.startswith("/_sim"):
            assert f"$SIM{path}" in text or f"/_sim{path}" in text, f"docs/simulator.md does not show {route.path}"


def test_metrics_are_those_of_the_program() -> None:
    import waypost.app  # noqa: F401  registers them

    documented = set(re.findall(r"(?m)^\| `(waypost_\w+)` \|", text_of("docs/operating.md")))
    known = set()
    for metric in REGISTRY.collect():
        if metric.name.startswith("waypost_"):
            known.add(metric.name + ("_total" if metric.type == "counter" else ""))
    assert documented == known


def test_every_dependency_has_its_sentence() -> None:
    project = tomllib.loads(text_of("pyproject.toml"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.split(r"[<>=\[]", text)[0] for text in wanted}
    named = set(re.findall(r"\*\*([a-z0-9-]+)\*\*", text_of("docs/decisions/0002-dependencies.md")))
    assert names == named


def test_decisions_are_numbered_and_short() -> None:
    files = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    for number, path in enumerate(files, 1):
        text = path.read_text(encoding="utf-8")
        assert path.name.startswith(f"{number:04d}-") and text.startswith(f"# {number}. "), path.name
        assert re.findall(r"(?m)^## (.*)$", text) == ["Context", "Decision", "Consequences"], path.name
        assert len(text.split()) < 600, path.name


def test_the_changelog_parses() -> None:
    text = text_of("CHANGELOG.md")
    versions = re.findall(r"(?m)^## (.*)$", text)
    assert text.startswith("# Changelog\n") and versions[0] == "[Unreleased]"
    assert all(re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d", version) for version in versions[1:])
    kinds = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert set(re.findall(r"(?m)^### (.*)$", text)) <= kinds
    for line in text[text.index("## ") :].splitlines():
        assert re.match(r"$|#{2,3} |- \S.*[.:]$", line), line


def test_the_readme_is_one_screen() -> None:
    assert len(text_of("README.md").splitlines()) <= 90


def test_examples_hold_no_secret_of_ours() -> None:
    for document in documents():
        assert not re.search(r"wp_[A-Za-z0-9_-]{20,}", text_of(document)), document
        for fence in fences(document):
            if fence.language == "json":
                assert "EAA" not in json.dumps(json.loads(fence.text)), fence.where
