"""A real Apache Kafka on loopback, without Docker, Java or Maven on the machine."""

from worker.broker.errors import BrokerError, MissingExtra
from worker.broker.process import Broker

__all__ = ["Broker", "BrokerError", "MissingExtra"]
