"""Runs one measurement of one peer: `python -m bench.peers.inside PEER KIND OUT [MOTO]`.

OUT is the JSON file to write; MOTO the folder of moto's packages, which stand behind the peer's
own.
"""

import importlib
import json
import sys
from pathlib import Path

peer, kind, out, *behind = sys.argv[1:]
sys.path += behind
measured = importlib.import_module(f"bench.peers.inside.{kind}").measure(peer)
Path(out).write_text(json.dumps(measured))
