"""A device other than the CPU, on machines that have none: it shows what would fail on one.

Inside ``far_device()`` a tensor moved to ``FAR`` keeps its numbers, says that it lies there, and
is as particular as an Apple GPU: no float64, no tensors of two devices in one operation, no
``numpy()`` without ``cpu()``, and random numbers that are not those of the CPU.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode, _disable_current_modes
from torch.utils._pytree import tree_flatten, tree_map

from backend import checkpoint

FAR = torch.device("meta")  # a device that every build knows and that holds no numbers itself
PACK = "aten::_pack_padded_sequence"
NEAR = ("aten::index", "aten::_index", PACK)  # their indices and lengths may lie on the CPU
MOVES = ("aten::_to_copy", "aten::copy_", "aten::_pin_memory")
RESHAPES = ("aten::transpose_", "aten::t_", "aten::squeeze_", "aten::unsqueeze_")
DRAWS = torch.Tag.nondeterministic_seeded


class FarTensor(Tensor):
    """A tensor that says it lies on ``FAR``; ``near`` has its numbers."""

    near: Tensor

    @staticmethod
    def __new__(cls, near: Tensor) -> "FarTensor":
        if near.dtype in (torch.float64, torch.complex128):
            raise TypeError(f"this device has no {near.dtype}")
        far = torch.Tensor._make_wrapper_subclass(
            cls, near.shape, near.stride(), near.storage_offset(), dtype=near.dtype, device=FAR
        )
        far.near = near
        return far

    def tolist(self) -> list:
        return self.near.tolist()

    def __getitem__(self, key: Any) -> Tensor:
        return super().__getitem__(as_index(key))

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(as_index(key), value)

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return run(func, args, kwargs or {})


class FarMode(TorchDispatchMode):
    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return run(func, args, kwargs or {})


def run(func: Any, args: Any, kwargs: dict) -> Any:
    """The operation on the numbers; its results lie where they would."""
    given = [a for a in tree_flatten((args, kwargs))[0] if isinstance(a, Tensor)]
    far = any(isinstance(a, FarTensor) for a in given)
    name = func._schema.name
    wanted = kwargs.get("device")
    if far and name not in MOVES:
        stray = [a for a in given if not isinstance(a, FarTensor) and a.dim()]
        if stray and not name.startswith(NEAR):
            raise RuntimeError(f"{name}: tensors lie on the CPU and on another device")
    to_far = FAR.type == torch.device(wanted).type if wanted is not None else far
    near_kwargs = {**kwargs, "device": torch.device("cpu")} if wanted is not None else kwargs
    near_args, near_kwargs = tree_map(nearer, (args, near_kwargs))
    if to_far and DRAWS in func.tags:
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(torch.initial_seed() + 1_000)
            found = func(*near_args, **near_kwargs)
    else:
        found = func(*near_args, **near_kwargs)
    if name == PACK and to_far:
        return FarTensor(found[0]), found[1]  # how many are left at each step: for the CPU
    if name in RESHAPES and to_far:
        with torch._C._DisableTorchDispatch():
            func(*args, **kwargs)  # its own shape too
    if name.endswith("_") and args and isinstance(args[0], Tensor):
        return args[0]
    return tree_map(lambda x: FarTensor(x) if to_far and type(x) is Tensor else x, found)


def as_index(key: Any) -> Any:
    """Lists as tensors: torch would make them on the device outside the mode."""
    if isinstance(key, tuple):
        return tuple(map(as_index, key))
    return torch.tensor(key, dtype=torch.long) if isinstance(key, list) else key


def nearer(x: Any) -> Any:
    return x.near if isinstance(x, FarTensor) else x


def move(model: nn.Module, device: torch.device) -> nn.Module:
    """In the place of ``Module.to``, which does not take tensors of another class."""
    assert device == FAR
    for module in model.modules():
        for name, parameter in list(module.named_parameters(recurse=False)):
            far = FarTensor(parameter.detach())
            setattr(module, name, nn.Parameter(far, requires_grad=parameter.requires_grad))
        for name, buffer in list(module.named_buffers(recurse=False)):
            module._buffers[name] = FarTensor(buffer)
    return model


class NoGradients:
    """In the place of inference mode, which keeps views of such tensors from being made."""

    def __init__(self, on: bool) -> None:
        self.gradients = torch.set_grad_enabled if not on else lambda _: torch.no_grad()

    def __enter__(self) -> None:
        self.context = self.gradients(torch.is_grad_enabled())
        self.context.__enter__()

    def __exit__(self, *error: object) -> None:
        self.context.__exit__(*error)


def nearby(load: Callable[[str], nn.Module]) -> Callable[[str], nn.Module]:
    """The same outside the mode: it makes models on "meta" as such, to learn their sizes."""

    def loaded(name: str) -> nn.Module:
        with _disable_current_modes():
            return load(name)

    return loaded


@contextmanager
def far_device() -> Iterator[None]:
    """Where models are loaded on ``FAR``, whatever device they are asked for."""
    tensor = torch.tensor  # it makes a tensor of its device outside the mode

    def moved(data: Any, *, device: Any = None, **options: Any) -> Tensor:
        made = tensor(data, **options)
        return made if device is None else made.to(device)

    with (
        patch.object(torch._C, "_InferenceMode", NoGradients),
        patch.object(torch, "tensor", moved),
        patch.object(nn.Module, "to", move),
        patch("backend.checkpoint.load_model", nearby(checkpoint.load_model)),
        patch("backend.space.pick_device", return_value=FAR),
        patch("backend.language.text_models.pick_device", return_value=FAR),
        patch("backend.language.hub_lm.pick_device", return_value=FAR),
        FarMode(),
    ):
        yield
