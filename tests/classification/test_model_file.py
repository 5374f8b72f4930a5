from __future__ import annotations

import json
import pickle
import shutil
import warnings
import zipfile
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from tests.support.classifiers import fitted, fitted_on_toys
from tests.support.feature_tables import CLASSES, toy_table
from tests.support.paths import ROOT
from videoemo.classification.classifier import fit, load_classifier
from videoemo.classification.model_file import (
    FittedClassifier,
    load_fitted_classifier,
    make_card,
    save_fitted_classifier,
)
from videoemo.classification.skops_file import ALLOWED, named_types
from videoemo.errors import InputError, WeightsError

NAMES = sorted(path.stem for path in (ROOT / "classifiers").glob("*.toml"))


def kept(path: Path, name: str = "svc", estimator: Any = None) -> Path:
    """A model file of the toy table."""
    table = toy_table()
    fitted = estimator or fitted_on_toys(name)
    save_fitted_classifier(
        path, fitted, make_card(table, fitted, classifier=name, scores={"accuracy": 0.9})
    )
    return path


@pytest.fixture(scope="module")
def kept_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return kept(tmp_path_factory.mktemp("kept") / "toy-svc.skops")


@pytest.fixture
def model_file(kept_once: Path, tmp_path: Path) -> Path:
    """A copy, which a test may spoil."""
    return Path(shutil.copy(kept_once, tmp_path))


@pytest.mark.parametrize("name", NAMES)
def test_a_model_predicts_the_same_after_a_file(name: str, tmp_path: Path) -> None:
    table = toy_table()
    fitted = fitted_on_toys(name)
    model = load_fitted_classifier(kept(tmp_path / "m.skops", name))
    assert model.predict(table).tolist() == fitted.predict(table.descriptor).tolist()


def test_the_file_holds_the_best_estimator_and_not_the_search(model_file: Path) -> None:
    assert type(load_fitted_classifier(model_file).estimator) is Pipeline


def test_the_card_says_what_the_model_was_made_with(model_file: Path) -> None:
    card = load_fitted_classifier(model_file).card
    assert card["classifier"] == "svc"
    assert card["classes"] == list(CLASSES)
    assert card["extractor"] == {"name": "net", "checksum": "ab" * 32}
    assert card["statistics"] == ["mean", "std"]
    assert card["pipeline"] == {"every": 1}
    assert card["scores"] == {"accuracy": 0.9}
    assert {"scikit-learn", "skops", "numpy", "videoemo"} <= set(card["versions"])
    assert card["parameters"]["classifier"]["kind"] == "LinearSVC"


def test_margins_and_probabilities_are_highest_for_the_class_predicted(tmp_path: Path) -> None:
    table = toy_table()
    for name, probabilistic in (("svc", False), ("logistic", True)):
        model = load_fitted_classifier(kept(tmp_path / f"{name}.skops", name))
        scores = model.scores(table)
        assert scores.shape == (60, 3)
        assert np.array(model.classes)[scores.argmax(1)].tolist() == model.predict(table).tolist()
        assert model.probabilistic is probabilistic
        assert np.allclose(scores.sum(1), 1) is probabilistic


def test_two_classes_have_two_margins(tmp_path: Path) -> None:
    table = toy_table()
    table = table[table.labels != "Sad"]
    fitted = fit(load_classifier("svc-afew"), table, what="all")
    model = FittedClassifier(
        fitted, make_card(table, fitted, classifier="svc-afew", scores={}), sha256=""
    )
    scores = model.scores(table)
    assert scores.shape == (len(table), 2)
    assert np.array(model.classes)[scores.argmax(1)].tolist() == model.predict(table).tolist()


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        (
            "extractor",
            {"name": "other", "checksum": "cd" * 32},
            "features of the extractor net .abababababab., these are of other .cdcdcdcdcdcd.",
        ),
        (
            "extractor",
            {"name": "net", "checksum": "cd" * 32},
            "features of the extractor net .abababababab., these are of net .cdcdcdcdcdcd.",
        ),
        (
            "statistics",
            ["std", "mean"],
            "features of the statistics mean, std, these are of std, mean",
        ),
        ("pooling", "group", "features of the pooling video, these are of group"),
    ],
)
def test_features_made_otherwise_are_refused(
    model_file: Path, key: str, value: object, message: str
) -> None:
    table = toy_table()
    other = replace(table, provenance={**table.provenance, key: value})
    model = load_fitted_classifier(model_file)
    for use in (model.predict, model.scores):
        with pytest.raises(InputError, match=message):
            use(other)


def test_descriptors_of_another_length_are_refused(model_file: Path) -> None:
    table = toy_table()
    with pytest.raises(InputError, match="takes descriptors of 6 values, these have 5"):
        load_fitted_classifier(model_file).predict(
            replace(table, descriptor=table.descriptor[:, :5])
        )


def test_a_model_of_another_scikit_learn_says_so_in_a_line(model_file: Path) -> None:
    model = load_fitted_classifier(model_file)
    assert model.notice is None
    other = replace(model, card={**model.card, "versions": {"scikit-learn": "1.0"}})
    assert other.notice is not None
    assert other.notice.startswith("the classifier was made with scikit-learn 1.0, here is")


def rewritten(path: Path, change: Any, member: str = "schema.json") -> Path:
    """The file with one of its parts changed."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[member] = json.dumps(change(json.loads(parts[member]))).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


class Hostile:
    """A pickle that leaves a trace when it is loaded."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.trace,)


def test_a_pickle_named_skops_is_refused_and_not_run(tmp_path: Path) -> None:
    path = tmp_path / "m.skops"
    path.write_bytes(pickle.dumps(Hostile(tmp_path / "ran")))
    with pytest.raises(WeightsError, match="is damaged, or not a classifier of videoemo"):
        load_fitted_classifier(path)
    assert not (tmp_path / "ran").exists()


def test_a_skops_file_that_names_a_function_is_refused_and_not_run(model_file: Path) -> None:
    trap = FunctionTransformer(eval, kw_args={"locals": {}})
    schema = json.loads(
        zipfile.ZipFile(_dumped(model_file.parent / "trap.skops", Pipeline([("trap", trap)]))).read(
            "schema.json"
        )
    )
    with pytest.raises(WeightsError, match=r"names .*, which no classifier .* holds: refused"):
        load_fitted_classifier(rewritten(model_file, lambda _: schema))


def _dumped(path: Path, estimator: Any) -> Path:
    import skops.io

    skops.io.dump(estimator, path)
    return path


@pytest.mark.parametrize(
    ("loader", "module", "name"),
    [
        ("MethodNode", "sklearn.pipeline", "Pipeline"),
        ("OperatorFuncNode", "operator", "methodcaller"),
        ("ReduceNode", "os", "system"),
        ("ObjectNode", "builtins", "str"),
        ("TypeNode", "subprocess", "Popen"),
    ],
)
def test_types_that_no_model_of_ours_holds_are_refused_wherever_they_stand(
    model_file: Path, loader: str, module: str, name: str
) -> None:
    def with_foreign(schema: dict[str, Any]) -> dict[str, Any]:
        schema["content"]["content"]["verbose"] = {
            "__loader__": loader,
            "__module__": module,
            "__class__": name,
            "content": {"args": ["true"]},
        }
        return schema

    with pytest.raises(WeightsError, match=f"names {module}.{name} .{loader}."):
        load_fitted_classifier(rewritten(model_file, with_foreign))


def test_the_list_of_types_is_no_longer_than_our_classifiers_need(tmp_path: Path) -> None:
    # For recipes of the user's own.
    named = {("ObjectNode", "sklearn.preprocessing._data.StandardScaler")}
    for name in NAMES:
        path = kept(tmp_path / f"{name}.skops", name)
        with zipfile.ZipFile(path) as archive:
            named |= named_types(json.loads(archive.read("schema.json")))
    assert named == ALLOWED


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_a_cut_file_is_refused(model_file: Path, share: float) -> None:
    data = model_file.read_bytes()
    model_file.write_bytes(data[: int(share * len(data))])
    with pytest.raises(WeightsError, match="is damaged"):
        load_fitted_classifier(model_file)


def test_a_flipped_bit_is_refused(model_file: Path) -> None:
    data = bytearray(model_file.read_bytes())
    data[200] ^= 0xFF
    model_file.write_bytes(data)
    with pytest.raises(WeightsError, match="is damaged"):
        load_fitted_classifier(model_file)


def test_a_card_of_other_classes_is_refused(model_file: Path) -> None:
    with pytest.raises(WeightsError, match="is damaged, or not a classifier of videoemo"):
        load_fitted_classifier(
            rewritten(model_file, lambda card: {**card, "classes": ["a", "b", "c"]}, "card.json")
        )


def test_a_file_that_is_not_there_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot read the classifier .*No such file"):
        load_fitted_classifier(tmp_path / "none.skops")


def with_member(path: Path, name: str, content: bytes) -> Path:
    """The file with one more part."""
    with warnings.catch_warnings(), zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")  # a name that is there already
        archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("0.npy", bytes(30_000_000), "it unpacks to more than"),
        ("card.json", b"{}", "expected members of different names"),
        ("../x.npy", b"", r"expected arrays \(.npy\) as members, got '../x.npy'"),
        ("x.pkl", b"", r"expected arrays \(.npy\) as members, got 'x.pkl'"),
    ],
)
def test_an_archive_that_is_none_of_ours_is_refused(
    model_file: Path, name: str, content: bytes, message: str
) -> None:
    with pytest.raises(WeightsError, match=message):
        load_fitted_classifier(with_member(model_file, name, content))


def test_a_schema_without_end_is_refused(model_file: Path) -> None:
    def nested(schema: dict[str, Any]) -> dict[str, Any]:
        inner: Any = []
        for _ in range(400):
            inner = {
                "__class__": "list",
                "__module__": "builtins",
                "__loader__": "ListNode",
                "content": [inner] if inner else [],
            }
        schema["content"]["content"]["memory"] = inner
        return schema

    with pytest.raises(WeightsError, match="expected values of at most 50 levels"):
        load_fitted_classifier(rewritten(model_file, nested))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"versions": None}, "versions: expected versions of libraries, .* got None"),
        ({"versions": {"numpy": "2.0"}}, "versions: expected versions of libraries"),
        ({"versions": {"scikit-learn": "1.7\x1b[2J"}}, r"versions.scikit-learn: .* got '1.7\\x1b"),
        ({"versions": {"scikit-learn": ["1.7"]}}, "versions.scikit-learn: expected a version"),
        ({"classes": "Angry"}, "classes: expected a list of 2 to 1,000 names, got 'Angry'"),
        ({"classes": ["Angry"]}, "classes: expected a list of 2 to 1,000 names"),
        ({"classes": ["Angry", "Happy", 3]}, "classes: expected a name of at most 255"),
        ({"classes": ["Angry", "Happy", "S" * 256]}, "classes: expected a name of at most 255"),
        ({"classes": ["Angry", "Happy", "Sad\ud800"]}, "expected Unicode, got"),
        ({"classes": ["Angry", "Happy", "HAPPY"]}, "classes: expected names that differ by more"),
        ({"classes": ["Angry", "Happy", "Happy"]}, "classes: expected names that differ by more"),
        ({"classes": ["Happy", "Angry", "Sad"]}, "classifier.classes_: expected the classes of"),
        ({"dataset": ["toy"]}, "dataset: expected a name"),
        ({"pooling": {}}, "pooling: expected a name"),
        ({"statistics": "mean"}, "statistics: expected a list of names, got 'mean'"),
        ({"statistics": [["mean"]]}, "statistics: expected a name"),
        ({"extractor": "net"}, "extractor: expected an object, got 'net'"),
        ({"extractor": {"name": ["net"]}}, "extractor.name: expected a text"),
        ({"pipeline": [1]}, "pipeline: expected an object"),
        ({"scores": {"accuracy": float("nan")}}, "scores.accuracy: expected a finite .* got NaN"),
        ({"scores": {"accuracy": 10**30}}, "scores.accuracy: expected .* at most 19 digits"),
    ],
)
def test_a_card_that_says_something_absurd_is_refused(
    model_file: Path, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(WeightsError, match=message) as refused:
        load_fitted_classifier(rewritten(model_file, lambda card: {**card, **changes}, "card.json"))
    assert len(str(refused.value)) < 700
    assert str(model_file) in str(refused.value)


def test_a_model_of_another_scikit_learn_loads_without_a_warning(model_file: Path) -> None:
    here = metadata.version("scikit-learn")

    def older(schema: Any) -> Any:
        text = json.dumps(schema)
        assert here in text
        return json.loads(text.replace(here, "1.4.0"))

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load_fitted_classifier(rewritten(model_file, older))


def test_classes_with_any_name_come_back(tmp_path: Path) -> None:
    names = np.array(["=x\x1b[31m", "a\\x41;b", "caf\udce9"])
    table = toy_table()
    odd = replace(table, labels=names[[CLASSES.index(label) for label in table.labels]])
    loaded = load_fitted_classifier(fitted(odd, tmp_path / "m.skops"))
    assert loaded.classes == tuple(names.tolist())
