"""The one loose type of the sandbox: a JSON object as it crosses the wire."""

from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]
