"""Reading a WABA's message templates over Graph, page by page. Source: Meta's template API."""

from typing import Any

import msgspec

from .graph import Graph, Unanswered

FIELDS = "id,name,language,status,category,components,parameter_format,quality_score,rejected_reason"
PAGE, MOST_PAGES = 100, 100


class TemplateNode(msgspec.Struct, frozen=True):
    """A template as Meta keeps it; `components` are Meta's own."""

    id: str
    name: str
    language: str
    status: str
    category: str | None
    parameter_format: str | None
    components: list[dict[str, Any]]
    quality: str | None
    rejected_reason: str | None


async def listed(graph: Graph, token: str, meta_waba_id: str) -> list[TemplateNode]:
    """Every template, or a GraphError: half a list is never returned."""
    found: dict[str, TemplateNode] = {}
    query = {"fields": FIELDS, "limit": str(PAGE)}
    for _ in range(MOST_PAGES):
        answer = await graph.call("GET", f"{meta_waba_id}/message_templates", token, query=query)
        data = answer.get("data")
        if not isinstance(data, list):
            raise Unanswered("Meta's list of templates cannot be read.")
        found |= {node.id: node for node in map(template, data) if node is not None}
        paging = answer.get("paging") or {}
        after = (paging.get("cursors") or {}).get("after")
        if not paging.get("next") or not isinstance(after, str):
            return list(found.values())
        query = {**query, "after": after}
    raise Unanswered(f"Meta's list of templates has no end after {MOST_PAGES} pages.")


def template(node: object) -> TemplateNode | None:
    """None for what names no template."""
    if not isinstance(node, dict) or not all(node.get(key) for key in ("id", "name", "language")):
        return None
    score = node.get("quality_score")
    reason = _text(node.get("rejected_reason"))
    components = node.get("components")
    return TemplateNode(
        id=str(node["id"]),
        name=str(node["name"]),
        language=str(node["language"]),
        status=(_text(node.get("status")) or "UNKNOWN").upper(),
        category=_text(node.get("category")),
        parameter_format=_text(node.get("parameter_format")),
        components=[each for each in components if isinstance(each, dict)] if isinstance(components, list) else [],
        quality=_text(score.get("score")) if isinstance(score, dict) else None,
        rejected_reason=None if reason in (None, "NONE") else reason,
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
