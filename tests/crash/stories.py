"""What can happen to a hub, in little: each story is crashed at every outside call it makes."""

from persona.language import Call
from persona.model import Address, Event, Kind
from tests.crash.house import ERASE, GIVE, Story

ANN = Address("sms", "+14155550111")
BOB = Address("slack", "T1:U2")
EVE = Address("email", "eve@example.org")
ROOM = Address("slack", "T1:C9")
CAROL, DAVE = "carol@example.net", "dave@example.net"
START = 1_800_000_000.0


def said(
    who: Address,
    number: int,
    words: str,
    *,
    kind: Kind = "message",
    where: Address | None = None,
    addressed: bool = True,
    target: str = "",
    **detail: str,
) -> Event:
    place = where or who
    return Event(
        id=f"{place}:{number}",
        kind=kind,
        address=place,
        author=who,
        words=words,
        thread=f"thread of {place}",
        at=START + number,
        audience="private" if place == who else "lane",
        addressed=addressed,
        target=target,
        detail=detail,
    )


BIKE = said(ANN, 1, "remember my bike lock is 4812")
BIKE_AGAIN = said(ANN, 6, "remember my bike lock is 4812")
STORIES = (
    Story(
        "two people and a duplicate",
        (
            BIKE,
            said(BOB, 1, "remember my door code is 9931"),
            BIKE,
            said(ANN, 2, "what is my bike lock?"),
            said(BOB, 2, "what is my bike lock?"),
        ),
        secrets=((str(ANN), "4812"), (str(BOB), "9931")),
    ),
    Story(
        "told, corrected, forgotten",
        (
            said(EVE, 1, "remember my cat is called Max"),
            said(EVE, 2, "actually it's Rex"),
            said(EVE, 3, "forget my cat is called Max"),
            said(EVE, 4, "what is my cat called?"),
        ),
    ),
    Story(
        "turns that pack the index",
        (
            said(EVE, 1, "remember my cat is called Max"),
            said(EVE, 2, "remember my dog is called Rex"),
            said(EVE, 3, "forget my cat is called Max"),
            said(EVE, 4, "what is my dog called?"),
        ),
        packs=2,
    ),
    Story(
        "a packing that hangs while its words are forgotten",
        (
            said(EVE, 1, "remember my cat is called Max"),
            said(EVE, 2, "remember my dog is called Rex"),
            said(EVE, 3, "forget my cat is called Max"),
            said(EVE, 4, "what is my dog called?"),
        ),
        packs=2,
        buried=True,
    ),
    Story(
        "overheard, then asked, in a shared channel",
        (
            said(BOB, 1, "lunch is at noon", where=ROOM, addressed=False),
            said(BOB, 1, "lunch is at noon", where=ROOM),
            said(BOB, 2, "and when is lunch?", where=ROOM, addressed=False),
        ),
    ),
    Story(
        "from a shared channel into private",
        (
            said(BOB, 1, "remember my locker code is 5555"),
            said(BOB, 2, "the offsite is in Lucerne", where=ROOM),
            said(BOB, 3, "tell me privately what is my locker code?", where=ROOM),
            said(BOB, 4, "the offsite is in Zug", where=ROOM),
            said(BOB, 5, "forget the offsite is in Zug", where=ROOM),
        ),
        secrets=((str(BOB), "5555"),),
    ),
    Story(
        "stop, words while stopped, start",
        (
            said(BOB, 1, "remember the tea"),
            said(BOB, 2, "stop"),
            said(BOB, 3, "are you there?"),
            said(BOB, 4, "start"),
            said(BOB, 5, "what did I say about tea?"),
        ),
    ),
    Story(
        "a stop that must hold",
        (said(ANN, 1, "remember the tea"), said(ANN, 2, "STOP"), said(ANN, 3, "hello?")),
        hushed=True,
    ),
    Story(
        "a carrier that refuses for good",
        (said(ANN, 1, "hello"), said(ANN, 2, "hello?")),
        refuses=ANN.id,
    ),
    Story(
        "edited, then deleted",
        (
            said(BOB, 1, "my locker code is 111"),
            said(BOB, 2, "my locker code is 222", kind="edit", target=f"{BOB}:1"),
            said(BOB, 3, "", kind="delete", target=f"{BOB}:1"),
        ),
    ),
    Story(
        "faster than the cap",
        tuple(said(EVE, n, f"remember number {n}") for n in range(1, 7)),
    ),
    Story(
        "a long answer in parts",
        (
            said(ANN, 1, f"remember {'a very long tale ' * 110}"),
            said(ANN, 2, "what is the long tale?"),
        ),
    ),
    Story(
        "a stalled turn whose message was given up",
        (said(BOB, 1, "remember the tea"), said(BOB, 2, "remember the milk")),
        buried=True,
    ),
    Story(
        "looked at for how they write",
        (
            *(said(ANN, n, f"so i saw boat number{n}...") for n in range(1, 6)),
            BIKE_AGAIN,
            said(ANN, 7, "forget my bike lock"),
        ),
        secrets=((str(ANN), "4812"),),
    ),
    Story(
        "linked, asked on the other side, unlinked",
        (
            said(BOB, 1, "remember my locker code is 5555"),
            said(EVE, 1, "what is my locker code?"),
            said(BOB, 2, "link"),
            said(ANN, 1, "link {code}"),
            said(BOB, 3, "yes {number}"),
            said(ANN, 2, "what is my locker code?"),
            said(BOB, 4, "unlink sms{then}"),
            said(ANN, 3, "remember my gym code is 7777"),
        ),
        secrets=((str(ANN), "7777"),),
        apart=(ANN, BOB, EVE),
    ),
    Story(
        "a browser asks to be let in",
        (
            said(EVE, 1, "remember my gym code is 7777"),
            said(EVE, 2, "", kind="signin", signin="asked", browser="b" * 64),
            said(EVE, 3, "what is my gym code?"),
        ),
    ),
    Story(
        "words on their way while a link comes and goes",
        (
            said(BOB, 1, "link"),
            said(ANN, 1, "link {code}"),
            said(BOB, 2, "yes {number}"),
            said(ANN, 2, "remember the milk"),
            said(ANN, 3, "remember the bread"),
            said(BOB, 3, "unlink sms"),
            said(ANN, 4, "remember the tea"),
            said(ANN, 2, "remember the milk"),
        ),
        rushed=(f"{BOB}:2", f"{ANN}:2", f"{BOB}:3"),
    ),
    Story(
        "reminded at a time",
        (
            said(ANN, 1, "remind me to feed the cat in 20 seconds"),
            said(ANN, 2, "plans"),
            said(BOB, 1, "remind me to water the plants in 2 seconds"),
            said(BOB, 2, "hello"),
        ),
        told=((str(ANN), "Reminder: feed the cat"), (str(BOB), "Reminder: water the plants")),
    ),
    Story(
        "come back to what was left open",
        (
            said(ANN, 1, "my driving test is today"),
            said(BOB, 1, "my audition is today"),
            said(BOB, 2, "forget my audition is today"),
        ),
        told=((str(ANN), "I write of my own accord, because this is still open:"),),
    ),
    Story(
        "erased, with words in a shared channel, then a stranger",
        (
            said(BOB, 1, "remember my locker code is 5555"),
            said(BOB, 2, "lunch is at noon", where=ROOM),
            said(ANN, 1, "remember the milk"),
            said(BOB, 3, ERASE),
            said(BOB, 4, "remember the tea"),
        ),
    ),
    Story(
        "asked, approved, and approved again",
        (
            said(ANN, 1, f"email {CAROL}: the meeting is at ten"),
            said(ANN, 2, "approve {approve}"),
            said(ANN, 2, "approve {approve}"),
            said(ANN, 3, "approve {approve}"),
        ),
        pace=20,
    ),
    Story(
        "approved by a button that is pressed twice, then denied",
        (
            said(BOB, 1, f"email {CAROL}: the meeting is at ten"),
            said(BOB, 2, "", kind="press", target="{question}", press="approve"),
            said(BOB, 2, "", kind="press", target="{question}", press="approve"),
            said(BOB, 3, "", kind="press", target="{question}", press="approve"),
            said(BOB, 4, "", kind="press", target="{question}", press="deny"),
        ),
        pace=20,
    ),
    Story(
        "a plan that a button starts twice, and another press would drop",
        (
            said(BOB, 1, "plan: water the plants\n1. tell me: the fern first\n2. the palm"),
            said(BOB, 2, "", kind="press", target="{plan}", press="start"),
            said(BOB, 2, "", kind="press", target="{plan}", press="start"),
            said(BOB, 3, "", kind="press", target="{plan}", press="start"),
            said(BOB, 4, "done 1"),
            said(BOB, 5, "", kind="press", target="{plan}", press="drop"),
        ),
        pace=20,
    ),
    Story(
        "approved on another surface, which is unlinked then",
        (
            said(BOB, 1, "link"),
            said(ANN, 1, "link {code}"),
            said(BOB, 2, "yes {number}"),
            said(BOB, 3, f"email {CAROL}: the meeting is at ten"),
            said(ANN, 2, "approve {approve}"),
            said(BOB, 4, "unlink sms"),
        ),
        rushed=(f"{ANN}:2",),
        apart=(ANN, BOB),
        pace=20,
    ),
    Story(
        "denied, and asked again without an answer",
        (
            said(ANN, 1, f"email {CAROL}: the meeting is at ten"),
            said(ANN, 2, "deny {approve}"),
            said(ANN, 3, "approve {approve}"),
            said(ANN, 4, f"email {CAROL}: the meeting is at eleven"),
        ),
        pace=20,
    ),
    Story(
        "two questions in one answer, both approved",
        (
            said(ANN, 1, "tell both of them"),
            said(ANN, 2, "approve {approve:-2}"),
            said(ANN, 3, "approve {approve:-1}"),
        ),
        calls={
            "tell both of them": (
                Call("1", "send_email", {"to": CAROL, "text": "at ten"}),
                Call("2", "send_email", {"to": DAVE, "text": "at ten"}),
            )
        },
        pace=20,
    ),
    Story(
        "a stop between the yes and the act",
        (
            said(BOB, 1, f"email {CAROL}: the meeting is at ten"),
            said(BOB, 2, "approve {approve}"),
            said(BOB, 3, "stop"),
            said(BOB, 4, "start"),
            said(BOB, 5, "approve {approve}"),
        ),
        rushed=(f"{BOB}:2",),
        hushed=True,
        pace=20,
    ),
    Story(
        "a question left open while stopped",
        (said(BOB, 1, f"email {CAROL}: the meeting is at ten"), said(BOB, 2, "stop")),
        hushed=True,
    ),
    Story(
        "a document saved, read and deleted",
        (
            said(ANN, 1, "save document pancakes: flour, milk, eggs"),
            said(ANN, 2, "read document pancakes"),
            said(ANN, 3, "delete document pancakes"),
            said(ANN, 4, "approve {approve}"),
        ),
        pace=20,
    ),
    Story(
        "put into a calendar with a credential of one's own",
        (
            said(ANN, 1, "hello"),
            said(ANN, 2, GIVE),
            said(ANN, 3, "the dentist, please"),
        ),
        calls={
            "the dentist, please": (
                Call("1", "create_event", {"title": "Dentist", "start": "2027-01-20T10:00"}),
            )
        },
        pace=20,
    ),
    Story(
        "always, up to the limit of the day",
        (
            said(ANN, 1, f"email {CAROL}: one"),
            said(ANN, 2, "approve {approve} always"),
            said(ANN, 3, f"email {CAROL}: two"),
            said(ANN, 4, f"email {CAROL}: three"),
        ),
        free=(f"email:{CAROL}",),
        limits={"send_email": 2},
        pace=20,
    ),
    Story(
        "erased while an approved act is under way",
        (
            said(ANN, 1, f"email {CAROL}: the meeting is at ten"),
            said(ANN, 2, "approve {approve}"),
            said(ANN, 3, ERASE),
            said(ANN, 4, "approve {approve}"),
        ),
        rushed=(f"{ANN}:2",),
        pace=20,
    ),
    Story(
        "an approved act that somebody alters",
        (
            said(ANN, 1, f"email {CAROL}: the meeting is at ten"),
            said(ANN, 2, "approve {approve}"),
        ),
        altered=DAVE,
        pace=20,
    ),
    Story(
        "a yes that hangs while a no goes through",
        (
            said(ANN, 1, f"email {CAROL}: the meeting is at ten"),
            said(ANN, 2, "approve {approve}"),
            said(ANN, 3, "deny {approve}"),
        ),
        buried=True,
        pace=20,
    ),
)
