"""A person's calendars on their CalDAV server: find, read, put, delete; errors translated here.

Everything that writes names the version (ETag) that it read, or that there must be none, so that
a repeat after a lost answer changes nothing twice and nobody's newer change is lost.
"""

from collections.abc import Callable, Generator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from capabilities._origin import check_server
from persona.declare import Means
from persona.errors import Refused, Transient, Unknown

if TYPE_CHECKING:
    from caldav import DAVClient
    from caldav.objects import Calendar as Folder

MOST_CALENDARS = 20
MOST_TRIES = 3
UNLIKE = (SyntaxError, ValueError, AttributeError, LookupError, TypeError, AssertionError)


@dataclass(frozen=True, slots=True)
class Kept:
    """One event as the server holds it: where, in which version, its iCalendar text."""

    url: str
    etag: str
    text: str


class Server:
    """One person's calendars; made anew for each use, and closed after it."""

    def __init__(self, client: "DAVClient", wanted: str, user: str) -> None:
        self._client = client
        self._user = user if "@" in user else ""
        self._wanted = wanted.strip().casefold()
        self._folders: list[Folder] | None = None

    def folders(self) -> "list[Folder]":
        """The person's calendars (the one that was named, or all) in the order of their URLs."""
        if self._folders is None:
            with _asking():
                found: list[Folder] = sorted(
                    self._client.principal().calendars(), key=lambda one: str(one.url)
                )
            named = [one for one in found if self._wanted in ("", (one.name or "").casefold())]
            if not named:
                names = ", ".join(one.name or "without a name" for one in found) or "none"
                raise Refused(f"there is no such calendar; there are: {names}", "unknown calendar")
            if len(named) > MOST_CALENDARS:
                raise Refused(f"{len(named)} calendars are too many; name one", "too many")
            self._folders = named
        return self._folders

    def between(self, start: datetime, until: datetime) -> "list[tuple[str, str]]":
        """Name of the calendar and iCalendar text of every event that touches the time."""
        found: list[tuple[str, str]] = []
        for folder in self.folders():
            with _asking():
                events = folder.search(start=start, end=until, event=True, expand=False)
                found += [(folder.name or "", str(event.data)) for event in events]
        return found

    def default(self) -> str:
        """URL of the first calendar that takes events."""
        for folder in self.folders():
            with _asking():
                takes_events = "VEVENT" in folder.get_supported_components()
            if takes_events:
                return str(folder.url)
        raise Refused("none of your calendars takes events", "unknown calendar")

    def own_address(self) -> str:
        """The person's own mail address as the server knows it, or as they sign in; or empty."""
        from caldav.lib.error import NotFoundError

        try:
            known = self._client.principal().calendar_user_address_set()
        except (NotFoundError, AttributeError):  # an optional property, RFC 6638
            return self._user
        mails = [one[7:] for one in known if one and one.lower().startswith("mailto:")]
        return mails[0] if mails else self._user

    def find(self, uid: str) -> Kept | None:
        """The event with this UID in any of the calendars, in its present version."""
        from caldav.lib.error import NotFoundError

        for folder in self.folders():
            with _asking():
                try:
                    event = folder.event_by_uid(uid)
                except NotFoundError:
                    continue
            kept = self.read(str(event.url))
            if kept:
                return kept
        return None

    def read(self, url: str) -> Kept | None:
        with _asking():
            answer = self._client.request(url)
        if answer.status in (404, 410):
            return None
        _refuse_others(answer.status)
        return Kept(url, answer.headers.get("ETag", ""), str(answer.raw))

    def put(self, url: str, text: str, etag: str = "") -> bool:
        """Writes over the version `etag`, or where nothing stands; False where it is not so."""
        if_so = {"If-Match": etag} if etag else {"If-None-Match": "*"}
        kind = {"Content-Type": "text/calendar; charset=utf-8"}
        return self._write(url, "PUT", text, if_so | kind)

    def delete(self, kept: Kept) -> bool:
        """Removes this version; False where it has changed. What is gone already counts as removed."""
        return self._write(kept.url, "DELETE", "", {"If-Match": kept.etag} if kept.etag else {})

    def inviter(self) -> str:
        """The address as which guests are invited. Raises Refused where nothing says it."""
        own = self.own_address()
        if not own:
            raise Refused("your calendar does not know your mail address to invite as", "guests")
        return own

    def settle(self, write: Callable[[], bool], is_done: Callable[[], bool]) -> None:
        """Writes until it is so, or others were faster three times; a lost answer is looked up.

        Raises Transient where nothing was written, and Unknown where nobody can tell.
        """
        for _ in range(MOST_TRIES):
            try:
                if write():
                    return
            except Unknown:
                with suppress(Transient, Refused):  # then it stays unknown
                    if is_done():
                        return
                raise
            if is_done():
                return
        raise Transient("the event keeps being changed by others")

    def _write(self, url: str, method: str, body: str, headers: dict[str, str]) -> bool:
        with _asking():
            answer = self._client.request(url, method, body, headers)
        if answer.status in (404, 410) and method == "DELETE":
            return True
        if answer.status == 412:
            return False
        _refuse_others(answer.status)
        return True


def _refuse_others(status: int) -> None:
    if not 200 <= status < 300:
        raise Refused(f"the calendar's server does not take this ({status})", str(status))


@contextmanager
def _asking() -> "Generator[None]":
    """Around every call of the library: its errors in our words."""
    from caldav.lib.error import AuthorizationError, DAVError

    try:
        yield
    except AuthorizationError as error:
        raise Refused(
            "the calendar's server did not take your name and password; give them anew: "
            "hub credential calendar",
            "unauthorized",
        ) from error
    except DAVError as error:
        raise Refused(f"the calendar's server says no: {_reason(error)}", "server") from error
    except UNLIKE as error:  # what the library runs into where an answer is not CalDAV's
        raise Refused("what answers there is no calendar server", "server") from error


@contextmanager
def open_server(means: Means, wanted: str = "") -> "Generator[Server]":
    """The calendars of the person whose credential it is, for as long as the use may take.

    `wanted` is a calendar's name, or empty. Raises Refused where there is no credential.
    """
    from caldav import DAVClient

    from capabilities._calendar.guard import Guarded, sign_in

    given = means.credential()
    if not given.get("url"):
        raise Refused("you gave me no calendar yet: hub credential calendar", "no credential")
    url = check_server(given["url"], means.settings.stage)
    user, password = given.get("user", ""), given.get("password", "")
    client = DAVClient(url, username=user, password=password, auth=sign_in(user, password))
    client.session.close()
    client.session = Guarded(url, means.seconds)
    with closing(client):
        yield Server(client, wanted, user)


def _reason(error: Any) -> str:
    return str(getattr(error, "reason", "") or type(error).__name__)[:200]
