"""bench/peers/torch_stream.py - the online step in eager PyTorch: by hand, as short as it gets, and through autograd +
SGD."""
import math

import torch

from peer import Peer

ETA, DECAY, EPS, RATE = 1e-3, 1e-3, 1e-4, 1 - math.exp(-1 / 1000)


class Base:
    def __init__(self, n_pre, n_post, tanh):
        self.tanh = tanh
        self.inputs = torch.randn(64, n_pre)
        self.rows = list(self.inputs)  # 64 tensors, so that indexing costs nothing in the loop
        self.w = torch.empty(n_post, n_pre).uniform_(-n_pre ** -0.5, n_pre ** -0.5)
        self.b = torch.zeros(n_post)
        self.z_prev, self.mean, self.var = torch.zeros(n_post), torch.zeros(n_post), torch.ones(n_post)
        self.t = 0


class ByHand(Base):
    """No autograd; the weights are read twice and written once: addmv, addr with the decay folded in."""

    def __call__(self):
        x = self.rows[self.t & 63]
        self.t += 1
        z = torch.addmv(self.b, self.w, x)
        z = z.tanh_() if self.tanh else z.relu_()
        d = z - self.mean.lerp_(z, RATE)
        self.var.lerp_(d * d, RATE)
        delta = (d / (self.var + EPS) - z + self.z_prev) * (1 - z * z if self.tanh else z > 0)
        self.update(delta, x)
        self.b.add_(delta, alpha=ETA)
        self.z_prev = z

    def update(self, delta, x):
        self.w.addr_(delta, x, beta=1 - ETA * DECAY, alpha=ETA)


class ByHandTwoPasses(ByHand):
    """The same with a separate decay: faster where addr with a factor is not one pass."""

    def update(self, delta, x):
        self.w.mul_(1 - ETA * DECAY).addr_(delta, x, alpha=ETA)


class Autograd(Base):
    def __init__(self, n_pre, n_post, tanh):
        super().__init__(n_pre, n_post, tanh)
        self.w.requires_grad_()
        self.b.requires_grad_()
        self.optim = torch.optim.SGD([{"params": [self.w], "weight_decay": DECAY}, {"params": [self.b]}], lr=ETA)

    def __call__(self):
        x = self.rows[self.t & 63]
        self.t += 1
        z = torch.addmv(self.b, self.w, x)
        z = torch.tanh(z) if self.tanh else torch.relu(z)
        with torch.no_grad():
            self.mean.lerp_(z, RATE)
            d = z - self.mean
            self.var.lerp_(d * d, RATE)
        loss = 0.5 * (z - self.z_prev).square().sum() - 0.5 * ((z - self.mean).square() / (self.var + EPS)).sum()
        self.optim.zero_grad(set_to_none=True)
        loss.backward()
        self.optim.step()
        self.z_prev = z.detach()


if __name__ == "__main__":
    peer = Peer("stream")
    for n_pre, n_post, tanh in ((784, 256, False), (784, 256, True), (4096, 4096, False)):
        case = "stream %d -> %d, %s" % (n_pre, n_post, "tanh" if tanh else "relu")
        calls = 200 if n_pre < 1000 else 2
        hand, two, auto = (kind(n_pre, n_post, tanh) for kind in (ByHand, ByHandTwoPasses, Autograd))
        peer.add(case, "PyTorch, hand-written", hand, calls=calls, note="addmv, lerp, addr")
        peer.add(case, "PyTorch, hand-written, two passes", two, calls=calls, note="addmv, lerp, mul, addr")
        peer.add(case, "PyTorch, autograd + SGD", auto, calls=calls)
    peer.serve()
