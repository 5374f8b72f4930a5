"""Docstrings are numpydoc's: its own parser reads them, and they tell of what is there."""

from __future__ import annotations

import ast
import inspect
import re
from functools import cache
from itertools import chain
from pathlib import Path

import pytest
from numpydoc.docscrape import NumpyDocString

from tests.support.paths import ROOT

PACKAGE = ROOT / "videoemo"
MODULES = sorted(PACKAGE.rglob("*.py"))
TYPED = ("Parameters", "Other Parameters", "Attributes", "Returns", "Yields")
MOST_WORDS = 14  # of a type: the longest are callables

Function = ast.FunctionDef | ast.AsyncFunctionDef
Documented = ast.Module | ast.ClassDef | Function

each_module = pytest.mark.parametrize(
    "path", MODULES, ids=[path.relative_to(PACKAGE).as_posix() for path in MODULES]
)


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def classes() -> dict[str, ast.ClassDef]:
    """Every class of the package by its name."""
    nodes = chain.from_iterable(ast.walk(parsed(path)) for path in MODULES)
    return {node.name: node for node in nodes if isinstance(node, ast.ClassDef)}


@cache
def documented(path: Path) -> list[tuple[str, Documented, NumpyDocString]]:
    """What has a docstring: its name, itself, and what numpydoc reads; a warning is an error."""
    return [
        (
            "" if isinstance(node, ast.Module) else node.name,
            node,
            NumpyDocString(inspect.cleandoc(text)),
        )
        for node in ast.walk(parsed(path))
        if isinstance(node, Documented) and (text := ast.get_docstring(node, clean=False))
    ]


def fields(node: ast.ClassDef) -> set[str]:
    """The names that a class, or one it is made from, gives to what it holds or is made with."""
    found: set[str] = set()
    for base in node.bases:
        name = base.value if isinstance(base, ast.Subscript) else base
        if isinstance(name, ast.Name) and name.id in classes():
            found |= fields(classes()[name.id])
    for inner in ast.walk(node):
        if isinstance(inner, ast.AnnAssign | ast.Assign):
            targets = inner.targets if isinstance(inner, ast.Assign) else [inner.target]
            found |= {target.id for target in targets if isinstance(target, ast.Name)}
            found |= {target.attr for target in targets if isinstance(target, ast.Attribute)}
        elif isinstance(inner, Function):
            found |= {inner.name} | (parameters(inner) if inner.name == "__init__" else set())
    return found


def parameters(node: Function) -> set[str]:
    given = node.args
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    return (
        {argument.arg for argument in named}
        | ({f"*{given.vararg.arg}"} if given.vararg else set())
        | ({f"**{given.kwarg.arg}"} if given.kwarg else set())
    )


@each_module
def test_every_public_module_class_and_function_says_what_it_is(path: Path) -> None:
    module = parsed(path)
    public = [
        node.name
        for node in module.body
        if isinstance(node, ast.ClassDef | Function)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert (bool(ast.get_docstring(module)), public) == (True, [])


@each_module
def test_every_entry_of_a_section_has_a_type_and_a_description(path: Path) -> None:
    wrong = []
    for name, _, doc in documented(path):
        for section in (*TYPED, "Raises"):
            for entry in doc[section]:
                # A `Raises` entry is a type alone.
                prose = entry.type.endswith(".") or len(entry.type.split()) > MOST_WORDS
                if prose or not entry.type or not re.search(r"[.!?:]$", " ".join(entry.desc)):
                    wrong.append(f"{name}: {section}: {entry.name} : {entry.type}")
    assert wrong == []


@each_module
def test_what_is_documented_is_there(path: Path) -> None:
    unknown = []
    for name, node, doc in documented(path):
        if isinstance(node, ast.Module):
            continue
        there = fields(node) if isinstance(node, ast.ClassDef) else parameters(node)
        for section in ("Parameters", "Other Parameters", "Attributes"):
            told = chain.from_iterable(entry.name.split(", ") for entry in doc[section])
            unknown += [f"{name}: {section}: {one}" for one in told if one not in there]
    assert unknown == []
