"""Areas: districts, streets and communities by their 12-digit codes; refuses to know any boundary."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.types import AreaLevel, choice

PREFIX = {AreaLevel.DISTRICT: 6, AreaLevel.STREET: 9, AreaLevel.COMMUNITY: 12}


class Area(Base):
    """One administrative area. The code nests: a street's code begins with its district's first 6 digits."""

    __tablename__ = "area"

    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    level: Mapped[AreaLevel] = mapped_column(choice(AreaLevel))
    parent_code: Mapped[str | None] = mapped_column(String(12), index=True)

    @property
    def prefix(self) -> str:
        """The digits that every code inside this area begins with."""
        return self.code[: PREFIX[self.level]]
