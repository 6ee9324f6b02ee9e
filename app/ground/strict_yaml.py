"""YAML that strangers may hand in: it can name values and do nothing else."""

from typing import Any

import yaml

DEPTH = 8
"""Levels; what we write has six at most."""


class Strict:
    """Beside one of PyYAML's safe loaders: an alias, a key that stands twice or is no text, and nesting without end
    are refused with a YAMLError, which names the place where it is an alias."""

    depth = 0

    def compose_node(self: Any, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(problem="an alias", problem_mark=self.peek_event().start_mark)
        self.depth += 1
        if self.depth > DEPTH:
            raise yaml.YAMLError("nested too deeply")
        node = super().compose_node(parent, index)  # type: ignore[misc]
        self.depth -= 1
        if isinstance(node, yaml.MappingNode):
            keys = [key.value for key, _ in node.value]
            if not all(isinstance(key, str) for key in keys) or len(set(keys)) != len(keys):
                raise yaml.YAMLError("a key that stands twice, or is no text")
        return node
