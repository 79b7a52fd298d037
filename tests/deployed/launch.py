"""Starts the emulator, in its own environment, after mending in the open what it does unlike AWS.

Of a function that failed it says nothing but that one did, where AWS names the error's class: by
that name the state machine repeats a question. And it lets functions import what stands in its own
environment, so that a bundle which lacks something would still run.
"""

import inspect
from importlib import import_module
from types import ModuleType
from typing import Any


def mend(text: str, old: str, new: str) -> str:
    """`text` with `new` for `old`, which stands there once."""
    assert text.count(old) == 1, f"another version of the emulator: {text.count(old)} times {old!r}"
    return text.replace(old, new)


def name_errors(worker: Any, functions: ModuleType) -> None:
    """What a function raises is known by its class, as AWS tells it."""
    script = worker._PYTHON_WORKER_SCRIPT
    told = '"error": str(e), "trace"'
    worker._PYTHON_WORKER_SCRIPT = mend(
        script, told, '"error": str(e), "kind": type(e).__name__, "trace"'
    )
    source = inspect.getsource(functions._execute_function_warm)
    unnamed = 'error_type = "Runtime.HandlerError"'
    exec(mend(source, unnamed, f"{unnamed[:13]}result.get('kind', 'Unhandled')"), vars(functions))


def leave_alone(worker: Any) -> None:
    """A function has its bundle and Python, and nothing else to import."""
    among = "    sys.path.insert(0, code_dir)\n"
    alone = "    sys.path[:] = [code_dir, *(p for p in sys.path if 'site-packages' not in p)]\n"
    worker._PYTHON_WORKER_SCRIPT = mend(worker._PYTHON_WORKER_SCRIPT, among, alone)


if __name__ == "__main__":
    runtime = import_module("ministack.core.lambda_runtime")
    name_errors(runtime, import_module("ministack.services.lambda_svc"))
    leave_alone(runtime)
    import_module("ministack.app").main()
