"""Promise: who judges a provider has it in their own area, and says what changes and why."""

import pytest
from sqlalchemy import select

from models import Account, AuditRow, Provider
from models.types import Role
from tests.fixtures.town import TownBuilder


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_supervisor_judges_providers_of_their_own_area(town: TownBuilder) -> None:
    """Another district's may read but not change; a body without stations works anywhere; nothing said is no change."""
    async with town.database.writing() as session:
        operator = (await session.scalars(select(Provider).order_by(Provider.id))).first()
        assert operator is not None
        operator_id, until = operator.id, operator.licence_until_on
        designer = Provider(name="设计所", licence_no="设计所", licence_until_on=until)
        session.add(designer)
        (await session.scalars(select(Account).where(Account.name == "far"))).one().role = Role.SUPERVISOR
        await session.flush()
        designer_id = designer.id
    black = {"blacklisted": True, "why": "虚假工单"}
    sun, far = await town.desk("sun"), await town.desk("far")
    strange = await far.post(f"/api/providers/{operator_id}/standing", json=black)
    assert (strange.status_code, strange.json()["code"]) == (403, "provider.not_yours")
    assert (await far.post(f"/api/providers/{designer_id}/standing", json=black)).status_code == 200
    nothing = await sun.post(f"/api/providers/{operator_id}/standing", json={"why": "看看"})
    assert (nothing.status_code, nothing.json()["fields"][0]["field"]) == (422, "licence_until_on")
    assert (await sun.post(f"/api/providers/{operator_id}/standing", json=black)).json()["eligible"] is False
    async with town.database.reading() as session:
        told = list(await session.scalars(select(AuditRow.subject).where(AuditRow.action == "provider.standing")))
    assert told == [f"provider:{designer_id}", f"provider:{operator_id}"]
