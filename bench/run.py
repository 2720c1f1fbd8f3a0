#!/usr/bin/env python3
"""bench/run.py - run the benchmark programs and their PyTorch peers in turns, print one table with every goal, write
JSON.

Python's standard library only. Usage: bench/run.py [--bin build/bench] [--out build/bench] [--only NAME] [--rounds N]
[--no-peers]
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
#          program        threads  peer
PROGRAMS = {
    "dense": ((1, 2), "torch_dense.py"),
    "conv": ((1, 2), "torch_vgg.py"),
    "stream": ((1,), "torch_stream.py"),
    "toy2d_bench": ((1,), "torch_toy2d.py"),
    "stats": ((1,), "torch_stats.py"),
    "random": ((1,), "torch_random.py"),
    "spiking": ((1, 2), None),
}
RIGHT = 4.0  # peer.py's product_error of a correct BLAS is 1 to 2; wrong kernels give thousands


def environment(threads, **more):
    """Threads stated, bound when there are several; BLIS alone at 1 (the programs ask it for more where they want
    that)."""
    env = dict(os.environ, OMP_NUM_THREADS=str(threads), BLIS_NUM_THREADS="1", OPENBLAS_NUM_THREADS=str(threads),
               MKL_NUM_THREADS=str(threads))
    env.pop("BLIS_ARCH_TYPE", None)
    if threads > 1:
        env["GOMP_CPU_AFFINITY"] = " ".join(str(c) for c in sorted(os.sched_getaffinity(0))[:threads])
    env.update(more)
    return env


class Peer:
    """A peer process that times one round for each line it is sent."""

    def __init__(self, label, python, script, threads, seconds, env):
        self.label = label
        command = [python, str(HERE / "peers" / script), "--threads", str(threads), "--seconds", str(seconds)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True, env=env)
        self.info = self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            error = self.process.stderr.read().strip().splitlines()
            raise RuntimeError(error[-1] if error else "no answer")
        return json.loads(line)

    def round(self):
        self.process.stdin.write("round\n")
        self.process.stdin.flush()
        return self.answer()

    def close(self):
        self.process.stdin.close()
        self.process.wait(30)


def debian_environments(threads):
    """The environments to try for Debian's PyTorch: OpenBLAS in the flavour for this number of threads, each core
    type."""
    folders = sorted(pathlib.Path("/usr/lib").glob("*/openblas-" + ("pthread" if threads == 1 else "openmp")))
    if not folders:
        flavour = "pthread" if threads == 1 else "openmp"
        yield "BLAS of the system: no libopenblas0-%s, so this peer is slow" % flavour, environment(threads)
        return
    for core in (None, "SkylakeX", "Haswell", "Zen"):
        env = environment(threads, LD_LIBRARY_PATH=str(folders[0]))
        env.pop("OPENBLAS_CORETYPE", None)
        env.pop("OPENBLAS_L2_SIZE", None)
        if core:
            env["OPENBLAS_CORETYPE"] = core
        yield "OpenBLAS %s, core type %s" % (folders[0].name.split("-")[1], core or "automatic"), env


def best_debian(python, threads):
    """The environment in which Debian's PyTorch multiplies correctly and fastest; and what was tried."""
    best, tried = None, []
    for label, env in debian_environments(threads):
        try:
            peer = Peer(label, python, "torch_mm.py", threads, 0.3, env)
            rows = peer.round()
            peer.close()
        except (OSError, RuntimeError) as error:
            tried.append("%s: %s" % (label, error))
            continue
        rate = 2 * 2048 ** 3 * 1e-9 / statistics.median(rows[0]["times_s"])
        right = peer.info["product_error"] < RIGHT
        tried.append("%s: %.0f GFLOP/s%s" % (label, rate, "" if right else ", WRONG RESULTS"))
        if right and (best is None or rate > best[0]):
            best = (rate, label, env)
    return best, tried


def find_pythons():
    """Debian's Python and the one with PyPI's torch, as (name, path, own OpenBLAS?)."""
    found = [("Debian", "/usr/bin/python3", True)]
    other = os.environ.get("LPL_PEER_PYTHON") or str(HERE.parent / "build" / "venv" / "bin" / "python")
    if os.path.exists(other):
        found.append(("PyPI", other, False))
    return [(n, p, d) for n, p, d in found
            if os.path.exists(p) and subprocess.run([p, "-c", "import torch"], capture_output=True).returncode == 0]


class Results:
    """Rows and goals by (case, threads, contestant); times of all rounds together."""

    def __init__(self):
        self.rows, self.goals, self.machine, self.notes = {}, [], [], []

    def take(self, rows):
        for row in rows:
            key = (row["case"], row["threads"], row["contestant"])
            if key in self.rows:
                self.rows[key]["times_s"] += row["times_s"]
            else:
                self.rows[key] = dict(row)
            self.rows[key]["median_s"] = statistics.median(self.rows[key]["times_s"])
            self.rows[key]["best_s"] = min(self.rows[key]["times_s"])

    def versus(self, goal):
        """The fastest contestant whose name begins with goal['versus'], or None."""
        found = [r for (case, threads, name), r in self.rows.items()
                 if case == goal["case"] and threads == goal["threads"] and name.startswith(goal["versus"])]
        return min(found, key=lambda r: r["median_s"]) if found else None

    def judge(self, goal):
        row = self.rows[goal["case"], goal["threads"], goal["contestant"]]
        other = self.versus(goal) if goal["versus"] else None
        if goal["versus"] and not other:
            return None, "-", "not measured"
        ratio = goal["work"] * (other["median_s"] if other else 1.0) / row["median_s"]
        against = other["contestant"] if other else ""
        if goal["least"] == 0:
            return ratio, against, ""
        return ratio, against, "met" if ratio >= goal["least"] else "missed by %.0f %%" % (100 * (goal["least"] / ratio
                                                                                                  - 1))


def text_time(t):
    for unit, scale in (("ns", 1e9), ("us", 1e6), ("ms", 1e3)):
        if t * scale < 1000:
            return "%.2f %s" % (t * scale, unit)
    return "%.3f s" % t


def print_case(results, case, threads):
    print("\n%s, %d thread%s" % (case, threads, "s" if threads > 1 else ""))
    print("  %-44s %11s %11s %18s %7s  %-36s %s" % ("contestant", "median", "best", "rate", "ratio", "goal", "verdict"))
    for (c, n, name), row in results.rows.items():
        if (c, n) != (case, threads):
            continue
        rate = "%.4g %s/s" % (row["work"] / row["median_s"], row["unit"]) if row.get("work") else ""
        head = "  %-44s %11s %11s %18s" % (name, text_time(row["median_s"]), text_time(row["best_s"]), rate)
        goals = [g for g in results.goals if (g["case"], g["threads"], g["contestant"]) == (case, threads, name)]
        print(head + ("          " + row["note"] if row["note"] else ""))
        for g in goals:
            ratio, against, verdict = results.judge(g)
            print("  %-44s %11s %11s %18s %7s  %-36s %s%s" % ("", "", "", "", "-" if ratio is None else "%.2f" % ratio,
                                                              g["text"], verdict,
                                                         "  [%s]" % against if against and against != "-" else ""))


def run_program(name, threads, peer_script, options, pythons):
    results = Results()
    out = pathlib.Path(options.out)
    part = out / ("%s.part.json" % name)
    peers = []
    for label, python, debian in pythons if peer_script else []:
        env = environment(threads)
        if debian:
            best, tried = options.debian[threads]
            if not best:
                results.notes.append("Debian's PyTorch: no correct BLAS (%s)" % "; ".join(tried))
                continue
            env = best[2]
        try:
            peer = Peer(label, python, peer_script, threads, options.seconds, env)
            if peer.info["product_error"] >= RIGHT:
                results.notes.append("%s PyTorch %s multiplies wrongly here and is left out"
                                     % (label, peer.info["torch"]))
                peer.close()
                continue
            peers.append(peer)
            blas = best[1] if debian else "its own MKL" if peer.info["mkl"] else "its own BLAS"
            results.notes.append("peer: %s PyTorch %s, %s" % (label, peer.info["torch"], blas))
        except (OSError, RuntimeError) as error:
            results.notes.append("%s PyTorch does not run: %s" % (label, error))
    for _ in range(options.rounds):
        command = [str(pathlib.Path(options.bin) / name), "--threads", str(threads), "--seconds", str(options.seconds),
                   "--json", str(part)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=environment(threads))
        if done.returncode != 0:
            sys.exit("bench/run.py: %s failed with status %d" % (name, done.returncode))
        data = json.loads(part.read_text())
        results.take(data["rows"])
        results.goals, results.machine = data["goals"], data["machine"]
        for peer in peers:
            rows = peer.round()
            for row in rows:
                row["contestant"] += " [%s]" % peer.label
            results.take(rows)
    for peer in peers:
        peer.close()
    part.unlink()
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default=str(HERE.parent / "build" / "bench"), help="folder of the built programs")
    parser.add_argument("--out", default=str(HERE.parent / "build" / "bench"), help="folder for the JSON files")
    parser.add_argument("--only", action="append", choices=sorted(PROGRAMS),
                        help="this program alone (may be repeated)")
    parser.add_argument("--rounds", type=int, default=3, help="how often library and peers take turns")
    parser.add_argument("--seconds", type=float, default=0.7, help="budget of one contestant in one round")
    parser.add_argument("--no-peers", action="store_true", help="the library and the yardsticks in C alone")
    options = parser.parse_args()
    names = options.only or list(PROGRAMS)
    pathlib.Path(options.out).mkdir(parents=True, exist_ok=True)
    available = len(os.sched_getaffinity(0))
    pythons = [] if options.no_peers else find_pythons()
    options.debian = {}
    if any(d for _, _, d in pythons):
        for threads in sorted({t for n in names for t in PROGRAMS[n][0] if t <= available}):
            options.debian[threads] = best_debian("/usr/bin/python3", threads)
            print("Debian's PyTorch, %d thread(s): %s" % (threads, "; ".join(options.debian[threads][1])))
    if not pythons and not options.no_peers:
        print("no PyTorch found (make deps-bench): goals against it are not judged")
    missed = judged = 0
    for name in names:
        merged = Results()
        before = os.getloadavg()[0]
        for threads in PROGRAMS[name][0]:
            if threads > available:
                print("%s with %d threads: only %d processor(s) here, skipped" % (name, threads, available))
                continue
            r = run_program(name, threads, PROGRAMS[name][1], options, pythons)
            merged.rows.update(r.rows)
            merged.goals += r.goals
            merged.notes += r.notes
            merged.machine.append(r.machine)
        load = "load average %.2f before, %.2f after" % (before, os.getloadavg()[0])
        print("\n==== %s ====\n%s\n%s" % (name, "\n".join(merged.machine + merged.notes), load))
        for case, threads in dict.fromkeys((c, n) for c, n, _ in merged.rows):
            print_case(merged, case, threads)
        verdicts = []
        for g in merged.goals:
            ratio, against, verdict = merged.judge(g)
            verdicts.append(dict(g, ratio=ratio, against=against, verdict=verdict))
            judged += bool(verdict) and verdict != "not measured"
            missed += verdict.startswith("missed")
        (pathlib.Path(options.out) / ("%s.json" % name)).write_text(json.dumps(
            {"bench": name, "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "machine": merged.machine,
             "notes": merged.notes,
             "load": load, "rows": list(merged.rows.values()), "goals": verdicts}, indent=1) + "\n")
    print("\n%d goals judged: %d met, %d missed" % (judged, judged - missed, missed))


if __name__ == "__main__":
    main()
