#!/usr/bin/env python3
"""examples/demo/run.py - run the programs of the demo, as many at a time as there are processors, and make its page.

Programs start in the order given, those of --start before (what draws at once, then what takes longest), and draw into
one folder; the page keeps the order given. With --build COMMAND that command compiles them meanwhile: each starts when
OUT/run/PROGRAM.ready is there, or when the command has ended. All but --longest are nicer (nice 5): the program that
takes longest then has done its parallel part soonest, and they fill what its serial part leaves idle. What they say
about their progress is passed on, line by line with the program's name in front; what they print comes whole when a
program has ended. FOLDER/index.html (examples/demo/page.py) is made anew whenever one has ended, so there is a page to
look at from the first picture on. Ctrl-C ends the programs (those that can keep a checkpoint), and the page says what
is missing.

Usage: run.py [--bin FOLDER] [--out FOLDER] [--jobs N] [--build COMMAND] [--version TEXT] 'PROGRAM [OPTIONS]' ...
Exit status: 0; 1 if a program failed; 130 after Ctrl-C.
"""
import argparse
import json
import os
import pathlib
import re
import shlex
import signal
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import page  # noqa: E402 (beside this file)

PROGRESS = re.compile(r" %  ETA ")
NICER = 5
PROGRESS_EVERY = 15.0  # seconds between lines of progress of one program where they are not drawn over


def machine():
    """The processor's name and how many we may use."""
    name = "unknown processor"
    for line in page.text_of(pathlib.Path("/proc/cpuinfo")).splitlines():
        if re.match(r"(model name|Model|cpu model)\s*:", line):
            name = line.split(":", 1)[1].strip()
            break
    n = processors()
    return "%s, %d processor%s" % (name, n, "s" if n > 1 else "")


def processors():
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


class Screen:
    """Standard error for several programs: whole lines, and on a terminal one line of progress below them."""

    def __init__(self, programs):
        self.lock, self.terminal = threading.Lock(), sys.stderr.isatty()
        self.wide = max(len(p) for p in programs)
        self.progress, self.said, self.drawn = {}, {}, False

    def clear(self):
        if self.drawn:
            sys.stderr.write("\r\033[K")
            self.drawn = False

    def draw(self):
        if self.terminal and self.progress:
            columns = os.get_terminal_size(sys.stderr.fileno()).columns
            text = "   ".join("%s: %s" % (p, " ".join(re.findall(r"[\d.]+ %|ETA \S+ \S+", t)))
                              for p, t in self.progress.items())
            sys.stderr.write("\r%s\033[K" % text[:columns - 1])
            self.drawn = True
        sys.stderr.flush()

    def line(self, program, text):
        with self.lock:
            if PROGRESS.search(text):
                self.progress[program] = text
                if not self.terminal:
                    now = time.monotonic()
                    if now - self.said.get(program, 0) < PROGRESS_EVERY:
                        return
                    self.said[program] = now
                    sys.stderr.write("%-*s | %s\n" % (self.wide, program, text))
            elif text:
                self.clear()
                sys.stderr.write("%-*s | %s\n" % (self.wide, program, text))
            self.draw()

    def say(self, text):
        with self.lock:
            self.clear()
            print(text, flush=True)
            self.draw()

    def ended(self, program, head, printed):
        with self.lock:
            self.progress.pop(program, None)
            self.clear()
            sys.stderr.flush()
            print("\n==== %s\n%s" % (head, printed.strip("\n")), flush=True)
            self.draw()


class Job:
    def __init__(self, order, words, bin_folder, out):
        self.program, self.arguments = words[0], words[1:]
        self.path = pathlib.Path(bin_folder) / self.program
        self.base = pathlib.Path(out) / "run" / self.program
        self.record = {"program": self.program, "order": order, "state": "waiting",
                       "command": [str(self.path), *self.arguments, "-o", str(out)],
                       "seconds": None, "cpu": None, "status": None}
        self.process = self.thread = None
        self.nicer = False

    def file(self, kind):
        return pathlib.Path("%s.%s" % (self.base, kind))

    def keep(self):
        page.write(self.file("json"), json.dumps(self.record, indent=1) + "\n")

    def forget(self):
        """What an earlier demo left of this program."""
        for kind in ("out", "err", "help", "ready"):
            self.file(kind).unlink(missing_ok=True)
        self.keep()

    def give_up(self, why):
        self.record.update(state="done", why=why)
        self.keep()

    def start(self, screen, environment, ended):
        self.record.update(state="running")
        self.begun = time.monotonic()
        try:
            with self.file("help").open("wb") as text:
                subprocess.run([str(self.path), "--help"], stdout=text, stderr=subprocess.DEVNULL, timeout=60,
                               check=False, env=environment)
            with self.file("out").open("wb") as out:
                self.record["begun_ns"] = os.fstat(out.fileno()).st_mtime_ns  # by the clock that figures are dated by
                self.process = subprocess.Popen(self.record["command"], stdin=subprocess.DEVNULL, stdout=out,
                                                stderr=subprocess.PIPE, env=environment)
            if self.nicer:
                self.be_nice()
        except (OSError, subprocess.TimeoutExpired) as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            self.give_up("could not be started: %s: %s" % (self.path, why))
            screen.line(self.program, self.record["why"])
            return False
        self.keep()
        self.thread = threading.Thread(target=self.listen, args=(screen, ended))
        self.thread.start()
        return True

    def be_nice(self):
        try:
            os.setpriority(os.PRIO_PROCESS, self.process.pid, min(19, os.getpriority(os.PRIO_PROCESS, 0) + NICER))
        except OSError:
            pass  # it is over already, or this system does not want it: it takes its turns as the others do

    def listen(self, screen, ended):
        with self.file("err").open("wb") as kept:
            for line in self.process.stderr:
                text = line.decode("utf-8", "replace").rstrip("\r\n")
                if not PROGRESS.search(text):
                    kept.write(line)
                    kept.flush()
                screen.line(self.program, text)
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        self.record.update(state="done", status=self.process.returncode,
                           seconds=round(time.monotonic() - self.begun, 3),
                           cpu=round(usage.ru_utime + usage.ru_stime, 3))
        self.keep()
        ended(self)


def without_jobs(flags):
    """MAKEFLAGS of a make of its own, which says itself how many jobs it has."""
    return re.sub(r"(^|\s)(-j\d*|--jobserver-\w+=\S+)(?=\s|$)", "", flags)


class Build:
    """What compiles the programs, if anything does."""

    def __init__(self, command, screen):
        self.screen, self.begun, self.seconds, self.status = screen, time.monotonic(), None, None
        self.process = self.thread = None
        if command:
            environment = dict(os.environ, MAKEFLAGS=without_jobs(os.environ.get("MAKEFLAGS", "")))
            self.process = subprocess.Popen(shlex.split(command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                            stderr=subprocess.STDOUT, env=environment)
            self.thread = threading.Thread(target=self.listen)
            self.thread.start()

    def listen(self):
        for line in self.process.stdout:
            self.screen.say(line.decode("utf-8", "replace").rstrip("\r\n"))
        status = self.process.wait()
        self.seconds = time.monotonic() - self.begun
        self.status = status

    def has(self, job):
        """Has this program been made? (What make did not touch is there as well: make says so.)"""
        return self.process is None or self.status == 0 or job.file("ready").exists()

    def failed(self):
        return self.status not in (None, 0)


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default="build/examples/paper", help="folder of the built programs")
    parser.add_argument("--out", default="build/demo", help="folder of figures, records and page")
    parser.add_argument("--jobs", type=int, default=0, help="programs at a time; 0: as many as processors")
    parser.add_argument("--start", default="", metavar="NAME,...", help="programs that start first, in this order")
    parser.add_argument("--longest", default="", metavar="NAME", help="the program to which the others give way")
    parser.add_argument("--build", default="", metavar="COMMAND",
                        help="compiles the programs, and says which are ready")
    parser.add_argument("--version", default="", help="of the library, for the page's title")
    parser.add_argument("programs", nargs="+", metavar="PROGRAM")
    options = parser.parse_args()
    if options.jobs < 0:
        parser.error("--jobs is negative")
    words = [shlex.split(text) for text in options.programs]
    names = [w[0] for w in words if w]
    if len(set(names)) != len(words):
        parser.error("each program once, and by its name")
    options.start = [name for name in options.start.split(",") if name]
    if not set(options.start) <= set(names) or len(set(options.start)) != len(options.start):
        parser.error("--start: each once, of the programs given")
    if options.longest not in ("", *names):
        parser.error("--longest: of the programs given")
    if "demo" in names:
        parser.error("'demo' is the name of the record of all")
    return options, words


def main():
    options, words = parse()
    out = pathlib.Path(options.out)
    (out / "run").mkdir(parents=True, exist_ok=True)
    jobs = [Job(k, w, options.bin, out) for k, w in enumerate(words)]
    for old in (out / "run").glob("*.json"):
        old.unlink()
    for job in jobs:
        job.forget()
        job.nicer = options.longest not in ("", job.program)
    at_once = options.jobs or processors()
    environment = dict(os.environ)
    if at_once > 1:  # threads that spin while they wait would take processors from the other programs
        environment.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    about = {"version": options.version, "machine": machine(), "running": True,
             "date": time.strftime("%Y-%m-%d %H:%M %Z").strip()}
    begun = time.monotonic()
    screen = Screen([j.program for j in jobs])
    ready = threading.Condition()
    over = []

    def refresh(running=True):
        total = time.monotonic() - begun
        about.update(running=running, took="All of it took %s%s, %d programs at a time" % (
            page.seconds(total), ", compilation the first %s" % page.seconds(build.seconds)
            if build.seconds is not None else "", at_once))
        page.write(out / "run" / "demo.json", json.dumps(about, indent=1) + "\n")
        return page.make(out)

    def ended(job):
        with ready:
            over.append(job)
            ready.notify()

    def report(job):
        r = job.record
        head = "%s: %.1f s, %.1f s of processor time, exit status %d" % (shlex.join(r["command"]), r["seconds"],
                                                                         r["cpu"], r["status"])
        screen.ended(job.program, head, page.text_of(job.file("out")))
        refresh()

    # A handler, not an exception: nothing is left half started. The programs have had the signal too, and end by
    # themselves; a second one does not wait for them.
    interrupts = []
    signal.signal(signal.SIGINT, lambda *_: interrupts.append(1))
    first = {name: k for k, name in enumerate(options.start)}
    waiting, running = sorted(jobs, key=lambda job: first.get(job.program, len(first))), []
    build = Build(options.build, screen)
    refresh()
    while waiting or running:
        if build.failed():
            for job in [job for job in waiting if not build.has(job)]:
                waiting.remove(job)
                job.give_up("was not compiled: %s ended with status %d" % (options.build, build.status))
        while len(running) < at_once and not interrupts:
            job = next((job for job in waiting if build.has(job)), None)
            if job is None:
                break
            waiting.remove(job)
            if job.start(screen, environment, ended):
                running.append(job)
            else:
                refresh()
        if interrupts:
            for job in waiting:
                job.record["why"] = "interrupted before"
                job.keep()
            waiting = []
        if len(interrupts) > 1:
            for job in running:
                job.process.kill()
        with ready:
            if (running or waiting) and not over:
                ready.wait(0.2)
            finished = [over.pop(0) for _ in range(len(over))]
        for job in finished:
            running.remove(job)
            job.thread.join()
            report(job)
    if build.thread:
        build.thread.join()
    demo = refresh(running=False)
    faults = demo.faults()
    print("\n%s, %s" % (about["took"], "all as expected" if not faults else "FAILED:"))
    for run, fault in faults:
        print("  %s %s" % (run.program, fault))
    print("Figures, what was expected and what came out, on one page:\n  %s" % (out / "index.html"), flush=True)
    return 130 if interrupts else 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
