"""ELAN's own annotation format, EAF 3.0: a tier a person, one of the group, one of the cuts.

After the schema of the Max Planck Institute for Psycholinguistics that the file names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from videoemo._version import __version__
from videoemo.exports.export_file import Exported, ExportFile
from videoemo.exports.media import Media, find_media
from videoemo.exports.names import beside_tables
from videoemo.exports.spans import TONES, Row, cut_row, group_row, person_rows, remarks_on
from videoemo.exports.text_file import write_lines
from videoemo.exports.xml_text import attribute, content
from videoemo.results import VideoResults

__all__ = ["export_elan"]

# Required, and the same for the same results.
_DATE = "2026-01-01T00:00:00+00:00"
# The kinds of media that ELAN tells apart.
_MIME_TYPES = {
    **dict.fromkeys([".mp4", ".m4v"], "video/mp4"),
    **dict.fromkeys([".mov", ".qt"], "video/quicktime"),
    **dict.fromkeys([".mpg", ".mpeg", ".mpe"], "video/mpeg"),
    **dict.fromkeys([".jpg", ".jpeg"], "image/jpeg"),
}
_OTHER_MIME_TYPE = "video/*"


@dataclass(frozen=True)
class _Tier:
    """Row of a kind: ELAN's linguistic type, with the words that annotations choose from."""

    row: Row
    kind: str
    words: tuple[str, ...]
    is_person: bool = False


def export_elan(video: VideoResults, grid: float | None) -> Exported:
    """One video for ELAN: `interview.eaf`.

    Parameters
    ----------
    video : VideoResults
        The video.
    grid : float or None
        Not used.
    """
    persons, media = person_rows(video), find_media(video)
    # Hand-made corrections may name others than the network does.
    displayed = (span.text for row in persons for span in row.spans)
    classes = tuple(dict.fromkeys([*video.columns.classes, *displayed]))
    tiers = [
        *(_Tier(row, "expression", classes, is_person=True) for row in persons),
        _Tier(group_row(video, persons), "group", TONES),
        _Tier(cut_row(video), "cut", ("cut",)),
    ]
    kept = [tier for tier in tiers if tier.row.spans or tier.is_person]
    return Exported(
        (ExportFile(beside_tables(video, ".eaf"), partial(_write, media, kept)),),
        (*remarks_on(video, persons), *filter(None, [media.remark])),
    )


def _write(media: Media, tiers: Sequence[_Tier], path: Path) -> None:
    write_lines(_document(media, tiers), path)


def _document(media: Media, tiers: Sequence[_Tier]) -> Iterator[str]:
    """Lines of the file, its elements in the order of the schema."""
    words = {tier.kind: tier.words for tier in tiers}
    pairs = ((kind, word) for kind, listed in words.items() for word in listed)
    entries = {pair: f"cve{n}" for n, pair in enumerate(pairs, start=1)}
    # Two a span, in the order of time: (milliseconds, tier, span, whether it ends there).
    ends = sorted(
        (time, i, j, is_end)
        for i, tier in enumerate(tiers)
        for j, span in enumerate(tier.row.spans)
        for is_end, time in enumerate((span.start, span.stop))
    )
    slots = {end[1:]: f"ts{n}" for n, end in enumerate(ends, start=1)}
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield (
        f'<ANNOTATION_DOCUMENT AUTHOR="videoemo {__version__}" DATE="{_DATE}" FORMAT="3.0" '
        'VERSION="3.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xsi:noNamespaceSchemaLocation="http://www.mpi.nl/tools/elan/EAFv3.0.xsd">'
    )
    yield from _header(media, last_annotation=len(ends) // 2)
    yield "<TIME_ORDER>"
    for slot, end in zip(slots.values(), ends, strict=True):
        yield f'<TIME_SLOT TIME_SLOT_ID="{slot}" TIME_VALUE="{end[0]}"/>'
    yield "</TIME_ORDER>"
    n = 0
    for i, tier in enumerate(tiers):
        name = attribute(tier.row.name)
        participant = f" PARTICIPANT={name}" if tier.is_person else ""
        yield f'<TIER TIER_ID={name}{participant} LINGUISTIC_TYPE_REF="{tier.kind}">'
        for j, span in enumerate(tier.row.spans):
            n += 1
            yield (
                f'<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a{n}" '
                f'TIME_SLOT_REF1="{slots[i, j, 0]}" TIME_SLOT_REF2="{slots[i, j, 1]}" '
                f'CVE_REF="{entries[tier.kind, span.text]}">'
                f"<ANNOTATION_VALUE>{content(span.text)}</ANNOTATION_VALUE>"
                "</ALIGNABLE_ANNOTATION></ANNOTATION>"
            )
        yield "</TIER>"
    yield from _kinds(words)
    yield '<LANGUAGE LANG_ID="und" LANG_LABEL="undetermined (und)"/>'
    yield from _vocabularies(words, entries)
    yield "</ANNOTATION_DOCUMENT>"


def _header(media: Media, *, last_annotation: int) -> Iterator[str]:
    mime = _MIME_TYPES.get(PurePosixPath(media.path).suffix.lower(), _OTHER_MIME_TYPE)
    relative = f" RELATIVE_MEDIA_URL={attribute(media.relative)}" if media.relative else ""
    yield '<HEADER MEDIA_FILE="" TIME_UNITS="milliseconds">'
    yield f'<MEDIA_DESCRIPTOR MEDIA_URL={attribute(media.url)} MIME_TYPE="{mime}"{relative}/>'
    yield f'<PROPERTY NAME="lastUsedAnnotationId">{last_annotation}</PROPERTY>'
    yield "</HEADER>"


def _kinds(words: dict[str, tuple[str, ...]]) -> Iterator[str]:
    for kind in words:
        yield (
            f'<LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="{kind}" TIME_ALIGNABLE="true" '
            f'GRAPHIC_REFERENCES="false" CONTROLLED_VOCABULARY_REF="{kind}"/>'
        )


def _vocabularies(
    words: dict[str, tuple[str, ...]], entries: dict[tuple[str, str], str]
) -> Iterator[str]:
    for kind, listed in words.items():
        yield f'<CONTROLLED_VOCABULARY CV_ID="{kind}"><DESCRIPTION LANG_REF="und"/>'
        for word in listed:
            yield (
                f'<CV_ENTRY_ML CVE_ID="{entries[kind, word]}">'
                f'<CVE_VALUE LANG_REF="und" DESCRIPTION="">{content(word)}</CVE_VALUE>'
                "</CV_ENTRY_ML>"
            )
        yield "</CONTROLLED_VOCABULARY>"
