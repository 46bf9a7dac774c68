"""
Write `nlp/lexicon/syllables.tsv`: the readings of the 6,763 characters of GB 2312, without tones.

The usual reading stands first.

Run with the development requirements installed: `python scripts/make_syllables.py`. The bot reads
the file, so that no worker carries pypinyin's phrase dictionary (+58 MB) for a table this small.
"""

from __future__ import annotations

from pathlib import Path

from pypinyin import Style, pinyin

TARGET = Path(__file__).parent.parent / "nlp" / "lexicon" / "syllables.tsv"


def characters() -> list[str]:
    """Return the Han characters of GB 2312 in its own order."""
    found = []
    for row in range(0xB0, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                found.append(bytes((row, cell)).decode("gb2312"))
            except UnicodeDecodeError:
                continue
    return found


def main() -> None:
    """Write the table."""
    lines = ["character\treadings"]
    for char in characters():
        usual = pinyin(char, style=Style.NORMAL)[0][0]
        others = sorted({*pinyin(char, style=Style.NORMAL, heteronym=True)[0]} - {usual})
        lines.append(f"{char}\t{','.join((usual, *others))}")
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
