"""The OpenAPI document tells the truth: schemathesis asks what it allows and what it forbids."""

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from worker.board.app import Board, build

SETTINGS = {
    "generation": {"max-examples": 8, "deterministic": True, "database": "none"},
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
            for case_id, checks in event.recorder.checks.items():
                for check in checks:
                    if check.failure_info:
                        told.append(
                            (
                                event.label,
                                event.recorder.cases[case_id].value.as_curl_command(),
                                str(check.failure_info.failure),
                            )
                        )
        elif isinstance(event, (events.NonFatalError, events.FatalError)):
            told.append(repr(vars(event)))
    for t in told:
        print(*t, sep="\n", end="\n\n")
    assert not told
    assert len(operations) > 8
