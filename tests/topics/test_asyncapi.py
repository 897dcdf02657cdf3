import yaml

from topics import asyncapi, schema
from topics.catalog import CATALOG


def test_the_committed_document_is_what_the_catalogue_says():
    assert schema.stale(asyncapi.files()) == []


def test_every_topic_is_a_channel_with_its_partitions_and_its_messages():
    document = yaml.safe_load(asyncapi.FILE.read_bytes())
    assert list(document["channels"]) == [topic.name for topic in CATALOG]
    for topic in CATALOG:
        channel = document["channels"][topic.name]
        assert channel["bindings"]["kafka"]["partitions"] == topic.partitions
        assert len(channel["messages"]) == len(topic.messages) + (topic.raw is not None)


def test_every_reference_of_the_document_leads_somewhere():
    document = yaml.safe_load(asyncapi.FILE.read_bytes())
    found = list(references(document))
    assert found
    for reference in found:
        if reference.startswith("./"):
            assert (asyncapi.FILE.parent / reference).is_file()
            continue
        node = document
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]


def references(node):
    """Yield every reference below a node; examples hold none."""
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        for each in node.values():
            yield from references(each)
    if isinstance(node, list):
        for each in node:
            yield from references(each)


def test_every_schema_is_used_by_the_document():
    used = {each.removeprefix("./schemas/").removesuffix(".json") for each in references(asyncapi.document())}
    assert {name for name, _ in schema.render_all()} <= used
