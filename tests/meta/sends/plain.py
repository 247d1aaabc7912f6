"""Text, media, location, reaction and contacts."""

from waypost.meta.requests import Link

from .example import FILM, PAPER, PHOTO, TO, WAMID, Example

PLAIN: dict[str, Example] = {
    "text": Example(
        {"type": "text", "text": "Hello!", "previewUrl": False},
        {"type": "text", "text": {"body": "Hello!", "preview_url": False}},
        {"body": "Hello!"},
    ),
    "text with a preview": Example(
        {"type": "text", "text": "See https://example.com", "previewUrl": True},
        {"type": "text", "text": {"body": "See https://example.com", "preview_url": True}},
        {"body": "See https://example.com"},
    ),
    "image by URL": Example(
        {"type": "image", "mediaUrl": PHOTO, "caption": "Check this out!"},
        {"type": "image", "image": {"link": PHOTO, "caption": "Check this out!"}},
        {"url": PHOTO, "caption": "Check this out!"},
        [Link("mediaUrl", "image", PHOTO)],
    ),
    "image by id": Example(
        {"type": "image", "mediaId": "1234567890"},
        {"type": "image", "image": {"id": "1234567890"}},
        {"mediaId": "1234567890"},
    ),
    "video": Example(
        {"type": "video", "mediaUrl": FILM, "caption": "c"},
        {"type": "video", "video": {"link": FILM, "caption": "c"}},
        {"url": FILM, "caption": "c"},
        [Link("mediaUrl", "video", FILM)],
    ),
    "audio": Example(
        {"type": "audio", "mediaId": "7"}, {"type": "audio", "audio": {"id": "7"}}, {"mediaId": "7"}
    ),
    "voice": Example(
        {"type": "audio", "mediaId": "7", "voice": True},
        {"type": "audio", "audio": {"id": "7", "voice": True}},
        {"mediaId": "7", "voice": True},
    ),
    "document": Example(
        {"type": "document", "mediaId": "1234567890", "caption": "Report", "filename": "report.pdf"},
        {"type": "document", "document": {"id": "1234567890", "caption": "Report", "filename": "report.pdf"}},
        {"mediaId": "1234567890", "caption": "Report", "filename": "report.pdf"},
    ),
    "document by URL": Example(
        {"type": "document", "mediaUrl": PAPER, "filename": "report.pdf"},
        {"type": "document", "document": {"link": PAPER, "filename": "report.pdf"}},
        {"url": PAPER, "filename": "report.pdf"},
        [Link("mediaUrl", "document", PAPER, "report.pdf")],
    ),
    "sticker": Example(
        {"type": "sticker", "mediaId": "7"}, {"type": "sticker", "sticker": {"id": "7"}}, {"mediaId": "7"}
    ),
    "location": Example(
        {"type": "location", "latitude": -34.6037, "longitude": -58, "name": "Obelisco", "address": "Av. 9 de Julio"},
        {
            "type": "location",
            "location": {
                "latitude": -34.6037, "longitude": -58.0, "name": "Obelisco", "address": "Av. 9 de Julio"
            },
        },
        {"latitude": -34.6037, "longitude": -58.0, "name": "Obelisco", "address": "Av. 9 de Julio"},
    ),
    "reaction": Example(
        {"type": "reaction", "wamid": WAMID, "emoji": "👍🏽"},
        {"type": "reaction", "reaction": {"message_id": WAMID, "emoji": "👍🏽"}},
        {"emoji": "👍🏽", "wamid": WAMID},
    ),
    "reaction taken back": Example(
        {"type": "reaction", "wamid": WAMID, "emoji": ""},
        {"type": "reaction", "reaction": {"message_id": WAMID, "emoji": ""}},
        {"emoji": "", "wamid": WAMID},
    ),
    "contacts": Example(
        {
            "type": "contacts",
            "contacts": [
                {
                    "name": {"formattedName": "Ana Pérez", "firstName": "Ana", "lastName": "Pérez"},
                    "phones": [{"phone": "+54 9 11 5555-1234", "type": "CELL", "waId": TO}],
                    "emails": [{"email": "ana@example.com", "type": "WORK"}],
                    "addresses": [{"street": "1 Way", "city": "B", "countryCode": "ar", "type": "HOME"}],
                    "urls": [{"url": "https://example.com"}],
                    "org": {"company": "Acme", "department": "D", "title": "T"},
                    "birthday": "1990-12-31",
                }
            ],
        },
        {
            "type": "contacts",
            "contacts": [
                {
                    "name": {"formatted_name": "Ana Pérez", "first_name": "Ana", "last_name": "Pérez"},
                    "phones": [{"phone": "+54 9 11 5555-1234", "type": "CELL", "wa_id": TO}],
                    "emails": [{"email": "ana@example.com", "type": "WORK"}],
                    "addresses": [{"street": "1 Way", "city": "B", "country_code": "ar", "type": "HOME"}],
                    "urls": [{"url": "https://example.com"}],
                    "org": {"company": "Acme", "department": "D", "title": "T"},
                    "birthday": "1990-12-31",
                }
            ],
        },
        {
            "contacts": [
                {
                    "name": {"formattedName": "Ana Pérez", "firstName": "Ana", "lastName": "Pérez"},
                    "phones": [{"phone": "+54 9 11 5555-1234", "type": "CELL", "waId": TO}],
                    "emails": [{"email": "ana@example.com", "type": "WORK"}],
                    "addresses": [{"street": "1 Way", "city": "B", "countryCode": "ar", "type": "HOME"}],
                    "urls": [{"url": "https://example.com"}],
                    "org": {"company": "Acme", "department": "D", "title": "T"},
                    "birthday": "1990-12-31",
                }
            ]
        },
    ),
}  # fmt: skip
