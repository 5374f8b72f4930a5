"""The sentences of a methods section: what was done, as it was done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from importlib import metadata

import numpy as np

from videoemo._version import __version__
from videoemo.config.pipeline import Sampling
from videoemo.study.provenance import Provenance
from videoemo.study.record import Study
from videoemo.util.messages import count_noun

__all__ = ["methods", "references"]

# By the words that name them in the sentences.
_REFERENCES = {
    "Hesterberg 2015": (
        "Hesterberg, T. C. (2015). What teachers should know about the bootstrap. The American "
        "Statistician 69, 371-386."
    ),
    "Efron and Tibshirani 1993": (
        "Efron, B. and Tibshirani, R. J. (1993). An introduction to the bootstrap. Chapman "
        "and Hall."
    ),
    "Janssen 1997": (
        "Janssen, A. (1997). Studentized permutation tests for non-i.i.d. hypotheses and the "
        "generalized Behrens-Fisher problem. Statistics & Probability Letters 36, 9-21."
    ),
    "Holm's method (1979)": (
        "Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian "
        "Journal of Statistics 6, 65-70."
    ),
    "Hedges' g (1981)": (
        "Hedges, L. V. (1981). Distribution theory for Glass's estimator of effect size and "
        "related estimators. Journal of Educational Statistics 6, 107-128."
    ),
    "Cliff's delta (1993)": (
        "Cliff, N. (1993). Dominance statistics: ordinal analyses to answer ordinal questions. "
        "Psychological Bulletin 114, 494-509."
    ),
    "Maris and Oostenveld 2007": (
        "Maris, E. and Oostenveld, R. (2007). Nonparametric statistical testing of EEG- and "
        "MEG-data. Journal of Neuroscience Methods 164, 177-190."
    ),
    "Cohen 1960": (
        "Cohen, J. (1960). A coefficient of agreement for nominal scales. Educational and "
        "Psychological Measurement 20, 37-46."
    ),
    "Hayes and Krippendorff 2007": (
        "Hayes, A. F. and Krippendorff, K. (2007). Answering the call for a standard reliability "
        "measure for coding data. Communication Methods and Measures 1, 77-89."
    ),
    "McGraw and Wong 1996": (
        "McGraw, K. O. and Wong, S. P. (1996). Forming inferences about some intraclass "
        "correlation coefficients. Psychological Methods 1, 30-46."
    ),
    "Li et al. 2019": (
        "Li, J. et al. (2019). Spotting micro-expressions on long videos sequences. IEEE "
        "International Conference on Automatic Face and Gesture Recognition."
    ),
    "Sassenhagen and Draschkow 2019": (
        "Sassenhagen, J. and Draschkow, D. (2019). Cluster-based permutation tests of MEG/EEG data "
        "do not establish significance of effect latency or location. Psychophysiology 56, e13335."
    ),
}

# What is measured of an expression, by the kind of measure.
_KINDS = {
    "mean": "its mean probability",
    "peak": "the highest, smoothed",
    "share": "the share of time in its episodes",
    "first": "the seconds until the first of them",
    "episodes": "their number a minute",
    "length": "their mean length",
}


def methods(study: Study, scored: Provenance) -> list[str]:
    """Paragraphs on how a study was done.

    Parameters
    ----------
    study : Study
        The study.
    scored : Provenance
        How its videos were.
    """
    parts: list[Iterable[str]] = [
        _reading(scored),
        _units(study),
        _course(study),
        _measures(study),
        _tests(study),
    ]
    if study.bands is not None:
        parts.append(_clusters(study))
    if study.reliability is not None:
        parts.append(study.reliability.sentences)
    return [" ".join(part) for part in parts]


def references(paragraphs: Sequence[str]) -> list[str]:
    """The works that paragraphs of `methods` name, by their authors."""
    text = " ".join(paragraphs)
    return sorted(work for name, work in _REFERENCES.items() if name in text)


def _reading(scored: Provenance) -> Iterator[str]:
    version = _listed(scored.versions) or __version__
    yield f"Displayed facial expressions were read with videoemo {version}."
    for name, trained_on, figures in scored.networks:
        if name:
            about = f"{_clause('trained on', trained_on)}{_clause('figures:', figures)}"
            yield f"Network: {name}{about}."
    for sampling, detection, tracking in scored.settings:
        which = {
            "all": "all of a frame",
            "largest": "the largest of a frame",
            "score": "the surest of a frame",
            "track:longest": "those of the person seen in most frames",
        }[detection.faces]
        yield (
            f"{_frames(sampling)}; found were faces of {detection.min_face} px "
            f"or more, {which}; persons were followed through gaps of up to "
            f"{tracking.track_gap:g} s. An episode is a run of frames in which one expression "
            f"leads (smoothed with a time constant of {tracking.smoothing:g} s; "
            f"shorter than {tracking.min_run:g} s it joins a neighbour)."
        )
    yield (
        "An expression is a category of what a face displays, as others would name it: not what "
        "the person feels."
    )


def _frames(sampling: Sampling) -> str:
    if sampling.fps is not None:
        return f"{sampling.fps:g} frames a second were read"
    every = sampling.every
    return "Every frame was read" if every == 1 else f"One frame of {every} was read"


def _units(study: Study) -> Iterator[str]:
    itself = ", compared with itself" if study.paired else ""
    yield f"The unit was the {study.design.unit}{itself}."
    each = _listed(f"{n:,} in {name}" for name, n in study.units.items())
    yield f"{count_noun(study.n_units, 'unit')} counted: {each}."
    if study.left_out:
        yield f"Left out: {'; '.join(study.reasons)}."
    share = study.settings.units.min_coverage
    who = (
        "A person counted where seen"
        if study.of == "persons"
        else "A video counted where two persons or more are seen"
    )
    yield f"{who} in {100 * share:g} % or more of the sampled frames from the onset on."


def _course(study: Study) -> Iterator[str]:
    step = study.settings.course.step
    onset = study.design.onset
    since = (
        "the beginning of each video"
        if onset is None
        else f"the onset, the column {onset!r} of the design"
    )
    yield f"Times count from {since}."
    if study.bands is not None:
        yield (
            f"Courses are means of cells of {step:g} s; gaps for which a person is waited for were "
            "filled evenly."
        )
    else:
        yield "There was one point in time only, so no course."
    if study.baseline is not None:
        start, stop = study.baseline
        yield f"The mean from {start:g} to {stop:g} s was subtracted (baseline)."


def _measures(study: Study) -> Iterator[str]:
    if study.of == "groups":
        yield (
            "Measures of a group are means over the frames in which two persons or more are seen: "
            "dispersion and agreement, valence, the shares of positive, neutral and negative "
            "expressions; and the share of pairs in step beyond chance (synchrony)."
        )
        return
    measures = study.measures
    names = [
        name
        for name, values in zip(measures.names, measures.values.T, strict=True)
        if not np.isnan(values).all()
    ]
    kinds = {name.partition("_")[0] for name in names}
    told = _listed(words for kind, words in _KINDS.items() if kind in kinds)
    valence = [kind for kind in ("mean", "peak") if f"{kind}_valence" in names]
    of_valence = f"; and the {_listed(valence)} of valence" if valence else ""
    yield (
        f"Measures of a unit are, of each expression, {told}{of_valence}. Of several videos of a "
        "unit in one condition the mean counted, each counting the same."
    )


def _tests(study: Study) -> Iterator[str]:
    numbers = study.settings.statistics
    n = int(sum(not np.isnan(one.p) for one in study.comparisons))
    yield (
        f"Frames and faces were never taken for units. Means have {100 * (1 - numbers.level):g} % "
        f"intervals by the bootstrap over whole units ({numbers.resamples:,} resamples): each end "
        "lies halfway between that of the bootstrap-t (Efron and Tibshirani 1993) and that of "
        "Student's t."
    )
    kind, exchanged = (
        ("paired", "the two values of a unit")
        if study.paired
        else ("Welch's", "units of the conditions")
    )
    yield (
        f"Conditions were compared by two-sided permutation tests of {kind} t, in which "
        f"{exchanged} change places (Janssen 1997; {numbers.permutations:,} permutations, or "
        f"all where there are fewer; seed {numbers.seed}). All {n:,} tests are one "
        f"family: p was corrected by Holm's method (1979), so the family-wise level is "
        f"{numbers.level:g}."
    )
    forms = (
        " in standard deviations within conditions, and Cliff's delta (1993) of each unit with "
        "itself"
        if study.paired
        else " and Cliff's delta (1993)"
    )
    yield (
        f"Sizes of differences are Hedges' g (1981){forms}. The units needed are those that find "
        f"the difference observed with a power of {numbers.power:g} in a two-sided t-test at "
        f"{numbers.level:g}, uncorrected; a difference observed in few units is often too large, "
        "and the number then too small."
    )
    yield f"Computed with {_computed()}."


def _clusters(study: Study) -> Iterator[str]:
    numbers = study.settings.statistics
    several = (
        ", and the pairs of conditions were corrected by Holm's method"
        if len(study.conditions) > 2
        else ""
    )
    yield (
        "Courses were compared by cluster-based permutation tests (Maris and Oostenveld 2007): "
        f"neighbouring times at which t is beyond its two-sided critical value at "
        f"{numbers.level:g} form a cluster, whose mass is the sum of t (as normal "
        "deviates, since the number of units known may differ from time to time), held against the "
        f"largest mass anywhere as units change places. All expressions of two "
        f"conditions are in one test{several}, so the family-wise level is {numbers.level:g}."
    )
    yield (
        "A cluster says that courses differ, not precisely from when to when "
        "(Sassenhagen and Draschkow 2019)."
    )


def _computed() -> str:
    named = {"NumPy": "numpy", "SciPy": "scipy", "statsmodels": "statsmodels"}
    return _listed(f"{name} {metadata.version(package)}" for name, package in named.items())


def _clause(words: str, text: str) -> str:
    return f"; {words} {text}" if text else ""


def _listed(names: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    listed = list(names)
    return " and ".join([", ".join(listed[:-1]), listed[-1]] if len(listed) > 1 else listed)
