# tests/typed/user.py - a program as a user writes it; test_typing.py lets mypy and pyright look at it, and runs it.
"""Layers, spiking neurons and measures, with types throughout."""
from __future__ import annotations

import numpy as np
import numpy.typing as npt

import lpl


def train(layer: lpl.Layer, steps: int, seed: int) -> lpl.Report:
    rng = np.random.default_rng(seed)
    two = np.eye(2, 20, dtype=np.float32)
    report = layer.update(two, two)
    for _ in range(steps):
        cause = rng.normal(size=(32, 20)).astype(np.float32)
        report = layer.update(cause, cause + np.float32(0.1))
    return report


def spikes(steps: int) -> npt.NDArray[np.uint32]:
    source = lpl.Source.poisson(30, 20.0, dt=1e-3, seed=1)
    cells = lpl.Lif(5, dt=1e-3, threshold="add")
    learned = lpl.Spiking(30, 5, lpl.Connect.random(0.5, seed=2), preset="network", dt=1e-3, delay_ax=1e-3,
                          tau_rise=5e-3, tau_err_rise=5e-3, mode="track", engine=lpl.Engine.AUTO)
    record = lpl.Record(5, dt=1e-3, room=1000)
    v = np.empty(5, np.float32)
    for _ in range(steps):
        pre, post = source.step(), cells.step(v)
        learned.drive(cells, "ampa")
        learned.step(pre, post, v)
        record.step(post)
    return record.spikes[1]


def main() -> None:
    layer = lpl.Layer(20, 8, act="relu", preset="reference", optim="adam", eta=1e-3, batch_max=32, dtype="f4", seed=3)
    report = train(layer, 10, 4)
    z: npt.NDArray[np.floating] = layer(np.zeros((4, 20), np.float32))
    stats = lpl.Stats(8, mode="ewma", tau_mean=500, tau_sigma2=500, covariance=1, batch_max=4)
    stats.update(z)
    readout = lpl.Readout(2, epochs=1).fit(z, np.array([0, 1, 0, 1], np.int32))
    same = lpl.Layer.load(layer.to_bytes(), threads=2)
    layer.mode = lpl.Mode.FROZEN
    layer.eta *= 0.5
    net = lpl.Stack([dict(n_pre=20, n_post=8), lpl.layer_config(8, 4, act="tanh")])
    print(report.pull, stats.mean.sum(), readout.accuracy(z, np.zeros(4, np.int32)), same.steps_done, len(net),
          spikes(50).size, lpl.metrics.participation_ratio(z), net[0].read("weights").shape)


if __name__ == "__main__":
    main()
