"""Types, sizes and names of files, as WhatsApp takes them."""

import pytest

from waypost import filetypes
from waypost.filetypes import MB, Kind, kind_of, limit_of, name_for, name_in, tidy_name, type_of, type_problem

ANIMATED = b"RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x02" + bytes(20)
STILL = b"RIFF\x00\x00\x00\x00WEBPVP8 " + bytes(20)


@pytest.mark.parametrize(
    ("told", "filename", "found"),
    [
        ("image/jpeg", None, "image/jpeg"),
        ("IMAGE/JPG", "x.png", "image/jpeg"),
        ("image/png; charset=binary", None, "image/png"),
        ("audio/ogg; codecs=opus", None, "audio/ogg; codecs=opus"),
        ('audio/ogg;codecs="opus"', None, "audio/ogg; codecs=opus"),
        ("audio/mp3", None, "audio/mpeg"),
        (None, "photo.JPEG", "image/jpeg"),
        ("application/octet-stream", "a.b.pdf", "application/pdf"),
        ("application/octet-stream", "firmware.bin", "application/octet-stream"),
        ("nonsense", "x.ogg", "audio/ogg"),
        ("text/x\r\nEvil: 1", None, ""),
        ("image/png\r\nX: y; codecs=a", "x.pdf", "application/pdf"),
        (None, None, ""),
        (None, "noending", ""),
    ],
)
def test_the_type_comes_from_the_header_or_else_from_the_name(
    told: str | None, filename: str | None, found: str
) -> None:
    assert type_of(told, filename) == found


@pytest.mark.parametrize(
    ("mime_type", "kind", "limit"),
    [
        ("image/jpeg", "image", 5 * MB), ("image/png", "image", 5 * MB), ("video/mp4", "video", 16 * MB),
        ("video/3gpp", "video", 16 * MB), ("audio/ogg; codecs=opus", "audio", 16 * MB), ("audio/amr", "audio", 16 * MB),
        ("application/pdf", "document", 100 * MB), ("text/plain", "document", 100 * MB),
        ("application/zip", "document", 100 * MB), ("image/webp", "sticker", 500 * 1024),
        ("image/gif", None, 100 * MB), ("audio/wav", None, 100 * MB), ("video/quicktime", None, 100 * MB),
        ("application/octet-stream", None, 100 * MB), ("", None, 100 * MB),
    ],
)  # fmt: skip
def test_kinds_and_limits(mime_type: str, kind: Kind | None, limit: int) -> None:
    assert (kind_of(mime_type), limit_of(mime_type)) == (kind, limit)


def test_a_still_sticker_must_be_smaller_than_one_that_moves() -> None:
    assert limit_of("image/webp", ANIMATED) == 500 * 1024
    assert limit_of("image/webp", STILL) == 100 * 1024
    assert limit_of("image/webp", ANIMATED[:20] + b"\x00" * 20) == 100 * 1024
    assert "does not move" in filetypes.size_problem("image/webp", 100 * 1024)
    assert "100 kB" in filetypes.size_problem("image/webp", 100 * 1024)
    assert "5 MB" in filetypes.size_problem("image/png", 5 * MB)


@pytest.mark.parametrize(
    ("kind", "mime_type", "told"),
    [
        ("image", "image/png", None), ("sticker", "image/webp", None), ("audio", "audio/ogg; codecs=opus", None),
        ("document", "application/pdf", None), ("document", "image/png", None), ("document", "video/mp4", None),
        ("image", "image/webp", "an image must be image/jpeg or image/png"),
        ("image", "text/html", "is text/html"), ("image", "", "of an unknown type"),
        ("video", "audio/ogg", "a video must be"), ("audio", "audio/wav", "an audio must be"),
        ("sticker", "image/png", "a sticker must be image/webp"),
        ("document", "text/html", "a web page"), ("document", "image/heic", "does not take"),
        ("document", "application/octet-stream", "unknown type"),
    ],
)  # fmt: skip
def test_what_may_be_sent_as_what(kind: Kind, mime_type: str, told: str | None) -> None:
    problem = type_problem(kind, mime_type)
    assert problem is None if told is None else problem is not None and told in problem


@pytest.mark.parametrize(
    ("name", "tidy"),
    [
        ("report.pdf", "report.pdf"), ("../../etc/passwd", "passwd"), ("C:\\Documents\\a.doc", "a.doc"),
        ("a\r\nb\x00.txt", "ab.txt"), ("..", None), (".", None), ("", None), ("   ", None), (None, None), ("/", None),
        ("größe.pdf", "größe.pdf"), ("x" * 300 + ".pdf", "x" * 236 + ".pdf"),
    ],
)  # fmt: skip
def test_names_lose_what_is_no_name(name: str | None, tidy: str | None) -> None:
    assert tidy_name(name) == tidy


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://example.com/a/photo.jpg?x=1#y", "photo.jpg"),
        ("https://example.com/gr%C3%B6%C3%9Fe.pdf", "größe.pdf"),
        ("https://example.com/", None), ("https://example.com", None), ("https://example.com/%2e%2e", None),
        ("https://example.com/a%2Fb.pdf", "b.pdf"),
    ],
)  # fmt: skip
def test_the_name_at_the_end_of_a_url(url: str, name: str | None) -> None:
    assert name_in(url) == name


def test_a_file_without_a_name_gets_one_that_opens() -> None:
    assert name_for("123", "image/jpeg") == "123.jpg"
    assert name_for("123", "audio/ogg; codecs=opus") == "123.ogg"
    assert name_for("123", "application/pdf") == "123.pdf"
    assert name_for("123", "application/x-unheard-of") == name_for("123", None) == "123"
