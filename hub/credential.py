"""Giving the hub a person's own credential, while no hub runs on the folder: it crosses no wire."""

import os
from collections.abc import Mapping
from pathlib import Path

from capabilities._origin import check_server
from hub.state import Lock, open_state, settings_here
from persona import catalog
from persona.acts import credentials
from persona.errors import Broken
from persona.model import Address
from persona.people import addresses
from persona.ports import Ports


def give(
    state: Path, env: Mapping[str, str], name: str, whose: str, credential: Mapping[str, str] | None
) -> None:
    """Keeps the credential for the web account `whose`, or forgets it where there is None.

    Raises Broken where another process holds the folder or no capability wants such a credential,
    Refused where its address is none to which a password may go.
    """
    wanted = sorted({one.credential for one in catalog.capabilities().values()} - {""})
    if name not in wanted:
        raise Broken(f"no capability takes a credential {name!r}; known: {', '.join(wanted)}.")
    if credential is not None:
        check_server(credential["url"], "local")
        if not credential["user"]:
            raise Broken("say your name there too: --user.")
    lock = Lock(state)
    family = open_state(state, env)
    try:
        store = Ports(settings=settings_here(env), entropy=os.urandom, **family.ports())
        address, now = Address("web", whose), store.clock.now()
        met = addresses.meet(store.table, address, os.urandom, now)
        if credential is None:
            credentials.drop(store, name, met.lane)
        else:
            credentials.give(store, name, met, address, credential, now)
    finally:
        family.close()
        lock.release()
