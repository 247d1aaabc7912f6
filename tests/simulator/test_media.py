"""Media: uploaded, looked up, downloaded, deleted; who may see them and for how long."""

import base64
import hashlib
from typing import Any

import aiohttp
import pytest

from waypost.simulator.graph.media import SIZES

from .conftest import Answer, Connected, Hand, Start

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8
KB, MB = 1024, 1024 * 1024


def form(content: bytes, mime_type: str = "image/png", product: str | None = "whatsapp") -> aiohttp.FormData:
    data = aiohttp.FormData()
    data.add_field("file", content, filename="a b.png", content_type=mime_type)
    if product is not None:
        data.add_field("messaging_product", product)
    return data


async def upload(sim: Hand, who: Connected, content: bytes = PNG, mime_type: str = "image/png") -> Answer:
    return await sim.graph("POST", f"{who.phone_number_id}/media", who.token, data=form(content, mime_type))


async def look_up(sim: Hand, who: Connected, media_id: str, **query: str) -> Answer:
    return await sim.graph("GET", media_id, who.token, params=query)


async def fetch(sim: Hand, url: str, token: str | None, **headers: str) -> tuple[int, bytes, Any]:
    if token:
        headers["Authorization"] = f"Bearer {token}"
    async with sim.session.get(url, headers=headers) as answer:
        return answer.status, await answer.read(), answer.headers


async def test_up_and_down(sim: Hand) -> None:
    who = await sim.connect()
    media_id = (await upload(sim, who)).json["id"]
    found = (await look_up(sim, who, media_id)).json
    assert found["id"] == media_id and media_id.isdigit()
    assert (found["mime_type"], found["file_size"]) == ("image/png", len(PNG))
    assert found["sha256"] == hashlib.sha256(PNG).hexdigest()
    assert "/v25.0/" not in found["url"]
    status, body, headers = await fetch(sim, found["url"], who.token)
    assert (status, body, headers["Content-Type"]) == (200, PNG, "image/png")
    assert headers["Content-Disposition"].startswith("attachment;")
    assert headers["Content-Length"] == str(len(PNG))


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [("bytes=10-19", 206, PNG[10:20]), ("bytes=2000-", 206, PNG[2000:]), ("bytes=-5", 206, PNG[-5:])],
)
async def test_a_part_of_it(sim: Hand, asked: str, status: int, part: bytes) -> None:
    who = await sim.connect()
    url = (await look_up(sim, who, (await upload(sim, who)).json["id"])).json["url"]
    answered, body, headers = await fetch(sim, url, who.token, Range=asked)
    assert (answered, body) == (status, part)
    assert headers["Content-Range"].endswith(f"/{len(PNG)}")
    assert (await fetch(sim, url, who.token, Range="bytes=99999-"))[0] == 416


async def test_the_address_wants_the_token_and_its_signature(sim: Hand) -> None:
    who, other = await sim.connect(), await sim.connect()
    url = (await look_up(sim, who, (await upload(sim, who)).json["id"])).json["url"]
    for token in (None, "EAAnonsense", other.token):
        assert (await fetch(sim, url, token))[0] == 404
    assert (await fetch(sim, url.replace("ext=1", "ext=2"), who.token))[0] == 404
    assert (await fetch(sim, url, who.token))[0] == 200


async def test_an_address_goes_stale_and_is_renewed(sim: Hand) -> None:
    who = await sim.connect()
    media_id = (await upload(sim, who)).json["id"]
    url = (await look_up(sim, who, media_id)).json["url"]
    await sim.control("POST", f"/media/{media_id}/expire", {})
    assert (await fetch(sim, url, who.token))[0] == 404
    fresh = (await look_up(sim, who, media_id)).json["url"]
    assert (await fetch(sim, fresh, who.token))[0] == 200
    await sim.control("POST", f"/media/{media_id}/expire", {"what": "object"})
    assert (await fetch(sim, fresh, who.token))[0] == 404
    assert (await look_up(sim, who, media_id)).error["error_subcode"] == 33


@pytest.mark.parametrize("changed", [{"media_url_lifetime": -1.0}, {"upload_days": 0.0}])
async def test_lifetimes_are_settings(start: Start, changed: dict[str, float]) -> None:
    sim = await start(**changed)
    who = await sim.connect()
    media_id = (await upload(sim, who)).json["id"]
    found = await look_up(sim, who, media_id)
    if "upload_days" in changed:
        assert found.error["error_subcode"] == 33
    else:
        assert (await fetch(sim, found.json["url"], who.token))[0] == 404


async def test_deleted_is_gone(sim: Hand) -> None:
    who = await sim.connect()
    media_id = (await upload(sim, who)).json["id"]
    assert (await sim.graph("DELETE", media_id, who.token)).json == {"success": True}
    assert (await look_up(sim, who, media_id)).error["error_subcode"] == 33
    assert (await sim.graph("DELETE", media_id, who.token)).error["error_subcode"] == 33


async def test_media_belong_to_a_phone(sim: Hand) -> None:
    who, other = await sim.connect(), await sim.connect()
    media_id = (await upload(sim, who)).json["id"]
    assert (await look_up(sim, who, media_id, phone_number_id=who.phone_number_id)).status == 200
    assert (await look_up(sim, who, media_id, phone_number_id=other.phone_number_id)).error["error_subcode"] == 33
    assert (await look_up(sim, other, media_id)).error["error_subcode"] == 33


REFUSED: list[tuple[bytes, str, int, str]] = [
    (b"x", "application/octet-stream", 100, "Param file must be a file with one of the following types: audio/aac"),
    (b"x", "image/gif", 100, "Received file of type 'image/gif'"),
    (b"x", "video/quicktime", 100, "Received file of type 'video/quicktime'"),
    (b"", "image/png", 131053, "empty"),
    (bytes(5 * MB + 1), "image/jpeg", 131053, f"{5 * MB} bytes"),
    (bytes(16 * MB + 1), "audio/ogg; codecs=opus", 131053, f"{16 * MB} bytes"),
    (bytes(101 * KB), "image/webp", 131053, f"{100 * KB} bytes"),
]


@pytest.mark.parametrize(("content", "mime_type", "code", "words"), REFUSED, ids=[one[1] for one in REFUSED])
async def test_what_is_refused(
    quiet: tuple[Hand, Connected], content: bytes, mime_type: str, code: int, words: str
) -> None:
    sim, who = quiet
    before = (await sim.control("GET", "/media"))["media"]
    answer = await upload(sim, who, content, mime_type)
    assert (answer.status, answer.error["code"]) == (400, code)
    assert words in answer.error["message"] + answer.error.get("error_data", {}).get("details", "")
    assert len((await sim.control("GET", "/media"))["media"]) == len(before)


@pytest.mark.parametrize("mime_type", [*SIZES, "application/zip", "text/csv", "audio/ogg; codecs=opus"])
async def test_what_is_taken(quiet: tuple[Hand, Connected], mime_type: str) -> None:
    sim, who = quiet
    answer = await upload(sim, who, b"anything", mime_type)
    assert answer.status == 200, answer.text
    assert (await look_up(sim, who, answer.json["id"])).json["mime_type"] == mime_type


async def test_an_animated_sticker_may_be_larger(sim: Hand) -> None:
    who = await sim.connect()
    animated = b"RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x02" + bytes(300 * KB)
    assert (await upload(sim, who, animated, "image/webp")).status == 200
    assert (await upload(sim, who, animated + bytes(200 * KB), "image/webp")).error["code"] == 131053


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"data": form(PNG, product=None)}, "The parameter messaging_product is required."),
        ({"data": form(PNG, product="x")}, "must be one of {WHATSAPP}"),
        ({"json": {"messaging_product": "whatsapp"}}, "The parameter file is required."),
        (
            {"data": b"--b\r\n", "headers": {"Content-Type": "multipart/form-data; boundary=b"}},
            "The form ends too early.",
        ),
    ],
)
async def test_a_form_that_is_not_whole(sim: Hand, options: dict[str, Any], words: str) -> None:
    who = await sim.connect()
    options["headers"] = {**options.get("headers", {}), "Authorization": f"Bearer {who.token}"}
    answer = await sim.call("POST", f"/v25.0/{who.phone_number_id}/media", **options)
    assert (answer.status, words in answer.error["message"]) == (400, True), answer.text
    assert (await sim.control("GET", "/media"))["media"] == []


async def test_uploading_wants_a_token_for_the_phone(sim: Hand) -> None:
    who, other = await sim.connect(), await sim.connect()
    foreign = await sim.graph("POST", f"{who.phone_number_id}/media", other.token, data=form(PNG))
    assert foreign.error["error_subcode"] == 33
    assert (await sim.graph("POST", f"{who.phone_number_id}/media", data=form(PNG))).error["code"] == 104


async def test_what_a_customer_sends_is_downloaded_the_same_way(sim: Hand) -> None:
    who = await sim.connect()
    kind = {"Content-Type": "audio/ogg; codecs=opus"}
    made = (await sim.call("POST", "/_sim/media?filename=a.ogg", data=b"voice", headers=kind)).json
    assert base64.b64decode(made["sha256_base64"]).hex() == made["sha256"] == hashlib.sha256(b"voice").hexdigest()
    found = (await look_up(sim, who, made["id"])).json
    status, body, headers = await fetch(sim, found["url"], who.token)
    assert (status, body, headers["Content-Type"]) == (200, b"voice", "audio/ogg; codecs=opus")
    assert (await fetch(sim, made["url"], who.token))[0] == 200
    await sim.control("POST", "/reset")
    assert (await fetch(sim, made["url"], who.token))[0] == 404
