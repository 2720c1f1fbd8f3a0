#!/usr/bin/env python3
"""bindings/python/examples/cifar10.py FOLDER [STEPS] - the narrow VGG-11 learns CIFAR-10 layer by layer, without labels; then a probe.

FOLDER holds CIFAR-10's binary files. 585 steps (15 epochs of 10 000 images) take about ten minutes on two cores. Needs `make worlds`."""
import sys

import numpy as np

import lpl

folder, steps, batch, narrow = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 585, 256, 4
names = lpl.worlds.cifar10_files(folder)
train, readout, test = (lpl.worlds.cifar10(folder, name) for name in (names[0], names[-1], "test_batch.bin"))
views = lpl.worlds.Views("cifar10", seed=1, threads=2)
configs, channels, side = [], 3, 32
for width, pool in zip((64, 128, 256, 256, 512, 512, 512, 512), (2, 2, 1, 2, 1, 2, 1, 2)):
    configs.append(dict(kind="conv2d", channels=channels, height=side, width=side, n_post=width // narrow, pool=pool, preset="reference",
                        batch_max=batch, eta=1e-3, collapse_std=0, seed=1, stream=len(configs),
                        label=len(configs) + 1, threads=2))
    channels, side = width // narrow, side // pool
net, per_epoch = lpl.Stack(configs), len(train.pixels) // batch

for step in range(steps):
    epoch, at = divmod(step, per_epoch)
    index = views.order(len(train.pixels), epoch)[at * batch:(at + 1) * batch]
    reports = net.update(*views.pair(train.pixels, index, epoch))
    if at == 0 or step == steps - 1:
        print(f"step {step + 1}, epoch {epoch}: loss " + "  ".join(f"{r.total:.3f}" for r in reports), flush=True)


def codes(pixels):
    """Pooled responses of every layer, without augmentation."""
    parts = []
    for i in range(0, len(pixels), batch):
        x = views.evaluate(pixels[i:i + batch], plain=True)
        parts.append([lpl.probe.pooled(x := layer(x)) for layer in net])
    return [np.concatenate(part) for part in zip(*parts)]


for k, (x, t) in enumerate(zip(codes(readout.pixels), codes(test.pixels)), 1):
    print(f"layer {k}: softmax readout {lpl.probe.softmax(x, readout.labels, t, test.labels, seed=1):.3f}, logistic regression "
          f"{lpl.probe.logistic(x, readout.labels, t, test.labels):.3f}, participation ratio {lpl.metrics.participation_ratio(t):.2f}", flush=True)
