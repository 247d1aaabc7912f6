"""The people, numbers and ids that all examples share, so that one call's answer fits the next one's path."""

from typing import Any

#: Stands for the deployment's own address, which takes its place wherever examples are shown.
BASE = "https://wa.example.com"
LINK = "550e8400-e29b-41d4-a716-446655440000"
PHONE = "660e8400-e29b-41d4-a716-446655440001"
WABA = "770e8400-e29b-41d4-a716-446655440002"
WEBHOOK = "880e8400-e29b-41d4-a716-446655440003"
INBOX_LINK = "990e8400-e29b-41d4-a716-446655440004"
ORGANIZATION = "0f8fad5b-d9cb-469f-a165-70867728950e"
KEY = "1b4e28ba-2fa1-41d2-883f-0016d3cca427"
CONVERSATION = "ad759b15-875c-4590-a66b-a7394fcb71d0"
MESSAGE = "9aa14889-4178-43eb-bfdb-15a43aea5c3d"
SENT = "0bfc06d3-3724-4599-bed1-442a82759d00"
DELIVERY = "60c355b5-6896-4b4d-b30c-f0fa388d0c91"
REPLAY = "c56a4180-65aa-42ec-a945-5fd21dec0538"
EVENT = "69b03be1-7f38-495a-8e7e-1a066b20ecda"
MEDIA = "1234567890"
NUMBER = "+5491155551234"
CONTACT = "5491166667777"
USER_ID = "US.13491208655302741918"
INBOUND_WAMID = "wamid.HBgNNTQ5MTE2NjY2Nzc3NxUCABIYFEY1QUI5OTVBQUFEOTJFQ0Q2MkU5AA=="
SENT_WAMID = "wamid.HBgNNTQ5MTE2NjY2Nzc3NxUCABEYEjc0RDAzNUVCMzRCMzI0NDg5RgA="
CURSOR = "WyI5YWExNDg4OS00MTc4LTQzZWItYmZkYi0xNWE0M2FlYTVjM2QiXQ"
FEED_CURSOR = "ZjAAAAAAAAxUUQAGYN5P7ILjabA74X84SVqOfhoGayDs2msC_Hw5SkiE"
CREATED, CONNECTED = "2026-11-22T10:30:00.000Z", "2026-11-22T10:35:00.000Z"
WRITTEN, ANSWERED = "2026-11-22T14:30:00.000Z", "2026-11-22T14:30:20.211Z"
SECRET = "whsec_my_secret_key_123"  # noqa: S105  an example

#: Example values of parameters, by name.
PARAMETERS: dict[str, Any] = {
    "phoneId": PHONE,
    "conversationId": CONVERSATION,
    "messageId": SENT,
    "wamid": INBOUND_WAMID,
    "mediaId": MEDIA,
    "deliveryId": DELIVERY,
    "replayId": REPLAY,
    "contactPhone": CONTACT,
    "search": "ana",
    "wabaId": WABA,
    "Idempotency-Key": "order-1234-confirmation",
    "Range": "bytes=0-1023",
    "name": "order_confirmation",
    "language": "en_US",
    "category": "UTILITY",
    "event": "message.received",
    "after": FEED_CURSOR,
    "types": "message.received,message.sent",
    "Last-Event-ID": FEED_CURSOR,
}
