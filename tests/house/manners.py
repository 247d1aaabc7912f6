"""Names, sizes, and what may lie in the repository."""

import ast
import re
import statistics
from collections.abc import Iterator

from tests.house.source import Function, House

FILE_LINES = 400
FUNCTION_LINES = 60
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager", "managers", "service", "services"}
PREFIXES = ("get_", "handle_", "process_", "do_")
SOURCES = (".py", ".ts", ".tsx")

_MACHINE_PATH = re.compile(r"(?<![\w.$~)}/-])/(?:home|root|Users|work)/[\w.]|\b[A-Z]:\\\\?Users")
_REGISTRY = re.compile(
    r"\bpypi\.org|pythonhosted\.org|registry\.npmjs|npmjs\.org|yarnpkg\.com|\bdeb\.debian|proxy\.golang", re.I
)
_INDEX_LINE = re.compile(
    r"^(-i\b|-f\b|--index-url|--extra-index-url|--find-links|--trusted-host|--no-index)|file:|https?:"
)
_BUILT = re.compile(r"^waypost/static/|(^|/)(node_modules|dist|__pycache__|test-results)/|\.(map|pyc|whl|tsbuildinfo)$")


def file_names(house: House) -> Iterator[str]:
    for path in house.files:
        parts = path.split("/")
        if path.endswith(".py") and VAGUE & {*parts[:-1], parts[-1].removesuffix(".py")}:
            yield f"{path}: a name that says nothing"


def function_names(house: House) -> Iterator[str]:
    for module in house.modules.values():
        for function in module.functions():
            if function.name.lstrip("_").startswith(PREFIXES):
                yield f"{module.path}:{function.lineno}: {function.name}: name it after what it gives or does"


def file_sizes(house: House) -> Iterator[str]:
    for path, content in house.files.items():
        if path.endswith(SOURCES) and content.count(b"\n") > FILE_LINES:
            yield f"{path}: {content.count(10)} lines, at most {FILE_LINES}"


def function_sizes(house: House) -> Iterator[str]:
    for path, tree in house.python():
        for node in ast.walk(tree):
            if isinstance(node, Function) and length(node) > FUNCTION_LINES:
                yield f"{path}:{node.lineno}: {node.name} has {length(node)} lines, at most {FUNCTION_LINES}"


def length(node: Function) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def medians(house: House) -> tuple[float, float]:
    """Lines of a file and of a function in `waypost`; empty files do not count."""
    files = [module.text.count("\n") for module in house.modules.values() if module.text.strip()]
    functions = [length(function) for module in house.modules.values() for function in module.functions()]
    return statistics.median(files), statistics.median(functions)


def strange_places(house: House) -> Iterator[str]:
    """Paths of somebody's machine, and package registries' host names."""
    for path in house.files:
        for number, line in enumerate(house.text(path).splitlines(), 1):
            if found := _MACHINE_PATH.search(line) or _REGISTRY.search(line):
                yield f"{path}:{number}: {found[0]}"


def locks(house: House) -> Iterator[str]:
    """Locked requirements carry hashes and no index; package-lock.json no addresses."""
    for path in house.files:
        name = path.rpartition("/")[2]
        text = house.text(path)
        if re.fullmatch(r"requirements.*\.txt", name):
            for entry in re.sub(r"\\\n", " ", re.sub(r"(?m)^\s*#.*\n", "", text)).splitlines():
                if _INDEX_LINE.search(entry) or (entry.strip() and "--hash=sha256:" not in entry):
                    yield f"{path}: {entry[:60]}"
        elif name == "package-lock.json" and re.search(r'"resolved":\s*"(https?|file):', text):
            yield f'{path}: has "resolved" addresses'


def built_files(house: House) -> Iterator[str]:
    yield from (f"{path}: built, not written" for path in house.files if _BUILT.search(path))
