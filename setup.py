"""The compiled parts; all else is in setup.cfg, which has no place for them."""

from setuptools import Extension, setup

# Each has a counterpart in Python, which serves where no compiler was at hand. No contraction of products and sums, so that results are the same
# to the bit.
COMPILED = ("videoemo._resizing", "videoemo.faces._pooling", "videoemo.faces._suppression")

setup(
    ext_modules=[
        Extension(
            name,
            [f"{name.replace('.', '/')}.c"],
            depends=["videoemo/_compilers.h"],
            extra_compile_args=["-O3", "-ffp-contract=off"],
            py_limited_api=True,
            optional=True,
        )
        for name in COMPILED
    ]
)
