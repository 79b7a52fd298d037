"""Answering what waits for a yes: by cards in the chat, and by the slip that came in a mail.

Neither decides anything: what was pressed goes into the person's lane like words, and is judged
there, by the question, the person and the moment as they are then. The page of a slip works
without scripts; opening it, however often and whoever does, changes nothing.
"""

import json
from typing import Any
from urllib.parse import parse_qs

from persona.acts import questions, slips
from persona.acts.questions import Question
from persona.acts.slips import Slip
from persona.declare import Request, Response
from persona.errors import Refused, Rejected
from persona.memory import evidence
from persona.memory.standing import Gate
from persona.model import End, Place
from persona.ports import Door
from surfaces.web import answer_page, body, session

MOST_BYTES = 8_192
MOST_CLOSED = 20
"""Answered questions that are still listed, the newest."""
JSON = {"content-type": "application/json", "x-content-type-options": "nosniff"}
TO_LIST = "/web/questions"


def receive(request: Request, door: Door) -> Response:
    """`/web/questions` for who is signed in, `/answer` for who holds a slip. Raises Rejected."""
    if request.path == TO_LIST and request.method == "GET":
        return _list(request, door)
    if request.path == TO_LIST:
        session.check_origin(request.headers, door.settings)
        return _take(request, door)
    try:
        if request.method == "POST":
            return _take_slip(request, door)
        return _show(request, door)
    except Rejected as error:
        status = {"absent": 404, "forbidden": 403}.get(error.fault, 400)
        return answer_page.respond(status, answer_page.trouble(error.reason), door.settings)


# Cards


def _list(request: Request, door: Door) -> Response:
    place, gate = _standing(session.read(request.headers, door.table, door.clock.now()), door)
    now = door.clock.now()
    known = [one for one in questions.listed(gate, door) if _may_see(one, place, gate, door)]
    waiting = [one for one in known if one.is_open(now)]
    closed = sorted((one for one in known if not one.is_open(now)), key=lambda one: one.closed)
    told = [_told(one, door) for one in (*closed[-MOST_CLOSED:], *waiting)]
    return Response(200, json.dumps({"questions": told}).encode(), JSON)


def _told(question: Question, door: Door) -> dict[str, Any]:
    """One question as the page draws it; `message` is the one below which its card stands."""
    is_open = question.is_open(door.clock.now())
    return {
        "id": question.hash,
        "message": evidence.reply_id(question.home, question.turn),
        "surface": question.asked.address.surface,
        "shown": question.wish.shown,
        "reason": question.wish.verdict.reason,
        "state": question.state if question.state != "open" or is_open else "expired",
        "since": question.since,
        "until": question.until,
        "strong": question.strong,
        "lasting": question.lasting,
        "closed": 0.0 if is_open else question.closed or question.until,
        "by": questions.through(question.by),
    }


def _take(request: Request, door: Door) -> Response:
    """One press on a card. Raises Rejected; a passkey must have proven what spends."""
    now = door.clock.now()
    signed_in = session.read(request.headers, door.table, now)
    told = body.read(request, MOST_BYTES, question=str, answer=str)
    if told["answer"] not in questions.PRESSES:
        raise Rejected(f"answer is one of {', '.join(sorted(questions.PRESSES))}")
    session.pace(signed_in, door.table, now)
    place, gate = _standing(signed_in, door)
    question = questions.find_in(gate, told["question"], door)
    if question is None or not _may_see(question, place, gate, door):
        raise Rejected("there is no such question", "absent")
    if not question.is_open(now):
        return Response(409, b'{"error":"That has had its answer."}', JSON)
    if question.strong and told["answer"] != "deny":
        session.demand_strong(signed_in)
    end = End(place.home, signed_in.address, "web", {})
    proof = {"strong": "yes"} if signed_in.is_strong else {}
    door.admit(questions.press(question, told["answer"], end, gate.epoch, now, **proof))
    return Response(202, b'{"status":"taken"}', JSON)


def _standing(signed_in: session.Session, door: Door) -> tuple[Place, Gate]:
    found = questions.standing_of(door, signed_in.address)
    if found is None:
        raise Rejected("sign in first", "unproven")
    return found


def _may_see(question: Question, place: Place, gate: Gate, door: Door) -> bool:
    """Not what was asked on an address that a link has only just brought here."""
    until = door.clock.now() - door.settings.link_quarantine
    return question.home == place.home or not gate.hides(place.home, until)


# Slips


def _show(request: Request, door: Door) -> Response:
    """What is asked, with two buttons; or what became of it."""
    query = parse_qs(request.query)
    text = query.get("q", [""])[0]
    slip = slips.read(door, door.settings, text)
    question, _ = _asked_by(slip, door)
    if query.get("said"):
        page = answer_page.taken(question, text)
    elif not question.is_open(door.clock.now()):
        page = answer_page.over(question, door.clock.now())
    else:
        is_no = bool(query.get("no"))
        now, persona = door.clock.now(), door.settings.email_address
        page = answer_page.asking(question, slip.address, text, persona, now, is_no=is_no)
    content = answer_page.respond(200, page, door.settings)
    return Response(200, b"", content.headers) if request.method == "HEAD" else content


def _take_slip(request: Request, door: Door) -> Response:
    """One press on the page of a slip: into the lane of the address to which it was sent.

    A page that sends no referrer sends `Origin: null`. Nobody's session is used here, so nothing
    can be forged with one: who has no slip can press nothing.
    """
    if request.header("origin") != "null":
        session.check_origin(request.headers, door.settings)
    text, answer = _form(request)
    slip = slips.read(door, door.settings, text)
    question, gate = _asked_by(slip, door)
    now = door.clock.now()
    if not question.is_open(now):
        return answer_page.see(text)
    if answer == "approve" and not question.own:
        raise Rejected(answer_page.why_not(question), "forbidden")
    asked = question.asked
    is_there = asked.address == slip.address
    end = asked if is_there else End("", slip.address, "", {})
    door.admit(questions.press(question, answer, end, gate.epoch, now, slip="yes"))
    return answer_page.see(text, said=answer)


def _form(request: Request) -> tuple[str, str]:
    """The slip, and approve or deny. Raises Rejected."""
    if len(request.body) > MOST_BYTES:
        raise Rejected("this is too long")
    try:
        fields = parse_qs(request.body.decode("ascii"), max_num_fields=4)
    except ValueError as error:
        raise Rejected("this is not a form") from error
    answer = fields.get("answer", [""])[0]
    if answer not in ("approve", "deny"):
        raise Rejected("say approve or deny")
    return fields.get("q", [""])[0], answer


def _asked_by(slip: Slip, door: Door) -> tuple[Question, Gate]:
    """The question, if its address is still that person's. Raises Rejected, always the same."""
    try:
        found = questions.standing_of(door, slip.address)
        question = questions.find_in(found[1], slip.question, door) if found else None
        if found and question and _may_see(question, *found, door):
            return question, found[1]
    except Refused:  # erased meanwhile
        pass
    raise Rejected(slips.WRONG, "absent")
