"""ranks.py - one layer learns on several ranks: mpirun -n 4 python3 ranks.py [CHUNKS]

Every rank takes its share of CHUNKS chunks of 16 pairs (default 8); the weights come out the same to the bit, whatever
the number of ranks. Needs mpi4py (Debian: python3-mpi4py).
"""
import sys
import zlib

import numpy as np
from mpi4py import MPI

import lpl

CHUNK, STEPS = 16, 50
chunks = int(sys.argv[1]) if len(sys.argv) > 1 else 8
comm = MPI.COMM_WORLD
rank, ranks = comm.Get_rank(), comm.Get_size()
mine = slice(chunks * rank // ranks * CHUNK, chunks * (rank + 1) // ranks * CHUNK)

layer = lpl.Layer(40, 20, act="relu", preset="reference", batch_max=chunks * CHUNK, seed=7)
layer.set_reduce(comm, chunk=CHUNK)
for step in range(STEPS):
    noise = np.random.default_rng(step)  # the same on every rank, which looks at its own rows
    cause = noise.normal(size=(chunks * CHUNK, 40))
    views = [(cause + 0.3 * noise.normal(size=cause.shape)).astype("f4") for _ in range(2)]
    report = layer.update(views[0][mine], views[1][mine])
if rank == 0:
    print(f"{ranks} ranks, step {report.step}: loss {report.total:.6f}, weights {zlib.crc32(layer.w.tobytes()):08x}")
