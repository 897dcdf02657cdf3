"""The OpenAPI document tells the truth: schemathesis asks what it allows and what it forbids."""

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from worker.board.app import Board, build

SETTINGS = {
    "generation": {"max-examples": 5, "deterministic": True, "database": "none"},
    "cache": {"enabled": False},
    "phases": {"stateful": {"enabled": True}},
}


def test_every_operation_answers_as_the_document_says(filled, hub):
    app = build(Board(store=filled, hub=hub))
    config = SchemathesisConfig.from_dict(SETTINGS)
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", app, config=config)
    told, operations = [], set()
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            operations.add(event.label)
            told += findings(event.recorder)
        elif isinstance(event, events.NonFatalError | events.FatalError):
            told.append(repr(vars(event)))
    assert told == []
    assert {"GET /api/stories", "GET /api/search", "GET /feeds/variants.rss"} < operations


def findings(recorder):
    """What schemathesis says against the answers, each with the request that shows it."""
    for case, checks in recorder.checks.items():
        for check in checks:
            if check.failure_info is not None:
                request = recorder.cases[case].value.as_curl_command()
                yield f"{check.name}: {check.failure_info.failure}\n{request}"
