#!/usr/bin/env python3
"""bench/scale.py - how far liblpl carries over many machines: a model fitted to one and two ranks, what it says of ten
to ten thousand nodes, and a simulation of a pipeline with stragglers and failures (docs/scale.md).

usage: scale.py [--out FOLDER] [--measure PROGRAM] [--mpirun COMMAND] [--seed N]

    without options  fits scale.csv beside it, prints the tables of docs/scale.md, writes CSV files and figures to
                     build/scale (figures where there is gnuplot)
    --trace          runs of cluster_spiking --trace against the rule of the simulation
    --measure        runs PROGRAM (build/examples/paper/cluster_spiking) on 1, 2 and 4 ranks first and writes
                     scale.csv anew: processor time of the parts, so that a busy machine changes little; a minute

NumPy, nothing else.
"""
import argparse
import csv
import heapq
import pathlib
import re
import shutil
import subprocess
import sys

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
STEPS = 10_000            # of 0.1 ms, a model second
EXCHANGES = 1250          # a model second: every 8 steps, the axonal delay of 0.8 ms
CELLS = 16                # counts in front of a block: 8 steps, 2 populations
INPUT_HZ = 10             # of an input of cluster_spiking, mean
PLACES = {                # s, bytes/s: from one node to another
    "cluster": (2e-6, 100e9 / 8),       # 100 Gbit/s, 2 us
    "internet": (10e-3, 1e9 / 8)}       # 1 Gbit/s, 10 ms: volunteers
CELL_S = 1.0e-9           # to look at a count of another rank's block, measured (lpl_mpi_unpack, 100 to 10 000 blocks)
OFFSETS = 4 * 8 * 0.5 + 8  # bytes for each neuron of the whole: where the synapses of a pre neuron begin, and its trace
HISTORY = 13 * 1024       # bytes a neuron at most: memory_max of cluster_spiking's large networks, and its states
COLUMNS = ("ranks", "synapses", "plastic", "neurons", "rate_e", "rate_i", "run_s", "take_s", "rtf", "waited",
           "bytes", "memory_mb", "hash")


# ---- measuring ----

LABELS = {"synapses": "synapses ", "plastic": "of them plastic by LPL", "neurons": "neurons ",
          "rate_e": "rate of E neurons", "rate_i": "rate of I neurons", "run_s": "CPU ms a model s: steps",
          "take_s": "CPU ms a model s: to take in spikes", "rtf": "real-time factor",
          "waited": "waiting for others, most",
          "bytes": "bytes a rank and exchange", "memory_mb": "memory of a rank"}


def one_run(mpirun, program, ranks, synapses, seconds, out):
    done = subprocess.run([*mpirun.split(), "-n", str(ranks), program, "-s", str(synapses), "-t", str(seconds),
                           "-o", str(out / "run"), "--draw", "none"], capture_output=True, text=True, check=False)
    row = {"ranks": ranks, "hash": "".join(re.findall(r"^hash: weights (\w+)  spikes (\w+)", done.stdout, re.M)[0])
           if done.stdout.startswith("hash") else sys.exit(f"scale.py: {done.stderr}")}
    for name, label in LABELS.items():
        line = next(line for line in done.stdout.split("\n") if line.startswith(label))
        row[name] = float(line[46:].split()[0]) * (1e-3 if name in ("run_s", "take_s") else 1)
    return row


def measure(mpirun, program, out):
    rows = []
    for synapses, seconds in ((1e4, 4), (1e5, 4), (1e6, 4), (1e7, 2)):
        runs = [one_run(mpirun, program, ranks, synapses, seconds, out) for ranks in (1, 2, 4)]
        if len({run["hash"] for run in runs}) != 1:
            sys.exit(f"scale.py: {synapses:g} synapses: other bits on other numbers of ranks")
        rows += runs
        print(f"{synapses:g} synapses: the same bits on 1, 2, 4 ranks")
    with open(HERE / "scale.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)


def measured():
    with open(HERE / "scale.csv", encoding="utf-8") as file:
        return [{k: v if k == "hash" else float(v) for k, v in row.items()} for row in csv.DictReader(file)]


# ---- the spiking network ----

def events(row):
    """Spikes that arrive at synapses of one rank in a model second."""
    return (row["plastic"] * INPUT_HZ + (row["synapses"] - row["plastic"]) *
            0.5 * (row["rate_e"] + row["rate_i"])) / row["ranks"]


def spikes(row):
    """Of all neurons in a model second: 4 of 5 are excitatory."""
    return row["neurons"] * (0.8 * row["rate_e"] + 0.2 * row["rate_i"])


def doublings(synapses):
    """Of a rank's synapses, from 10^4 on to 10^7, the largest measured."""
    return np.log2(np.clip(synapses, 1e4, 1e7) / 1e4)


def least_squares(rows, columns, target):
    """Coefficients, none negative, that make relative errors small; and those errors."""
    a = np.array([[c(row) / target(row) for c in columns] for row in rows])
    free = list(range(len(columns)))
    x = np.zeros(len(columns))
    while free:
        part = np.linalg.lstsq(a[:, free], np.ones(len(rows)), rcond=None)[0]
        if np.all(part >= 0):
            x[free] = part
            break
        free.pop(int(np.argmin(part)))
    return x, a @ x - 1


def fit(rows):
    """Costs of the parts: of a neuron and step, of an event and what it grows with each doubling of synapses (caches),
    of an exchange, of a spike of anybody."""
    run, run_error = least_squares(rows, (lambda r: r["neurons"] / r["ranks"] * STEPS, events,
                                          lambda r: events(r) * doublings(r["synapses"] / r["ranks"])),
                                   lambda r: r["run_s"])
    take, take_error = least_squares(rows, (lambda r: EXCHANGES, spikes), lambda r: r["take_s"])
    memory, _ = least_squares(rows, (lambda r: 1, lambda r: r["synapses"] / r["ranks"],
                                     lambda r: r["neurons"] / r["ranks"]), lambda r: r["memory_mb"] * 2 ** 20)
    return {"bytes_synapse": memory[1], "bytes_neuron": memory[2], "neuron": run[0], "event": run[1],
            "cache": run[2], "exchange": take[0], "spike": take[1]}, run_error, take_error


class Machine:
    """Nodes of `cores` ranks that share a network card and a memory."""

    def __init__(self, place, cores):
        self.latency, self.bandwidth = PLACES[place]
        self.cores = cores


def spiking(cost, machine, nodes, synapses, per_neuron=1000, rate=10.0, exchanges=EXCHANGES, words=4.0, sparse=False):
    """Seconds a model second, and memory a rank, of a network like cluster_spiking's. sparse: a spike is sent only to
    ranks that have a target of it (event-driven exchange), and pre neurons without one take no memory."""
    ranks = nodes * machine.cores
    neurons = synapses / (0.84 * per_neuron)
    out = per_neuron * 0.2                        # targets of a neuron within the network: the rest are of inputs
    reach = 1 - (1 - 1 / ranks) ** out if sparse else 1.0
    compute = neurons / ranks * STEPS * cost["neuron"] + \
        synapses / ranks * rate * (cost["event"] + cost["cache"] * doublings(synapses / ranks))
    heard = neurons * rate * reach
    take = exchanges * cost["exchange"] + heard * cost["spike"] + exchanges * ranks * CELLS * CELL_S
    # A node receives once what its ranks share. Allgather: log2 rounds; messages to each partner: one after another.
    size = exchanges * 4 * (2 + CELLS) * ranks + words * heard * (machine.cores if sparse else 1)
    rounds = np.ceil(np.log2(max(nodes, 1))) if nodes > 1 else 0
    network = exchanges * machine.latency * rounds + (size / machine.bandwidth if nodes > 1 else 0)
    memory = cost["bytes_synapse"] * synapses / ranks + min(cost["bytes_neuron"], HISTORY) * neurons / ranks + \
        OFFSETS * neurons * reach
    return {"nodes": nodes, "synapses": synapses, "compute": compute, "take": take, "network": network,
            "total": compute + take + network, "memory_gb": memory / 1e9, "network_gb": size / 1e9}


# ---- layers: data parallel ----

VGG = {"parameters": 9.2e6, "layers": 8, "step_s": 0.342, "pairs": 64}  # one thread, AVX-512: docs/performance.md
SUMS = 3                   # reductions a layer and step: largest magnitudes, statistics, gradient


def layers(machine, nodes, pairs, float32=False, hidden=True):
    """Seconds a step of VGG-11 over the ranks of nodes, with so many pairs in all."""
    ranks = nodes * machine.cores
    compute = VGG["step_s"] * max(pairs / ranks, 1) / VGG["pairs"]
    size = VGG["parameters"] * (4 if float32 else 8)
    rounds = np.log2(nodes) if nodes > 1 else 0
    network = VGG["layers"] * SUMS * 2 * rounds * machine.latency + 2 * size / machine.bandwidth * (1 - 1 / nodes)
    # Nothing flows backwards: a layer's sums travel while the next one computes; what cannot hide is the last layer's
    last = network / VGG["layers"]
    total = max(compute, network - last) + last if hidden else compute + network
    return {"nodes": nodes, "pairs": pairs, "compute": compute, "network": network, "total": total,
            "pairs_s": pairs / total}


# ---- a simulation: batches through a pipeline of layers, against data parallelism on as many ranks ----

class Chance:
    """Times of work on imperfect machines: spread, now and then a straggler, now and then a failure."""

    def __init__(self, seed, spread=0.05, straggle=0.01, slow=5.0, mtbf=np.inf, repair=60.0):
        self.seed, self.random = seed, {}
        self.spread, self.straggle, self.slow, self.mtbf, self.repair = spread, straggle, slow, mtbf, repair

    def work(self, mean, who):
        """Of one piece of work of a rank; each has random numbers of its own, so that runs can be compared."""
        random = self.random.setdefault(who, np.random.default_rng([self.seed, who]))
        t = mean * random.lognormal(-0.5 * self.spread ** 2, self.spread)
        t *= self.slow if random.random() < self.straggle else 1
        if np.isfinite(self.mtbf) and random.random() < 1 - np.exp(-t / self.mtbf):
            t += self.repair  # this rank comes back with its last checkpoint; batches wait for it
        return t


def pipeline(means, batches, chance, transfer=0.0, room=2):
    """Discrete events: stage l takes a batch when it is idle, has one, and the next stage has room for what comes out.
    Nothing flows back. Returns the time of all batches and how busy each stage was."""
    stages = len(means)
    waiting = [0] * stages                        # batches in front of a stage
    due = [0] * stages                            # on their way to it
    blocked, idle = [False] * stages, [True] * stages
    busy = np.zeros(stages)
    waiting[0], done, now, order = batches, 0, 0.0, 0
    queue = []

    def push(when, kind, stage):
        nonlocal order
        heapq.heappush(queue, (when, order, kind, stage))
        order += 1

    def begin(stage):
        if idle[stage] and not blocked[stage] and waiting[stage] > 0:
            waiting[stage] -= 1
            idle[stage] = False
            t = chance.work(means[stage], stage)
            busy[stage] += t
            push(now + t, "done", stage)
            if stage > 0 and blocked[stage - 1]:
                leave(stage - 1)

    def leave(stage):
        nonlocal done
        if stage + 1 == stages:
            done += 1
        elif waiting[stage + 1] + due[stage + 1] < room:
            due[stage + 1] += 1
            push(now + transfer, "there", stage + 1)
        else:
            blocked[stage] = True
            return
        blocked[stage], idle[stage] = False, True
        begin(stage)

    begin(0)
    while queue:
        now, _, kind, stage = heapq.heappop(queue)
        if kind == "done":
            leave(stage)
        else:
            due[stage] -= 1
            waiting[stage] += 1
            begin(stage)
    assert done == batches
    return now, busy / now


def data_parallel(mean, ranks, batches, chance, reduction):
    """All ranks wait for the slowest in each step."""
    return sum(max(chance.work(mean / ranks, rank) for rank in range(ranks)) + reduction for _ in range(batches))


def lock_step(path):
    """A measured run against the rule of data_parallel: work of the slowest in each round, and a message. Returns
    measured seconds, those of the rule, and those that a rank worked itself, on average."""
    times = np.loadtxt(path, delimiter=",", skiprows=1, ndmin=2)[1:]
    work, told = times[:, 0::2], times[:, 1::2]
    message = np.median(told.min(axis=1))  # what it takes when the others are there
    measured = (work + told).sum(axis=0).mean()
    return measured, work.max(axis=1).sum() + message * len(work), work.sum(axis=0).mean()


def check_simulation():
    """What can be said without a simulation."""
    calm = Chance(0, spread=0, straggle=0)
    t, busy = pipeline([1.0, 2.0, 1.0], 100, calm)
    assert abs(t - (100 * 2 + 2)) < 1e-9 and abs(busy[1] - 200 / t) < 1e-9  # the slowest stage, and the ends
    t, _ = pipeline([1.0] * 4, 50, calm, transfer=0.5, room=3)
    assert abs(t - (50 + 3 * 1.5)) < 1e-9
    t = data_parallel(8.0, 4, 10, calm, 0.25)
    assert abs(t - 22.5) < 1e-9
    rare = Chance(1, spread=0, straggle=0.1, slow=10)
    t, _ = pipeline([1.0], 20000, rare)
    assert abs(t / 20000 - 1.9) < 0.05


# ---- output ----

def table(rows, columns):
    print("| " + " | ".join(title for title, _ in columns) + " |")
    print("|" + "---|" * len(columns))
    for row in rows:
        print("| " + " | ".join(f(row) for _, f in columns) + " |")
    print()


def short(x):
    if x == 0:
        return "0"
    digits = 3 if 0.001 <= abs(x) < 1e4 else 2
    text = f"{x:.{digits}g}"
    return text if "e" not in text or abs(x) >= 1e4 or abs(x) < 0.001 else f"{x:.{digits}g}"


def write(out, name, rows):
    with open(out / f"{name}.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def draw(out, name, title, ylabel, plots, xlabel="nodes"):
    """By gnuplot, from CSV files with the same template as other figures."""
    if shutil.which("gnuplot") is None:
        return
    template = (HERE.parent / "examples/worlds/templates/figure.gp").read_text(encoding="utf-8")
    colours = ("#0072B2", "#D55E00", "#009E73", "#E69F00", "#CC79A7", "#56B4E9")
    lines = [f"'{file}.csv' using '{x}':'{y}' with linespoints lw 2 pt {7 if k < 6 else 6} ps 0.6 lc rgb "
             f"'{colours[k % 6]}' title '{label}'" for k, (file, x, y, label) in enumerate(plots)]
    head = (f"set terminal svg size 640,420 dynamic background rgb 'white' font 'sans,13'\nset output '{name}.svg'\n"
            f"set title '{title}'\nset xlabel '{xlabel}'\nset ylabel '{ylabel}'\nset logscale xy\nset key left top\n"
            "set format y '10^{%T}'\n")
    (out / f"{name}.gp").write_text(template + head + "plot " + ", \\\n  ".join(lines) + "\n", encoding="utf-8")
    done = subprocess.run(["gnuplot", f"{name}.gp"], cwd=out, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"scale.py: gnuplot: {done.stderr}")
    print(f"wrote {out / name}.svg", file=sys.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=HERE.parent / "build/scale")
    parser.add_argument("--measure", metavar="PROGRAM")
    parser.add_argument("--mpirun", default="mpirun")
    parser.add_argument("--trace", nargs="+", default=[], metavar="FILE", help="trace.csv of cluster_spiking --trace")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    check_simulation()
    if args.measure:
        measure(args.mpirun, args.measure, args.out)
    rows = measured()
    cost, run_error, take_error = fit([row for row in rows if row["ranks"] <= 2])
    print("measured, and the model fitted to 1 and 2 ranks\n")
    table([dict(row, e=e, f=f) for row, e, f in zip([r for r in rows if r["ranks"] <= 2], run_error, take_error)],
          (("ranks", lambda r: f"{r['ranks']:.0f}"), ("synapses", lambda r: short(r["synapses"])),
           ("neurons", lambda r: f"{r['neurons']:.0f}"), ("steps, CPU s", lambda r: short(r["run_s"])),
           ("model", lambda r: f"{100 * r['e']:+.0f} %"), ("taking in, CPU s", lambda r: short(r["take_s"])),
           ("model", lambda r: f"{100 * r['f']:+.0f} %"), ("bytes a rank, exchange", lambda r: f"{r['bytes']:.0f}"),
           ("MB a rank", lambda r: f"{r['memory_mb']:.0f}")))
    print(f"neuron and step {cost['neuron'] * 1e9:.1f} ns, event {cost['event'] * 1e9:.1f} ns + "
          f"{cost['cache'] * 1e9:.2f} ns for each doubling of a rank's synapses beyond 10^4, exchange "
          f"{cost['exchange'] * 1e6:.2f} us, spike of anybody {cost['spike'] * 1e9:.0f} ns, count of a block "
          f"{CELL_S * 1e9:.1f} ns; {cost['bytes_synapse']:.0f} bytes a synapse, "
          f"{cost['bytes_neuron'] / 1024:.1f} KiB a neuron\n")
    write(args.out, "costs", [cost])
    nodes = (1, 10, 100, 1000, 10_000)
    columns = (("nodes", lambda r: f"{r['nodes']}"), ("synapses", lambda r: short(r["synapses"])),
               ("compute", lambda r: short(r["compute"])), ("taking in", lambda r: short(r["take"])),
               ("network", lambda r: short(r["network"])), ("s a model s", lambda r: short(r["total"])),
               ("GB a rank", lambda r: short(r["memory_gb"])))
    plots = {"weak": [], "strong": []}
    for place, cores in (("cluster", 32), ("internet", 4)):
        machine = Machine(place, cores)
        for kind in ("weak", "strong"):
            for sparse in (False, True):
                name = f"{kind}_{place}{'_sparse' if sparse else ''}"
                all_rows = [spiking(cost, machine, n, 1e7 * cores * n if kind == "weak" else 1e7 * cores * 10,
                                    sparse=sparse) for n in nodes]
                print(f"{name}: {cores} ranks a node" + (", spikes only to who has a target" if sparse else "") + "\n")
                table(all_rows, columns)
                write(args.out, name, all_rows)
                plots[kind].append((name, "nodes", "total", f"{place}{', sparse' if sparse else ''}"))
    for kind, text in (("weak", "10^7 synapses a rank"), ("strong", "as many synapses as 10 nodes hold")):
        draw(args.out, f"scale_{kind}", f"A spiking network, {text}", "seconds a model second", plots[kind])
    print("longer delays and smaller messages, cluster, weak, 1000 nodes\n")
    machine = Machine("cluster", 32)
    table([dict(spiking(cost, machine, 1000, 1e7 * 32 * 1000, **change), what=what) for what, change in (
        ("as it is", {}), ("delay of 2 ms", {"exchanges": 500}), ("delay of 10 ms", {"exchanges": 100}),
        ("2 bytes a spike", {"words": 2.0}), ("rate of 1 Hz", {"rate": 1.0}), ("only to targets", {"sparse": True}))],
          (("", lambda r: r["what"]),) + columns[2:6])

    print("VGG-11, data parallel: seconds a step\n")
    for place, cores in (("cluster", 32), ("internet", 4)):
        machine = Machine(place, cores)
        for kind in ("weak", "strong"):
            rows = [dict(layers(machine, n, 64 * cores * n if kind == "weak" else 64 * cores * 10),
                         plain=layers(machine, n, 64 * cores * n if kind == "weak" else 64 * cores * 10,
                                      hidden=False)["total"]) for n in nodes]
            print(f"{kind}, {place}, {cores} ranks a node\n")
            table(rows, (("nodes", lambda r: f"{r['nodes']}"), ("pairs a step", lambda r: f"{r['pairs']}"),
                         ("compute", lambda r: short(r["compute"])), ("sums", lambda r: short(r["network"])),
                         ("step, sums hidden", lambda r: short(r["total"])),
                         ("step, waiting", lambda r: short(r["plain"])),
                         ("pairs/s", lambda r: short(r["pairs_s"]))))
            write(args.out, f"layers_{kind}_{place}", rows)

    print("simulation: 8 layers on 8 ranks, 2000 batches of 64 pairs, 43 ms of work a layer\n")
    rows = []
    part = VGG["step_s"] / VGG["layers"]
    for what, chance, transfer in (
            ("even machines", {"spread": 0, "straggle": 0}, 1e-5), ("5 % spread", {"straggle": 0}, 1e-5),
            ("1 % take five times as long", {}, 1e-5), ("10 % take five times as long", {"straggle": 0.1}, 1e-5),
            ("a failure an hour and rank, 60 s (20 000 batches)", {"straggle": 0, "mtbf": 3600.0}, 1e-5),
            ("internet: 10 % stragglers", {"spread": 0.2, "straggle": 0.1}, 1e-2 + 64 * 2 * 1e5 / (1e9 / 8))):
        # on a cluster sums of 74 MB; over the internet as well
        latency, bandwidth = PLACES["internet" if what.startswith("internet") else "cluster"]
        reduction = layers(Machine("internet" if what.startswith("internet") else "cluster", 1), 8, 64)["network"]
        batches = 20_000 if "mtbf" in chance else 2000
        t1, busy = pipeline([part] * 8, batches, Chance(args.seed, **chance), transfer)
        t2, _ = pipeline([part] * 8, batches, Chance(args.seed, **chance), transfer, room=16)
        t3 = data_parallel(part * 8, 8, batches, Chance(args.seed, **chance), reduction)
        ideal = batches * part
        rows.append({"what": what, "pipeline_room_2": ideal / t1, "pipeline_room_16": ideal / t2,
                     "data_parallel": ideal / t3, "busy": float(busy.mean()),
                     "latency": latency, "bandwidth": bandwidth})
    table(rows, (("", lambda r: r["what"]), ("pipeline, room 2", lambda r: f"{100 * r['pipeline_room_2']:.0f} %"),
                 ("pipeline, room 16", lambda r: f"{100 * r['pipeline_room_16']:.0f} %"),
                 ("data parallel", lambda r: f"{100 * r['data_parallel']:.0f} %")))
    write(args.out, "pipeline", rows)
    for path in args.trace:
        measured_s, rule_s, own_s = lock_step(path)
        print(f"{path}: measured {measured_s:.3f} s, the slowest in each round and a message {rule_s:.3f} s "
              f"({100 * (rule_s / measured_s - 1):+.1f} %); own work {own_s:.3f} s")


if __name__ == "__main__":
    main()
