"""bench/peers/torch_dense.py - the dense learning step with autograd: two views, the published losses (theory 1.2),
Adam."""
import torch

from peer import Peer

PULL, PUSH, DECORR, EPS = 1.0, 1.0, 10.0, 1e-4


def push_and_decorr(z):
    """- mean_i log(sigma2_i + eps) and sum_{i != k} C_ik^2 / (M^2 - M); the mean is a constant."""
    batch, units = z.shape
    centred = z - z.mean(0).detach()
    variance = centred.square().sum(0) / (batch - 1)
    covariance = centred.t().mm(centred) / (batch - 1)
    off = covariance - torch.diag(torch.diagonal(covariance))
    return -torch.log(variance + EPS).mean(), off.square().sum() / (units * (units - 1))


def adam(groups):
    """Adam in one pass over the weights, where this PyTorch has that on a CPU (it says so only at the first step)."""
    try:
        probe = torch.zeros(1, requires_grad=True)
        probe.grad = torch.zeros(1)
        torch.optim.Adam([probe], fused=True).step()
        return torch.optim.Adam(groups, lr=1e-3, fused=True)
    except (TypeError, RuntimeError):
        return torch.optim.Adam(groups, lr=1e-3)


class Step:
    def __init__(self, units, batch):
        self.layer = torch.nn.Linear(units, units)
        self.x0, self.x1 = torch.randn(batch, units), torch.randn(batch, units)
        groups = [{"params": [self.layer.weight], "weight_decay": 1.5e-6},
                  {"params": [self.layer.bias], "weight_decay": 0.0}]
        self.optim = adam(groups)

    def __call__(self):
        z0, z1 = torch.relu(self.layer(self.x0)), torch.relu(self.layer(self.x1))
        pull = (z0 - z1).square().mean()
        (push0, decorr0), (push1, decorr1) = push_and_decorr(z0), push_and_decorr(z1)
        loss = PULL * pull + PUSH * 0.5 * (push0 + push1) + DECORR * 0.5 * (decorr0 + decorr1)
        self.optim.zero_grad(set_to_none=True)
        loss.backward()
        self.optim.step()


if __name__ == "__main__":
    peer = Peer("dense", ((256, 2048, 2048), (1024, 512, 512)))
    for units, batch in ((2048, 256), (512, 1024)):
        peer.add("dense %d -> %d, batch %d" % (units, units, batch), "PyTorch", Step(units, batch),
                 note="autograd, Adam")
    a, b = torch.randn(2048, 2048), torch.randn(2048, 2048)
    peer.add("dense 2048 -> 2048, batch 256", "torch.mm 2048^3", lambda: a.mm(b))
    peer.serve()
