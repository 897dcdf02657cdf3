"""Which components of a NewsML item are copy, and which of them make one story."""

from dataclasses import dataclass
from typing import Final

from worker.formats.wiretext import line_of
from worker.formats.xmltree import Element, attribute, child, descendants, local, text_of

_PARTS: Final = (
    "photo", "picture", "image", "graphic", "logo", "video", "audio", "caption", "contact", "stylesheet",
    "headline", "title", "subheadline", "tweettext", "thumbnail",
    "icon", "preview", "quicklook", "abstract", "summary", "byline",
    "animation", "multimedia", "keyword", "note",
)  # fmt: skip
"""Roles, in lower case, of what is no copy."""

_MEDIA: Final = ("photo", "graphic", "video", "audio", "image", "animation", "complexdata")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One text of an item: its content, the component that it stands in and the role of that."""

    content: Element
    component: Element
    role: str


def copy_parts(item: Element) -> list[Part]:
    """List the texts of an item that can be copy, in document order.

    Where components say which is the body, it is the copy, with the lead over it where that is apart.
    """
    parts = []
    for content in descendants(item, "DataContent"):
        around = [(local(each), each) for each in content.iterancestors()]
        component = next((each for name, each in around if name == "NewsComponent"), item)
        holder = next((each for name, each in around if name == "ContentItem"), component)
        media = (formal_name(holder, "MediaType") or "text").lower()
        form = (formal_name(holder, "Format") or formal_name(holder, "MimeType") or "").lower()
        role = (_role(around) or "").lower()
        encoded = any(name == "Encoding" for name, _ in around)
        if (
            (media in _MEDIA and "nitf" not in form)  # TASS calls NITF complex data
            or form in ("css", "javascript")
            or encoded
            or any(part in role for part in _PARTS)
        ):
            continue
        parts.append(Part(content=content, component=component, role=role))
    bodies = [part for part in parts if part.role in ("body", "lead", "lede", "intro")]
    return bodies if any(part.role == "body" for part in bodies) else parts


def group_stories(parts: list[Part]) -> list[list[Part]]:
    """Group texts into stories: one for each component with a headline of its own, alternatives once."""
    groups: dict[Element | None, list[Part]] = {}
    taken: set[Element] = set()
    for part in parts:
        if next(part.content.itertext(), None) is None:
            continue
        choice = next(
            (
                each
                for each in part.component.iterancestors()
                if local(each) == "NewsComponent" and attribute(each, "EquivalentsList") == "yes"
            ),
            None,
        )
        if choice is not None:
            if choice in taken:
                continue
            taken.add(choice)
        groups.setdefault(_headed(part.component), []).append(part)
    for owner in list(groups):
        inside = next((each for each in groups if each is not owner and _is_within(each, owner)), None)
        if inside is not None:  # the text around headed components belongs to the first of them
            groups[inside].extend(groups.pop(owner))
    return list(groups.values())


def _headed(component: Element) -> Element | None:
    """Return the nearest component, this one or one around it, with a headline of its own."""
    around = [component, *(each for each in component.iterancestors() if local(each) == "NewsComponent")]
    return next((each for each in around if child(each, "NewsLines", "HeadLine") is not None), None)


def _is_within(inner: Element | None, outer: Element | None) -> bool:
    if inner is None:
        return False
    return outer is None or any(each is outer for each in inner.iterancestors())


def is_text(item: Element) -> bool:
    """Tell whether an item without copy was meant to be text: no medium, and a headline or a withdrawal."""
    media = [(attribute(each, "FormalName") or "").lower() for each in descendants(item, "MediaType")]
    status = (formal_name(child(item, "NewsManagement"), "Status") or "usable").lower()
    told = status != "usable" or next(descendants(item, "HeadLine"), None) is not None
    return told and not any(name in _MEDIA for name in media)


def formal_name(element: Element | None, name: str) -> str | None:
    """Return the FormalName of a child."""
    return attribute(child(element, name), "FormalName")


def role_text(item: Element, role: str) -> str | None:
    """Return the text of the component of a role."""
    for component in descendants(item, "NewsComponent"):
        if (formal_name(component, "Role") or "").lower() == role:
            return line_of(text_of(next(descendants(component, "DataContent"), None)))
    return None


def _role(around: list[tuple[str, Element]]) -> str | None:
    """Return the nearest role among the elements around a content, by their names."""
    for name, each in around:
        if name == "NewsComponent" and (role := formal_name(each, "Role")):
            return role
        if name == "NewsItem":
            return None
    return None
