"""A model is all in its file: nothing outside the hash is ever opened."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gazecast.model.external_data import has_external_data
from gazecast.model.metadata import ModelFileError, file_sha256, parse_model_info, read_model_info
from gazecast.model.predictor import SHIPPED_MODEL, Predictor
from gazecast.model.registry.registry import Registry

onnx = pytest.importorskip("onnx")
protobuf = pytest.importorskip("google.protobuf.message")


def external(tensor):
    tensor.data_location = onnx.TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "../../etc/passwd"
    return tensor


def tensor(name="t"):
    return onnx.helper.make_tensor(name, onnx.TensorProto.FLOAT, [2], [1.0, 2.0])


def graph_with(node=None, initializers=()):
    return onnx.helper.make_graph([node] if node else [], "g", [], [], list(initializers))


def as_initializer():
    return onnx.helper.make_model(graph_with(initializers=[external(tensor())]))


def as_constant():
    node = onnx.helper.make_node("Constant", [], ["c"], value=tensor())
    external(node.attribute[0].t)
    return onnx.helper.make_model(graph_with(node))


def in_a_branch():
    node = onnx.helper.make_node(
        "If", ["x"], ["y"], then_branch=graph_with(), else_branch=graph_with()
    )
    node.attribute[0].g.CopyFrom(graph_with(initializers=[external(tensor())]))
    return onnx.helper.make_model(graph_with(node))


def in_a_function():
    made = onnx.helper.make_model(graph_with())
    function = made.functions.add()
    function.name = "f"
    node = onnx.helper.make_node("Constant", [], ["c"], value=tensor())
    external(node.attribute[0].t)
    function.node.append(node)
    return made


def as_sparse():
    made = onnx.helper.make_model(graph_with())
    sparse = made.graph.sparse_initializer.add()
    sparse.values.CopyFrom(external(tensor()))
    return made


def by_its_location_alone():
    made = onnx.helper.make_model(graph_with(initializers=[tensor()]))
    made.graph.initializer[0].data_location = onnx.TensorProto.EXTERNAL
    return made


def described(file, model):
    """The model's file, with a description beside it that has its hash."""
    file.write_bytes(model.SerializeToString())
    info = parse_model_info(SHIPPED_MODEL.with_suffix(".json").read_bytes())
    file.with_suffix(".json").write_text(replace(info, sha256=file_sha256(file)).to_json())
    return file


@pytest.mark.parametrize(
    "make",
    [as_initializer, as_constant, in_a_branch, in_a_function, as_sparse, by_its_location_alone],
)
def test_tensors_in_other_files_are_refused_wherever_they_stand(tmp_path, make):
    file = described(tmp_path / "model.onnx", make())
    assert has_external_data(file)
    for load in (lambda: read_model_info(file.with_suffix(".json"), file), lambda: Predictor(file)):
        with pytest.raises(ModelFileError, match="keeps tensors in other files"):
            load()


def test_they_are_neither_promoted_nor_trained_on(tmp_path):
    from gazecast.training.export.weights import read_trainable

    file = described(tmp_path / "model.onnx", as_initializer())
    registry = Registry(tmp_path / "registry")
    with pytest.raises(ModelFileError, match="keeps tensors in other files"):
        registry.promote(file, replaces=None, reason="better", gains={})
    assert registry.names() == []
    with pytest.raises(ModelFileError, match="keeps tensors in other files"):
        read_trainable(file)


MADE = as_initializer().SerializeToString()


def keeps_tensors_elsewhere(model) -> bool:
    parts = [model.graph.initializer, *(node.attribute for node in model.graph.node)]
    tensors = [each.t if hasattr(each, "t") else each for part in parts for each in part]
    return any(each.data_location == onnx.TensorProto.EXTERNAL for each in tensors)


@given(st.integers(0, len(MADE)), st.integers(0, 4), st.binary(max_size=6))
def test_no_other_spelling_of_a_message_hides_one(tmp_path_factory, at, gone, put):
    content = MADE[:at] + put + MADE[at + gone :]
    try:
        model = onnx.ModelProto.FromString(content)
    except protobuf.DecodeError:
        return
    file = tmp_path_factory.getbasetemp() / "spelled.onnx"
    file.write_bytes(content)
    assert has_external_data(file) or not keeps_tensors_elsewhere(model)


@pytest.mark.parametrize(
    "tag", [b"\xba\x80\x80\x80\x00", b"\xba\x80\x80\x80\x10", b"\xba\x80\x80\x80\x80\x80\x80\x01"]
)
def test_a_tag_that_is_written_longer_than_needed_hides_nothing(tmp_path, tag):
    graph = as_initializer().graph.SerializeToString()
    file = tmp_path / "model.onnx"
    file.write_bytes(b"\x08\x08" + tag + bytes([len(graph)]) + graph)
    assert has_external_data(file)


def test_a_model_is_read_as_onnx_whatever_its_name(tmp_path, bright_model):
    model = bright_model(tmp_path / "model.ort", "misnamed")
    assert Predictor(model).info.name == "misnamed"


def test_the_shipped_model_is_all_in_one_file():
    assert not has_external_data(SHIPPED_MODEL)


def test_a_group_of_old_protobuf_hides_nothing(tmp_path):
    group = b"\x93\x06" + as_initializer().SerializeToString() + b"\x94\x06"
    file = tmp_path / "model.onnx"
    file.write_bytes(onnx.helper.make_model(graph_with()).SerializeToString() + group)
    assert has_external_data(file)


@pytest.mark.parametrize("content", [b"", b"\x3a\xff\xff\xff\xff\x0f", b"\xff" * 20, b"weights"])
def test_what_is_no_model_is_left_to_whoever_loads_it(tmp_path, content):
    file = tmp_path / "model.onnx"
    file.write_bytes(content)
    assert not has_external_data(file)


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "model.onnx")
    (tmp_path / "model.json").write_bytes(SHIPPED_MODEL.with_suffix(".json").read_bytes())
    with pytest.raises(ModelFileError, match="is missing"):
        read_model_info(tmp_path / "model.json", tmp_path / "model.onnx")
