"""What can happen to plans, in little: crashed at every outside call like all other stories."""

from dataclasses import replace

from tests.crash.house import ERASE, Story
from tests.crash.stories import ANN, BOB, CAROL, DAVE, said

PARTY = f"""plan: party
1. email {CAROL}: come at ten
2. wait 1 minute
3. email {DAVE}: come at eleven
4. tell me: all are asked"""
TO_CAROL, TO_DAVE = (f"email:{CAROL}", "come at ten"), (f"email:{DAVE}", "come at eleven")
WHOLE = "a plan approved as a whole"
SKIPPED = "a step left out while it is under way"
CHANGED = "a plan that is changed after the yes to all of it"
OUT_OF_TIME = "a plan that runs out of time"
ROUND = "a plan that goes round"
TWO = "two plans that are due at once"
ASKING = "a plan that asks, and awaits a word"
LATER = "a plan that saves, waits and tells"

ACTING = (
    Story(
        WHOLE,
        (said(ANN, 1, PARTY), said(ANN, 2, "approve {approve}"), said(ANN, 2, "approve {approve}")),
        told=(TO_CAROL, TO_DAVE, (str(ANN), "all are asked")),
        pace=20,
    ),
    Story(
        "a plan started without a yes to all of it",
        (
            said(ANN, 1, f"plan: party\n1. email {CAROL}: come at ten\n2. tell me: she is asked"),
            said(ANN, 2, "yes 1"),
            said(ANN, 3, "approve {approve}"),
        ),
        told=(TO_CAROL, (str(ANN), "she is asked")),
        pace=20,
    ),
    Story(
        "cancelled while a step of it is under way",
        (
            said(ANN, 1, PARTY),
            said(ANN, 2, "approve {approve}"),
            said(ANN, 3, "cancel 1"),
            said(ANN, 4, "run 1"),
        ),
        rushed=(f"{ANN}:2",),
        never=("come at eleven", "all are asked"),
        pace=20,
    ),
    Story(
        SKIPPED,
        (
            said(
                ANN,
                1,
                f"plan: party\n1. email {CAROL}: come at ten\n2. email {DAVE}: come at eleven\n"
                "3. if step 2 failed, tell me: he does not know\n4. tell me: he knows",
            ),
            said(ANN, 2, "approve {approve}"),
            said(ANN, 3, "skip 1"),
        ),
        refuses="carol",
        rushed=(f"{ANN}:2",),
        never=("he does not know",),
        pace=20,
    ),
)
"""Plans whose steps reach others: of each class of provider."""
QUIET = (
    Story(
        LATER,
        (
            said(
                BOB,
                1,
                "plan: papers\n1. save document notes: flour and milk\n2. wait 10 minutes\n"
                "3. tell me: it is kept",
            ),
            said(BOB, 2, "yes"),
            said(BOB, 2, "yes"),
        ),
        told=((str(BOB), "it is kept"),),
        kept=1,
        pace=20,
    ),
    Story(
        "paused, gone on with, begun by hand, cancelled",
        (
            said(BOB, 1, "every day at 9:00 tell me: take the pills"),
            said(BOB, 2, "yes"),
            said(BOB, 3, "pause 1"),
            said(BOB, 4, "resume 1"),
            said(BOB, 5, "run 1"),
            said(BOB, 6, "cancel 1{then}"),
        ),
        told=((str(BOB), "Reminder: take the pills"),),
        pace=20,
    ),
    Story(
        ASKING,
        (
            said(
                BOB,
                1,
                "plan: dinner\n1. ask me: pizza or pasta?\n2. tell me what came of step 1\n"
                "3. wait until I say hungry\n4. tell me: dinner is near",
            ),
            said(BOB, 2, "yes"),
            said(BOB, 3, "pizza{then}"),
            said(BOB, 4, "I am hungry{then}"),
        ),
        told=((str(BOB), "dinner is near"),),
        pace=20,
    ),
    Story(
        ROUND,
        (
            said(
                BOB,
                1,
                "plan: plants\n1. tell me: give them water\n2. wait 1 minute\n"
                "3. repeat from step 1 2 times",
            ),
            said(BOB, 2, "yes"),
        ),
        told=((str(BOB), "give them water"),) * 3,
        pace=20,
    ),
    Story(
        CHANGED,
        (
            said(ANN, 1, f"plan: party\n1. wait 5 minutes\n2. email {CAROL}: come at ten"),
            said(ANN, 2, "approve {approve}"),
            said(ANN, 3, f"change step 2 of plan 1 to email {DAVE}: come at eleven"),
        ),
        never=("come at ten", "come at eleven"),
        pace=20,
    ),
    Story(
        OUT_OF_TIME,
        (
            said(BOB, 1, "plan: shed, by 13:30\n1. wait 6 hours\n2. tell me: the shed is painted"),
            said(BOB, 2, "yes"),
        ),
        never=("the shed is painted",),
        pace=20,
    ),
    Story(
        TWO,
        (
            said(BOB, 1, "remind me to feed the cat in 61 seconds"),
            said(BOB, 2, "remind me to feed the dog in 60 seconds"),
        ),
        told=((str(BOB), "Reminder: feed the cat"), (str(BOB), "Reminder: feed the dog")),
        pace=20,
    ),
    Story(
        "a plan under way through a stop and a start",
        (
            said(BOB, 1, "plan: shed\n1. wait 20 minutes\n2. tell me: the shed is dry"),
            said(BOB, 2, "yes"),
            said(BOB, 3, "stop{then}"),
            said(BOB, 4, "start"),
        ),
        told=((str(BOB), "the shed is dry"),),
        pace=20,
    ),
    Story(
        "erased with a plan under way",
        (
            said(BOB, 1, "plan: shed\n1. wait 5 minutes\n2. tell me: the shed is dry"),
            said(BOB, 2, "yes"),
            said(BOB, 3, ERASE),
            said(BOB, 4, "remember the tea"),
        ),
        never=("the shed is dry",),
        pace=20,
    ),
)
"""Plans that reach their own person alone: of one class, since no other differs there."""
DRIVEN = tuple(
    replace(story, name=f"{story.name}, driven", driven=True)
    for story in QUIET
    if story.name in (LATER, ASKING)
)
"""The same, with executions outside that wait for the plans."""
PLANS = (*ACTING, *QUIET)
