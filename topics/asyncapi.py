"""Render ``topics/asyncapi.yaml`` from the catalogue.

``python -m topics.asyncapi`` writes it, ``--check`` compares. The document is AsyncAPI 3.0 with the Kafka
bindings 0.5.0; payload and header schemas are references to ``./schemas``.
"""

import sys
from pathlib import Path
from typing import Final

import orjson

from topics.catalog import CATALOG, Topic
from topics.codec import schema_of
from topics.messages import Message
from topics.schema import HEADERS, HERE, run

Node = dict[str, object]

FILE: Final = HERE / "asyncapi.yaml"
BINDING: Final = "0.5.0"
CONTRACT: Final = "1.0.0"
ABOUT: Final = """\
wiretrace follows one wire story through every outlet. Feeds write payloads to wire-payloads; the worker
splits them into stories, places each story into a canonical story, and tells every placement on
canonical-variants and the present state of each canonical story on canonical-stories. Read with
isolation level read_committed. Topics may carry a prefix, joined with a dash.
"""
TOPIC_KEYS: Final = ("retention.ms", "delete.retention.ms", "max.message.bytes")
"""What the binding calls topicConfiguration; the rest of a topic's configuration is in the catalogue."""
NAMES: Final = {kind: name for name, kind in HEADERS.items()}


def document() -> Node:
    """Build the AsyncAPI document as plain values."""
    messages: Node = {}
    channels: Node = {}
    operations: Node = {}
    for topic in CATALOG:
        found = _messages(topic)
        messages |= found
        channels[topic.name] = _channel(topic, list(found))
        operations |= _operations(topic)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "wiretrace",
            "version": CONTRACT,
            "description": " ".join(ABOUT.split()),
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages},
    }


def files() -> dict[Path, bytes]:
    """Give the content that the document's file must have; needs PyYAML, a tool of development."""
    import yaml  # noqa: PLC0415 - no reader of the contract needs it

    head = "# Rendered by topics/asyncapi.py; do not edit.\n"
    text = yaml.safe_dump(document(), sort_keys=False, allow_unicode=True, width=100)
    return {FILE: (head + text).encode()}


def _channel(topic: Topic, names: list[str]) -> Node:
    """Render a topic."""
    config = topic.config()
    numbers: Node = {name: int(config[name]) for name in TOPIC_KEYS if name in config}
    return {
        "address": topic.name,
        "title": topic.name,
        "description": f"{topic.purpose} Key: {topic.key}. Owner: {topic.owner}.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": {"cleanup.policy": [topic.cleanup.value], **numbers},
                "bindingVersion": BINDING,
            }
        },
    }


def _operations(topic: Topic) -> Node:
    """Render what the worker does with a topic."""
    actions = []
    if topic.read_by_worker:
        actions.append("receive")
    if topic.written_by_worker:
        actions.append("send")
    return {
        f"{action}-{topic.name}": {
            "action": action,
            "channel": {"$ref": f"#/channels/{topic.name}"},
            "summary": topic.purpose,
        }
        for action in actions
    }


def _messages(topic: Topic) -> Node:
    """Render the messages of a topic, the raw one first."""
    found: Node = {}
    if topic.raw is not None:
        found[f"{topic.name}-bytes"] = {
            "name": f"{topic.name}-bytes",
            "title": topic.raw,
            "contentType": "application/octet-stream",
            **_headers_and_key(topic),
            "payload": {"type": "string", "format": "binary", "description": topic.raw},
            "examples": [{"name": "headers", "headers": _example(NAMES[topic.headers])}],
        }
    for kind in topic.messages:
        found[schema_of(kind)] = _message(topic, kind)
    return found


def _message(topic: Topic, kind: type[Message]) -> Node:
    """Render one JSON message."""
    name = schema_of(kind)
    return {
        "name": name,
        "title": name,
        "summary": (kind.__doc__ or "").splitlines()[0],
        "contentType": "application/json",
        **_headers_and_key(topic),
        "payload": {"$ref": f"./schemas/{name}.json"},
        "examples": [{"name": "example", "payload": _example(name)}],
    }


def _headers_and_key(topic: Topic) -> Node:
    """Render what the messages of a topic have in common."""
    return {
        "headers": {"$ref": f"./schemas/{NAMES[topic.headers]}.json"},
        "bindings": {
            "kafka": {"key": {"type": "string", "description": topic.key}, "bindingVersion": BINDING}
        },
    }


def _example(name: str) -> object:
    """Take the first example of a schema that must pass."""
    path = min((HERE / "examples" / name / "pass").glob("*.json"))
    return orjson.loads(path.read_bytes())


if __name__ == "__main__":
    sys.exit(run(files(), sys.argv[1:]))
