"""Signatures over raw bytes, against vectors made elsewhere (openssl, the Standard Webhooks specification)."""

import base64
import hmac

import pytest

from waypost import signature

BODY = '{"event":"message.received","text":"\\u00e1 ✓"}'.encode()


def test_the_hex_header_is_what_openssl_computes() -> None:
    assert signature.sha256_header(b"key", b"The quick brown fox jumps over the lazy dog") == (
        "sha256=f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8"
    )


def test_a_signature_fits_its_secret_and_its_very_bytes() -> None:
    header = signature.sha256_header(b"secret", BODY).encode()
    assert signature.verify(b"secret", BODY, header)
    assert signature.verify(b"secret", BODY, b"sha256=" + header[7:].upper())
    assert not signature.verify(b"other", BODY, header)
    assert not signature.verify(b"secret", BODY + b" ", header)
    assert not signature.verify(b"secret", BODY.replace(b"\\u00e1", "á".encode()), header)


@pytest.mark.parametrize("header", [None, b"", b"sha256=", b"sha256", b"sha1=00", b"\xff\xfe", b"sha256=\xff" * 40])
def test_anything_else_is_no_signature(header: bytes | None) -> None:
    assert not signature.verify(b"secret", BODY, header)


def test_a_header_without_its_algorithm_or_with_more_is_no_signature() -> None:
    header = signature.sha256_header(b"secret", BODY).encode()
    for wrong in (header[7:], header[:-1], header + b"0", header + b"," + header, b"SHA256=" + header[7:]):
        assert not signature.verify(b"secret", BODY, wrong)


def test_the_standard_header_is_the_specifications_example() -> None:
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signed = signature.standard_header(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("length", [1, 16, 63, 64, 65, 256])
def test_keys_of_every_length_are_those_of_the_standard_library(length: int) -> None:
    key, body = bytes(byte % 256 for byte in range(length)), b"x" * 3000
    assert signature.sha256_header(key, body) == "sha256=" + hmac.new(key, body, "sha256").hexdigest()
