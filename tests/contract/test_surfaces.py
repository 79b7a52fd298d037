"""What every surface owes: its routes, its captured events, and the fine print of its vendor."""

import json
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest

from functions import mail as mail_function
from functions import socket
from persona import catalog, keys
from persona.acts import outbox
from persona.decision import Act
from persona.errors import Refused, Transient
from persona.keys import Key
from persona.people import addresses
from surfaces import email, slack
from tests.support import (
    ANN,
    BOT,
    CHANNEL,
    DIRECT,
    ENV,
    NOON,
    OWN_PHONE,
    PASS,
    PERSONA,
    PHONE,
    PUBLIC_URL,
    TEAM,
    Call,
    Hub,
    browser,
    changed,
    enveloped,
    posted,
    texted,
)

SURFACES = catalog.surfaces()
EVENTS = Path(__file__).parents[1] / "events"
CAPTURED = sorted(EVENTS.glob("*.json"))
SLACK_CORPUS = Path(__file__).parents[3] / "shared" / "corpora" / "slack"
ANN_SLACK, ANN_SMS, ANN_MAIL = f"slack:{TEAM}:{ANN}", f"sms:{PHONE}", "email:ann@example.org"
ROOM = f"slack:{TEAM}:{CHANNEL}"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    opened = Hub(tmp_path)
    yield opened
    opened.close()


def captured(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text())


# Every surface, by construction


@pytest.mark.parametrize(
    ("name", "method", "path"),
    [
        (name, *route)
        for name, surface in SURFACES.items()
        for part in (surface, *surface.parts)
        for route in part.routes
    ],
)
def test_each_declared_route_answers(hub: Hub, name: str, method: str, path: str) -> None:
    answer = hub.http(method, path.replace("*", "offer" if method == "POST" else "index.html"))
    public, open_to_strangers = {"/", "/healthz", "/signin", "/page/*"}, {"/web/signin"}
    if path in open_to_strangers:  # who signs in is nobody yet; without an address it is refused
        assert answer.status == 400
    elif path == "/answer":  # who holds a slip needs no session, and nobody else is shown anything
        assert answer.status == (400 if method == "POST" else 404)
    else:
        assert answer.status == 200 if path in public else answer.status in (401, 403)


@pytest.mark.parametrize("name", SURFACES)
def test_no_declared_secret_is_missing_after_the_first_start(tmp_path: Path, name: str) -> None:
    hub = Hub(tmp_path, env={})
    missing = [s for s in SURFACES[name].secrets if not hub.ports.secrets.get(s)]
    hub.close()
    assert missing == []


@pytest.mark.parametrize("name", SURFACES)
def test_every_surface_has_a_captured_event(name: str) -> None:
    assert list(EVENTS.glob(f"{name}*.json")), f"please add tests/events/{name}_….json"


@pytest.mark.parametrize("path", CAPTURED, ids=lambda path: path.stem)
def test_a_captured_event_is_admitted_and_answered_once(hub: Hub, path: Path) -> None:
    hub.replay(captured(path))
    (event,) = hub.admitted()
    assert event.address.surface in SURFACES and path.stem.startswith(event.address.surface)
    assert event.words
    hub.drain()
    hub.clock.at += 299
    hub.replay(captured(path))
    hub.clock.at += 301  # the lane has forgotten it by now; the seen mark has not
    hub.replay(captured(path))
    hub.drain()
    assert [said.author for said in hub.said(event.address)] == ["person", "persona"]
    if event.address.surface in hub.post:
        (act,) = hub.sent(event.address.surface)
        assert (act.address, act.thread) == (event.address, event.thread)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/nothing"),
        ("GET", "/sms"),
        ("PUT", "/web/messages"),
        ("POST", "/slack/events/"),
        ("POST", "/slack"),
        ("POST", "/email"),
        ("GET", "/page/../session.py"),
        ("GET", "/page/%2e%2e/session.py"),
        ("DELETE", "/"),
    ],
)
def test_unknown_paths_are_not_found(hub: Hub, method: str, path: str) -> None:
    assert hub.http(method, path).status == 404


def test_what_cannot_be_enqueued_is_answered_so_that_the_vendor_repeats_it(tmp_path: Path) -> None:
    class Full:
        def put(self, lane: str, body: str, once: str) -> None:
            raise Transient("the queue is away")

    hub = Hub(tmp_path, lanes=Full())
    token = hub.sign_in()
    calls = [
        hub.slack(json.dumps(enveloped(posted("hi")))),
        hub.twilio(texted("hi")),
        hub.web(token, "hi"),
    ]
    assert [hub.make(call).status for call in calls] == [503, 503, 503]
    with pytest.raises(Transient):
        hub.mail("From: ann@example.org\n\nhi\n")
    hub.close()


# Slack


def in_room(text: str, ts: str = "1749999990.000100", **fields: Any) -> dict[str, Any]:
    return posted(text, ts, **{"channel": CHANNEL, "channel_type": "channel", **fields})


def mention(text: str, ts: str = "1749999990.000100", **fields: Any) -> dict[str, Any]:
    about = in_room(text, ts, type="app_mention", **fields)
    return {name: value for name, value in about.items() if name != "channel_type"}


ASKED = f"<@{BOT}> are you there?"


@pytest.mark.parametrize("retry", ["http_timeout", "http_error"])
def test_a_retried_event_is_taken_and_answered_once(hub: Hub, retry: str) -> None:
    call = hub.slack(json.dumps(enveloped(posted("hello"))))
    again = changed(call, x_slack_retry_num="1", x_slack_retry_reason=retry)
    assert hub.make(again).status == 200
    assert hub.make(call).status == 200
    hub.drain()
    assert len(hub.texts("slack")) == 1


EDITED = {"type": "message", "ts": "1749999990.000100", "user": ANN, "text": "new", "team": TEAM}
SILENT: dict[str, dict[str, Any]] = {
    "own user": posted("hi", user=BOT),
    "own app": posted("hi", app_id="A0HUB"),
    "bot id": posted("hi", bot_id="B0OTHER"),
    "bot message": posted("hi", subtype="bot_message", bot_id="B0OTHER", user=None),
    "mention by a bot": mention(ASKED, bot_id="B0OTHER"),
    "join": in_room(f"<@{ANN}> has joined", subtype="channel_join"),
    "leave": in_room(f"<@{ANN}> has left", subtype="channel_leave"),
    "topic": in_room("set the topic", subtype="channel_topic"),
    "app_mention in a direct conversation": mention(ASKED, channel=DIRECT),
    "edit by a bot": in_room(
        "", subtype="message_changed", message={**EDITED, "bot_id": "B0OTHER"}
    ),
    "own edit": in_room("", subtype="message_changed", message={**EDITED, "user": BOT}),
    "unfurl": in_room(
        "",
        subtype="message_changed",
        message={**EDITED, "attachments": [{"from_url": "https://example.org"}]},
        previous_message=EDITED,
    ),
    "deletion of a bot's words": in_room(
        "",
        subtype="message_deleted",
        deleted_ts="1749999990.000100",
        previous_message={**EDITED, "bot_id": "B0OTHER"},
    ),
    "no user": posted("hi", user=None),
    "no channel": posted("hi", channel=None),
    "no ts": posted("hi", ts="", event_ts=""),
    "home opened": {"type": "app_home_opened", "user": ANN, "channel": DIRECT},
    "reaction": {"type": "reaction_added", "user": ANN, "reaction": "eyes"},
    "user tokens revoked": {"type": "tokens_revoked", "tokens": {"oauth": [ANN]}},
    "tokens revoked without any": {"type": "tokens_revoked"},
}


@pytest.mark.parametrize("name", SILENT)
def test_what_nobody_said_to_anybody_makes_no_turn(hub: Hub, name: str) -> None:
    assert hub.slack_event(SILENT[name]).status == 200
    assert hub.admitted() == []


@pytest.mark.parametrize("subtype", [None, "file_share", "me_message", "thread_broadcast"])
def test_what_people_say_makes_a_turn(hub: Hub, subtype: str | None) -> None:
    files = [{"name": "plan.pdf", "mimetype": "application/pdf"}]
    hub.slack_event(posted("", subtype=subtype, files=files, thread_ts="1749999980.000100"))
    hub.drain()
    assert hub.heard(ANN_SLACK) == ["[sent plan.pdf]"]
    assert len(hub.texts("slack")) == 1


def test_an_edit_renews_the_words_and_a_deletion_ends_them(hub: Hub) -> None:
    said, asked = "1749999990.000100", "when is the rocket launch?"
    hub.slack_event(posted("the rocket launch is on monday", said))
    hub.drain()
    edit = {**EDITED, "text": "the rocket launch is on friday"}
    before = {**EDITED, "text": "the rocket launch is on monday"}
    change = {"subtype": "message_changed", "message": edit, "previous_message": before}
    hub.slack_event(posted("", "1749999991.000100", user=None, **change))
    hub.drain()
    hub.slack_event(posted(asked, "1749999992.000100"))
    hub.drain()
    assert "friday" in hub.texts("slack")[-1]
    assert "monday" not in " ".join(hub.heard(ANN_SLACK))
    gone = {"subtype": "message_deleted", "deleted_ts": said, "previous_message": edit}
    hub.slack_event(posted("", "1749999993.000100", user=None, **gone))
    hub.drain()
    assert len(hub.texts("slack")) == 2, "neither an edit nor a deletion is answered"
    hub.slack_event(posted(asked, "1749999994.000100"))
    hub.drain()
    assert "I do not know" in hub.texts("slack")[-1]
    assert "rocket launch is" not in " ".join(said.text for said in hub.said(ANN_SLACK))


def test_nobody_edits_the_words_of_another(hub: Hub) -> None:
    hub.slack_event(in_room(f"<@{BOT}> the door code is 4711"))
    hub.drain()
    edit = {**EDITED, "user": "U0EVE", "text": "the door code is 1"}
    hub.slack_event(in_room("", "1749999991.000100", subtype="message_changed", message=edit))
    hub.drain()
    assert hub.heard(ROOM) == ["the door code is 4711"]


@pytest.mark.parametrize(
    ("event", "thread"),
    [
        (posted("hello"), DIRECT),
        (posted("hello", thread_ts="1749999980.000100"), f"{DIRECT}:1749999980.000100"),
        (mention(ASKED), f"{CHANNEL}:1749999990.000100"),
        (mention(ASKED, thread_ts="1749999980.000100"), f"{CHANNEL}:1749999980.000100"),
        (in_room(ASKED, channel_type="mpim"), f"{CHANNEL}:1749999990.000100"),
    ],
    ids=["direct", "direct thread", "channel", "channel thread", "group conversation"],
)
def test_the_answer_goes_where_it_was_asked(hub: Hub, event: dict[str, Any], thread: str) -> None:
    hub.slack_event(event)
    hub.drain()
    assert [act.thread for act in hub.sent("slack")] == [thread]


def test_in_a_room_it_answers_when_mentioned_or_taking_part(hub: Hub) -> None:
    hub.slack_event(in_room("what is the plan?", "1749999990.000100"))
    hub.drain()
    assert hub.texts("slack") == []
    hub.slack_event(mention(ASKED, "1749999991.000100"))
    hub.slack_event(in_room("and now?", "1749999992.000100", thread_ts="1749999991.000100"))
    hub.slack_event(in_room("elsewhere?", "1749999993.000100", thread_ts="1749999980.000100"))
    hub.drain()
    assert [act.thread for act in hub.sent("slack")] == [f"{CHANNEL}:1749999991.000100"] * 2


def test_people_of_other_workspaces_are_other_people(hub: Hub) -> None:
    hub.slack_event(posted("my cat is called Mia"))
    hub.slack_event(posted("what is my cat called?", "1749999991.000100", user_team="T0OTHER"))
    hub.drain()
    assert hub.heard(f"slack:T0OTHER:{ANN}") == ["what is my cat called?"]
    assert "Mia" not in hub.texts("slack")[-1]


@pytest.mark.parametrize(
    ("off", "status"), [(0, 200), (-300, 200), (300, 200), (-301, 401), (301, 401), (10**11, 401)]
)
def test_a_timestamp_may_be_off_by_five_minutes(hub: Hub, off: int, status: int) -> None:
    hub.clock.at = NOON + 0.9  # Slack's timestamps have no fractions
    call = hub.slack(json.dumps(enveloped(posted("hello"))), at=NOON + off)
    assert hub.make(call).status == status


def test_url_verification_echoes_its_challenge_and_only_when_signed(hub: Hub) -> None:
    body = json.dumps({"type": "url_verification", "token": "t", "challenge": "c3-ü"})
    answer = hub.make(hub.slack(body))
    assert (answer.status, answer.json()) == (200, {"challenge": "c3-ü"})
    assert hub.http("POST", "/slack/events", body.encode()).status == 401


@pytest.mark.parametrize("path", ["/slack/commands", "/slack/interactions"])
def test_ssl_check_gets_an_empty_200_and_no_other_effect(hub: Hub, path: str) -> None:
    before = hub.row_count()
    form = {"ssl_check": "1", "token": "t", "team_id": TEAM, "user_id": ANN, "command": "/p"}
    answer = hub.make(hub.slack(urlencode(form), path))
    assert (answer.status, answer.body) == (200, b"")
    assert hub.admitted() == [] and hub.row_count() == before
    assert hub.http("POST", path, urlencode(form).encode()).status == 401


@pytest.mark.parametrize(
    ("body", "path", "status"),
    [
        ('{"type":"app_rate_limited","team_id":"T0HUB"}', "/slack/events", 200),
        ("{}", "/slack/events", 200),
        ('{"type":"event_callback"}', "/slack/events", 200),
        ('{"type":"event_callback","event":7}', "/slack/events", (200, 401)),
        ("", "/slack/events", 401),
        ("[]", "/slack/events", 401),
        ("a=b", "/slack/events", 401),
        ('{"type":', "/slack/events", 401),
        ("[" * 100_000, "/slack/events", 401),
        ("payload=%7B", "/slack/interactions", 401),
        ("payload=7", "/slack/interactions", 401),
        ("payload=" + "%5B" * 50_000, "/slack/interactions", 401),
        ("payload=%7B%22type%22%3A%22block_actions%22%7D", "/slack/interactions", (200, 401)),
        ("", "/slack/commands", 401),
        ('{"text":"a=b"}', "/slack/commands", 401),
        ("command=%2Fpersona", "/slack/commands", (200, 401, 503)),
    ],
)
def test_a_signed_body_of_an_odd_shape_breaks_nothing(
    hub: Hub, body: str, path: str, status: int | tuple[int, ...]
) -> None:
    allowed = status if isinstance(status, tuple) else (status,)
    assert hub.make(hub.slack(body, path)).status in allowed
    assert hub.admitted() == []


@pytest.mark.parametrize("text", ["", "remember the payload weighs 40 kg", "why?"])
def test_a_slash_command_is_answered_through_its_own_address(hub: Hub, text: str) -> None:
    url = "https://hooks.slack.com/commands/T0HUB/1/x"
    form = {"command": "/persona", "text": text, "team_id": TEAM, "user_id": ANN}
    form |= {"channel_id": CHANNEL, "response_url": url}
    assert hub.make(hub.slack(urlencode(form), "/slack/commands")).status == 200
    hub.drain()
    (act,) = hub.sent("slack")
    assert act.detail["response_url"] == url and act.audience == "private"
    assert hub.heard(ANN_SLACK) == [text or "help"]


@pytest.mark.parametrize(
    "gone",
    [{"type": "app_uninstalled"}, {"type": "tokens_revoked", "tokens": {"bot": [BOT]}}],
    ids=["uninstalled", "revoked"],
)
@pytest.mark.parametrize("team", [TEAM, None], ids=["workspace", "org"])
def test_nothing_more_is_sent_to_a_workspace_that_removed_the_app(
    hub: Hub, gone: dict[str, Any], team: str | None
) -> None:
    hub.slack_event(posted("hello"), enterprise_id="E0ORG")
    hub.drain()
    hub.slack_event(gone, team_id=team, enterprise_id="E0ORG")
    (act,) = hub.sent("slack")
    with pytest.raises(Refused):
        slack.send(act, hub.ports)


EXPECTED: dict[str, tuple[set[str], bool]] = {
    "turn": ({"message"}, True),
    "command": ({"message"}, True),
    "context": ({"message"}, False),
    "edit": ({"edit"}, False),
    "delete": ({"delete"}, False),
    "ignore": (set(), False),
    "revoke": (set(), False),
    "uninstall": (set(), False),
    "challenge": (set(), False),
    "empty 200": (set(), False),
}
OTHERWISE = {
    "file_share_private_channel": "ignore",  # its author is the bot that is authorised
    "message_changed_in_assistant_dm": "ignore",  # the words are the same before and after
    "message_changed_in_channel": "ignore",
    "assistant_thread_context_changed": "ignore",
}


def corpus() -> list[Any]:
    if not SLACK_CORPUS.is_dir():
        missing = pytest.mark.skip(reason=f"the corpus is not here: {SLACK_CORPUS}")
        return [pytest.param({}, marks=missing, id="absent")]
    lines = (SLACK_CORPUS / "index.jsonl").read_text().splitlines()
    return [pytest.param(row := json.loads(line), id=row["id"]) for line in lines]


@pytest.mark.parametrize("row", corpus())
def test_a_payload_of_the_corpus_does_what_the_index_says(hub: Hub, row: dict[str, str]) -> None:
    text = (SLACK_CORPUS / row["file"]).read_text()
    payload = json.loads(text)
    forms = {"form": payload, "form, field payload": {"payload": text}}
    body = urlencode(forms[row["encoding"]]) if row["encoding"] in forms else text
    answer = hub.make(hub.slack(body, row["path"]))
    kinds = {event.kind for event in hub.admitted()}
    hub.drain()
    assert answer.status == 200
    expect = OTHERWISE.get(row["id"], row["expect"])
    if expect in EXPECTED:
        assert (kinds, bool(hub.texts("slack"))) == EXPECTED[expect]
    if expect == "challenge":
        assert answer.json()["challenge"] == payload["challenge"]
    if expect in ("revoke", "uninstall"):
        gone = payload.get("team_id") or payload["enterprise_id"]
        assert hub.ports.table.get([keys.install(gone)])


# SMS and WhatsApp

STOPS = ["STOP", "stop", " Stop ", "STOPALL", "Unsubscribe", "CANCEL", "end", "QUIT", "optout"]


@pytest.mark.parametrize("word", [*STOPS, "REVOKE", "\nstop\t"])
def test_an_opt_out_word_alone_halts_and_is_not_answered(hub: Hub, word: str) -> None:
    hub.sms("hello", "SM1")
    hub.drain()
    hub.sms(word, "SM2")
    hub.sms("what is new?", "SM3")
    hub.drain()
    assert len(hub.texts("sms")) == 1
    gate = hub.gate(ANN_SMS)
    assert gate["halted"] and gate["suppressed"] == {ANN_SMS: "opted out"}


@pytest.mark.parametrize(
    "text",
    ["STOP PLEASE", "please stop", "Stop.", "cancel my 3 pm", "the end", "STOP STOP", "“stop”"],
)
def test_an_opt_out_word_within_a_sentence_is_text(hub: Hub, text: str) -> None:
    hub.sms(text)
    hub.drain()
    assert len(hub.texts("sms")) == 1
    assert not hub.gate(ANN_SMS)["halted"]


@pytest.mark.parametrize("word", ["START", "yes", " Unstop "])
def test_an_opt_in_word_opens_again_what_stop_closed(hub: Hub, word: str) -> None:
    hub.sms("STOP", "SM1")
    hub.sms(word, "SM2")
    hub.sms("STOP", "SM1")  # delivered once more
    hub.drain()
    assert hub.texts("sms") == [] and not hub.gate(ANN_SMS)["halted"]
    hub.sms("hello", "SM3")
    hub.drain()
    assert len(hub.texts("sms")) == 1


def test_yes_is_just_a_word_to_somebody_who_never_said_stop(hub: Hub) -> None:
    hub.sms("yes")
    hub.drain()
    assert hub.heard(ANN_SMS) == ["yes"] and len(hub.texts("sms")) == 1


@pytest.mark.parametrize(("kind", "is_halted"), [("STOP", True), ("HELP", False), ("START", False)])
def test_what_twilio_itself_answered_is_kept_and_not_answered(
    hub: Hub, kind: str, is_halted: bool
) -> None:
    hub.sms("arrêt", OptOutType=kind)
    hub.drain()
    assert hub.heard(ANN_SMS) == ["arrêt"] and hub.texts("sms") == []
    assert hub.gate(ANN_SMS)["halted"] is is_halted


def reported(hub: Hub, status: str, act: Act, **fields: str) -> Call:
    form = {"AccountSid": ENV["TWILIO_ACCOUNT_SID"], "From": OWN_PHONE, "To": PHONE}
    form |= {"MessageSid": f"SM{1:032x}", "MessageStatus": status, **fields}
    return hub.twilio(form, "/sms/status")


def states(hub: Hub) -> list[str]:
    place = addresses.find(hub.ports.table, hub.sent("sms")[0].address)
    assert place is not None
    rows = hub.ports.table.query(Key(f"ACT#sms#{place.lane}", "DONE#"))
    return [outbox.open_row(hub.ports, row).state for _, row in rows]


@pytest.mark.parametrize(
    ("reports", "state"),
    [
        (["queued", "sent", "delivered"], "delivered"),
        (["delivered", "sent", "queued"], "delivered"),
        (["delivered", "undelivered"], "delivered"),
        (["failed", "sent"], "failed"),
        (["read", "delivered"], "delivered"),
        (["sent", "sent", "???", ""], "sent"),
    ],
)
def test_a_message_never_goes_back_in_its_states(hub: Hub, reports: list[str], state: str) -> None:
    hub.sms("hello")
    hub.drain()
    for status in reports:
        answer = hub.make(reported(hub, status, hub.sent("sms")[0]))
        assert (answer.status, answer.body) == (204, b"")
        hub.drain()
    assert states(hub) == [state]
    assert len(hub.texts("sms")) == 1


def test_a_report_about_a_stranger_changes_nothing(hub: Hub) -> None:
    hub.sms("hello")
    hub.drain()
    before = hub.row_count()
    assert hub.make(reported(hub, "sent", hub.sent("sms")[0], To="+14155550777")).status == 204
    assert hub.admitted() == [] and hub.row_count() == before


@pytest.mark.parametrize("code", ["21610", "30005", "x", "²", "", "9" * 5000])
def test_a_number_that_is_gone_gets_nothing_more(hub: Hub, code: str) -> None:
    hub.sms("hello")
    hub.drain()
    hub.make(reported(hub, "undelivered", hub.sent("sms")[0], ErrorCode=code))
    hub.drain()
    why = {"21610": "unsubscribed", "30005": "bounced"}.get(code)
    assert hub.gate(ANN_SMS)["suppressed"] == ({ANN_SMS: why} if why else {})


def test_whatsapp_keeps_its_prefix_both_ways(hub: Hub) -> None:
    hub.sms("hello", From=f"whatsapp:{PHONE}", To=f"whatsapp:{OWN_PHONE}", ProfileName="Ann")
    hub.sms("hello over there")
    hub.drain()
    first, second = hub.sent("sms")
    assert (first.address.id, first.detail["from"]) == (
        f"whatsapp:{PHONE}",
        f"whatsapp:{OWN_PHONE}",
    )
    assert (second.address.id, second.detail["from"]) == (PHONE, OWN_PHONE)
    assert hub.heard(ANN_SMS) == ["hello over there"]


@pytest.mark.parametrize("sender", ["72975", "TWILIO", "", "+1", "whatsapp:", "messenger:12"])
def test_machines_without_a_number_are_acknowledged_and_ignored(hub: Hub, sender: str) -> None:
    answer = hub.sms("your code is 123", From=sender)
    assert (answer.status, answer.body) == (200, b"<Response/>")
    assert hub.admitted() == []


@pytest.mark.parametrize("sender", ["+1 415 555 0101", "+1 (415) 555-0101", "+١٤١٥٥٥٥٠١٠١"])
def test_one_number_is_one_person_however_it_is_written(hub: Hub, sender: str) -> None:
    hub.sms("hello", From=sender)
    assert [str(event.author) for event in hub.admitted()] == [ANN_SMS]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"Body": "", "NumMedia": "1", "MediaContentType0": "image/png"}, "[sent image/png]"),
        ({"Body": "look", "NumMedia": "2"}, "look\n[sent a file, a file]"),
        ({"Body": "look", "NumMedia": "²"}, "look"),
        ({"Body": "look", "NumMedia": "-1"}, "look"),
        ({"Body": "look", "NumMedia": "many"}, "look"),
        ({"Body": "look", "NumMedia": "9" * 5000}, "look"),
        (
            {"Body": " \U0001f600\u200d\U0001f680 ß & = + % "},
            "\U0001f600\u200d\U0001f680 ß & = + %",
        ),
    ],
)
def test_a_text_and_its_pictures_are_heard(hub: Hub, fields: dict[str, str], words: str) -> None:
    assert hub.sms("", "SM1", **fields).status == 200
    assert [event.words for event in hub.admitted()] == [words]


def test_repeated_and_empty_form_keys_are_part_of_the_signature(hub: Hub) -> None:
    pairs = [*texted("hello").items(), ("Tag", "b"), ("Tag", "a"), ("Empty", ""), ("ToZip", "")]
    assert hub.make(hub.twilio(pairs)).status == 200
    assert [event.words for event in hub.admitted()] == ["hello"]


@pytest.mark.parametrize("base", ["https://hub.example/persona", "https://hub.example/persona/"])
def test_the_configured_url_counts_and_no_header_does(tmp_path: Path, base: str) -> None:
    hub = Hub(tmp_path, {**ENV, "HUB_PUBLIC_URL": base})
    call = hub.twilio(texted("hello"), url="https://hub.example/persona/sms")
    proxied = changed(
        call,
        host="10.0.0.7:8080",
        x_forwarded_host="evil.example",
        x_forwarded_proto="http",
        x_forwarded_port="80",
        x_forwarded_prefix="/other",
        forwarded="host=evil.example;proto=http",
    )
    assert hub.make(proxied).status == 200
    led_astray = hub.twilio(texted("more"), url="https://evil.example/sms")
    named = changed(led_astray, host="evil.example", x_forwarded_host="evil.example")
    assert hub.make(named).status == 403
    bare = hub.twilio(texted("less"), url="https://hub.example/sms")
    assert hub.make(bare).status == 403
    hub.close()


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("https://hub.example/sms?bot=1&empty=", 200),
        ("https://hub.example:443/sms?bot=1&empty=", 200),
        ("https://hub.example/sms", 403),
        ("https://hub.example/sms/?bot=1&empty=", 403),
        ("http://hub.example/sms?bot=1&empty=", 403),
    ],
)
def test_scheme_query_and_slash_of_the_url_are_signed(hub: Hub, url: str, status: int) -> None:
    call = hub.twilio(texted("hello"), query="bot=1&empty=", url=url)
    assert hub.make(call).status == status


@pytest.mark.parametrize(
    "fields", [{"AccountSid": "AC" + "1" * 32}, {"To": "+14155550777"}, {"MessageSid": ""}]
)
def test_a_signed_message_for_somebody_else_is_refused(hub: Hub, fields: dict[str, str]) -> None:
    assert hub.make(hub.twilio({**texted("hello"), **fields})).status == 403
    assert hub.admitted() == []


# Web


def reads(hub: Hub, token: str, after: str = "") -> Any:
    query = urlencode({"after": after}) if after else ""
    answer = hub.http("GET", "/web/messages", headers=browser(token), query=query)
    assert answer.status == 200
    return answer.json()


def test_the_page_reads_on_from_its_cursor(hub: Hub) -> None:
    token = hub.sign_in()
    hub.make(hub.web(token, "my cat is called Mia"))
    hub.drain()
    first = reads(hub, token)
    assert [m["author"] for m in first["messages"]] == ["person", "persona"]
    assert reads(hub, token, first["cursor"])["messages"] == []
    hub.clock.at += 1
    hub.make(hub.web(token, "what is my cat called?"))
    hub.drain()
    second = reads(hub, token, first["cursor"])
    assert second["messages"][0]["text"] == "what is my cat called?"
    assert "Mia" in second["messages"][1]["text"]
    assert {"id", "author", "text", "surface", "at"} <= second["messages"][0].keys()


@pytest.mark.parametrize(
    "cursor",
    ["x", "é", "W10=", "bnVsbA==", "eyJhIjoiYiJ9", "eyJhIjpJbmZpbml0eX0=", "eyJhIjpbXX0="],
)
def test_a_cursor_that_is_not_ours_is_refused(hub: Hub, cursor: str) -> None:
    query = urlencode({"after": cursor})
    headers = browser(hub.sign_in())
    assert hub.http("GET", "/web/messages", headers=headers, query=query).status == 400


def test_a_cursor_nested_without_end_is_refused(hub: Hub) -> None:
    query = urlencode({"after": "W1tb" * 20_000})
    headers = browser(hub.sign_in())
    assert hub.http("GET", "/web/messages", headers=headers, query=query).status == 400


def test_the_same_id_again_gets_the_same_answer_and_no_second_turn(hub: Hub) -> None:
    token, other = hub.sign_in("ann"), hub.sign_in("bob")
    first = hub.make(hub.web(token, "hello", id="1"))
    hub.drain()
    hub.clock.at += 400
    again = hub.make(hub.web(token, "hello", id="1"))
    assert (again.status, again.body) == (first.status, first.body) and first.status == 202
    assert hub.make(hub.web(other, "hello", id="1")).body != first.body
    hub.drain()
    assert hub.heard("web:ann") == ["hello"] == hub.heard("web:bob")
    assert reads(hub, token)["messages"][0]["id"] == first.json()["id"]


@pytest.mark.parametrize("route", [("GET", "/web/messages"), ("POST", "/web/messages"), ("POST", "/web/ticket")])  # fmt: skip
@pytest.mark.parametrize(
    "headers",
    [{}, {"cookie": "hub=stolen"}, {"cookie": '";=\x00'}, {"authorization": "Bearer "},
     {"authorization": "Bearer nobody"}, {"authorization": "Basic YW5uOmFubg=="}],
)  # fmt: skip
def test_without_a_session_nothing_is_shown(
    hub: Hub, route: tuple[str, str], headers: dict[str, str]
) -> None:
    assert hub.http(*route, body=b"{}", headers=headers).status == 401


def test_a_session_ends(hub: Hub) -> None:
    token = hub.sign_in()
    hub.clock.at += 31 * 86_400
    assert hub.http("GET", "/web/messages", headers=browser(token)).status == 401


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (PUBLIC_URL, 202),
        (None, 202),
        ("https://evil.example", 403),
        ("https://hub.example.evil.example", 403),
        ("http://hub.example", 403),
        ("https://hub.example:8443", 403),
        ("null", 403),
        ("http://127.0.0.1:8787", 403),
    ],
)
def test_only_our_own_origin_may_write(hub: Hub, origin: str | None, status: int) -> None:
    call = changed(hub.web(hub.sign_in(), "hello"), origin=origin, host="127.0.0.1:8787")
    assert hub.make(call).status == status


def test_thirty_messages_a_minute_and_no_more(hub: Hub) -> None:
    token = hub.sign_in()
    hub.clock.at = NOON
    statuses = [hub.make(hub.web(token, f"{n}")).status for n in range(30)]
    assert set(statuses) == {202}
    hub.clock.at += 20
    refused = hub.make(hub.web(token, "one more"))
    assert (refused.status, refused.headers["retry-after"]) == (429, "40")
    assert hub.make(hub.web(hub.sign_in("bob"), "hello")).status == 202
    hub.clock.at += 40
    assert hub.make(hub.web(token, "one more")).status == 202


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("x" * 16_000, 202),
        ("\U0001f680" * 16_000, 202),
        ("x" * 16_001, 413),
        ("x" * 300_000, 413),
        (" \n", 400),
        ("", 400),
    ],
)
def test_a_text_has_a_size(hub: Hub, text: str, status: int) -> None:
    assert hub.make(hub.web(hub.sign_in(), text, id="1")).status == status


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'{"id":"1"}',
        b'{"id":"1","text":"x","more":1}',
        b'{"id":1,"text":"x"}',
        b'{"id":"","text":"x"}',
        b'{"id":"1","text":["x"]}',
        b'{"id":"1","text":null}',
        b'{"id":"' + b"x" * 129 + b'","text":"x"}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"id":' * 20_000,
    ],
)
def test_a_body_of_another_shape_is_refused(hub: Hub, body: bytes) -> None:
    headers = browser(hub.sign_in())
    assert hub.http("POST", "/web/messages", body, headers).status == 400
    assert hub.admitted() == []


def test_half_a_character_and_nul_do_no_harm(hub: Hub) -> None:
    headers = browser(hub.sign_in())
    body = b'{"id":"\\ud800","text":"a\\ud800b\\u0000c"}'
    assert hub.http("POST", "/web/messages", body, headers).status == 202
    hub.drain()
    assert hub.heard("web:ann") == ["a?bc"]


def connect(hub: Hub, query: str = "", **headers: str) -> int:
    about = {"eventType": "CONNECT", "connectionId": f"c{hub.row_count()}"}
    asked = {"queryStringParameters": dict(parse_qsl(query)) or None}
    event = {"requestContext": about, "headers": headers, **asked}
    return socket.run(event, hub.ports)["statusCode"]


def ticket(hub: Hub, token: str) -> str:
    answer = hub.http("POST", "/web/ticket", headers=browser(token))
    assert answer.json()["url"] == "wss://hub.example/web/socket"
    return urlencode({"ticket": answer.json()["ticket"]})


def test_a_ticket_opens_one_socket_once(hub: Hub) -> None:
    query = ticket(hub, hub.sign_in())
    assert [connect(hub, query), connect(hub, query)] == [200, 401]


@pytest.mark.parametrize(("age", "status"), [(29.9, 200), (30.0, 401), (3600.0, 401)])
def test_a_ticket_lives_thirty_seconds(hub: Hub, age: float, status: int) -> None:
    query = ticket(hub, hub.sign_in())
    hub.clock.at += age
    assert connect(hub, query) == status


def test_a_socket_opens_for_our_own_page_alone(hub: Hub) -> None:
    token = hub.sign_in()
    assert connect(hub, ticket(hub, token), origin="https://evil.example") == 403
    assert connect(hub, ticket(hub, token), origin=PUBLIC_URL) == 200
    assert connect(hub, cookie=f"__Host-hub={token}", origin="https://evil.example") == 403
    assert connect(hub, cookie=f"__Host-hub={token}", origin=PUBLIC_URL) == 200
    assert connect(hub) == 401
    assert connect(hub, "ticket=invented") == 401


def test_an_open_socket_hears_what_is_said_once(hub: Hub) -> None:
    token, heard = hub.sign_in(), list[str]()
    pass_ = ticket(hub, token)
    socket_id = f"c{hub.row_count()}"
    hub.family.sockets.add(socket_id, heard.append)
    assert connect(hub, pass_) == 200
    hub.make(hub.web(token, "hello"))
    hub.drain()
    frames = [json.loads(text) for text in heard]
    messages = [m for frame in frames if isinstance(frame, list) for m in frame]
    assert [m["author"] for m in messages] == ["person", "persona"]
    assert frames[-1]["type"] == "cursor"


def test_the_page_forbids_what_it_does_not_need(hub: Hub) -> None:
    policy = hub.http("GET", "/").headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert "connect-src 'self' wss://hub.example;" in policy


# Email

HELLO = "From: Ann <ann@example.org>\nTo: persona@hub.example\nMessage-ID: <{}@example.org>\n"
GRAY, FAIL = {**PASS, "dmarc": "GRAY"}, {**PASS, "dmarc": "FAIL"}


def letter(text: str, *headers: str, id: str = "m1") -> str:
    more = "".join(f"{header}\n" for header in headers)
    return f"{HELLO.format(id)}{more}\n{text}\n"


AUTOMATIC = [
    "Auto-Submitted: auto-replied",
    "Auto-Submitted: auto-generated; reason=x",
    "Return-Path: <>",
    "Precedence: bulk",
    "Precedence: junk",
    "Precedence: list",
    "Precedence: auto_reply",
    "List-Id: <news.example.org>",
    "List-Post: <mailto:news@example.org>",
    "X-Auto-Response-Suppress: All",
    "X-Auto-Response-Suppress: DR, AutoReply",
    "X-Auto-Response-Suppress: OOF",
    "X-Autoreply: yes",
    "X-Autorespond: out",
    "Content-Type: multipart/report; report-type=delivery-status; boundary=b",
    "Content-Type: message/delivery-status",
    "Content-Type: message/feedback-report",
    "Content-Type: text/calendar; method=REPLY",
]


@pytest.mark.parametrize("header", AUTOMATIC)
def test_automatic_mail_is_kept_and_not_answered(hub: Hub, header: str) -> None:
    body = "--b\n\nI am away until monday.\n--b--" if "boundary" in header else "I am away."
    hub.mail(letter(body, "Subject: away", header))
    hub.drain()
    assert len(hub.heard(ANN_MAIL)) == 1 and hub.texts("email") == []
    hub.mail(letter("An ordinary mail.", id="m2"))
    hub.drain()
    assert len(hub.texts("email")) == 1


@pytest.mark.parametrize("sender", ["mailer-daemon", "postmaster", "noreply", "no-reply", "donotreply"])  # fmt: skip
def test_a_robot_is_not_answered(hub: Hub, sender: str) -> None:
    hub.mail(f"From: {sender}@example.org\nMessage-ID: <1@x>\n\nYour mail bounced.\n")
    hub.drain()
    assert hub.texts("email") == []


def test_a_mail_with_an_empty_envelope_sender_is_not_answered(hub: Hub) -> None:
    for number, sender in enumerate(["", "<>"]):
        hub.mail(letter("Undelivered.", id=str(number)), mail_from=sender)
    hub.drain()
    assert len(hub.heard(ANN_MAIL)) == 2 and hub.texts("email") == []


def test_unsubscribable_mail_is_ordinary_mail(hub: Hub) -> None:
    hub.mail(letter("Hello.", "List-Unsubscribe: <https://example.org/u>", "Auto-Submitted: no"))
    hub.drain()
    assert len(hub.texts("email")) == 1


@pytest.mark.parametrize("verdict", ["GRAY", "NONE", "PROCESSING_FAILED", ""])
def test_an_unverified_mail_gets_an_answer_and_nobodys_memory(hub: Hub, verdict: str) -> None:
    hub.mail(letter("My safe opens with 4711."))
    hub.mail(letter("What opens my safe?", id="m2"), verdicts={**PASS, "dmarc": verdict})
    hub.mail(letter("My dog is called Rex.", id="m3"), verdicts={**PASS, "dmarc": verdict})
    hub.drain()
    _, *answers = hub.sent("email")
    assert all("could not be verified" in act.text for act in answers) and answers
    assert all("4711" not in act.text for act in answers)
    assert {act.address.id for act in answers} == {"unverified:ann@example.org"}
    hub.clock.at += 60
    hub.mail(letter("What is my dog called?", id="m4"))
    hub.drain()
    assert "Rex" not in hub.texts("email")[-1] and hub.heard(ANN_MAIL)[0].endswith("4711.")


@pytest.mark.parametrize(
    "verdicts", [FAIL, {**PASS, "spam": "FAIL"}, {**PASS, "virus": "FAIL"}, {**PASS, "virus": "GRAY"}]
)  # fmt: skip
def test_a_forged_or_foul_mail_is_kept_raw_and_met_with_silence(
    hub: Hub, verdicts: dict[str, str]
) -> None:
    hub.mail(letter("What opens my safe?"), verdicts=verdicts)
    assert hub.admitted() == []
    assert hub.ports.blobs.get(mail_function.blob_name("ses-1")) is not None


@pytest.mark.parametrize(
    "raw",
    [
        letter("hello", f"X-Loop: {PERSONA}"),
        letter("hello", f"X-Loop: {PERSONA.upper()}"),
        f"From: {PERSONA}\n\nhello\n",
        "From: Persona+abc@HUB.example\n\nhello\n",
    ],
)
def test_it_does_not_answer_itself(hub: Hub, raw: str) -> None:
    hub.mail(raw, mail_from=PERSONA)
    assert hub.admitted() == []


@pytest.mark.parametrize(
    "head",
    [
        "From: ann@example.org\nFrom: eve@example.net\n",
        "From: ann@example.org, eve@example.net\n",
        "From: friends: ann@example.org;\n",
        "From: \n",
        "From: not an address\n",
        "Subject: nobody\n",
    ],
)
def test_without_exactly_one_sender_nobody_is_proven(hub: Hub, head: str) -> None:
    hub.mail(letter("My safe opens with 4711.", id="m0"))
    hub.drain()
    hub.mail(f"{head}Message-ID: <m1@x>\n\nWhat opens my safe?\n", mail_from="eve@example.net")
    hub.drain()
    _, answer = hub.sent("email")
    assert answer.address.id == "unverified:eve@example.net" and "4711" not in answer.text


@pytest.mark.parametrize(
    "mail_from", ["eve@example.net\r\nBcc: all@example.net", "a@b, c@d", "eve", "a b@c", '"@"@x"']
)
def test_an_envelope_sender_that_is_no_address_gets_no_answer(hub: Hub, mail_from: str) -> None:
    hub.mail("Subject: nobody\n\nhello\n", mail_from=mail_from)
    assert hub.admitted() == []


def test_what_a_mail_says_about_its_own_proof_proves_nothing(hub: Hub) -> None:
    claim = "Authentication-Results: amazonses.com; dmarc=pass header.from=example.org; spf=pass"
    hub.mail(letter("hello", claim, "ARC-Authentication-Results: i=1; dmarc=pass"), verdicts=GRAY)
    assert [event.audience for event in hub.admitted()] == ["unverified"]


@pytest.mark.parametrize(
    "raw",
    [
        letter("-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----"),
        letter("--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b--",
               'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=b'),
        letter("MIIB", "Content-Type: application/pkcs7-mime; smime-type=enveloped-data"),
    ],
)  # fmt: skip
def test_an_encrypted_mail_is_answered_politely(hub: Hub, raw: str) -> None:
    hub.mail(raw)
    hub.drain()
    (text,) = hub.texts("email")
    assert "cannot read" in text and "encrypted" in text


def composed(hub: Hub) -> Any:
    return message_from_bytes(email._compose(hub.sent("email")[-1], hub.ports), policy=default)


@pytest.mark.parametrize(
    ("subject", "answered"),
    [
        ("the garden", "Re: the garden"),
        ("Re: the garden", "Re: the garden"),
        ("AW: Re: SV: re[2]: RE : the garden", "Re: the garden"),
        ("Fwd: the garden", "Re: Fwd: the garden"),
        ("note: the garden", "Re: note: the garden"),
        ("", "Re: your mail"),
        ("=?utf-8?q?G=C3=A4rten?=", "Re: Gärten"),
        ("=?utf-8?q?x=0D=0ABcc:_all@example.net?=", "Re: x Bcc: all@example.net"),
        ("=?utf-7?q?half+2AA-?=", "Re: half"),
        ("long " * 300, "Re: " + ("long " * 300).strip()),
    ],
)
def test_an_answer_has_one_re_and_no_second_header(hub: Hub, subject: str, answered: str) -> None:
    hub.mail(letter("hello", f"Subject: {subject}"))
    hub.drain()
    answer = composed(hub)
    assert answer["subject"] == answered
    assert answer["bcc"] is None and answer["to"] == "ann@example.org"


def test_an_answer_stays_in_its_thread_and_says_that_it_is_automatic(hub: Hub) -> None:
    chain = ("In-Reply-To: <two@example.org>", "References: <one@example.org>\n <two@example.org>")
    hub.mail(letter("hello", *chain, id="three"))
    hub.drain()
    answer = composed(hub)
    assert answer["in-reply-to"] == "<three@example.org>"
    assert answer["references"] == "<one@example.org> <two@example.org> <three@example.org>"
    assert answer["auto-submitted"] == "auto-replied"
    assert (answer["x-loop"], answer["x-auto-response-suppress"]) == (PERSONA, "All")
    assert answer["cc"] is None and answer["reply-to"] is None


@pytest.mark.parametrize(
    ("recipients", "count"),
    [
        (["persona@hub.example"], 1),
        (["Persona+K7QW@HUB.example"], 1),
        (["someone@hub.example"], 0),
        (["persona@hub.example.evil.example"], 0),
    ],
)
def test_the_envelope_says_for_whom_a_mail_is(hub: Hub, recipients: list[str], count: int) -> None:
    hub.mail(letter("hello"), recipients=recipients)
    assert len(hub.admitted()) == count


def test_a_mail_delivered_again_is_one_turn(hub: Hub) -> None:
    for pause in (0, 400, 86_400):
        hub.clock.at += pause
        hub.mail(letter("hello"))
        hub.drain()
    assert len(hub.texts("email")) == 1 and hub.heard(ANN_MAIL) == ["hello"]


def test_a_row_more_would_be_noticed(hub: Hub) -> None:
    """The control of every count of rows above."""
    before = hub.row_count()
    hub.sign_in()
    assert hub.row_count() > before
