# tests/typed/wrong.py - each line marked "wrong" is one that a type checker must refuse.
import numpy as np

import lpl

x = np.zeros((4, 3), np.float32)
layer = lpl.Layer(3, 2, act="relu", batch_max=4)
lpl.Layer(3, 2, etta=1e-3)                          # wrong
lpl.Layer(3, 2, act="rellu")                        # wrong
lpl.Layer(3, 2, eta="fast")                         # wrong
lpl.Layer(3, 2, 5)                                  # wrong
lpl.Spiking(3, 2, preset="toy2d")                   # wrong
lpl.Lif(3, tau_men=1e-3)                            # wrong
lpl.Source.poisson(3, 4.0, steam=1)                 # wrong
lpl.Readout(2).fit(x, np.zeros(4))                  # wrong
layer.read("weigths")                               # wrong
layer.update(x).pul                                 # wrong
lpl.Projection(3, 2).drive(lpl.Lif(2), "gabba")     # wrong
