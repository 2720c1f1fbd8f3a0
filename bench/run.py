#!/usr/bin/env python3
"""bench/run.py - run the benchmark programs in turns with their PyTorch peers, an older build and a reference
simulator, print one table with every goal, write JSON.

Contestants take turns in up to three rounds, until a round moves no median by more than 2 %, or the time is over: all
together take --minutes and no more, however slow the machine is. A program has its share of what is left, and what it
leaves goes to the others; each of its contestants has one sample before any has three. Who has none is not measured.
Python's standard library only. Whatever is not given or not there is reported as not measured; a ratio has two figures
of this run on this machine, or there is none.
"""
import argparse
import json
import os
import pathlib
import re
import resource
import shlex
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ALL = 0  # as many threads as there are processors
#          program        threads  peer               share of the time, about processor seconds
PROGRAMS = {
    "dense": ((1, 2), "torch_dense.py", (10, 10)),
    "conv": ((1, 2), "torch_vgg.py", (70, 45)),
    "narrow": ((1,), "torch_narrow.py", (14,)),
    "stream": ((1,), "torch_stream.py", (10,)),
    "toy2d_bench": ((1,), "torch_toy2d.py", (10,)),
    "stats": ((1,), "torch_stats.py", (7,)),
    "random": ((1,), "torch_random.py", (6,)),
    "spiking": ((1, 2), None, (14, 8)),
    "scaling": ((ALL,), None, (18,)),
}
SPARE = 0.02  # of --minutes: the sample that runs when the time is over, and the end
LATE = 0.6  # of the time of a turn; then one sample of each contestant has to do
COMMON = ("common.c", "vggnet.c")  # what each of them links
YARDSTICKS = ("sgemm", "ssyrk", "plain", "copy", "reference")  # the same in every build
SETTLED = 0.02  # a round that moves no median by more is the last one
RIGHT = 4.0  # peer.py's product_error of a correct BLAS is 1 to 2; wrong kernels give thousands


AVX2 = {"ATEN_CPU_CAPABILITY": "avx2", "OPENBLAS_CORETYPE": "Haswell", "MKL_ENABLE_INSTRUCTIONS": "AVX2",
        "ONEDNN_MAX_CPU_ISA": "AVX2", "DNNL_MAX_CPU_ISA": "AVX2"}
FORCED = {}  # AVX2 with --isa avx2


def environment(threads, **more):
    """Threads stated, bound when there are several; BLIS alone at 1 (the programs ask it for more where they want
    that)."""
    env = dict(os.environ, OMP_NUM_THREADS=str(threads), BLIS_NUM_THREADS="1", OPENBLAS_NUM_THREADS=str(threads),
               MKL_NUM_THREADS=str(threads))
    env.pop("BLIS_ARCH_TYPE", None)
    if threads > 1:
        env["GOMP_CPU_AFFINITY"] = " ".join(str(c) for c in sorted(os.sched_getaffinity(0))[:threads])
    env.update(FORCED)
    env.update(more)
    return env


# ---- an older build

def included(path, folders, seen):
    """The sources beside the headers that a file includes, theirs too."""
    for name in re.findall(r'^#include "([^"]+)"', path.read_text(), re.M):
        for folder in (path.parent, *folders):
            header = folder / name
            if not header.is_file() or header in seen:
                continue
            seen.add(header)
            source = header.with_suffix(".c")
            if source.is_file() and source.name not in COMMON:
                yield source
                yield from included(source, folders, seen)
            yield from included(header, folders, seen)
            break


def response(path):
    """A file of flags, as the Makefile's probe leaves them."""
    return shlex.split(path.read_text()) if path.is_file() else []


def build_against(folder, name, out):
    """bench/NAME.c, this one or if need be that of the older tree, linked with the older library. Returns the program
    and None, or None and what the compiler said."""
    library, said = folder / "lib" / "liblpl.a", ""
    if not library.is_file():
        return None, "%s is not there (make -C %s)" % (library, folder)
    out.mkdir(parents=True, exist_ok=True)
    program = out / name
    blis = folder / "build" / "blis.libs"
    defines = ["-DLPLI_HAVE_X86_KERNELS"] if os.uname().machine in ("x86_64", "i686") else []
    if not blis.is_file():
        defines.append("-DLPLI_NO_BLIS")
    for bench, tree in ((HERE, HERE.parent), (folder / "bench", folder)):
        source, examples = bench / (name + ".c"), tree / "examples"
        if not source.is_file():
            continue
        copy = out / "source" / source.name  # elsewhere: so that "common.h" is ours
        copy.parent.mkdir(exist_ok=True)
        copy.write_text(source.read_text())
        places = [HERE, examples, HERE.parent / "examples", folder / "include", folder / "src"]
        worlds = list(dict.fromkeys(included(copy, places, set())))
        for common in COMMON:
            worlds += [s for s in included(HERE / common, places, set()) if s not in worlds]
        worlds = [s for s in worlds if "examples" in s.parts]
        command = [*shlex.split(os.environ.get("CC", "gcc")), "-std=c11", "-w", "-O3", "-fopenmp", "-ffp-contract=off",
                   "-D_FILE_OFFSET_BITS=64", *defines, *["-I%s" % p for p in places],
                   *response(folder / "build" / "blis.cflags"), str(copy), *[str(HERE / c) for c in COMMON],
                   *map(str, worlds), str(library), *response(blis), "-lz", "-lm", "-o", str(program)]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode == 0:
            return program, None
        said = "\n".join([line for line in done.stdout.splitlines() if "error" in line or "undefined" in line][:3])
    return None, said


def version_of(folder):
    """0.1.0, of an older tree."""
    text = (folder / "include" / "lpl" / "version.h").read_text()
    return ".".join(re.findall(r"^#define LPL_VERSION_(?:MAJOR|MINOR|PATCH) (\d+)", text, re.M))


# ---- the reference simulator of the network of Fig. 5

class Reference:
    """A built sim_lpl_spiking of the published code, run in its own folder, where the files that it reads lie. A model
    second costs what a longer run takes more than a short one, in processor time: starting, reading and ending are in
    neither. Priming is cut short by a small tau_mean; it changes the rates, not the work of a step."""
    CASE, NAME, LENGTHS = "network of Fig. 5, one second of model time", "reference simulator", (4.0, 16.0)
    ARGUMENTS = ("--quiet --seed 123 --sparseness 0.1 --ampa 1 --ne 100 --ni 25 --wext 0.15 --wee 0.0 --wei 0.5 "
                 "--wii 0.4 --wie 0.5 --psize 100 --plen 4 --tau_mean 1 --tau_sigma2 30 --phi 1 --lambda 1 --zeta 1e-3 "
                 "--kappa 10 --eta 1e-2 --tau_weight_decay 1e9 --ieplastic --augment_gradient").split()

    def __init__(self, program):
        self.program = pathlib.Path(program).resolve()

    def seconds(self, length, end):
        """Processor time of a run of so many model seconds, before the moment end."""
        with tempfile.TemporaryDirectory(prefix="lpl-reference-") as folder:
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            done = subprocess.run([str(self.program), "--simtime", "%g" % length, "--dir", folder, *self.ARGUMENTS],
                                  cwd=self.program.parent, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                  check=False, timeout=max(0.1, end - time.monotonic()))
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode != 0:
            words = done.stdout.strip().splitlines()
            raise RuntimeError("status %d%s" % (done.returncode, ": " + words[-1] if words else ""))
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    @classmethod
    def cost(cls, times):
        """Of one model second, from the times of LENGTHS."""
        cost = (times[1] - times[0]) / (cls.LENGTHS[1] - cls.LENGTHS[0])
        if cost <= 0:
            raise RuntimeError("%g model seconds took no longer than %g" % (cls.LENGTHS[1], cls.LENGTHS[0]))
        return cost

    def round(self, stop=1e9):
        """One cost, or subprocess.TimeoutExpired after stop seconds."""
        end = time.monotonic() + stop
        return [{"case": self.CASE, "contestant": self.NAME, "threads": 1, "note": "processor time; %s" % self.program,
                 "times_s": [self.cost([self.seconds(t, end) for t in self.LENGTHS])]}]


class Peer:
    """A peer process that times one round for each line it is sent."""

    def __init__(self, label, python, script, threads, seconds, env, cpu=False):
        self.label = label
        command = [python, str(HERE / "peers" / script), "--threads", str(threads), "--seconds", str(seconds)]
        command += ["--cpu"] if cpu else []
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True, env=env)
        self.info = self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            error = self.process.stderr.read().strip().splitlines()
            raise RuntimeError(error[-1] if error else "no answer")
        return json.loads(line)

    def round(self, within=1e9, stop=1e9):
        self.process.stdin.write("round %g %g\n" % (within, stop))
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
    for core in ("Haswell", "Zen") if FORCED else (None, "SkylakeX", "Haswell", "Zen"):
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
    """Rows and goals by (case, threads, contestant); times of all rounds together. older: rows of the older build.
    unmeasured: the contestants for which there was no time."""

    def __init__(self):
        self.rows, self.goals, self.machine, self.notes, self.older = {}, [], [], [], {}
        self.unmeasured = {}

    def add(self, to, rows):
        for row in rows:
            key = (row["case"], row["threads"], row["contestant"])
            if not row["times_s"]:
                if key not in to and to is self.rows:
                    self.unmeasured[key] = True
                continue
            if to is self.rows:
                self.unmeasured.pop(key, None)
            if key in to:
                to[key]["times_s"] += row["times_s"]
            else:
                to[key] = dict(row)
            to[key]["median_s"] = statistics.median(to[key]["times_s"])
            to[key]["best_s"] = min(to[key]["times_s"])

    def take(self, rows):
        self.add(self.rows, rows)

    def take_older(self, rows):
        self.add(self.older, rows)

    def gain(self, row):
        """How many times as fast as the older build, or None."""
        old = self.older.get((row["case"], row["threads"], row["contestant"]))
        return old["median_s"] / row["median_s"] if old and row["contestant"].split()[0] not in YARDSTICKS else None

    def medians(self):
        return {key: row["median_s"] for key, row in [*self.rows.items(), *(((k, "older"), r)
                                                                            for k, r in self.older.items())]}

    @staticmethod
    def settled(before, now):
        """Has a round moved no median? before, now: medians(). Not after the first."""
        return bool(before) and all(key in before and abs(now[key] / before[key] - 1) <= SETTLED for key in now)

    def cut(self):
        """How many contestants have fewer than three samples."""
        return sum(len(row["times_s"]) < 3 for row in [*self.rows.values(), *self.older.values()])

    def versus(self, goal):
        """The fastest contestant whose name begins with goal['versus'], or None."""
        found = [r for (case, threads, name), r in self.rows.items()
                 if case == goal["case"] and threads == goal["threads"] and name.startswith(goal["versus"])]
        return min(found, key=lambda r: r["median_s"]) if found else None

    def judge(self, goal):
        row = self.rows.get((goal["case"], goal["threads"], goal["contestant"]))
        other = self.versus(goal) if goal["versus"] else None
        if not row or goal["versus"] and not other:
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


def number(n, what):
    return "%d %s%s" % (n, what, "s" if n != 1 else "")


def text_minutes(t):
    return "%d min %02d s" % divmod(round(t), 60)


def print_case(results, case, threads, against):
    print("\n%s, %s" % (case, number(threads, "thread")))
    column = " %9s" % ("/ " + against) if against else ""
    print("  %-44s %11s %11s %18s%s %7s  %-36s %s" % ("contestant", "median", "best", "rate", column, "ratio", "goal",
                                                      "verdict"))
    for (c, n, name), row in results.rows.items():
        if (c, n) != (case, threads):
            continue
        rate = "%.4g %s/s" % (row["work"] / row["median_s"], row["unit"]) if row.get("work") else ""
        gain = results.gain(row)
        column = " %9s" % ("%.2f" % gain if gain else "") if against else ""
        head = "  %-44s %11s %11s %18s%s" % (name, text_time(row["median_s"]), text_time(row["best_s"]), rate, column)
        goals = [g for g in results.goals if (g["case"], g["threads"], g["contestant"]) == (case, threads, name)]
        few = number(len(row["times_s"]), "sample") if len(row["times_s"]) < 3 else ""
        note = "; ".join(text for text in (row["note"], few) if text)
        print((head + ("          " + note if note else "")).rstrip())
        for g in goals:
            ratio, other, verdict = results.judge(g)
            line = "  %-44s %11s %11s %18s%s %7s  %-36s %s%s" % (
                "", "", "", "", " %9s" % "" if against else "", "-" if ratio is None else "%.2f" % ratio, g["text"],
                verdict, "  [%s]" % other if other and other != "-" else "")
            print(line.rstrip())


class Turns:
    """Deals the seconds until a moment out to the turns of a round that are still to come."""

    def __init__(self, turns, until):
        self.left, self.until = turns, until

    def next(self):
        """Of this turn: when one sample of each has to do, and when none begins any more."""
        stop = max(0.1, (self.until - time.monotonic()) / max(1, self.left))
        self.left -= 1
        return LATE * stop, stop


def run_once(program, threads, cpu, options, part, turn):
    command = [str(program), "--threads", str(threads), "--seconds", str(options.seconds), "--json", str(part),
               "--within", "%g" % turn[0], "--stop", "%g" % turn[1]]
    command += ["--cpu"] if cpu else []
    command += ["--isa", options.isa] if options.isa else []
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(threads),
                          check=False)
    if done.returncode != 0:
        words = done.stderr.strip().splitlines()
        raise RuntimeError("%s failed with status %d%s" % (program, done.returncode, ": " + words[-1] if words else ""))
    data = json.loads(part.read_text())
    part.unlink()
    return data


def start_peers(results, threads, script, cpu, options, pythons):
    peers = []
    for label, python, debian in pythons if script else []:
        env = environment(threads)
        if debian:
            best, tried = options.debian[threads]
            if not best:
                results.notes.append("Debian's PyTorch: no correct BLAS (%s)" % "; ".join(tried))
                continue
            env = best[2]
        try:
            peer = Peer(label, python, script, threads, options.seconds, env, cpu)
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
    return peers


def run_program(name, threads, options, pythons, until):
    """Rounds of the program, its peers, the older build and the reference, until the time is over; one at least, as far
    as it comes."""
    results, out, begun = Results(), pathlib.Path(options.out), time.monotonic()
    part = out / ("%s.part.json" % name)
    reference = options.reference if name == "spiking" and threads == 1 else None
    cpu = threads == 1 and bool(options.cpu or reference)
    older = None
    if options.against:
        older, why = build_against(options.against, name, out / "against")
        if older is None:
            results.notes.append("%s: not measured, %s does not build against it: %s" % (options.label, name, why))
    peers = start_peers(results, threads, PROGRAMS[name][1], cpu, options, pythons)
    ready = time.monotonic() - begun
    settled, medians = "", {}
    for k in range(options.rounds):
        round_begun = time.monotonic()
        turns = Turns(1 + bool(older) + bool(reference) + len(peers), until)
        try:
            data = run_once(pathlib.Path(options.bin) / name, threads, cpu, options, part, turns.next())
        except (OSError, RuntimeError) as error:
            sys.exit("bench/run.py: %s" % error)
        results.take(data["rows"])
        results.goals, results.machine = data["goals"], data["machine"]
        if older:
            try:
                results.take_older(run_once(older, threads, cpu, options, part, turns.next())["rows"])
            except (OSError, RuntimeError) as error:
                results.notes.append("%s: not measured: %s" % (options.label, error))
                older = None
        if reference:
            try:
                results.take(reference.round(turns.next()[1]))
            except (OSError, RuntimeError, subprocess.TimeoutExpired) as error:
                results.notes.append("reference simulator: not measured: %s" % error)
                reference = None
        for peer in peers:
            rows = peer.round(*turns.next())
            for row in rows:
                row["contestant"] += " [%s]" % peer.label
            results.take(rows)
        now, before = time.monotonic(), medians
        medians = results.medians()
        if Results.settled(before, medians):
            settled = ", settled"
            break
        if now + (now - round_begun) > until:
            break
    for peer in peers:
        peer.close()
    few = results.cut()
    results.notes.append("%s%s, %.0f s of %.0f%s%s" % (
        number(k + 1, "round"), settled, time.monotonic() - begun, until - begun,
        ", %.0f s of it to start and to build" % ready if ready >= 1 else "",
        "; fewer than three samples of %d of %d contestants" % (few, len(results.rows) + len(results.older))
        if few else ""))
    if results.unmeasured:
        results.notes.append("no time was left for: %s" % ", ".join("%s of %s" % (name, case)
                                                                    for case, _, name in results.unmeasured))
    return results


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default=str(HERE.parent / "build" / "bench"), help="folder of the built programs")
    parser.add_argument("--out", default=str(HERE.parent / "build" / "bench"), help="folder for the JSON files")
    parser.add_argument("--only", action="append", choices=sorted(PROGRAMS),
                        help="this program alone (may be repeated)")
    parser.add_argument("--threads", type=int, help="with this number of threads alone")
    parser.add_argument("--rounds", type=int, default=3, help="how often the contestants take turns, at most")
    parser.add_argument("--seconds", type=float, default=0.3, help="budget of one contestant in one round")
    parser.add_argument("--minutes", type=float, default=10.0,
                        help="of all together, no more: each program has its share of them")
    parser.add_argument("--spent", type=float, default=0.0, metavar="SECONDS",
                        help="of --minutes, before this (compilation)")
    parser.add_argument("--no-peers", action="store_true", help="without PyTorch")
    parser.add_argument("--against", type=pathlib.Path, metavar="FOLDER",
                        help="source folder of an older version with its built lib/liblpl.a: how many times as fast")
    parser.add_argument("--reference", metavar="PROGRAM",
                        help="a built sim_lpl_spiking of the published code, with the files that it reads beside it")
    parser.add_argument("--cpu", action="store_true",
                        help="one thread: processor time instead of the wall clock (a machine that is busy)")
    parser.add_argument("--isa", choices=["avx2"], help="as on a CPU without AVX-512: the library, BLIS and the peers")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("--rounds: at least 1")
    if not options.minutes > 0:
        parser.error("--minutes: more than 0")
    options.label = ""
    if options.against:
        options.against = options.against.resolve()
        if not (options.against / "include" / "lpl" / "version.h").is_file():
            parser.error("--against %s: no include/lpl/version.h there" % options.against)
        options.label = version_of(options.against)
    if options.isa:
        FORCED.update(AVX2)
    options.reference = Reference(options.reference) if options.reference else None
    return options


def main():
    options = parse()
    names = options.only or list(PROGRAMS)
    pathlib.Path(options.out).mkdir(parents=True, exist_ok=True)
    available, begun = len(os.sched_getaffinity(0)), time.monotonic() - options.spent
    end = begun + 60 * options.minutes * (1 - SPARE)
    pythons = [] if options.no_peers else find_pythons()
    todo = [(n, t or available) for n in names for t in PROGRAMS[n][0]]
    todo = [(n, t) for n, t in todo if options.threads in (None, t)]
    for name, threads in todo:
        if threads > available or (name == "scaling" and threads < 2):
            print("%s with %d threads: only %d processor(s) here, skipped" % (name, threads, available))
    todo = [(n, t) for n, t in todo if t <= available and not (n == "scaling" and t < 2)]
    options.debian = {}
    if any(d for _, _, d in pythons):
        for threads in sorted({t for n, t in todo if PROGRAMS[n][1]}):
            options.debian[threads] = best_debian("/usr/bin/python3", threads)
            print("Debian's PyTorch, %d thread(s): %s" % (threads, "; ".join(options.debian[threads][1])))
    if not pythons and not options.no_peers:
        print("no PyTorch found (make deps-bench): goals against it are not judged")
    if "spiking" in names and not options.reference:
        print("reference simulator: not measured (--reference PROGRAM)")
    missed = judged = 0
    weight = {(n, t or available): w for n, (ts, _, ws) in PROGRAMS.items() for t, w in zip(ts, ws)
              if (n, t or available) in todo}
    for name in names:
        merged = Results()
        before = os.getloadavg()[0]
        for threads in [t for n, t in todo if n == name]:
            now = time.monotonic()
            share = (end - now) * weight[name, threads] / sum(weight.values())
            del weight[name, threads]
            if share < 0.5:
                print("\n%s, %s: not measured, no time was left" % (name, number(threads, "thread")))
                continue
            r = run_program(name, threads, options, pythons, now + share)
            merged.rows.update(r.rows)
            merged.older.update(r.older)
            merged.goals += r.goals
            merged.notes += r.notes
            merged.machine.append(r.machine)
        if not merged.machine:
            continue
        load = "load average %.2f before, %.2f after" % (before, os.getloadavg()[0])
        print("\n==== %s ====\n%s\n%s" % (name, "\n".join(merged.machine + merged.notes), load))
        for case, threads in dict.fromkeys((c, n) for c, n, _ in merged.rows):
            print_case(merged, case, threads, options.label if merged.older else "")
        sys.stdout.flush()
        verdicts = []
        for g in merged.goals:
            ratio, against, verdict = merged.judge(g)
            verdicts.append(dict(g, ratio=ratio, against=against, verdict=verdict))
            judged += bool(verdict) and verdict != "not measured"
            missed += verdict.startswith("missed")
        rows = [dict(r, gain=merged.gain(r)) if options.label else r for r in merged.rows.values()]
        (pathlib.Path(options.out) / ("%s.json" % name)).write_text(json.dumps(
            {"bench": name, "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "machine": merged.machine,
             "notes": merged.notes, "load": load, "rows": rows, "older": options.label,
             "older_rows": list(merged.older.values()), "goals": verdicts}, indent=1) + "\n")
    print("\n%d goals judged: %d met, %d missed" % (judged, judged - missed, missed))
    print("%s of %g min" % (text_minutes(time.monotonic() - begun), options.minutes))


if __name__ == "__main__":
    main()
