# lpl/worlds.py - image sequences: CIFAR-10 and STL-10 files, augmented views, and the room with its movies
# (docs/python.md).
"""Where pairs of images come from. Files are read by NumPy; views, rooms and movies are the examples' own C code (`make
worlds`)."""
from __future__ import annotations

import ctypes as C
import os
import pathlib
import weakref
from typing import Any, NamedTuple, Optional, Union

import numpy as np

from ._arrays import check_array, row
from ._lib import team
from ._object import Strict
from ._slices import aside, slices
from ._convert import as_int, one_of
from ._worlds_lib import worlds
from .errors import LplArgError, LplFormatError, LplSizeError
from ._types import Array, Float32, Float64, Int32, UInt32, UInt8

_U1, _U4, _F4 = np.dtype(np.uint8), np.dtype(np.uint32), np.dtype(np.float32)
_CIFAR, _STL = 3 * 32 * 32, 3 * 96 * 96

Folder = Union[str, "os.PathLike[str]"]


class Images(NamedTuple):
    """pixels uint8 (n, 3, height, width), labels int32 (n,) 0 .. 9, or None."""
    pixels: UInt8
    labels: Optional[Int32]


# Files

def cifar10_files(folder: Folder) -> list[str]:
    """Names of the training files that are there: data_batch_1.bin .. data_batch_5.bin."""
    return [name for name in (f"data_batch_{k}.bin" for k in range(1, 6))
            if _path(folder, _CIFAR_FOLDER, name).is_file()]


def _path(folder: Folder, subfolder: str, name: str) -> pathlib.Path:
    """folder/name, or folder/subfolder/name as the archive unpacks; the first if neither is there."""
    direct = pathlib.Path(folder) / name
    inner = pathlib.Path(folder) / subfolder / name
    return inner if inner.is_file() and not direct.is_file() else direct


def _bytes(folder: Folder, subfolder: str, name: str) -> "tuple[pathlib.Path, UInt8]":
    path = _path(folder, subfolder, name)
    if not path.is_file():
        raise FileNotFoundError(f"{path}: there is no such file (nor in its subfolder {subfolder})")
    return path, np.fromfile(path, _U1)


_CIFAR_FOLDER, _STL_FOLDER = "cifar-10-batches-bin", "stl10_binary"


def cifar10(folder: Folder, *names: str) -> Images:
    """Files of CIFAR-10's binary form in folder (or in its subfolder cifar-10-batches-bin), one after the other:
    ``cifar10(folder, "data_batch_1.bin", "data_batch_2.bin")``, ``cifar10(folder, "test_batch.bin")``; without names
    all training files there are."""
    names = names or tuple(cifar10_files(folder))
    if not names:
        raise FileNotFoundError(f"{os.fspath(folder)} holds no data_batch_1.bin .. data_batch_5.bin (nor does its "
                                f"subfolder "
                                "cifar-10-batches-bin)")
    records = []
    for name in names:
        path, data = _bytes(folder, _CIFAR_FOLDER, name)
        if data.size == 0 or data.size % (1 + _CIFAR):
            raise LplFormatError(f"{path} has {data.size} bytes, need a multiple of {1 + _CIFAR} (cut short, or not "
                                 f"CIFAR-10's binary "
                                 "form)")
        records.append(data.reshape(-1, 1 + _CIFAR))
        _check_labels(records[-1][:, 0], 0, path)
    whole = np.concatenate(records)
    return Images(np.ascontiguousarray(whole[:, 1:]).reshape(-1, 3, 32, 32), whole[:, 0].astype(np.int32))


def stl10(folder: Folder, name: str) -> Images:
    """STL-10's NAME_X.bin and NAME_y.bin in folder (or in its subfolder stl10_binary): "train", "test", or "unlabeled"
    (no labels). Pixels are stored columns first."""
    path, data = _bytes(folder, _STL_FOLDER, f"{name}_X.bin")
    if data.size == 0 or data.size % _STL:
        raise LplFormatError(f"{path} has {data.size} bytes, need a multiple of {_STL}")
    pixels = np.ascontiguousarray(data.reshape(-1, 3, 96, 96).transpose(0, 1, 3, 2))
    if name == "unlabeled":
        return Images(pixels, None)
    path, labels = _bytes(folder, _STL_FOLDER, f"{name}_y.bin")
    if labels.size != len(pixels):
        raise LplFormatError(f"{path} has {labels.size} labels for {len(pixels)} images")
    _check_labels(labels, 1, path)
    return Images(pixels, labels.astype(np.int32) - 1)


def _check_labels(labels: UInt8, first: int, path: pathlib.Path) -> None:
    wrong = np.flatnonzero((labels < first) | (labels > first + 9))
    if wrong.size:
        raise LplFormatError(f"{path}: image {wrong[0]} has label {labels[wrong[0]]}, need {first} .. {first + 9}")


# Augmented views

def _images(pixels: Any) -> tuple[int, int, int, int]:
    check_array(pixels, "pixels", _U1, "the library's")
    if pixels.ndim != 4 or pixels.shape[1] != 3 or min(pixels.shape[2:]) < 8 or not pixels.flags.c_contiguous:
        raise LplSizeError(f"pixels has shape {pixels.shape} and strides {pixels.strides}, need images (n, 3, height, "
                           f"width), height and "
                           "width at least 8, without gaps")
    return pixels.ctypes.data, pixels.shape[0], pixels.shape[2], pixels.shape[3]


def _index(index: Any, below: int) -> UInt32:
    given = row(index, "index", _U4)
    if given.size and given.max() >= below:
        raise LplArgError(f"index holds {given.max()}, need < {below}")
    return given


def _output(out: Optional[Float32], shape: tuple[int, ...]) -> Float32:
    if out is None:
        return np.empty(shape, _F4)
    check_array(out, "out", _F4, "the library's", out=True)
    if out.shape != shape or not out.flags.c_contiguous:
        raise LplSizeError(f"out has shape {out.shape} and strides {out.strides}, need {shape} without gaps")
    return out


def _threads(threads: Any) -> int:
    number = as_int(threads, "threads", C.c_int32)
    if not 1 <= number <= 1024:
        raise LplArgError(f"threads = {number}, need 1 .. 1024")
    return number


def _u64(value: Any, name: str) -> int:
    return as_int(value, name, C.c_uint64)


class Views(Strict):
    """The SimCLR pipeline of theory 4.3, in C, float32. data: whose mean and standard deviation of the channels,
    "cifar10" or "stl10"; or give mean and sd (3 numbers, scale 0 .. 1). Every random number comes from (seed, epoch,
    image, view)."""

    def __init__(self, data: str = "cifar10", *, seed: int = 0, threads: int = 1, mean: Any = None,
                 sd: Any = None) -> None:
        one_of(data, "data", ("cifar10", "stl10"))
        self._mean_sd = np.empty(6)
        worlds().worlds_constants(self._mean_sd.ctypes.data, data == "stl10")
        for given, part in ((mean, slice(0, 3)), (sd, slice(3, 6))):
            if given is not None:
                self._mean_sd[part] = given
        if not (np.isfinite(self._mean_sd).all() and (self._mean_sd[3:] > 0).all()):
            raise LplArgError(f"mean and sd = {self._mean_sd}, need finite numbers, sd > 0")
        self._seed, self._threads = _u64(seed, "seed"), _threads(threads)

    def __repr__(self) -> str:
        return f"<lpl.worlds.Views seed {self._seed}, mean {self.mean.round(4).tolist()}>"

    @property
    def mean(self) -> Float64:
        """Of the channels, scale 0 .. 1 (3,)."""
        return self._mean_sd[:3].copy()

    @property
    def sd(self) -> Float64:
        """Standard deviations of the channels, scale 0 .. 1 (3,)."""
        return self._mean_sd[3:].copy()

    def __call__(self, pixels: UInt8, index: UInt32, epoch: int, view: int,
                 out: Optional[Float32] = None) -> Float32:
        """View 0 or 1 of pixels[index] (index uint32): float32 (n, 3, height, width)."""
        address, n, height, width = _images(pixels)
        _index(index, n)
        if as_int(view, "view", C.c_int32) not in (0, 1):
            raise LplArgError(f"view = {view}, need 0 or 1")
        out = _output(out, (index.size, 3, height, width))
        when, step = as_int(epoch, "epoch", C.c_uint32), out.itemsize * 3 * height * width
        for k, count in slices(index.size, 8 * self._threads):
            worlds().worlds_views(out.ctypes.data + k * step, address, height, width, index.ctypes.data + k * 4, count,
                                  self._seed, self._mean_sd.ctypes.data, when, view, team(self._threads))
        return out

    def pair(self, pixels: UInt8, index: UInt32, epoch: int) -> tuple[Float32, Float32]:
        """Both views."""
        return self(pixels, index, epoch, 0), self(pixels, index, epoch, 1)

    def evaluate(self, pixels: UInt8, plain: bool = False, out: Optional[Float32] = None) -> Float32:
        """Without augmentation: resized to 1.1, centre cropped, normalised (theory 4.3); plain: only normalised."""
        address, n, height, width = _images(pixels)
        out = _output(out, (n, 3, height, width))
        size = 3 * height * width
        for k, count in slices(n, 8):
            worlds().worlds_evaluate(out.ctypes.data + k * size * out.itemsize, address + k * size, height, width,
                                     count, self._mean_sd.ctypes.data, bool(plain))
        return out

    def order(self, n: int, epoch: int) -> UInt32:
        """A random order of 0 .. n - 1 for this epoch (uint32)."""
        out = np.empty(as_int(n, "n", C.c_uint32), _U4)
        seed, when = self._seed, as_int(epoch, "epoch", C.c_uint32)

        def call() -> UInt32:
            worlds().worlds_permutation(out.ctypes.data, out.size, seed, when)
            return out

        return aside(call, out.size > 1_000_000)


# The room

FACTORS: dict[str, int] = {"floor": 10, "wall": 10, "object": 10, "scale": 8, "shape": 4, "orientation": 15}
ROOM_IMAGES = 480000


def room_factors(index: Array) -> Array:
    """Factors (n, 6) of images by number, columns as in FACTORS."""
    return np.stack(np.unravel_index(np.asarray(index), tuple(FACTORS.values())), -1)


def room_index(factors: Array) -> UInt32:
    """Numbers (uint32) of images with these factors (n, 6)."""
    numbers = np.ravel_multi_index(tuple(np.moveaxis(np.asarray(factors), -1, 0)), tuple(FACTORS.values()))
    return np.asarray(numbers, _U4)


class _Room:
    """The C object; it ends with the last reference, also where nobody waited for it."""

    def __init__(self, mean_sd: Float64, side: int, threads: int) -> None:
        library = worlds()
        self.handle = library.worlds_room_create(mean_sd.ctypes.data, side, team(threads))
        self.end = weakref.finalize(self, library.worlds_room_free, self.handle)


class Room(Strict):
    """The room with an object in it (theory 5.1): 480 000 images of side x side, with known factors, drawn by a ray
    caster."""
    side: int

    def __init__(self, side: int = 64, *, threads: int = 1) -> None:
        if not 4 <= as_int(side, "side", C.c_int32) <= 256:
            raise LplArgError(f"side = {side}, need 4 .. 256")
        self._mean_sd, self._threads = np.empty(6), _threads(threads)
        self._drawn = aside(lambda m=self._mean_sd, n=self._threads: _Room(m, side, n))  # type: ignore[misc]
        self._room = self._drawn.handle
        self._fix(side=side)

    def __repr__(self) -> str:
        return f"<lpl.worlds.Room {self.side} x {self.side}, {ROOM_IMAGES} images>"

    def __reduce__(self) -> tuple[Any, ...]:
        extra = {name: value for name, value in self.__dict__.items()
                 if name not in ("_mean_sd", "_threads", "_drawn", "_room", "side")}
        return type(self)._rebuild, (self.side, self._threads), extra or None

    @classmethod
    def _rebuild(cls, side: int, threads: int) -> "Room":
        room = cls.__new__(cls)
        Room.__init__(room, side, threads=threads)
        return room

    @property
    def mean(self) -> Float64:
        """Of the channels over all images, scale 0 .. 1."""
        return self._mean_sd[:3].copy()

    @property
    def sd(self) -> Float64:
        """Standard deviations of the channels, scale 0 .. 1 (3,)."""
        return self._mean_sd[3:].copy()

    def draw(self, index: UInt32, out: Optional[Float32] = None) -> Float32:
        """Images by number (uint32), normalised: float32 (n, 3, side, side)."""
        _index(index, ROOM_IMAGES)
        out = _output(out, (index.size, 3, self.side, self.side))
        step = out.itemsize * 3 * self.side * self.side
        for k, count in slices(index.size, 16 * self._threads):
            worlds().worlds_room_draw(self._room, out.ctypes.data + k * step, index.ctypes.data + k * 4, count,
                                      team(self._threads))
        return out

    def picture(self, index: int) -> UInt8:
        """One image for people: uint8 (side, side, 3)."""
        if not 0 <= as_int(index, "index", C.c_uint32) < ROOM_IMAGES:
            raise LplArgError(f"index = {index}, need < {ROOM_IMAGES}")
        out = np.empty((self.side, self.side, 3), _U1)
        worlds().worlds_room_picture(self._room, out.ctypes.data, index)
        return out


class Movie(Strict):
    """What happens in the room: 64 000 trajectories of 17 frames in which one factor moves, cut into blocks of pairs.
    All of it is a function of the seed. Frames are image numbers for Room.draw."""

    def __init__(self, seed: int = 0) -> None:
        self._seed = _u64(seed, "seed")

    def __repr__(self) -> str:
        return f"<lpl.worlds.Movie seed {self._seed}>"

    def trajectory(self, k: int) -> tuple[UInt32, str, int]:
        """(17 frames, the factor that moves, its step) of trajectory k."""
        if not 0 <= as_int(k, "k", C.c_uint64) < 64000:
            raise LplArgError(f"k = {k}, need < 64000")
        frames, step = np.empty(17, _U4), C.c_int32()
        factor = worlds().worlds_movie_trajectory(frames.ctypes.data, C.byref(step), self._seed, k)
        return frames, list(FACTORS)[factor], step.value

    def block(self, pairs: int, step: int) -> UInt32:
        """The pairs + 1 frames that training step ``step`` sees: pair i is frames i, i + 1."""
        out = np.empty(self._pairs(pairs) + 1, _U4)
        worlds().worlds_movie_block(out.ctypes.data, self._seed, pairs, _u64(step, "step"))
        return out

    def blocks(self, pairs: int) -> int:
        """Number of blocks that block draws from."""
        return int(worlds().worlds_movie_blocks(self._pairs(pairs)))

    def shuffle(self, n: int, step: int) -> UInt32:
        """A random order of 0 .. n - 1 that belongs to a step (uint32): the control with shuffled pairs."""
        out = np.empty(self._pairs(n), _U4)
        worlds().worlds_movie_shuffle(out.ctypes.data, self._seed, out.size, _u64(step, "step") & (2 ** 49 - 1))
        return out

    @staticmethod
    def _pairs(pairs: Any) -> int:
        if not 1 <= as_int(pairs, "pairs", C.c_int32) <= 16384:
            raise LplArgError(f"pairs = {pairs}, need 1 .. 16384")
        return int(pairs)


def sample(n: int, seed: int = 0, which: int = 0) -> UInt32:
    """n images of the room drawn at random, with replacement (uint32); which: tells independent draws apart."""
    out = np.empty(as_int(n, "n", C.c_uint32), _U4)
    seed, which = _u64(seed, "seed"), as_int(which, "which", C.c_uint32)

    def call() -> UInt32:
        worlds().worlds_movie_sample(out.ctypes.data, out.size, seed, which)
        return out

    return aside(call, out.size > 1_000_000)
