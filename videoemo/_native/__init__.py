"""Compiled inner loops (C), each with its counterpart in Python, used where no compiler was at
hand when videoemo was installed.
"""

__all__ = ["COMPILED"]

# setup.py reads this line without importing the package.
COMPILED = ("videoemo._native.nms", "videoemo._native.pooling", "videoemo._native.resize")
