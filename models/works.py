"""Works on a household (适老化改造): items with cost, three roles and photos; refuses to decide who may accept."""

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id
from models.types import UtcMoment, WorksState, choice


class WorksOrder(Base):
    """One household's works: who designs, who serves, who accepts, what the grant pays. Money in fen."""

    __tablename__ = "works_order"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"), index=True)
    state: Mapped[WorksState] = mapped_column(choice(WorksState), index=True)
    state_since_at: Mapped[UtcMoment]
    design_provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id"))
    serve_provider_id: Mapped[int | None] = mapped_column(ForeignKey("provider.id"))
    accept_provider_id: Mapped[int | None] = mapped_column(ForeignKey("provider.id"))
    designed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    served_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    accepted_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    grant_cap_fen: Mapped[int]
    grant_fen: Mapped[int] = mapped_column(default=0)
    own_fen: Mapped[int] = mapped_column(default=0)
    finding: Mapped[str | None] = mapped_column(String(300))
    made_at: Mapped[UtcMoment]


class WorksItem(Base):
    """One thing to build or fit: how many, at what price in fen each."""

    __tablename__ = "works_item"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    works_id: Mapped[int] = mapped_column(ForeignKey("works_order.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    place: Mapped[str | None] = mapped_column(String(60))
    quantity: Mapped[int]
    price_fen: Mapped[int]

    @property
    def cost_fen(self) -> int:
        return self.quantity * self.price_fen


class WorksPhoto(Base):
    """A picture of one item before or after; `body_sealed` is AES-GCM (service.vault): it shows somebody's home."""

    __tablename__ = "works_photo"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("works_item.id", ondelete="CASCADE"), index=True)
    after: Mapped[bool]
    media_type: Mapped[str] = mapped_column(String(20))
    size: Mapped[int]
    body_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    taken_at: Mapped[UtcMoment]
    taken_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
