#!/usr/bin/env python3
"""bindings/python/examples/stdp_window.py - the STDP window of LPL (Fig. 6): 100 pairings at 10 Hz, three variances; a
few seconds.

One neuron, clamped to -51 mV with a pulse to -20 mV at each pairing; input j fires -50 .. 50 ms away from it.
Expected: the published simulation."""
import numpy as np

import lpl

dt, n, interval = 1e-4, 100, 50e-3
offset = np.linspace(-interval, interval, n)                       # input - post
post = 0.1 + np.arange(100) / 10                                   # times of the pairings
step = np.rint((post[:, None] + offset) / dt).ravel().astype("u8")
neuron = np.tile(np.arange(n, dtype="u4"), 100)
order = np.lexsort((neuron, step))
knots = (post[:, None] + dt * np.array([-2, -1, 0, 1])).ravel()
volt = np.tile([-51e-3, -20e-3, -20e-3, -51e-3], 100)
knots, volt = np.append(knots, post[-1] + 10e-3), np.append(volt, -60e-3)
expected = {0.1: (-0.258, -30.8, 0.417, 13.6), 1: (-0.061, -45.0, 0.108, -5.6), 100: (-0.083, 22.7, 0.141, -8.6)}

for variance, want in expected.items():
    inputs = lpl.Source.spikes(n, step[order], neuron[order], dt=dt)
    cell = lpl.Lif(1, dt=dt, v_init_sd=0)
    cell.clamp(knots, volt)
    synapses = lpl.Spiking(n, 1, preset="stdp", dt=dt, mean_init=10, sigma2_init=variance * dt)
    w, v = synapses.w, np.empty(1, "f4")
    for t in range(int((post[-1] + interval + 1) / dt)):
        pre, fired = inputs.step(), cell.step(v)
        synapses.drive(cell, "ampa")
        synapses.step(pre, fired, v)
    change = (synapses.w - w) / w
    low, high = change.argmin(), change.argmax()
    print(f"variance {variance:5g}:  lowest {change[low]:6.3f} at {-1e3 * offset[low]:5.1f} ms (expected {want[0]} at "
          f"{want[1]}),"
          f"  highest {change[high]:.3f} at {-1e3 * offset[high]:5.1f} ms (expected {want[2]} at {want[3]})",
          flush=True)
