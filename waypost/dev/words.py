"""What `dev` says. Every address can be opened and every command pasted as it stands."""

from typing import Any

from ..config import Config
from .demo import Demo

CONNECTED_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Back in your app</title>
<style>:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:12vh auto;padding:0 1rem}
dt{font-weight:600;margin-top:.75rem}dd{margin:0;overflow-wrap:anywhere}</style>
<h1>Back in your app</h1>
<p>This page stands for your own <code>redirectUrl</code>. Waypost sent the visitor here with:</p>
<dl>ROWS</dl><p>The terminal shows the webhook that told your server the same.</p></html>"""


def ready(config: Config, simulator_url: str, receiver_url: str, demo: Demo, phone_id: object, number: str) -> str:
    return f"""
READY  Everything below works when opened or pasted. Ctrl-C stops it; the data stays in {config.data_dir}.

  gateway       {config.public_url}   (reference: {config.public_url}/docs)
  simulator     {simulator_url}/_sim   plays Meta
  receiver      {receiver_url}   plays your server; its webhooks are printed here
  organization  {demo.organization_id}
  API key       {demo.api_key}

1. Connect a number: open this link, click Connect, finish in Meta's (simulated) window

   {config.public_url}/signup/{demo.link_id}

   What became of it:

   curl -s {config.public_url}/v1/onboarding-links/{demo.link_id} -H 'Authorization: Bearer {demo.api_key}'

2. Or use {number}, which is connected already.
{_commands(config.public_url, simulator_url, demo.api_key, str(phone_id), number)}

3. Open its shared inbox, as somebody without a key would:

   {demo.inbox_url}

   And play the customer in a second window, on their phone:

   {simulator_url}/handset

4. Or walk through the documents: their commands use these.

   export WAYPOST={config.public_url} SIM={simulator_url}/_sim KEY={demo.api_key} PHONE={phone_id} NUMBER={number}
"""


def connected(config: Config, simulator_url: str, demo: Demo, data: dict[str, str]) -> str:
    """Said when a visitor has connected a number."""
    number = data["phoneNumber"]
    return f"""
{number} is connected.
{_commands(config.public_url, simulator_url, demo.api_key, data["phoneNumberId"], number)}
"""


def _commands(public_url: str, simulator_url: str, api_key: str, phone_id: str, number: str) -> str:
    phone, key = f"{public_url}/v1/phones/{phone_id}", f"-H 'Authorization: Bearer {api_key}'"
    hello = '{"type":"text","to":"5491155551234","text":"Hello!"}'
    answer = f'{{"phone":"{number}","from":"5491155551234","name":"Ana","text":"Hi!"}}'
    return f"""
   Send as the business:

   curl -s {phone}/messages {key} -d '{hello}'

   Answer as the customer (through the simulator), and watch the signed webhook arrive:

   curl -s {simulator_url}/_sim/messages -d '{answer}'

   Read the conversation:

   curl -s {phone}/conversations {key}"""


def webhook(event: dict[str, Any], delivery: str) -> str:
    """One line per webhook: what happened, to whom, and that its signature was right."""
    data = event.get("data") or {}
    who = data.get("contactPhone") or data.get("phoneNumber") or ""
    if event.get("event") == "phone_number.connected":
        what = f"registered={data.get('isPhoneRegistered')} link={data.get('onboardingLinkId')}"
    else:
        body = (data.get("content") or {}).get("body")
        what = f"{data.get('status', '')} {data.get('type', '') if body is None else repr(body)}"
    return f"webhook  {event.get('event')}  {who}  {what}  delivery {delivery}  signature ok"
