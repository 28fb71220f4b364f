"""Checks calls against a published schema of the Bot API, where one is at hand."""

from collections.abc import Mapping
from typing import Any

from bot.sandbox.json_types import Json


class SchemaCheck:
    """Adds to `violations` what breaks the schema `{"methods": {name: schema}, "$defs": {…}}`.

    Needs jsonschema, which only tests install.
    """

    def __init__(self, schema: Mapping[str, Any], violations: list[str]) -> None:
        self._schema = schema
        self._validators: dict[str, Any] = {}
        self._violations = violations

    def check(self, method: str, parameters: Json) -> None:
        """Note every way in which a call breaks the schema."""
        validator = self._validators.get(method) or self._validator(method)
        for error in validator.iter_errors(parameters):
            where = "/".join(map(str, error.absolute_path))
            self._violations.append(f"{method}: {where or 'parameters'}: {error.message}")

    def _validator(self, method: str) -> Any:
        from jsonschema import Draft202012Validator

        methods: Mapping[str, Any] = self._schema["methods"]
        schema = {**methods.get(method, {"not": {}}), "$defs": self._schema["$defs"]}
        return self._validators.setdefault(method, Draft202012Validator(schema))
