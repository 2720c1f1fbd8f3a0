#!/usr/bin/env python3
"""bindings/python/examples/numpy_network.py - LPL in a simulator of your own: neurons in NumPy, plastic synapses from
lpl; 40 s in seconds.

Ten neurons hear two groups of 50 Poisson inputs with the same rates on average, one modulated slowly (1 Hz), one anew
every 10 ms. What can be predicted wins: weights of the slow group grow, those of the fast group shrink."""
import numpy as np

import lpl

dt, half, n = 5e-4, 50, 10
rng = np.random.default_rng(1)
synapses = lpl.Spiking(2 * half, n, dt=dt, delay_ax=1e-3, w_init=0.1, push=10, scaling="maxnorm", tau_rms=20,
                       update_every=200, tau_mean=5, tau_sigma2=3, mean_init=20, sigma2_init=20 * dt, mode="track")
v, g, resting = np.full(n, -70e-3, "f4"), np.zeros(n, "f4"), np.zeros(n)    # potential, conductance, refractory until

for t in range(int(40 / dt)):
    now = t * dt
    if t % 20 == 0:
        fast = 8 + 8 * np.sin(2 * np.pi * rng.random())
    rate = np.repeat([8 + 8 * np.sin(2 * np.pi * now), fast], half)
    pre = np.flatnonzero(rng.random(2 * half) < rate * dt).astype("u4")
    v += dt / 20e-3 * (-70e-3 - v - g * v)                         # your neurons: leak, excitation towards 0 V
    v[now < resting] = -70e-3
    post = np.flatnonzero(v > -50e-3).astype("u4")
    v[post], resting[post] = -70e-3, now + 5e-3
    g *= np.exp(-dt / 5e-3)
    synapses.drive(g)                                              # what arrives now, after the axonal delay
    synapses.step(pre, post, v)                                    # learns from spikes and potentials
    if now >= 5:
        synapses.mode = "learn"                                    # running means have settled
    if (t + 1) % int(5 / dt) == 0:
        slow, quick = synapses.matrix().reshape(2, half * n).mean(1)
        print(f"{now + dt:4.0f} s: {synapses.report().rate_mean:5.1f} Hz, mean weight of slow inputs {slow:.3f}, of "
              f"fast ones {quick:.3f}")
