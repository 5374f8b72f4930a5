"""The compiled parts; all else is in setup.cfg, which has no place for them."""

import ast
from pathlib import Path

from setuptools import Extension, setup

# The package itself may not be importable yet: its list of compiled parts is read as text.
NATIVE = Path(__file__).parent / "videoemo" / "_native" / "__init__.py"
COMPILED = ast.literal_eval(
    NATIVE.read_text(encoding="utf-8").partition("\nCOMPILED = ")[2].partition("\n")[0]
)

# Each has a counterpart in Python, used where no compiler is at hand. No contraction of products
# and sums, so that results are the same to the bit.

setup(
    ext_modules=[
        Extension(
            name,
            [f"{name.replace('.', '/')}.c"],
            depends=["videoemo/_native/compilers.h"],
            extra_compile_args=["-O3", "-ffp-contract=off"],
            py_limited_api=True,
            optional=True,
        )
        for name in COMPILED
    ]
)
