"""Meta's second host, here a path: the bytes of a media object, for whoever holds its address and a token."""

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from .media import PATH, Media
from .stage import Stage
from .world import World


async def download(request: Request) -> Response:
    """Streamed, and in parts when `Range` asks for them; 404 for a stale address as for a bad token."""
    stage = request.app.state.stage
    assert isinstance(stage, Stage)
    media = stage.world.media.opened(dict(request.query_params))
    if media is None or not _may_see(stage.world, request.headers.get("authorization", ""), media):
        return Response(status_code=404)
    name = media.filename or f"{media.id}.{media.mime_type.partition(';')[0].rpartition('/')[2]}"
    # A file response adds a charset to text, which Meta does not.
    headers = {"content-type": media.mime_type}
    return FileResponse(media.path, headers=headers, filename=name, content_disposition_type="attachment")


def _may_see(world: World, authorization: str, media: Media) -> bool:
    token = world.tokens.get(authorization.removeprefix("Bearer ").strip())
    phone = world.phones.get(media.phone_number_id)
    return token is not None and token.valid and phone is not None and phone.waba_id in token.waba_ids


ROUTES = [Route(PATH, download, methods=["GET"])]
