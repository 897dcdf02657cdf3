"""Compare a broker's topics with the catalogue, and bring them to it without deleting anything.

aiokafka has no IncrementalAlterConfigs; the older AlterConfigs replaces all of a topic's settings, so
what others have set is read first and sent along.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, for_code

from topics.catalog import CATALOG, Topic, topic_name
from worker.settings import Settings
from worker.stream.kafka import client_args

SET_ON_TOPIC: Final = 1  # config source DYNAMIC_TOPIC_CONFIG of DescribeConfigs
UNKNOWN_TOPIC: Final = 3
VISIBLE_EVERY: Final = 0.05  # seconds between looks for a new topic
VISIBLE_TRIES: Final = 200
IN_STEP: Final = 3  # copies from which on an acknowledgement must mean two
EXISTS: Final = 36  # somebody else made it between our look and our request


class Refused(Exception):
    """The broker does not do what was asked; the message is one line."""


class MissingTopic(LookupError):
    """The broker lacks a topic; the message says which, and how to make it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """A topic as the broker has it: every effective setting, and those set on the topic itself."""

    partitions: int
    config: Mapping[str, str]
    own: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What was done, and what was left although it differs; a line each."""

    done: tuple[str, ...]
    left: tuple[str, ...]


def full_name(topic: Topic, settings: Settings) -> str:
    """Name a topic on this broker. Raises Refused when Kafka would not take the name."""
    try:
        return topic_name(topic.name, settings.prefix)
    except ValueError as error:
        raise Refused(str(error)) from error


async def apply(settings: Settings, *, grow: bool = False) -> Changes:
    """Make the broker match the catalogue; partitions are added only with ``grow``.

    Raises Refused, KafkaError.
    """
    names = {full_name(topic, settings): topic for topic in CATALOG}
    done: list[str] = []
    left: list[str] = []
    async with _Admin(settings) as admin:
        present = await admin.present(list(names))
        for name, topic in names.items():
            if name not in present:
                await admin.create(name, topic, settings)
                done.append(f"created {name} ({_partitions(topic.partitions)}, {topic.cleanup.value})")
                continue
            if different := differences(topic, present[name], settings):
                await admin.configure(name, {**present[name].own, **config_of(topic, settings)})
                done.extend(f"changed {name}: {each}" for each in different)
            missing = topic.partitions - present[name].partitions
            if missing > 0 and grow:
                await admin.grow(name, topic.partitions)
                done.append(f"grew {name} from {present[name].partitions} to {_partitions(topic.partitions)}")
            elif missing:
                left.append(f"{name} has {_shape(topic, present[name])}")
        if done:
            await admin.seen(list(names))
    return Changes(done=tuple(done), left=tuple(left))


async def standing(settings: Settings) -> dict[str, tuple[str, ...]]:
    """Tell for each topic of the catalogue how the broker's differs; nothing for one that matches.

    Raises Refused, KafkaError.
    """
    names = {full_name(topic, settings): topic for topic in CATALOG}
    present = await describe(settings)
    return {
        topic.name: _standing(topic, present[name], settings) if name in present else ("missing",)
        for name, topic in names.items()
    }


def config_of(topic: Topic, settings: Settings) -> dict[str, str]:
    """Spell what the broker must hold: its settings, and two copies in step where there are three."""
    durable = {"min.insync.replicas": "2"} if settings.replication >= IN_STEP else {}
    return {**topic.config(), **durable}


async def lacking(settings: Settings) -> tuple[str, ...]:
    """Name the topics that are missing or have too few partitions: the worker cannot do without.

    Raises Refused, KafkaError.
    """
    names = {full_name(topic, settings): topic for topic in CATALOG}
    present = await describe(settings)
    return tuple(
        name
        for name, topic in names.items()
        if name not in present or present[name].partitions < topic.partitions
    )


async def describe(settings: Settings, topics: Sequence[Topic] = CATALOG) -> dict[str, Present]:
    """Describe those of ``topics`` that the broker has, by their names on it. Raises Refused, KafkaError."""
    async with _Admin(settings) as admin:
        return await admin.present([full_name(topic, settings) for topic in topics])


async def require(topics: Sequence[Topic], settings: Settings) -> dict[str, Present]:
    """Describe ``topics``, all of which have to be there. Raises MissingTopic, Refused, KafkaError."""
    present = await describe(settings, topics)
    for topic in topics:
        if (name := full_name(topic, settings)) not in present:
            raise MissingTopic(
                f"the broker at {settings.bootstrap} has no topic {name}; "
                "make it with: wiretrace topics apply"
            )
    return present


def _standing(topic: Topic, present: Present, settings: Settings) -> tuple[str, ...]:
    shape = () if topic.partitions == present.partitions else (_shape(topic, present),)
    return (*shape, *differences(topic, present, settings))


def differences(topic: Topic, present: Present, settings: Settings) -> tuple[str, ...]:
    """Tell each setting of the catalogue that the broker holds differently."""
    return tuple(
        f"{key} {present.config.get(key, 'unset')} → {value}"
        for key, value in config_of(topic, settings).items()
        if present.config.get(key) != value
    )


def _shape(topic: Topic, present: Present) -> str:
    wanted = f"{_partitions(present.partitions)}, the catalogue says {topic.partitions}"
    advice = "--grow adds them" if present.partitions < topic.partitions else "partitions are never removed"
    return f"{wanted} ({advice})"


def _partitions(count: int) -> str:
    return f"{count} partition{'' if count == 1 else 's'}"


class _Admin:
    """aiokafka's admin client with its error codes read."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client: Any = None

    async def __aenter__(self) -> Self:
        self._client = AIOKafkaAdminClient(**client_args(self._settings))
        try:
            await self._client.start()
        except BaseException:
            await self._client.close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.close()

    async def present(self, names: list[str]) -> dict[str, Present]:
        """Describe those of ``names`` that the broker has."""
        found: dict[str, int] = {}
        for topic in await self._client.describe_topics(names):
            if topic["error_code"] == 0:
                found[topic["topic"]] = len(topic["partitions"])
            elif topic["error_code"] != UNKNOWN_TOPIC:
                raise Refused(f"{topic['topic']}: {for_code(topic['error_code']).description}")
        if not found:
            return {}
        resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in found]
        configs: dict[str, Present] = {}
        for response in await self._client.describe_configs(resources):
            for code, message, _type, name, entries in response.resources:
                if code:
                    raise Refused(f"{name}: {message or for_code(code).description}")
                configs[name] = Present(
                    partitions=found[name],
                    config={entry[0]: entry[1] for entry in entries},
                    own={entry[0]: entry[1] for entry in entries if entry[3] == SET_ON_TOPIC},
                )
        return configs

    async def seen(self, names: list[str]) -> None:
        """Wait until the broker tells of all ``names``: it answers a request to create before it does."""
        for _ in range(VISIBLE_TRIES):
            if len(await self.present(names)) == len(names):
                return
            await asyncio.sleep(VISIBLE_EVERY)
        raise Refused("the broker made the topics and does not list them yet; try again")

    async def create(self, name: str, topic: Topic, settings: Settings) -> None:
        new = NewTopic(name, topic.partitions, settings.replication, topic_configs=config_of(topic, settings))
        response = await self._client.create_topics([new])
        for _, code, *message in response.topic_errors:
            if code not in {0, EXISTS}:
                raise Refused(f"cannot create {name}: {_reason(code, *message)}")

    async def configure(self, name: str, config: Mapping[str, str]) -> None:
        resource = ConfigResource(ConfigResourceType.TOPIC, name, dict(config))
        for response in await self._client.alter_configs([resource]):
            for code, message, *_ in response.resources:
                if code:
                    raise Refused(f"cannot configure {name}: {_reason(code, message)}")

    async def grow(self, name: str, partitions: int) -> None:
        try:
            await self._client.create_partitions({name: NewPartitions(partitions)})
        except KafkaError as error:
            raise Refused(f"cannot grow {name}: {error}") from error


def _reason(code: int, message: str | None = None) -> str:
    return message or str(for_code(code).description)
