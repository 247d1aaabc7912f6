"""The tests of `frontend/test/` and their types, in the Node that builds the pages: a failure is what Node said.

The types of the pages themselves are checked by their build, which the stamp beside the built files stands for.
"""

import subprocess

import pytest

import hatch_build


def run(*arguments: str) -> None:
    (node, _), env = hatch_build._npm()
    done = subprocess.run([node, *arguments], cwd=hatch_build.SOURCES, env=env, capture_output=True, text=True)
    if done.returncode:
        pytest.fail(f"node {' '.join(arguments)}, in frontend/:\n{done.stdout}{done.stderr}", pytrace=False)


def test_the_pages_are_those_of_the_sources() -> None:
    assert hatch_build.stamp() == hatch_build.source_hash()


def test_what_node_can_try_without_a_browser() -> None:
    run("--test", "test/**/*.test.ts")


def test_the_types_of_these_tests() -> None:
    run("node_modules/typescript/bin/tsc", "--project", "tsconfig.node.json")
