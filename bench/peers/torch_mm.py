"""bench/peers/torch_mm.py - the rate of a large product: bench/run.py uses it to find the fastest correct BLAS setting
for a peer."""
import torch

from peer import Peer

if __name__ == "__main__":
    peer = Peer("torch.mm", ((256, 2048, 512), (1024, 512, 512)))
    a, b = torch.randn(2048, 2048), torch.randn(2048, 2048)
    peer.add("product", "torch.mm", lambda: a.mm(b))
    peer.serve()
