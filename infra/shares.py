"""How much of a library ships: the files that a function uses.

A pattern is of the shell's kind and matches a path below site-packages, `*` across folders. What
lies in `infra/instead` ships in place of a library's file of the same path: it is there only to be
imported, and says so when it is asked for more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

INSTEAD = Path(__file__).with_name("instead")
NEVER = (
    "*.dist-info/*", "*/__pycache__/*", "*.pyi", "*/py.typed", "*.typed", "*/tests/*", "../*",
    "*.c", "*.h", "*.pxd", "*.pyx", "*.md", "*.rst", "*.txt",
)  # fmt: skip
"""What no running function reads."""


@dataclass(frozen=True, slots=True)
class Share:
    """Which files of a distribution ship, and which distributions with it.

    `needs` replaces what its metadata requires. `told` are files about itself that it reads.
    """

    keep: tuple[str, ...] = ("*",)
    drop: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    needs: tuple[str, ...] | None = None

    def takes(self, path: str) -> bool:
        return any(fnmatchcase(path, pattern) for pattern in self.told) or (
            any(fnmatchcase(path, pattern) for pattern in self.keep)
            and not any(fnmatchcase(path, pattern) for pattern in (*self.drop, *NEVER))
        )  # fmt: skip


STEMMER = ("__init__", "among", "basestemmer", "english_stemmer")
SHARES: Mapping[str, Share] = {
    "aws_lambda_powertools": Share(
        keep=(
            "aws_lambda_powertools/__init__.py",
            "aws_lambda_powertools/package_logger.py",
            *(
                f"aws_lambda_powertools/{part}/*"
                for part in ("exceptions", "logging", "metrics", "shared", "tracing", "warnings")
            ),
            "aws_lambda_powertools/utilities/__init__.py",
            "aws_lambda_powertools/utilities/jmespath_utils/*",
        ),
        drop=("aws_lambda_powertools/metrics/provider/datadog/*",),
    ),
    "boto3": Share(keep=("boto3/__init__.py",), needs=()),
    "botocore": Share(
        drop=("botocore/data/*", "botocore/docs/[!_du]*", "botocore/docs/bcdoc/*")
    ),
    # Of cffi the bindings load its compiled half alone.
    "cffi": Share(keep=("_cffi_backend*",), needs=()),
    "nacl": Share(keep=("nacl/__init__.py", "nacl/exceptions.py", "nacl/bindings/*", "nacl/_sodium*")),
    "httpcore2": Share(told=("httpcore2-*.dist-info/METADATA",)),
    "httpx2": Share(told=("httpx2-*.dist-info/METADATA",)),
    "icalendar": Share(drop=("icalendar/fuzzing/*", "icalendar/cli.py")),
    # To read and write a calendar's XML takes the tree alone.
    "lxml": Share(keep=("lxml/__init__.py", "lxml/etree.*.so", "lxml/_elementpath.*.so")),
    # The client's half; its packages' own fronts would load the server's.
    "mcp": Share(
        keep=(
            "mcp/__init__.py", "mcp/types.py",
            "mcp/client/*", "mcp/shared/*", "mcp/os/*",
        ),
        drop=("mcp/client/auth/*", "mcp/client/sse.py", "mcp/client/session_group.py"),
        needs=("anyio", "httpx2", "mcp-types", "pydantic", "jsonschema", "opentelemetry-api"),
    ),
    "opentelemetry": Share(
        told=("opentelemetry_api-*.dist-info/METADATA", "opentelemetry_api-*/entry_points.txt"),
    ),
    # Its zones are the system's own here; what loads it never asks.
    "pytz": Share(drop=("pytz/zoneinfo/*",)),
    "recurring_ical_events": Share(drop=("recurring_ical_events/test/*",)),
    # Its time zones are for Windows; botocore asks for UTC and the local zone.
    "dateutil": Share(drop=("dateutil/zoneinfo/*.tar.gz",)),
    "phonenumbers": Share(
        drop=tuple(f"phonenumbers/{part}/*" for part in ("geodata", "carrierdata", "tzdata"))
    ),
    "pydantic": Share(drop=("pydantic/v1/*", "pydantic/mypy.py", "pydantic/experimental/*")),
    "selectolax": Share(keep=("selectolax/__init__.py", "selectolax/lexbor*")),
    # Its Lambda adapter imports boto3, and says so nowhere.
    "slack_bolt": Share(
        drop=("*/async_*", "slack_bolt/adapter/[!a_]*", "slack_bolt/adapter/a[!w]*"),
        needs=("boto3", "slack_sdk"),
    ),
    "slack_sdk": Share(
        drop=(
            "slack_sdk/audit_logs/*", "slack_sdk/rtm/*", "slack_sdk/rtm_v2/*",
            "slack_sdk/scim/*", "slack_sdk/socket_mode/*", "slack_sdk/aiohttp_version_checker.py",
        ),
    ),
    "snowballstemmer": Share(
        keep=tuple(f"snowballstemmer/{part}.py" for part in STEMMER),
    ),
    "twilio.request_validator": Share(
        keep=("twilio/__init__.py", "twilio/request_validator.py"), needs=()
    ),
    "twilio": Share(
        keep=(
            "twilio/__init__.py",
            *(f"twilio/{part}/*" for part in ("auth_strategy", "base", "credential", "http")),
            "twilio/rest/__init__.py",
            "twilio/rest/api/*",
        ),
        drop=("twilio/http/async_*",),
        needs=("requests",),
    ),
}  # fmt: skip
"""By the module that is reached; what is not listed ships whole."""


def share_of(module: str) -> Share:
    """The share that reaching this outside module takes."""
    while module:
        if module in SHARES:
            return SHARES[module]
        module = module.rpartition(".")[0]
    return Share()
