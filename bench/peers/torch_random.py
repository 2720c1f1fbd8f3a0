"""bench/peers/torch_random.py - time of one random number (float32, filled into an array that exists)."""
import torch

from peer import Peer

if __name__ == "__main__":
    peer = Peer("random")
    out = torch.empty(1 << 16)
    peer.add("random numbers, time of one", "PyTorch, rand", lambda: out.uniform_(), calls=20, per=float(1 << 16))
    peer.add("random numbers, time of one", "PyTorch, randn", lambda: out.normal_(), calls=20, per=float(1 << 16))
    peer.serve()
