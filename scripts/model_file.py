"""The file that `nlp.triage_model.load` reads: a linear model in whole bytes."""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

import numpy as np

from nlp.triage_model import Curve

BYTE, SIGNED = 255, 127


class Trained(NamedTuple):
    """
    One row of weights (times rarity) per word of the vocabulary, one column per name.

    The last `long` rows are those of long texts, of words that stand before them, too.
    """

    weights: np.ndarray
    bias: np.ndarray
    rarity: np.ndarray
    vocabulary: list[str]
    long: int = 0


def write(out: Path, names: list[str], model: Trained, curve: Curve) -> None:
    """Write the file; each row of weights has a step of its own, so that a byte holds it."""
    largest = np.abs(model.weights).max(axis=1)
    unit = float(largest.max()) / BYTE / SIGNED
    reach = np.clip(np.ceil(largest / (unit * SIGNED)), 1, BYTE)
    small = np.clip(np.round(model.weights / (unit * reach[:, None])), -SIGNED, SIGNED)
    words = "\n".join(model.vocabulary).encode()
    rarity_step = float(model.rarity.max()) / BYTE
    about = {
        "names": names,
        "features": len(model.vocabulary),
        "vocabulary_bytes": len(words),
        "bias": [round(float(b), 5) for b in model.bias],
        "unit": float(f"{unit:.8g}"),
        "rarity_step": round(rarity_step, 8),
        **({"long": model.long} if model.long else {}),
        **asdict(curve),
    }
    head = json.dumps(about, ensure_ascii=False, separators=(",", ":")).encode()
    numbers = [np.round(model.rarity / rarity_step), reach, small + 128]
    body = words + b"".join(n.astype(np.uint8).tobytes() for n in numbers)
    out.write_bytes(head + b"\n" + zlib.compress(body, 9))
