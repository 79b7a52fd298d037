"""What is said in every measured turn: message, the tool's answer and reply, 0.3 KB each."""

QUESTION = "Do I need a coat in Lisbon today, and would you take the bike to the harbour?"
TEXT = f"{QUESTION} " * 4
WEATHER = "sunny, 21 degrees, wind from the west, " * 8
REPLY = "It stays dry in Lisbon until the evening, so take the bike and leave the coat. " * 4
