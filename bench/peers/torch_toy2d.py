"""bench/peers/torch_toy2d.py - the toy problem as a notebook does it: autograd, SGD, 10 000 steps of batch 200 (theory
3.1, 3.2)."""
import torch

from peer import Peer

STEPS, BATCH = 10000, 200


def next_element(s):
    x = torch.randn(BATCH, 2)
    x[:, 0] = s + 0.1 * x[:, 0]
    return x


def run(steps):
    s = torch.cat((torch.ones(BATCH // 2), -torch.ones(BATCH // 2)))
    layer = torch.nn.Linear(2, 1, bias=False)
    optim = torch.optim.SGD(layer.parameters(), lr=1e-2, weight_decay=0.15)
    past = next_element(s)
    for _ in range(steps):
        now = next_element(s)
        z_past, z = layer(past).detach(), layer(now)
        variance = (z - z.mean(0).detach()).square().sum(0) / (BATCH - 1)
        loss = (z - z_past).square().mean() - torch.log(variance + 1e-8).mean()
        optim.zero_grad()
        loss.backward()
        optim.step()
        past = now
    return layer.weight.detach()


def whole_run():
    w = run(STEPS)
    assert abs(w[0, 0].abs().item() - 3.43) < 0.2, w


if __name__ == "__main__":
    peer = Peer("toy2d_bench")
    peer.add("toy2d, 10 000 steps of batch 200", "PyTorch", whole_run, note="autograd + SGD")
    peer.serve()
