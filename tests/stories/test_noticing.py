"""What a person said over several turns is looked at once more when nobody is chatting."""

from collections.abc import Sequence
from typing import Any

from hub.person import person as known_person
from models.scripted import ScriptedModel
from persona.language import Call, Completion, Prompt
from persona.model import Address
from tests.stories.linking import link
from tests.stories.people import Person, Slacker, Texter, Visitor, settle
from tests.support import Hub, Open

DAY = 86_400.0
TEST = "my driving test is tomorrow"
SAID = (
    "the seven thirty train was so peaceful again",
    "what a peaceful morning on the train",
    "the cat is asleep",
)


def noticed(quote: str, about: str = "train", kind: str = "preference", value: str = "yes") -> Any:
    return {"quote": quote, "kind": kind, "about": about, "value": value}


def notices(*shown: Any) -> ScriptedModel:
    """Takes what the person said for this when it looks back, and says nothing else."""

    def script(prompts: Sequence[Prompt]) -> Completion:
        if not any("Say with `notice`" in one.text for one in prompts):
            return Completion("silent")
        return Completion("", (Call("1", "notice", {"shown": [*shown]}),))

    return ScriptedModel(script)


def live(hub: Hub, ann: Person, *more: str) -> dict[str, Any]:
    """Some days on which little is said, and a review; what is known afterwards, but for the notes."""
    for words in (*SAID, *more, TEST):
        hub.clock.at += DAY
        ann.say(words)
    settle(hub, 3 * DAY)
    found = known_person(Address.parse(ann.address), hub.ports, graph=True)
    assert found is not None
    return found


def about(found: dict[str, Any], thing: str) -> dict[str, Any]:
    [one] = [node for node in found["graph"]["nodes"] if node.get("about") == thing]
    return one


def test_what_two_turns_show_together_is_believed_with_the_words_of_both(open_hub: Open) -> None:
    model = notices(noticed("train was so peaceful"), noticed("peaceful morning on the train"))
    hub = open_hub(models=(model,))
    ann = Visitor(hub)
    found = live(hub, ann)
    assert not [text for text in ann.replies() if text.startswith("I write of my own accord")]
    train = about(found, "train")
    assert (train["stable"], train["made_by"], train["conversations"]) == (True, "model", 2)
    quoted = {quote["text"] for quote in train["quotes"]}
    assert quoted == {"train was so peaceful", "peaceful morning on the train"}
    assert found["proposals"] == {"kept": 2, "rejected": 0}
    hub.ports = hub.ports.but(models=())
    assert "“train was so peaceful”" not in ann.say("forget the seven thirty train")
    again = known_person(Address.parse(ann.address), hub.ports, graph=True)
    assert again and about(again, "train")["conversations"] == 1, "what is forgotten shows nothing"


def test_what_nobody_said_or_the_words_do_not_bear_out_is_counted_and_not_kept(
    open_hub: Open,
) -> None:
    hub = open_hub(
        models=(
            notices(
                noticed("I hate the train", value="no"),
                noticed("the cat is asleep", "dogs"),
                noticed("the cat is asleep", kind="mood"),
                "the train",
                noticed("trains are the best"),
                noticed("peaceful morning on the train"),
            ),
        )
    )
    ann = Visitor(hub)
    found = live(hub, ann, "my brother wrote:\n> trains are the best")
    assert found["proposals"] == {"kept": 1, "rejected": 5}
    assert not about(found, "train")["stable"]


def test_it_is_asked_once_about_what_is_new_and_of_nothing_where_little_was_said(
    open_hub: Open,
) -> None:
    model = notices(noticed("peaceful morning on the train"))
    hub = open_hub(models=(model,))
    ann = Slacker(hub)
    live(hub, ann)
    asked = [one for one in model.seen if any("Say with `notice`" in p.text for p in one)]
    assert len(asked) == 1 and SAID[0] in asked[0][-1].text
    ann.say("my audition is tomorrow")
    settle(hub, 3 * DAY)
    again = [one for one in model.seen if any("Say with `notice`" in p.text for p in one)]
    assert len(again) == 1, "one message is no more than its turn has seen"


def test_a_model_that_lists_nothing_of_use_leaves_everything_as_it_was(open_hub: Open) -> None:
    def script(prompts: Sequence[Prompt]) -> Completion:
        return Completion("", (Call("1", "notice", {"shown": "trains"}),))

    hub = open_hub()
    ann = Visitor(hub)
    for words in SAID:
        hub.clock.at += DAY
        ann.say(words)
    ann.say(TEST)
    hub.ports = hub.ports.but(models=(ScriptedModel(script),))
    settle(hub, 3 * DAY)
    found = known_person(Address.parse(ann.address), hub.ports, graph=True)
    assert found and found["proposals"] == {"kept": 0, "rejected": 0}
    assert "How did it go?" in ann.replies()[-1], "the rules write all the same"


def test_parted_homes_take_what_was_noticed_in_their_words_with_them(open_hub: Open) -> None:
    model = notices(noticed("train was so peaceful"), noticed("peaceful morning on the train"))
    hub = open_hub(models=(model,))
    ann, phone = Slacker(hub), Texter(hub)
    link(ann, phone)
    phone.say(SAID[0])
    found = live(hub, ann)
    assert about(found, "train")["stable"]
    ann.say("unlink sms")
    settle(hub, 60.0)
    for one in (ann, phone):
        own = known_person(Address.parse(one.address), hub.ports, graph=True)
        assert own is not None
        told = {quote["surface"] for quote in about(own, "train")["quotes"]}
        assert told == {one.surface}
