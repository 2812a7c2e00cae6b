"""Hashes and checks passwords with argon2id, aside from the event loop; refuses weak ones, keeps no plain one."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from service.errors import BadInput, FieldProblem, Unavailable

SHORTEST, LONGEST = 10, 128
MOST_WAITING = 64

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""Source: OWASP password storage, argon2id with 19 MiB, two passes, one lane: about 30 ms a check."""

_aside = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")
_waiting = 0

_NOBODY = _hasher.hash("nobody's password, hashed so that unknown names take as long as known ones")


class TooBusy(Unavailable):
    """More sign-ins at once than this process checks; the caller may try again in a moment."""

    code = "session.busy"


async def hash_password(password: str) -> str:
    """The argon2id text to keep. Takes about 30 ms in a thread: call it before the transaction begins."""
    return await asyncio.get_running_loop().run_in_executor(_aside, _hasher.hash, password)


async def verify_password(password: str, kept: str | None) -> bool:
    """Whether it is the password; without a kept hash the same work is done and the answer is no. Raises TooBusy."""
    global _waiting
    if _waiting >= MOST_WAITING:
        raise TooBusy("too many people sign in at this moment: try again", retry_after_s=1)
    _waiting += 1
    try:
        same = await asyncio.get_running_loop().run_in_executor(_aside, _same, kept or _NOBODY, password)
    finally:
        _waiting -= 1
    return same and kept is not None


def check_strength(password: str, name: str) -> None:
    """Raises BadInput unless it is 10 to 128 characters, not one character repeated, and does not hold the name."""
    problem = None
    if not SHORTEST <= len(password) <= LONGEST:
        problem = f"has {len(password)} characters"
    elif len(set(password)) < 4:
        problem = "has fewer than four different characters"
    elif name and name.casefold() in password.casefold():
        problem = "contains the name"
    if problem is not None:
        accepted = f"{SHORTEST} to {LONGEST} characters, at least four different, without the name"
        raise BadInput("this password is too weak", fields=[FieldProblem("password", problem, accepted)])


def _same(kept: str, password: str) -> bool:
    try:
        return _hasher.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False
