"""The compiled parts; all else is in setup.cfg, which has no place for them."""

from setuptools import Extension, setup

# Each has a counterpart in NumPy, which serves where no compiler was at hand. No contraction of products and sums: results are NumPy's to the bit.
COMPILED = ("_pooling", "_suppression")

setup(
    ext_modules=[
        Extension(
            f"videoemo.faces.{name}",
            [f"videoemo/faces/{name}.c"],
            extra_compile_args=["-O3", "-ffp-contract=off"],
            py_limited_api=True,
            optional=True,
        )
        for name in COMPILED
    ]
)
