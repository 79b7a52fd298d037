"""Who speaks, and what can be said to it: the same words for everybody."""

from persona.ports import Ports

HELP = (
    ("what do you know about me", "shows it, in your words"),
    ("why", "shows what my last answer rests on"),
    ("why do you think I like tea, that's wrong", "what I take from your words, and its end"),
    ("answer me by email, text me the answer", "answers there, once"),
    ("my time zone is Zurich", "your clock"),
    ("link", "makes you one person to me on another surface; unlink SURFACE parts it again"),
    ("questions, grants, revoke N, switch off …", "what waits, what I may do, what I never do"),
    ("dry run: …, ledger", "what I would do, what I did"),
    ("may you text me, do not text me, do not follow up", "what I may send you"),
    ("quiet hours 22:00 to 7:00", "when I write to nobody"),
    ("stop, start", "halts and resumes everything"),
)
"""What can be said beside the capabilities' own words, and what it does; where words are billed
(text messages) the first alone is told."""


def help(surface: str, ports: Ports) -> str:
    """What it can do, from the catalog of capabilities."""
    said = [(c.say, c.brief) for c in ports.capabilities.values() if c.say]
    is_billed = ports.surfaces[surface].segments is not None
    lines = [say if is_billed else f"{say}: {brief}" for say, brief in (*said, *HELP)]
    return "\n".join(["This is what I can do:", *(f"• {line}" for line in lines)])


def introduce(ports: Ports) -> str:
    """What it is when no language model is connected."""
    identity = ports.identity
    return (
        f"I am {identity.name}, {identity.about}. No language model is connected right now: "
        "I work by rules, I quote what you told me, and I do not invent."
    )
