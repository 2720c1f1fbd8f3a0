"""bench/peers/torch_stats.py - covariance of 1024 units over a batch of 1024."""
import torch

from peer import Peer

if __name__ == "__main__":
    peer = Peer("stats", ((1024, 1024, 1024),))
    z = torch.randn(1024, 1024)
    peer.add("covariance of 1024 units, batch 1024", "PyTorch, torch.cov", lambda: torch.cov(z.t()))
    peer.serve()
