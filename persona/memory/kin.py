"""Words that people use for one another: a question says "pet", the answer "puppy".

A small table of everyday English, written by hand: the first word of a row leads to the others.
It is no thesaurus; recall works without it, and finds a little more with it.
"""

from functools import cache

from persona.memory.terms import stem

ROWS = """
activity do enjoy hike swim camp paint play|advice suggest recommend tip
age birthday old turned|allergy allergic|angry mad upset|animal pet dog cat bird horse
apartment flat home place|art paint draw sketch sculpture pottery|award prize trophy won medal
begin start|birthday old party celebrate|book novel read story author|boss manager
boyfriend girlfriend partner date relationship|business store shop company startup
buy purchase shop|car drive vehicle truck|cat kitten|charity volunteer donate shelter fundraiser
child kid son daughter baby toddler|city town|class course school|clothes shirt dress shoes jacket
colleague coworker teammate|college university class course degree|competition contest match won
computer laptop|concert show festival band|cook bake recipe dish meal|country abroad trip travel
craft knit sew pottery|decide choose decision|dessert cake cookie pie cream chocolate
divorce single separated|doctor hospital clinic|dog puppy pup|drink coffee tea wine beer
eat food meal dinner lunch restaurant|event party festival fair meeting conference workshop
exercise workout gym run yoga fitness|family parent mom dad brother sister son daughter kid husband wife
father dad papa|fear afraid scared|film movie watch|finish end complete|flight plane airport
food meal dish eat cook dinner lunch breakfast recipe|friend buddy pal
game play video console|garden plant flower grow|gift present give|glad happy excited
goal dream plan hope want|grandfather grandpa|grandmother grandma granny nana
happy glad excited joy|health doctor hospital sick ill diagnosis medicine|help support
hobby enjoy fun interest passion paint read cook garden|holiday vacation trip
home house apartment flat place room|house home apartment|husband wife spouse partner married wedding
ill sick fever cold flu|injury hurt pain broke sprain|instrument guitar piano violin drum flute play
job work career profession company office hire position employer|kid child son daughter
launch open start|live move city town country neighborhood|love enjoy like best
marriage wedding husband wife|money pay salary afford cost|mother mom mum mama
movie film watch cinema|music song band album concert guitar piano|nature forest mountain lake ocean
outdoors hike camp trail mountain lake beach forest|paint draw art|parent mother mom father dad
party celebrate birthday event|pet dog cat puppy kitten bird fish hamster rabbit
phone call text number|photo picture pic photograph image|picture photo image
place city town country state park|plan hope go want|read book novel|recommend suggest advice
relax calm unwind rest peace|religion church faith pray god|sad upset cry
school college university class teacher student|sell sale|series show episode watch
sibling brother sister|sick ill fever cold flu|spouse husband wife|start begin launch open
sport game team basketball football soccer tennis baseball swim run
stress anxious overwhelm worry|study school class course exam degree learn
teacher professor school|travel trip visit country city abroad
trip travel vacation journey visit tour|vacation trip travel beach|volunteer charity shelter help
weather rain snow sunny storm|where city town country state street park beach
wife husband spouse partner married wedding|wish hope want|work job office project
write story novel poem essay blog
"""


@cache
def kin() -> dict[str, tuple[str, ...]]:
    """Stemmed word to the stemmed words it leads to."""
    rows = [row.split() for line in ROWS.strip().splitlines() for row in line.split("|")]
    return {stem(head): tuple(dict.fromkeys(map(stem, rest))) for head, *rest in rows}
