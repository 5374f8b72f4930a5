"""The table of docs/limits.md: how well the network that ships does for groups of people, from the
audit on its card.

    videoemo evaluate --protocol audit --data FOLDER -o DIR    # DIR/audit.toml goes on the card
    python -m eval.limits
"""

from __future__ import annotations

from pathlib import Path

from eval.support.command import command
from eval.support.markdown import rewrite, table
from videoemo.config.pipeline import load_pipeline
from videoemo.zoo.audit import AuditRow
from videoemo.zoo.cards import Card, find_card

PAGE, PLACE = Path(__file__).parents[1] / "docs" / "limits.md", "by groups of people"


def by_groups(card: Card) -> str:
    """What a card says of groups of people, as Markdown."""
    if not card.audit:
        return f"\n`{card.name}` was not audited.\n"
    data = dict.fromkeys(row.data for row in card.audit)
    return "".join(
        f"\n`{card.name}` on {one}:\n\n"
        + table(
            ["expression", "people", "faces", "recall, %", "AUC", "probability less share, points"],
            [_cells(row) for row in card.audit if row.data == one],
        )
        + "\n"
        for one in data
    )


def _cells(row: AuditRow) -> list[str]:
    return [
        f"{row.label}, {row.by} {row.group}" if row.by else f"{row.label}, all",
        f"{row.people:,}",
        f"{row.faces:,}",
        _told(row.recall, 100, 0),
        _told(row.auc, 1, 3),
        _told(row.calibration, 100, 0),
    ]


def _told(figure: tuple[float, ...], factor: float, decimals: int) -> str:
    value, *ends = [f"{factor * one:.{decimals}f}" for one in figure] or [""]
    return f"{value} ({' to '.join(ends)})" if ends else value


@command(__doc__)
def main() -> None:
    """Write the table."""
    rewrite(PAGE, PLACE, by_groups(find_card(load_pipeline().network.extractor)[0]))


if __name__ == "__main__":
    main()
