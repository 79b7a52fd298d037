"""Opens the aws family from a function's environment; nothing is asked of AWS before it is used."""

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any

from backends.aws._clients import Clients
from backends.aws._declared import Declared
from backends.aws._workers import Workers
from backends.aws.bell import Bell
from backends.aws.blobs import Blobs
from backends.aws.keys import Keys
from backends.aws.lanes import Lanes
from backends.aws.plans import Plans
from backends.aws.secrets import Secrets
from backends.aws.sockets import Sockets
from backends.aws.table import Table
from backends.aws.timers import Timers
from backends.clock import Clock as MachineClock
from persona.errors import Broken
from persona.ports import Clock, Later

SETTINGS_OF: Mapping[str, tuple[str, ...]] = {
    "table": ("HUB_TABLE",),
    "within": ("HUB_LANE_ROLE",),
    "lanes": ("HUB_LANES_URL",),
    "bell": ("HUB_FUNCTIONS_PREFIX",),
    "timers": ("HUB_TIMERS_GROUP", "HUB_LANES_ARN", "HUB_TIMERS_ROLE", "HUB_TIMERS_DLQ_ARN"),
    "plans": ("HUB_PLANS_MACHINE",),
    "blobs": ("HUB_BLOBS",),
    "keys": ("HUB_KEYS_TABLE", "HUB_KMS_KEY"),
    "secrets": ("HUB_SECRETS_PATH", "HUB_SECRETS"),
    "sockets": ("HUB_SOCKETS_URL",),
}
"""What a function is told for each part that it asks for."""


class Family:
    """The parts, each made when first used; one whose settings are missing is Broken then.

    | setting | what it names |
    |---|---|
    | `HUB_TABLE`, `HUB_KEYS_TABLE` | the table; the one of wrapped keys |
    | `HUB_LANE_ROLE` | ARN of the role that a worker assumes for its lane; may be absent |
    | `HUB_LANES_URL`, `HUB_LANES_ARN` | the lanes' queue |
    | `HUB_TIMERS_GROUP` | the group of all schedules |
    | `HUB_TIMERS_ROLE`, `HUB_TIMERS_DLQ_ARN` | what the scheduler acts as; where it gives up |
    | `HUB_PLANS_MACHINE` | ARN of the state machine's alias |
    | `HUB_FUNCTIONS_PREFIX` | what every function's name begins with |
    | `HUB_BLOBS` | a bucket |
    | `HUB_KMS_KEY` | the key that wraps data keys |
    | `HUB_SECRETS_PATH`, `HUB_SECRETS` | where credentials stand; names fetched together |
    | `HUB_SOCKETS_URL` | API Gateway's address for pushes, and for the page's socket |
    """

    def __init__(self, env: Mapping[str, str], clients: Clients, clock: Clock) -> None:
        self._env = env
        self._clients = clients
        self._clock = clock

    def ports(self) -> dict[str, Any]:
        """The parts under their ports' names."""
        make: dict[str, Callable[[], Any]] = {
            "table": self._table,
            "lanes": self._lanes,
            "bell": self._bell,
            "timers": self._timers,
            "plans": self._plans,
            "blobs": self._blobs,
            "keys": self._keys,
            "secrets": self._secrets,
            "sockets": self._sockets,
        }
        parts = {name: Later(part) for name, part in make.items()}
        return {**parts, "clock": self._clock, "client": self._declared}

    def _declared(self, api: str, actions: Collection[str]) -> Declared:
        """A client that is given away, for these actions alone."""
        return Declared(self._clients.get(api), actions)

    def _setting(self, name: str) -> str:
        value = self._env.get(name, "")
        if not value:
            raise Broken(f"{name} is not set")
        return value

    def _client(self, name: str, url: str = "") -> Callable[[], Any]:
        return partial(self._clients.get, name, url)

    def _table(self) -> Table:
        name, role = self._setting("HUB_TABLE"), self._env.get("HUB_LANE_ROLE", "")
        return Table(name, Workers(self._clients, name, role, self._clock))

    def _lanes(self) -> Lanes:
        return Lanes(self._client("sqs"), self._setting("HUB_LANES_URL"))

    def _bell(self) -> Bell:
        return Bell(self._client("lambda"), self._setting("HUB_FUNCTIONS_PREFIX"))

    def _timers(self) -> Timers:
        group, lanes, role, dead_letters = map(self._setting, SETTINGS_OF["timers"])
        return Timers(self._client("scheduler"), group, lanes, role, dead_letters, self._clock)

    def _plans(self) -> Plans:
        return Plans(self._client("stepfunctions"), self._setting("HUB_PLANS_MACHINE"))

    def _blobs(self) -> Blobs:
        return Blobs(self._client("s3"), self._setting("HUB_BLOBS"))

    def _keys(self) -> Keys:
        return Keys(
            self._setting("HUB_KEYS_TABLE"),
            self._setting("HUB_KMS_KEY"),
            self._client("dynamodb"),
            self._client("kms"),
            self._clock,
        )

    def _secrets(self) -> Secrets:
        together = self._env.get("HUB_SECRETS", "").split(",")
        path = self._setting("HUB_SECRETS_PATH")
        return Secrets(self._client("ssm"), path, self._clock, [n for n in together if n])

    def _sockets(self) -> Sockets:
        url = self._setting("HUB_SOCKETS_URL")
        return Sockets(self._client("apigatewaymanagementapi", url))


def open_family(
    env: Mapping[str, str], *, clock: Clock | None = None, clients: Clients | None = None
) -> Family:
    """`clients` are the process's own unless given."""
    return Family(env, clients or Clients(env), clock or MachineClock())
