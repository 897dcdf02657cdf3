"""Ask the broker for a topic's id, which changes when a topic is deleted and made again.

Clients know topics by name; the id came with KIP-516 and is told by Metadata from version 10 on, which
aiokafka does not speak. The two structs here are that request, version 12, as in Kafka's
MetadataRequest.json and MetadataResponse.json; aiokafka sends them.
"""

from collections.abc import Collection, Iterable
from io import BytesIO
from typing import Any
from uuid import UUID

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import UnknownTopicOrPartitionError, for_code
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import (
    AbstractType,
    Boolean,
    CompactArray,
    CompactString,
    Int16,
    Int32,
    Schema,
    TaggedFields,
)


class _Uuid(AbstractType[bytes]):
    @classmethod
    def encode(cls, value: bytes) -> bytes:
        return value

    @classmethod
    def decode(cls, data: BytesIO) -> bytes:
        return data.read(16)


class _MetadataResponseV12(Response):
    API_KEY = 3
    API_VERSION = 12
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "brokers",
            CompactArray(
                ("node_id", Int32),
                ("host", CompactString("utf-8")),
                ("port", Int32),
                ("rack", CompactString("utf-8")),
                ("tags", TaggedFields),
            ),
        ),
        ("cluster_id", CompactString("utf-8")),
        ("controller_id", Int32),
        (
            "topics",
            CompactArray(
                ("error_code", Int16),
                ("name", CompactString("utf-8")),
                ("topic_id", _Uuid),
                ("is_internal", Boolean),
                (
                    "partitions",
                    CompactArray(
                        ("error_code", Int16),
                        ("partition_index", Int32),
                        ("leader_id", Int32),
                        ("leader_epoch", Int32),
                        ("replica_nodes", CompactArray(Int32)),
                        ("isr_nodes", CompactArray(Int32)),
                        ("offline_replicas", CompactArray(Int32)),
                        ("tags", TaggedFields),
                    ),
                ),
                ("authorized_operations", Int32),
                ("tags", TaggedFields),
            ),
        ),
        ("tags", TaggedFields),
    )


class _MetadataRequestV12(RequestStruct):
    FLEXIBLE_VERSION = True
    API_KEY = 3
    API_VERSION = 12
    RESPONSE_TYPE = _MetadataResponseV12
    SCHEMA = Schema(
        (
            "topics",
            CompactArray(
                ("topic_id", _Uuid),
                ("name", CompactString("utf-8")),
                ("tags", TaggedFields),
            ),
        ),
        ("allow_auto_topic_creation", Boolean),
        ("include_topic_authorized_operations", Boolean),
        ("tags", TaggedFields),
    )


class _TopicIdRequest(Request[_MetadataRequestV12]):
    API_KEY = 3

    def __init__(self, topics: Iterable[str]) -> None:
        self._topics = topics

    def build(self, request_struct_class: type[_MetadataRequestV12]) -> _MetadataRequestV12:
        return request_struct_class([(bytes(16), topic, {}) for topic in self._topics], False, False, {})


async def topic_id(topic: str, client_args: dict[str, Any]) -> str:
    """Return the id of ``topic`` as 32 hexadecimal digits.

    Raises UnknownTopicOrPartitionError when the broker does not have the topic, other KafkaErrors when
    it cannot be asked.
    """
    found = await topic_ids([topic], client_args)
    if topic not in found:
        raise UnknownTopicOrPartitionError(topic)
    return found[topic]


async def topic_ids(topics: Collection[str], client_args: dict[str, Any]) -> dict[str, str]:
    """Return the ids of those of ``topics`` that the broker has. Raises KafkaError."""
    admin = AIOKafkaAdminClient(**client_args)
    await admin.start()
    try:
        response = await admin._send_request(_TopicIdRequest(topics))  # noqa: SLF001 - no public way to send
    finally:
        await admin.close()
    found = {}
    for error_code, name, uuid, *_ in response.topics:
        if error_code == UnknownTopicOrPartitionError.errno:
            continue
        if error_code:
            raise for_code(error_code)(name)
        found[name] = UUID(bytes=uuid).hex
    return found
