#!/usr/bin/env python3
"""docs/site/snippets.py - the code blocks of a page, run as a reader would run them.

usage: snippets.py fill PAGE...     run, and write what was printed into the page's blocks of output

In a page, ```LANGUAGE FILE is a file to be written, ```sh are commands to be run in that folder, and a ```text behind
them is what they print. ```sh needs=MODULE: only where Python has that module. Files stand before the commands that use
them.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^```(\w+)(?: ([^\n]*))?\n(.*?)^```$", flags=re.S | re.M)


class Block:
    def __init__(self, match):
        self.language, self.words, self.body = match[1], (match[2] or "").split(), match[3]
        self.begin, self.end = match.start(3), match.end(3)

    @property
    def file(self):
        return self.words[0] if self.words and "=" not in self.words[0] else None

    @property
    def needs(self):
        return [word[6:] for word in self.words if word.startswith("needs=")]


def blocks(text):
    return [Block(match) for match in FENCE.finditer(text)]


def commands(text):
    """(commands, output or None) in their order."""
    found = blocks(text)
    out = []
    for k, block in enumerate(found):
        if block.language == "sh":
            after = found[k + 1] if k + 1 < len(found) else None
            out.append((block, after if after and after.language == "text" else None))
    return out


class Place:
    """A folder with the page's files, in which its commands run with the library of this tree."""

    def __init__(self, folder, text, lib, cc="cc", python="/usr/bin/python3"):
        self.folder = pathlib.Path(folder)
        for block in blocks(text):
            if block.file:
                (self.folder / block.file).write_text(block.body, encoding="utf-8")
        programs = self.folder / ".bin"
        programs.mkdir()
        cc, *flags = cc.split()  # by its full path: "cc" will be the script
        for name, command in (("cc", " ".join([shutil.which(cc) or cc, *flags, "-Wall -Wextra -Werror"])),
                              ("python3", shutil.which(python) or python)):
            (programs / name).write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
            (programs / name).chmod(0o755)
        (self.folder / "pkgconfig").mkdir()
        (self.folder / "pkgconfig/lpl.pc").write_text(
            f"Name: lpl\nDescription: -\nVersion: 0\nCflags: -I{ROOT}/include\nLibs: -L{lib} -llpl\n", encoding="utf-8")
        self.env = dict(os.environ, PATH=f"{programs}:{os.environ['PATH']}", LC_ALL="C",
                        PKG_CONFIG_PATH=str(self.folder / "pkgconfig"), LD_LIBRARY_PATH=str(lib),
                        LPL_LIBRARY=f"{lib}/liblpl.so", PYTHONPATH=str(ROOT / "bindings/python"),
                        PYTHONDONTWRITEBYTECODE="1")

    def has(self, module):
        return subprocess.run(["python3", "-c", f"import {module}"], env=self.env, capture_output=True,
                              check=False).returncode == 0

    def run(self, block):
        return subprocess.run(["sh", "-ec", block.body], cwd=self.folder, env=self.env, capture_output=True, text=True,
                              check=False)


def fill(path, lib):
    text = path.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        place = Place(folder, text, lib)
        changes = []
        for block, output in commands(text):
            if output is None:
                continue
            if not all(place.has(module) for module in block.needs):
                sys.exit(f"{path}: Python lacks {block.needs}")
            done = place.run(block)
            if done.returncode:
                sys.exit(f"{path}: {block.body}{done.stdout}{done.stderr}")
            changes.append((output, done.stdout))
        for output, printed in reversed(changes):
            text = text[:output.begin] + printed + text[output.end:]
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] != "fill":
        sys.exit(__doc__)
    for name in sys.argv[2:]:
        fill(pathlib.Path(name), ROOT / "lib")
