#!/usr/bin/env python3
"""bindings/python/examples/cifar10.py FOLDER [STEPS] - the narrow VGG-11 learns CIFAR-10 layer by layer, without
labels; then a probe.

FOLDER holds CIFAR-10's binary files. STEPS: 585 if not given, 15 epochs of 10 000 images. Needs `make worlds`."""
import sys

import lpl

folder, steps, batch = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 585, 256
names = lpl.worlds.cifar10_files(folder)
train, readout, test = (lpl.worlds.cifar10(folder, name) for name in (names[0], names[-1], "test_batch.bin"))
views = lpl.worlds.Views("cifar10", seed=1, threads=2)
net = lpl.Stack(lpl.vgg11(divide=4, preset="reference", batch_max=batch, eta=1e-3, collapse_std=0, seed=1, threads=2))

for step in range(steps):
    epoch, at = divmod(step, len(train.pixels) // batch)
    index = views.order(len(train.pixels), epoch)[at * batch:(at + 1) * batch]
    reports = net.update(*views.pair(train.pixels, index, epoch))
    if at == 0 or step == steps - 1:
        print(f"step {step + 1}, epoch {epoch}: loss " + "  ".join(f"{r.total:.3f}" for r in reports), flush=True)

x, t = (lpl.probe.codes(net, views.evaluate(data.pixels, plain=True)) for data in (readout, test))
for k in range(len(net)):
    print(f"layer {k + 1}: softmax readout {lpl.probe.softmax(x[k], readout.labels, t[k], test.labels, seed=1):.3f}, "
          f"logistic regression "
          f"{lpl.probe.logistic(x[k], readout.labels, t[k], test.labels):.3f}, dimensions "
          f"{lpl.metrics.participation_ratio(t[k]):.2f}")
