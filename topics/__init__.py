"""The contract: topics, messages, schemas and a consumer for whoever reads what wiretrace publishes."""
