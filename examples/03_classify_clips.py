"""Labelled clips to a classifier that has been judged.

    videoemo extract --dataset folder --root my-clips      # writes features/folder.parquet
    python examples/03_classify_clips.py features/folder.parquet [CLASSIFIER]

The report goes to report/, the fitted classifier to fitted/, for `videoemo score --classifier`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from videoemo import load_fitted_classifier
from videoemo.classification.fit import fit_and_save
from videoemo.classification.report_files import write_clips_report
from videoemo.classification.text import report_lines
from videoemo.features.table import read_table


def main(features: str, classifier: str = "svc") -> None:
    """Judge by nested folds of whole groups, then fit on all clips and keep that."""
    table = read_table(Path(features))  # one descriptor a clip, with labels, splits and groups
    path = Path("fitted") / f"{Path(features).stem}-{classifier}.skops"
    # Inner folds choose the settings, outer folds judge them: no clip serves for both.
    report = fit_and_save(table, classifier, "nested", path)
    print("\n".join(report_lines(report)))
    write_clips_report(report, Path("report"))

    fitted = load_fitted_classifier(path)
    # On a clip it was fitted on this says nothing of how good it is; it shows how to ask.
    predicted = fitted.predict(table)
    print(f"{path} knows {', '.join(fitted.classes)}; it says {predicted[0]} of {table.ids[0]}")


if __name__ == "__main__":
    main(*sys.argv[1:])
