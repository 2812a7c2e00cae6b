"""One line for each thing that somebody may have to answer for; refuses to change or remove lines."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from models import AuditRow


def note(
    session: AsyncSession,
    now: datetime,
    account_id: int | None,
    action: str,
    subject: str | None = None,
    detail: str = "",
) -> None:
    """Add one audit line in the caller's transaction. `subject` is kind:id; `detail` carries no personal data."""
    session.add(AuditRow(at=now, account_id=account_id, action=action, subject=subject, detail=detail or None))
