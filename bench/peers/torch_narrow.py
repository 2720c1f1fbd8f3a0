"""bench/peers/torch_narrow.py - a layer-local step of VGG-11 with a quarter of its widths (torch_vgg.py)."""
from peer import Peer
from torch_vgg import Net, add_layers

if __name__ == "__main__":
    peer = Peer("narrow", ((64, 144, 32),))
    net = Net(32, 64, 4)
    peer.add("quarter-width VGG-11, 32 x 32, batch 64", "PyTorch step", net.step, note="autograd, Adam")
    peer.add("quarter-width VGG-11, 32 x 32, batch 64", "PyTorch forward", net.forward)
    add_layers(peer, "layers of the quarter-width VGG-11, batch 64", 64, 4)
    peer.serve()
