"""Fault 33 and controls 7, 10, 11: keys change while calls come; none is refused, and no wrong key gets in."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from cryptography.exceptions import InvalidTag

from service.bedside import create_bedside
from service.intake.keys import KeyRing
from service.settings import Settings
from service.terminals.door import Door
from service.terminals.signature import sign
from service.vault import Vault
from tests.fixtures.house import SECRET
from tests.fixtures.served import Served
from tests.fixtures.town import Signed, TownBuilder
from tests.service.intake.bedside import ALERTS, KEY, Bedside

ROTATE = "/terminals/v1/rotate"


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_33_no_call_is_refused_while_keys_change(
    served: Served, served_town: TownBuilder, tmp_path: Path
) -> None:
    """The key is changed through one process while another takes calls: the old and the new one sign at once."""
    other = Served(tmp_path / "other", served.database_url)
    try:
        await served.start("--role", "intake", "--no-migrate")
        await other.start("--role", "intake", "--no-migrate")
        async with served.client() as here, other.client() as there:
            chen = served_town.terminal("chen", here)
            await chen.presses_call()
            for _ in range(3):
                chen.client = there
                given = (await chen.post(b"", ROTATE)).json()
                chen.client = here
                old = Signed(here, chen.id, chen.key)
                old._counter, old.boot = chen._counter, chen.boot
                chen.key = bytes.fromhex(given["key"])
                answers = [await chen.post({"msg_id": f"n{given['key']}", "kind": "sos"})]
                answers.append(await old.post({"msg_id": f"o{given['key']}", "kind": "sos"}))
                assert [answer.status_code for answer in answers] == [200, 200]
    finally:
        await other.kill()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_33_a_call_quicker_than_the_telling_is_not_refused(
    bedside: Bedside, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody tells this process that the key changed elsewhere, and it read the keys a moment ago: it looks again,
    and once more when the key changes again within the same second."""
    monkeypatch.setattr(KeyRing, "forget", lambda *_: None)
    app = create_bedside(Settings(tmp_path, database_url, SECRET))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=Door(app, app.state.intake))  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as here:
            terminal = Signed(here, "T-1", KEY)
            assert (await terminal.presses_call())["state"] == "open"
            for _ in range(3):
                terminal.client = bedside.client
                terminal.key = bytes.fromhex((await terminal.post(b"", ROTATE)).json()["key"])
                terminal.client = here
                assert (await terminal.presses_call())["state"] == "open"


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_33_the_services_own_secret_changes_while_calls_come(
    bedside: Bedside, database_url: str, tmp_path: Path
) -> None:
    """One process has the new secret already, the other still the old one, and each knows both: what either of them
    sealed the other opens, and no call is refused."""
    secrets = ["a secret of at least thirty-two characters", "the secret that comes after the first one"]
    async with AsyncExitStack() as stack:
        doors = []
        for mine, other in (secrets, secrets[::-1]):
            settings = Settings(tmp_path, database_url, mine, other_secret_keys=(other,))
            app = create_bedside(settings)
            await stack.enter_async_context(app.router.lifespan_context(app))
            transport = httpx.ASGITransport(app=Door(app, app.state.intake))  # type: ignore[arg-type]
            doors.append(await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://x")))
        terminal = Signed(doors[1], "T-1", KEY)
        assert (await terminal.presses_call())["state"] == "open"
        terminal.key = bytes.fromhex((await terminal.post(b"", ROTATE)).json()["key"])
        for door in doors:
            terminal.client = door
            assert (await terminal.presses_call())["state"] == "open"
    with pytest.raises(InvalidTag):
        Vault(secrets[0]).open(Vault(secrets[1]).seal("x", "place"), "place")


async def test_07_every_bit_of_the_signature_counts(bedside: Bedside) -> None:
    """One bit wrong anywhere, a signature cut short or missing, another terminal's: 401."""
    body = b'{"msg_id":"m1","kind":"battery"}'
    good = bytes.fromhex(sign(KEY, "POST", ALERTS, "T-1", "7", "1", body))
    wrong = [(int.from_bytes(good) ^ 1 << bit).to_bytes(32).hex() for bit in range(256)]
    wrong += ["", good.hex()[:-1], good.hex() + "0", good.hex().upper(), "0" * 64]
    wrong.append(sign(KEY, "POST", ALERTS, "T-2", "7", "1", body))
    head = {"X-Terminal": "T-1", "X-Boot": "7", "X-Counter": "1"}
    sent = (bedside.client.post(ALERTS, content=body, headers={**head, "X-Signature": one}) for one in wrong)
    assert {answer.status_code for answer in await asyncio.gather(*sent)} == {401}
    right = await bedside.client.post(ALERTS, content=body, headers={**head, "X-Signature": good.hex()})
    assert right.status_code == 200


async def test_10_the_old_key_ends_after_seven_days(bedside: Bedside) -> None:
    """Both sign until then, only the new one after; a rotation cannot be replayed."""
    new = bytes.fromhex((await bedside.send(b"", counter=5, path=ROTATE)).json()["key"])
    assert (await bedside.send(b"", counter=5, path=ROTATE)).status_code == 409
    for key in (KEY, new):
        assert (await bedside.send({"msg_id": "m", "kind": "sos"}, key=key)).status_code == 200
    bedside.database.clock.shift(seconds=timedelta(days=7, seconds=1).total_seconds())
    assert (await bedside.send({"msg_id": "m", "kind": "sos"}, key=KEY)).status_code == 401
    assert (await bedside.send({"msg_id": "m", "kind": "sos"}, key=new)).status_code == 200
