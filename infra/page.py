"""What draws on the page and is not ours: fetched once into the page's folder, held to its hash.

`python -m infra.page STAMP`, which `make run` and `make test` do where it was never tried. It is
served from there and ships in the bundles. Where no registry can be reached the page lists what
it would draw, and `make page` tries again.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from infra.npm import client, fetch, locked
from infra.reach import ROOT
from persona.errors import Broken

LOCK = Path(__file__).with_name("page.lock")
PAGE = ROOT / "surfaces/web/page"
SHIPS = {"cytoscape": "dist/cytoscape.esm.min.mjs"}
"""The file of each package that the page loads; there it is `NAME.mjs`."""


def bring() -> None:
    """Puts each into the page's folder, whole or not at all. Raises Broken where it cannot be had."""
    with tempfile.TemporaryDirectory() as folder, client() as npm:
        for package in locked(LOCK):
            place = fetch(package, npm, Path(folder))
            ready = PAGE / f".{package.name}.{os.getpid()}"
            shutil.copyfile(place / SHIPS[package.name], ready)
            ready.replace(PAGE / f"{package.name}.mjs")


def main(stamp: Path) -> None:
    """Tries it, and says where it was in vain; either way it is not tried again by itself."""
    console = Console(stderr=True)
    try:
        bring()
        told = LOCK.read_text()
    except Broken as error:
        console.print(f"The page goes without its drawing ({error}); `make page` tries again.")
        told = f"{error}\n"
    stamp.write_text(told)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
