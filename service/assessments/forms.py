"""The scales as the console draws them: items with every score in words, tables, what is verified; scores nothing."""

from typing import Any

from service.assessments import gbt42195, ltci2021, ltci_words, rules


def scales() -> dict[str, Any]:
    """Both scales that are filled in here, with the reasons for an assessment."""
    return {"reasons": rules.REASONS, "gbt42195": _ability(), "ltci2021": _need()}


def _ability() -> dict[str, Any]:
    items = [
        {
            "code": item.code,
            "part": item.part,
            "zh": item.zh,
            "en": item.en,
            "hint": item.hint,
            "hint_en": item.hint_en,
            "verified": item.verified,
            "scores": [
                {"score": score, "words": words, "en": english}
                for score, (words, english) in reversed(list(enumerate(zip(item.words, item.words_en, strict=True))))
            ],
        }
        for item in gbt42195.ITEMS
    ]
    levels = [
        {"level": level, "name": name, "least": least, "verified": gbt42195.CUTOFFS_VERIFIED}
        for level, (name, least) in enumerate(zip(gbt42195.LEVELS, gbt42195.LEAST, strict=True))
    ]
    parts = {code: {"zh": zh, "most": most} for code, (zh, most) in gbt42195.PARTS.items()}
    more = {"events": gbt42195.EVENTS, "event_days": gbt42195.EVENT_DAYS, "words_are_ours": True}
    return {"edition": gbt42195.EDITION, "parts": parts, "items": items, "levels": levels, **more}


def _need() -> dict[str, Any]:
    items = [
        {
            "code": item.code,
            "part": item.part,
            "zh": item.zh,
            "en": item.en,
            "verified": item.verified,
            "scores": [
                {"score": score, "words": zh, "en": en}
                for score, (zh, en) in reversed(list(zip(item.scores, ltci_words.WORDS[item.code], strict=True)))
            ],
        }
        for item in ltci2021.ITEMS
    ]
    bands = {
        part: [{"least": band.least, "grade": band.grade, "verified": band.verified} for band in bands]
        for part, bands in ltci2021.BANDS.items()
    }
    names = zip(ltci2021.LEVELS, ltci_words.LEVELS_EN, strict=True)
    levels = [{"level": level, "name": name, "en": english} for level, (name, english) in enumerate(names)]
    parts = {code: {"zh": zh, "most": most} for code, (zh, most) in ltci2021.PARTS.items()}
    return {
        "edition": ltci2021.EDITION,
        "words": {"source": ltci_words.SOURCE, "verified": ltci_words.VERIFIED},
        "parts": parts,
        "items": items,
        "grades": list(ltci2021.GRADES),
        "grades_en": list(ltci_words.GRADES_EN),
        "bands": bands,
        "cells": cells_view(ltci2021.CELLS),
        "levels": levels,
    }


def cells_view(cells: Any) -> list[dict[str, Any]]:
    """A table of 16 cells as data."""
    return [{"daily": c.daily, "other": c.other, "level": c.level, "verified": c.verified} for c in cells]


def policy_view(policy: rules.Policy) -> dict[str, Any]:
    """A district's reading of the standards."""
    return {
        "combine": policy.reading.combine,
        "count": policy.reading.count,
        "valid_months": policy.valid_months,
        "verified": policy.verified,
        "cells": cells_view(policy.cells),
    }
