"""Two changes to a converted model that OpenVINO's CPU plugin does not make by itself: the same
numbers, but for rounding, in less time.
"""

from __future__ import annotations

from videoemo.backends.openvino_import import openvino

__all__ = ["VERSION", "rewrite"]

# Of what is done here: models that were kept after another one are not taken.
VERSION = 1

# Channels of pictures.
_FEW = 4
# Kernels of oneDNN, the first that the processor has: made for few channels, and faster there than
# the ones for many that are chosen else.
_KERNELS = "cpu:jit_avx512,cpu:jit_avx2"


def rewrite(model: openvino.Model) -> None:
    """Change a model in place; what is said of kernels holds once it was saved and read again."""
    for node in model.get_ordered_ops():
        match node.get_type_name():
            case "MaxPool":
                _without_places(node)
            case "Convolution" if node.input(0).get_partial_shape()[1].get_max_length() in range(
                1, _FEW + 1
            ):
                node.get_rt_info()["PrimitivesPriority"] = _KERNELS
    model.validate_nodes_and_infer_types()


def _without_places(pool: openvino.Node) -> None:
    """In place of a pool that also says where its maxima are, which takes time in MTCNN's networks,
    one that does not, as nobody asks.
    """
    from openvino import opset1

    how = pool.get_attributes()
    plain = opset1.max_pool(
        pool.input_value(0),
        how["strides"],
        how["pads_begin"],
        how["pads_end"],
        how["kernel"],
        rounding_type="floor" if how["rounding_type"] == "floor" else "ceil",
    )
    pool.output(0).replace(plain.output(0))
