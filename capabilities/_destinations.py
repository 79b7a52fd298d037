"""The kinds of destination that an argument may name, by what reads them in their one spelling."""

from persona.declare import Destination
from persona.people.canonical import email, slack_member, telephone
from persona.reading.url import read_url

DESTINATIONS = {
    "email": Destination("email", email),
    "sms": Destination("sms", telephone),
    "slack": Destination("slack", slack_member),
    "url": Destination("url", read_url),
}
"""By the surface whose addresses they are, and web addresses."""
