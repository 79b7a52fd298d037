"""What was not seen for long is gone by no longer, said to be so, and there again when it is shown."""

from tests.stories.people import Person, Slacker, Visitor
from tests.stories.test_person_shown import known
from tests.support import Hub

DAY = 86_400.0
FAILING = "read document plans"


def each_day(person: Person, *words: str) -> str:
    """Says each on a day of its own; the last answer."""
    answers = list[str]()
    for one in words:
        person.hub.clock.at += DAY
        answers.append(person.say(one))
    return answers[-1]


def test_a_worry_of_spring_has_faded_by_autumn_and_is_there_again_when_it_is_said(
    hub: Hub,
) -> None:
    ann = Slacker(hub)
    each_day(ann, "I am worried about the boiler", "I am still worried about the boiler")
    each_day(ann, "I like tea", "I really like tea")
    spring = ann.say("what do you know about me?")
    assert "• you worry about boiler (in 2 conversations" in spring
    assert "no longer go by" not in spring
    hub.clock.at += 150 * DAY
    taken, _, faded = ann.say("what do you know about me?").partition("no longer go by")
    assert "• you like tea (in 2 conversations" in taken and "• you worry" not in taken
    assert "• you worry about boiler (last 1" in faded and "tea" not in faded
    ground = ann.say("why do you think I worry about the boiler?")
    assert "You said so last" not in ground
    assert "you said so last 1" in ground and "until you say it again" in ground
    assert "“I am still worried about the boiler”" in ground
    each_day(ann, "I am worried about the boiler")
    autumn = ann.say("what do you know about me?")
    assert "• you worry about boiler (in 3 conversations" in autumn
    assert "no longer go by" not in autumn


def test_somebody_who_wanted_it_short_a_year_ago_is_served_like_anybody_until_they_show_it(
    hub: Hub,
) -> None:
    ann = Visitor(hub)
    each_day(ann, "just do it", "keep it short", "no explanations", FAILING, FAILING)
    assert "Failed: " in ann.replies()[-1]
    [stance] = [one for one in known(hub, ann)["nodes"] if one["kind"] == "stance"]
    assert (stance["stable"], stance["faded"]) == (True, False)
    hub.clock.at += 500 * DAY
    ann.token = hub.sign_in("ann")
    assert "Failed: " not in each_day(ann, FAILING)
    [stance] = [one for one in known(hub, ann)["nodes"] if one["kind"] == "stance"]
    assert (stance["stable"], stance["faded"]) == (False, True)
    each_day(ann, "keep it short", "just do it", FAILING)
    assert "Failed: " in ann.replies()[-1]
