"""The channels that are live sockets: the event went out with the commit, so sending is looking for its receipt."""

from datetime import timedelta

from service.channels.channel import SEEN, Letter, Verdict, failed
from service.db import Database
from service.realtime.receipts import ANY_CONSOLE, seen_since

RECEIPT_S = 3.0
"""A page that is not seen by then goes on by the next channel."""
HOSTS_APART = timedelta(milliseconds=500)
"""An event bears its host's time, a notice the database's: service.timekeeper keeps them closer than this."""


class LiveChannel:
    """Consoles, or one caregiver's phone: whether anything about the incident was seen since the notice was made.

    Looked at when the receipt is due; asking twice calls nobody twice.
    """

    keeps_keys = True

    def __init__(self, database: Database, *, phone: bool) -> None:
        self._database, self._phone = database, phone

    async def send(self, letter: Letter) -> Verdict:
        """Seen, or failed because nobody has."""
        who = letter.caregiver_id if self._phone else ANY_CONSOLE
        if who is None:
            return failed("nobody's phone")
        subject, since = f"incident:{letter.incident_id}", letter.made_at - HOSTS_APART
        async with self._database.reading() as session:
            seen_at = await seen_since(session, subject, since, who)
        return SEEN if seen_at is not None else failed(f"not seen within {RECEIPT_S:.0f} s")
