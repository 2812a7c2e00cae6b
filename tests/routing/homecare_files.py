"""Small invented files in the public home-care format, each from a seed; nothing here asserts."""

from __future__ import annotations

from typing import Any

import numpy as np


def classic(patients: int = 12, caregivers: int = 4, seed: int = 1) -> dict[str, Any]:
    """A classic instance: one office, soft windows, a third of the patients served by two persons."""
    rng = np.random.default_rng(seed)
    return {
        "central_offices": [{"id": "d", "location": [50.0, 50.0]}],
        "services": [{"id": f"s{k}", "default_duration": 10 + k} for k in range(4)],
        "caregivers": [{"id": f"c{k}", "abilities": [f"s{k % 2}", f"s{2 + k // 2 % 2}"]} for k in range(caregivers)],
        "patients": [_patient(rng, i) for i in range(patients)],
    }


def richer(patients: int = 10, caregivers: int = 4, seed: int = 1) -> dict[str, Any]:
    """A richer instance: two start places, shifts, a refusal, whole minutes."""
    rng = np.random.default_rng(seed)
    file = classic(patients, caregivers, seed)
    xy = rng.uniform(0, 60, (patients + 2, 2))
    legs = np.rint(np.sqrt(((xy[:, None] - xy[None]) ** 2).sum(-1))).astype(int)
    del file["central_offices"]
    file |= {"departing_points": [{"id": f"d{k}", "location": xy[k].tolist()} for k in range(2)]}
    file["distances"] = legs.tolist()
    for k, caregiver in enumerate(file["caregivers"]):
        caregiver |= {"distance_matrix_index": k % 2, "starting_point_id": f"d{k % 2}", "working_shift": [60, 420]}
    for i, patient in enumerate(file["patients"]):
        begin, end = patient["time_window"]
        patient |= {"distance_matrix_index": i + 2, "time_window": [begin // 1, end // 1]}
    file["patients"][0]["incompatible_caregivers"] = ["c0"]
    return file


def _patient(rng: np.random.Generator, i: int) -> dict[str, Any]:
    begin = round(float(rng.uniform(60, 300)), 3)
    patient: dict[str, Any] = {
        "id": f"p{i}", "location": rng.integers(0, 100, 2).astype(float).tolist(),
        "time_window": [begin, round(begin + 120, 3)],
        "required_caregivers": [{"service": f"s{rng.integers(0, 2)}", "duration": int(rng.integers(10, 30))}],
    }  # fmt: skip
    if i % 3 == 0:
        patient["required_caregivers"].append({"service": f"s{rng.integers(2, 4)}", "duration": 15})
        together = {"type": "simultaneous"}
        patient["synchronization"] = together if i % 2 else {"type": "sequential", "distance": [10, 60]}
    return patient
