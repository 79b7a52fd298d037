"""How much harm words can do in the wrong ears: 0 to 3, by rules that anybody can read.

3  what opens something: passwords, PINs, keys, tokens, one-time codes, card and bank numbers
2  health, money, law, intimate life, faith and politics, whereabouts, identity numbers
1  other words about a person: family, feelings, how to reach them
0  harmless

No model is asked, so that the same words always weigh the same. In doubt the rules say more:
a false alarm withholds a sentence in a shared place, a miss tells it. The lists are English; the
shapes (numbers, keys) belong to no language.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from persona.compiled import compiled

MOST = 3
PRIVATE = 2
"""From here on words are not repeated where others read, and not opened by a new link."""

OPENS = """
password*|passphrase*|passcode*|passkey*|pass phrase|pass code|pwd|pin|pins|puk|login|log in
credential*|secret|secrets|token|tokens|otp|mfa|2fa|mnemonic|combination|cvv|cvc|iban|swift|bic
wifi key|wi-fi key|wifi code|api key*|access key*|private key*|secret key*|ssh key*|license key*
licence key*|recovery key*|security key*|encryption key*|seed phrase|one-time code*|one time code*
verification code*|security code*|access code*|recovery code*|backup code*|authentication code*
confirmation code*|login code*|unlock code*|alarm code*|door code*|gate code*|gym code*|lock code*
locker code*|safe code*|vault code*|entry code*|garage code*|building code*|voicemail code*
phone code*|card code*|routing number|sort code|account number*|account no|card number*|card no
spare key*|house key*|front door key*|back door key*|hidden key*|key is under|key is in|key is behind
key lies|keys are under|keys are in|keys are behind|kennwort|passwort|contraseña|mot de passe
"""
HEALTH = """
doctor*|physician*|hospital*|clinic|clinics|surgery|surgeries|surgeon*|diagnos*|disease*|illness*
ill|sick|cancer|tumor*|tumour*|chemo*|diabet*|insulin|asthma|epilep*|seizure*|hiv|hepatitis|std|sti
herpes|covid|infection*|allerg*|pregnan*|miscarr*|abortion*|ivf|fertility|contracepti*|therapy
therapist*|therapies|psychiatr*|psycholog*|psychos*|depress*|anxiety|anxious|panic attack*|bipolar
adhd|autis*|suicid*|self-harm|self harm|medicat*|medicine*|antidepress*|pill|pills|prescri*|dosage
symptom*|blood type|blood pressure|blood test*|blood sugar|cholesterol|biops*|ct scan|brain scan|mri
x-ray*|relaps*|rehab|sober|alcoholi*|addict*|overdos*|drug|drugs|disab*|migraine*|insomnia|injur*
wound|wounds|fracture*|eating disorder*|anorexi*|bulimi*|i weigh|vaccin*|nurse|nurses|my heart
my liver|my kidney*|my lung*|my period|in labour|due date|transplant*|dementia|alzheimer*|stroke
"""
MONEY = """
salary|salaries|wage|wages|bonus|bonuses|income|earn|earns|earning*|paycheck*|payslip*|payroll|pays me
paid me|get paid|debt|debts|loan|loans|mortgage*|credit|overdraft|overdrawn|bankrupt*|insolven*
savings|pension*|net worth|inherit*|tax|taxes|irs|invest|invested|investment*|my shares|stocks
portfolio|crypto*|bitcoin*|wallet|my rent|the rent|alimony|child support|on benefits|bank|banks
my account|owe|owes|owed|severance|dividend*|gehalt|salaire|gambl*|creditor*|foreclos*|repossess*
"""
LAW = """
lawyer*|attorney*|solicitor*|court|courts|lawsuit*|sue|sued|suing|judge|judges|testif*|arrest*|police
prison*|jail*|probation|parole|convict*|crime|crimes|criminal*|charged with|guilty|custody|divorc*
restraining order|subpoena*|settlement|nda|whistleblow*|asylum|deport*|visa|immigration|undocumented
fired|laid off|layoff*|harass*|assault*|abuse*|abusive|victim*|my will|eviction|evicted|indict*|bail
"""
INTIMATE = """
sex|sexual*|sexy|gay|lesbian|bisexual|queer|transgender|trans|came out|coming out|closeted|my affair
an affair|cheated on|cheating on|mistress|lover|lovers|sleeping with|slept with|dating|girlfriend*
boyfriend*|break up|breaking up|broke up|virgin*|porn*|fetish*|nude|nudes|naked|tinder|grindr|in love
crush on|separated from|propose to|proposing to|our marriage|my marriage|kissed
"""
FAITH = """
religio*|faith|church*|mosque*|synagogue*|temple|pray|prays|prayer*|praying|muslim*|islam*|jew|jews
jewish|judaism|christian*|catholic*|protestant*|hindu*|buddhis*|sikh*|atheis*|my god|god|bible|koran
quran|vote|voted|votes|voting|election*|union member*|trade union|democrat|democrats|republican*
labour party|conservative party|communis*|politic*|ethnic*|my race|caste|baptis*|ramadan|confession
"""
WHEREABOUTS = """
i live at|i live in|i live on|i live near|i now live|we live at|we live in|we live on|live alone
my address|home address|our address|hiding|hideout|safe house|home alone|nobody is home|nobody's home
i am away|i'm away|we are away|we're away|i will be away|i'll be away|we will be away|we'll be away
am abroad|i'm abroad|are abroad|we're abroad|out of town|not at home|not home|whereabouts|staying at
staying with|my hotel|our hotel|room number|my flat|my apartment|coordinates|goes to school|from school
from nursery|from kindergarten|at nursery|i moved to|we moved to|i'm moving to|i will be alone
i'll be alone|shelter
"""
NUMBERS = """
passport*|social security|ssn|national insurance|identity card|identity number|id card|id number
driver's license|driver's licence|drivers license|driving licence|driving license|tax id|tax number
insurance number|insurance policy|policy number|license plate|licence plate|number plate|date of birth
born on|maiden name|medical record*|student number|employee id|employee number|case number|ahv
fingerprint*
"""
PERSONAL = """
my|mine|me|our|ours|i|i'm|i've|i'd|i'll|we|she|he|her|his|him|wife|husband|mother|father|mum|mom|dad
son|sons|daughter*|sister*|brother*|kid|kids|child|children|birthday*|boss|colleague*|friend|friends
worr*|afraid|scared|angry|sad|lonely|hate|tell nobody|between us|confidential*|private*|don't tell
"""
OPENING_SHAPES = (
    r"(?i:\bcodes?)\b[^.?!\n]{0,30}?\b(?=\w*\d)[\w-]{3,}",
    r"(?i:\b(?:lock|locker|safe|alarm|vault|suitcase|luggage))\b[^.?!\n]{0,30}?\b\d[\d-]{2,}",
    r"(?<![\w+])(?:\d[ -]?){12,18}\d(?!\w)",
    r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b",
    r"\b(?:sk|pk|rk|ghp|gho|xox[abprs]|AKIA|ASIA|eyJ)[-_A-Za-z0-9]{12,}|-----BEGIN [A-Z ]*KEY",
    r"\b(?=\w*\d)(?=\w*[a-z])(?=\w*[A-Z])\w{16,}",
)
TELLING_SHAPES = (
    r"[$€£¥] ?\d|\b\d[\d.,]* ?(?:k|usd|eur|gbp|chf|dollars?|euros?|pounds?|francs?)\b",
    r"(?<!\d)\d{3}-\d{2}-\d{4}(?!\d)",
    r"(?<!\d)-?\d{1,3}\.\d{4,}, ?-?\d{1,3}\.\d{4,}",
    r"\b\d{1,5}[a-z]? (?:[A-Z]\w+ ){1,3}(?i:street|st|road|rd|avenue|ave|lane)\b",
    r"\b\d{1,5}[a-z]? (?:[A-Z]\w+ ){1,3}(?i:drive|dr|way|square|court|terrace)\b",
)
REACHING_SHAPES = (r"(?<![\w.])\+?\d(?:[ ().-]?\d){6,14}(?!\w)", r"[\w.+-]{1,64}@[\w-]{1,64}\.\w")
SHAPED = re.compile(r"[\d@]|-----BEGIN")
"""What a text must hold for any shape to be worth looking for."""
WORD = re.compile(r"\w+(?:['-]\w+)*")


@dataclass(frozen=True, slots=True)
class _Rule:
    """One level: whole words, beginnings of words by their first two letters, phrases, shapes."""

    level: int
    words: frozenset[str]
    stems: Mapping[str, tuple[str, ...]]
    phrases: tuple[str, ...]
    shapes: str

    def finds(self, text: str, said: str, words: frozenset[str]) -> bool:
        return (
            not self.words.isdisjoint(words)
            or any(word.startswith(self.stems.get(word[:2], ())) for word in words)
            or any(phrase in said for phrase in self.phrases)
            or (SHAPED.search(text) is not None and compiled(self.shapes).search(text) is not None)
        )


def _rule(level: int, shapes: tuple[str, ...], *lists: str) -> _Rule:
    entries = [one for text in lists for row in text.strip().splitlines() for one in row.split("|")]
    single = [one for one in entries if " " not in one]
    stems = defaultdict[str, tuple[str, ...]](tuple)
    for one in single:
        if one.endswith("*"):
            stems[one[:2]] += (one[:-1],)
    return _Rule(
        level,
        frozenset(one for one in single if not one.endswith("*")),
        stems,
        tuple(f" {one} ".replace("* ", "") for one in entries if " " in one),
        "|".join(shapes),
    )


RULES = (
    _rule(3, OPENING_SHAPES, OPENS),
    _rule(2, TELLING_SHAPES, HEALTH, MONEY, LAW, INTIMATE, FAITH, WHEREABOUTS, NUMBERS),
    _rule(1, REACHING_SHAPES, PERSONAL),
)


def sensitivity(text: str) -> int:
    """0 to 3: the highest level of which any rule finds something in the text."""
    found = WORD.findall(text.casefold().replace("\u2019", "'"))
    said, words = f" {' '.join(found)} ", frozenset(found)
    return next((rule.level for rule in RULES if rule.finds(text, said, words)), 0)
