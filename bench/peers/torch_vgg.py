"""bench/peers/torch_vgg.py - a layer-local step of VGG-11 with autograd: two views, the published losses (theory 1.2),
Adam; its forward; its layers."""
import resource

import torch
from torch.nn.functional import max_pool2d, relu

from peer import Peer
from torch_dense import DECORR, PULL, PUSH, adam, push_and_decorr

WIDTH = (3, 64, 128, 256, 256, 512, 512, 512, 512)
POOL = (2, 2, 1, 2, 1, 2, 1, 2)


def channels(k, divide):
    return WIDTH[k] // divide if k else WIDTH[k]


def block(layer, pool, x):
    y = relu(layer(x))
    return max_pool2d(y, 2) if pool == 2 else y


class Net:
    def __init__(self, side, batch, divide=1):
        self.layers = [torch.nn.Conv2d(channels(k, divide), channels(k + 1, divide), 3, padding=1) for k in range(8)]
        self.views = [torch.randn(batch, 3, side, side) for _ in range(2)]
        self.optim = adam([{"params": [c.weight for c in self.layers], "weight_decay": 1.5e-6},
                           {"params": [c.bias for c in self.layers], "weight_decay": 0.0}])

    def see(self, x):
        pooled = []
        for layer, pool in zip(self.layers, POOL):
            x = block(layer, pool, x.detach())
            pooled.append(x.mean((2, 3)))
        return pooled

    def step(self):
        loss = 0.0
        for z0, z1 in zip(*(self.see(x) for x in self.views)):
            (push0, decorr0), (push1, decorr1) = push_and_decorr(z0), push_and_decorr(z1)
            loss = loss + PULL * (z0 - z1).square().mean() + PUSH * 0.5 * (push0 + push1) + DECORR * 0.5 * (decorr0
                                                                                                            + decorr1)
        self.optim.zero_grad(set_to_none=True)
        loss.backward()
        self.optim.step()

    def forward(self):
        with torch.no_grad():
            x = self.views[0]
            for layer, pool in zip(self.layers, POOL):
                x = block(layer, pool, x)


def one_layer(k, side, batch, divide=1):
    layer = torch.nn.Conv2d(channels(k, divide), channels(k + 1, divide), 3, padding=1)
    x = torch.randn(batch, channels(k, divide), side, side)

    def call():
        with torch.no_grad():
            block(layer, POOL[k], x)
    return call


def add_layers(peer, case, batch, divide=1):
    side = 32
    for k in range(8):
        peer.add(case, "PyTorch L%d forward" % k, one_layer(k, side, batch, divide))
        side //= POOL[k]


if __name__ == "__main__":
    peer = Peer("conv", ((64, 576, 128),))
    for side, batch in ((32, 64), (96, 16), (32, 256)):
        if batch == 256 and peer.options.threads > 1:
            continue
        case, net = "VGG-11, %d x %d, batch %d" % (side, side, batch), Net(side, batch)
        net.step()
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        peer.add(case, "PyTorch step", net.step, note="autograd, Adam; peak memory %d MB" % memory, warm=True)
        peer.add(case, "PyTorch forward", net.forward)
    if peer.options.threads == 1:
        add_layers(peer, "layers of VGG-11, 32 x 32, batch 64", 64)
    peer.serve()
