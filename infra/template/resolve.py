"""What a template says on one stage: its references and conditions replaced by what they stand for.

As far as our own template uses them; anything else raises Broken. What a resource is referred to
by, and its attributes, AWS gives at deployment: here they are told.
"""

import re
from collections.abc import Mapping
from typing import Any

from persona.errors import Broken

NAME = re.compile(r"\$\{([A-Za-z0-9:.]+)\}")
ABSENT = object()
"""What `AWS::NoValue` leaves."""


class Stage:
    """One stage of a template: parameters by name, and resources as `Name` and `Name.Attribute`."""

    def __init__(self, template: Mapping[str, Any], known: Mapping[str, Any]) -> None:
        self._conditions: Mapping[str, Any] = template.get("Conditions", {})
        defaults = {
            name: one["Default"] if "List" not in one["Type"] else one["Default"].split(",")
            for name, one in template["Parameters"].items()
            if "Default" in one
        }
        self._known: Mapping[str, Any] = {**defaults, "AWS::NoValue": ABSENT, **known}

    def resolve(self, told: Any) -> Any:
        """Any part of the template. Raises Broken for what it does not know."""
        match told:
            case {"Condition": str(name)} if len(told) == 1:
                return self.holds(name)
            case dict() if len(told) == 1 and next(iter(told)) in ("Ref", "Fn::GetAtt"):
                return self._named(next(iter(told.values())))
            case dict() if len(told) == 1 and next(iter(told)).startswith("Fn::"):
                ((name, given),) = told.items()
                return self._called(name.removeprefix("Fn::"), given)
            case dict():
                found = {key: self.resolve(value) for key, value in told.items()}
                return {key: value for key, value in found.items() if value is not ABSENT}
            case list():
                return [one for one in map(self.resolve, told) if one is not ABSENT]
            case _:
                return told

    def holds(self, condition: str) -> bool:
        """Whether a condition of the template is met."""
        return bool(self.resolve(self._conditions[condition]))

    def _named(self, name: str | list[str]) -> Any:
        whole = name if isinstance(name, str) else ".".join(name)
        if whole not in self._known:
            raise Broken(f"nothing is known of {whole}")
        return self._known[whole]

    def _called(self, function: str, given: Any) -> Any:
        if function == "If":
            name, then, otherwise = given
            return self.resolve(then if self.holds(name) else otherwise)
        if function == "Sub":
            return self._filled(given)
        found = self.resolve(given)
        match function:
            case "Join":
                return found[0].join(found[1])
            case "Split":
                return found[1].split(found[0])
            case "Select":
                return found[1][int(found[0])]
            case "Equals":
                return found[0] == found[1]
            case "Not":
                return not found[0]
            case "And":
                return all(found)
            case _:
                raise Broken(f"Fn::{function} is not used here")

    def _filled(self, given: str | list[Any]) -> str:
        text, own = (given, {}) if isinstance(given, str) else given
        more = {name: self.resolve(value) for name, value in own.items()}
        return NAME.sub(lambda found: str(more.get(found[1]) or self._named(found[1])), text)
