"""Promise: callers are known by their number, also those whose number was written before that was possible."""

from sqlalchemy import func, select, update

from models import Contact
from service.emergencies.callers import hash_numbers
from tests.fixtures.town import TownBuilder


async def test_old_numbers_get_their_hash_once(town: TownBuilder) -> None:
    """As after an update from before: every number can be looked up, and one that does not open is left alone."""
    async with town.database.writing() as session:
        await session.execute(update(Contact).values(phone_hash=None))
        strange = await session.scalar(select(func.min(Contact.id)))
        await session.execute(update(Contact).where(Contact.id == strange).values(phone_sealed=b"\x01 does not open"))
        rows = (await session.execute(select(Contact.id, Contact.phone_sealed).where(Contact.id != strange))).all()
    numbers = {ident: town.vault.open(sealed, "contact.phone_sealed").decode() for ident, sealed in rows}
    assert numbers
    assert await hash_numbers(town.database, town.vault) >= len(numbers)
    async with town.database.reading() as session:
        after = dict((await session.execute(select(Contact.id, Contact.phone_hash))).all())
    assert after == {strange: None} | {ident: town.vault.keyed_hash(number) for ident, number in numbers.items()}
    assert await hash_numbers(town.database, town.vault) == 0
