"""What messages show of who wrote them: told of the person alone, in their exact words."""

import tomllib
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, cast

import pytest

from bench.planted import FILE
from persona.memory import frames
from persona.memory.lexicon import lexicon
from persona.memory.own import place_of
from persona.memory.proposals import fitted
from persona.memory.signs import as_you, claim_of, signs_of

PHRASES = tomllib.loads(FILE.read_text(encoding="utf-8"))


def lines_in(group: Mapping[str, Any]) -> Iterator[str]:
    """All lines of it and of the groups in it, with something in every place."""
    for line in chain(group.get("said", ()), group.get("later", ())):
        said = line.replace("{x}", "tea").replace("{X}", "Tea")
        yield said.replace("{y}", "beer").replace("{do}", "sing")
    for within in group.values():
        if isinstance(within, dict):
            yield from lines_in(cast("dict[str, Any]", within))


LINES = list(lines_in(PHRASES))

NEIGHBOURS = {
    ("preference", "yes"): [
        "Ich mag Tee",
        "Ich liebe Tee",
        "Ich trinke am liebsten Tee",
        "Ich habe lieber Tee",
        "J'aime le thé",
        "J'adore le thé",
        "Je préfère le thé",
        "Je prefere le thé",
        "Me gusta el té",
        "Me encanta el té",
        "Prefiero el té",
        "Nos gustan los trenes",
        "Bitte immer auf Deutsch antworten",
        "Toujours répondre en français",
        "Siempre responde en español",
    ],
    ("preference", "no"): [
        "Ich hasse Lärm",
        "Ich mag keinen Lärm",
        "Ich kann Lärm nicht ausstehen",
        "Je déteste le bruit",
        "Je deteste le bruit",
        "Je n'aime pas le bruit",
        "Je ne supporte pas le bruit",
        "Odio el ruido",
        "No me gusta el ruido",
        "No soporto el ruido",
        "Detesto el ruido",
        "Bitte nie anrufen",
        "Ne m'appelle jamais",
        "Nunca me llames",
    ],
    ("decision", "yes"): [
        "Ich habe beschlossen, das Boot zu verkaufen",
        "Wir haben uns entschieden, das Boot zu verkaufen",
        "Ich nehme das blaue Sofa",
        "J'ai décidé de vendre le bateau",
        "J'ai decide de vendre le bateau",
        "On a décidé de vendre le bateau",
        "Je prends le canapé bleu",
        "He decidido vender el barco",
        "Hemos decidido vender el barco",
        "Decidí vender el barco",
        "Me quedo con el sofá azul",
    ],
    ("decision", "no"): [
        "Ich habe mich gegen das Sofa entschieden",
        "Wir nehmen das Sofa nicht",
        "J'ai décidé de ne pas prendre le canapé",
        "He decidido no vender el barco",
    ],
    ("concern", "yes"): [
        "Ich mache mir Sorgen um das Knie",
        "Ich habe Angst vor der Prüfung",
        "Ich bin nervös wegen der Prüfung",
        "J'ai peur de l'examen",
        "Je m'inquiète pour l'examen",
        "Je m'inquiete pour l'examen",
        "Je suis inquiet pour l'examen",
        "Tengo miedo del examen",
        "Me preocupa el examen",
        "Estoy preocupado por el examen",
    ],
    ("stance", "skeptic"): [
        "Woher weißt du das?",
        "Bist du sicher?",
        "Das glaube ich nicht",
        "Comment tu sais ?",
        "Tu es sûr ?",
        "Je n'y crois pas",
        "¿Cómo lo sabes?",
        "¿Estás seguro?",
        "No me lo creo",
    ],
    ("stance", "operator"): [
        "Mach es einfach",
        "Nur das Ergebnis",
        "Kurz bitte",
        "Fais-le",
        "Le résultat",
        "En bref",
        "Hazlo ya",
        "Al grano",
        "Sólo el resultado",
    ],
    ("stance", "regular"): [
        "Wie immer bitte",
        "Wie geht's dir?",
        "Guten Morgen, mein Freund",
        "Comme d'habitude",
        "Bonjour mon ami",
        "Comment ça va ?",
        "Como siempre, gracias",
        "¿Qué tal estás?",
        "Hola amigo",
    ],
    ("stance", "newcomer"): [
        "Was kannst du?",
        "Wie funktioniert das?",
        "Ich bin neu hier",
        "Comment ça marche ?",
        "Qui es-tu ?",
        "Je suis nouveau ici",
        "¿Qué puedes hacer?",
        "¿Cómo funciona?",
        "Soy nuevo aquí",
    ],
    ("action", "checks twice"): [
        "Bitte prüf das noch einmal",
        "Kannst du das nochmal prüfen?",
        "Vérifie encore une fois",
        "Peux-tu vérifier à nouveau ?",
        "Compruébalo otra vez",
        "Verifica de nuevo, por favor",
    ],
    ("action", "asks for a summary first"): [
        "Zuerst die Zusammenfassung",
        "Erst das Wichtigste",
        "D'abord le résumé",
        "Commence par le résumé",
        "Primero el resumen",
        "Empieza con el resumen",
    ],
    ("action", "hands things over"): [
        "Entscheide du",
        "Kümmere dich darum",
        "Das überlasse ich dir",
        "Comme tu veux",
        "Je te laisse décider",
        "Occupe-toi de ça",
        "Decide tú",
        "Como quieras",
        "Encárgate de eso",
    ],
    ("action", "plans ahead"): [
        "Ich plane gern voraus",
        "Im Voraus buchen",
        "Lass uns schon nächsten Monat planen",
        "Je planifie à l'avance",
        "Réserve à l'avance",
        "Planifico con antelación",
        "Reserva con antelación",
    ],
}
"""What the plainest sentences of German, French and Spanish show: a kind and its value, or a way."""


def told(text: str) -> list[tuple[str, str, str]]:
    named = ("topic", "mention")
    return [(one.kind, one.about, one.value) for one in signs_of(text) if one.kind not in named]


@pytest.mark.parametrize(
    ("words", "sign", "claim"),
    [
        ("I prefer tea to coffee", ("preference", "tea", "yes"), "prefers tea to coffee"),
        ("Tea over coffee for me", ("preference", "tea", "yes"), "prefers Tea to coffee"),
        ("I'd rather have tea", ("preference", "tea", "yes"), "likes tea"),
        ("I prefer tea to coffee", ("preference", "coffe", "less"), "prefers tea to coffee"),
        ("Is there one without tea? I hate that.", ("preference", "tea", "no"), "dislikes tea"),
        ("of all of them I like tea the least", ("preference", "tea", "no"), "dislikes tea"),
        ("I no longer like tea", ("preference", "tea", "no"), "dislikes tea"),
        (
            "If you find some, fine, but I don't like tea",
            ("preference", "tea", "no"),
            "dislikes tea",
        ),
        ("Since my operation I can't stand tea", ("preference", "tea", "no"), "dislikes tea"),
        ("To answer you: tea. I like that best.", ("preference", "tea", "yes"), "likes tea"),
        ("Not sure about the rest, but I love tea", ("preference", "tea", "yes"), "likes tea"),
        ("May I mention that I prefer tea?", ("preference", "tea", "yes"), "prefers tea"),
        (
            "We talked it through and we're going to sell the boat",
            ("decision", "sell boat", "yes"),
            "decided to sell the boat",
        ),
        (
            "we're taking the sofa, can you write to them?",
            ("decision", "sofa", "yes"),
            "chose sofa",
        ),
        (
            "Tell them that we will not be going ahead with the sofa",
            ("decision", "sofa", "no"),
            "decided against sofa",
        ),
        (
            "I'm too worried about the exam to sleep",
            ("concern", "exam", "yes"),
            "worries about exam",
        ),
        (
            "I can\u2019t stand phone calls",
            ("preference", "phone call", "no"),
            "dislikes phone calls",
        ),
        (
            "Please never call me before nine",
            ("preference", "call nine", "no"),
            "asks never to \u201ccall me before nine\u201d",
        ),
        (
            "We decided to sell the boat.",
            ("decision", "sell boat", "yes"),
            "decided to sell the boat",
        ),
        ("I decided against the lease", ("decision", "leas", "no"), "decided against lease"),
        ("Let's go with Dr. Haller.", ("decision", "dr haller", "yes"), "chose Dr. Haller"),
        ("The audit keeps me up at night", ("concern", "audit", "yes"), "worries about audit"),
        (
            "I'm no longer worried about the audit",
            ("concern", "audit", "no"),
            "worries no longer about audit",
        ),
        (
            "I can't stand the neighbours' tea",
            ("preference", "neighbour tea", "no"),
            "dislikes neighbours' tea",
        ),
        ("Hello Wren\n\nI love tea", ("preference", "tea", "yes"), "likes tea"),
        ("It rains.\n\nI love tea", ("preference", "tea", "yes"), "likes tea"),
        ("please remember this: I love tea", ("preference", "tea", "yes"), "likes tea"),
        ("this week is long\nI love tea", ("preference", "tea", "yes"), "likes tea"),
        ("what I want you to know:\nI love tea", ("preference", "tea", "yes"), "likes tea"),
        ("I'm bored, it's raining\nI love tea", ("preference", "tea", "yes"), "likes tea"),
        ('I love "Casablanca"', ("preference", "casablanca", "yes"), "likes Casablanca"),
        ("How do you know that?", ("stance", "stance", "skeptic"), "asks for grounds"),
        ("status?", ("stance", "stance", "operator"), "wants it done, and told in a line"),
        (
            "Same as always, please",
            ("stance", "stance", "regular"),
            "talks as to an old acquaintance",
        ),
        ("What can you do?", ("stance", "stance", "newcomer"), "is new to this"),
        ("can you double check?", ("action", "way", "checks twice"), "checks twice"),
    ],
)
def test_words_tell_a_sign_with_its_claim(
    words: str, sign: tuple[str, str, str], claim: str
) -> None:
    [found] = [one for one in signs_of(words) if (one.kind, one.about, one.value) == sign]
    assert claim_of(found.kind, found.about, found.value, words[found.start : found.end]) == claim


@pytest.mark.parametrize(
    "words",
    [
        "Do I like tea?",
        "if I liked tea I would say so",
        "my boss hates meetings",
        "she said I love tea",
        "yeah right, I just love waiting",
        "I love being ignored /s",
        "oh great, another meeting. I love meetings",
        "I used to like tea",
        "I'm not worried about the exam",
        "the exam doesn't worry me",
        "nothing scares me",
        "> I hate tea",
        "Ann wrote: I prefer tea",
        'look at the note: "I hate tea and I decided to sing."',
        "“I'm so worried about the exam. I prefer tea.” That was in the letter",
        "translate into Spanish: I love tea",
        "is this fine? 'I prefer tea, and I can't sing.'",
        "what do you think of this poem\n\nI love tea\nI decided to sing",
        "reply to his last review please:\nI hate tea.",
        "Ben Berg\n9:14 AM\nI love tea",
        "Lea, 12:04\nI love tea",
        "her answer was:\n\nI love tea",
        "please put this into German\n\nI love tea",
        "[Chorus]\nI love tea",
        "my son's essay for school\n\nI love tea.",
        "make it shorter: I love tea",
        "comment under my photo: I love tea!",
        "*Omar* (10:41)\nI love tea",
        "the call\nSpeaker 1: I love tea\nSpeaker 2: I hate tea",
        "put this in a table: I love tea",
        "I found a diary. First page:\nI love tea",
        "can you read it out loud: I hate tea",
        "--- notes, Karla speaking ---\nI hate tea.",
        "The mail is below.\n\nI hate tea",
        "I love your style",
        "We talked about it and we're going to be late",
        "The board approved it and I'm going to bed",
        "I'm sure now, I'm at home",
        "He said: without tea, I hate it",
        "I could love tea, but I won't say",
        "may I ask if I like tea?",
        "you're not allowed to park here ever",
        "I like that one",
        "I thought I would hate it there",
        "I'll take a shower",
        "never give up!",
        "I'm afraid I cannot come",
        "thanks in advance",
        "the kids are crazy about cycling",
        "I can't open the file",
        "I never said that",
        "he jumped over the wall",
        "it rained all day",
        "my boss decided to postpone the launch",
        "the decision is hard",
        "I'll definitely call you",
        "we will see about the sofa",
        "I turned down the volume",
        "the light is off",
        "we picked the kids up from school",
        "I nearly chose the sofa",
        "the nurse was worried about my knee",
        "I have no worries about the exam",
        "don't be scared of the exam",
        "How do you know when rice is done?",
        "where is the proof of payment",
        "the usual suspects were there",
        "as usual the train was late",
        "did Ann sleep well?",
        "is the museum free",
        "how do I use the oven",
        "he takes care of the dog",
        "the summary of the meeting is attached",
        "book the early train",
        "never answered my question",
        "No smoking please?",
        "I don't like Mondays, as the song goes",
    ],
)
def test_what_only_seems_to_tell_shows_nothing(words: str) -> None:
    assert told(words) == []


@pytest.mark.parametrize("shown", NEIGHBOURS, ids=" ".join)
def test_the_plainest_words_of_neighbouring_languages_tell(shown: tuple[str, str]) -> None:
    for line in NEIGHBOURS[shown]:
        assert shown in [(kind, value) for kind, _, value in told(line)], line


def test_people_and_things_are_mentioned_by_name() -> None:
    found = signs_of("I met my sister Ann and Dr. Weber in Oslo about the garden")
    named = {(one.kind, one.about, one.value) for one in found}
    assert {("mention", "ann", "person"), ("mention", "weber", "person")} <= named
    assert {("mention", "oslo", "thing"), ("topic", "garden", "")} <= named


def test_every_quotation_stands_in_the_persons_own_words() -> None:
    seen = 0
    for line in LINES:
        message = f"> I hate fish\nhello there. {line}"
        for one in signs_of(message):
            quote = message[one.start : one.end]
            assert quote.strip() == quote
            assert place_of(quote, message), (quote, message)
            seen += 1
    assert seen > 400


def test_looking_only_where_a_frames_words_stand_misses_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of a twentieth of the lines: with every frame tried at each, all of them take a minute."""
    some = LINES[::20]
    read = [told(line) for line in some]
    monkeypatch.setattr(frames, "may_tell", lambda _: True)
    monkeypatch.setattr(frames, "matching", lambda _: iter(frames.all_frames()))
    assert [told(line) for line in some] == read
    assert sum(map(len, read)) > 50


def test_each_frame_is_about_something_or_deals_with_the_persona() -> None:
    made = frames.all_frames()
    assert len(made) > 200
    for one in made:
        assert one.needs
        assert one.told
        captures = {element.capture for element in one.elements} - {"", *frames.GAPS}
        for each in one.told.values():
            is_about = one.kind not in ("stance", "action")
            assert ("{}" in each.claim) == is_about
            assert captures or not is_about


def test_every_class_that_a_frame_names_has_words() -> None:
    known = lexicon().signals(frozenset())
    named = {
        name for one in frames.all_frames() for element in one.elements for name in element.names
    }
    first = {name for several in frames.NEVER_FIRST.values() for name in several}
    named |= first | set(frames.ALWAYS_FIRST.values())
    assert {name for name in named if name[:1].isupper()} - set(known) == set()


@pytest.mark.parametrize(
    ("word", "classes"),
    [
        ("love", {"LIKE"}),
        ("loves", {"LIKE-s"}),
        ("cherished", {"LIKE-ed"}),
        ("loathing", {"HATE-ing"}),
        ("scrapped", {"DROP-ed"}),
        ("worries", {"SCARE-s"}),
        ("panicking", {"WORRY-ing"}),
    ],
)
def test_verbs_are_known_in_their_forms(word: str, classes: set[str]) -> None:
    assert classes & set(lexicon().words[word])


@pytest.mark.parametrize(
    ("said", "sign"),
    [
        ("I like tea", ("preference", "tea", "yes")),
        ("I don't like tea", ("preference", "tea", "no")),
        ("I don't think I like tea", ("preference", "tea", "no")),
        ("not keen on tea", ("preference", "tea", "no")),
        ("I can't resist tea", ("preference", "tea", "yes")),
        ("I really can't, honestly, stand tea", ("preference", "tea", "no")),
        ("Please don't call me ever again", ("preference", "call", "no")),
        ("I'm not afraid of the exam any more", ("concern", "exam", "no")),
        ("im scared of the exam", ("concern", "exam", "yes")),
    ],
)
def test_denial_turns_what_is_said(said: str, sign: tuple[str, str, str]) -> None:
    assert told(said) == [sign]


def test_a_claim_can_follow_you() -> None:
    claims = {each.claim for one in frames.all_frames() for each in one.told.values()}
    assert as_you("prefers tea to coffee") == "prefer tea to coffee"
    assert as_you("is new to this") == "are new to this"
    assert as_you("wishes for it") == "wish for it"
    assert as_you("chose the sofa") == "chose the sofa"
    assert all(not as_you(one).split()[0].endswith("s") for one in claims)


def test_a_proposal_is_fitted_only_to_words_that_bear_it_out() -> None:
    assert fitted("preference", "the olives", "", "olives again, yuck") == ("oliv", "yes")
    assert fitted("preference", "gambling", "yes", "olives again, yuck") is None
    assert fitted("preference", "the", "yes", "the olives") is None
    assert fitted("preference", "olives", "often", "olives again, yuck") is None
    assert fitted("stance", "", "Skeptic", "hm") == ("stance", "skeptic")
    assert fitted("action", "checks twice", "", "hm") == ("way", "checks twice")
    assert fitted("texture", "writing", "yes", "writing") is None
