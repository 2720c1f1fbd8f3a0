#!/usr/bin/env python3
"""examples/play/build.py - the two pages of the playground, each one file with the library inside.

usage: build.py FOLDER      FOLDER/lib/liblpl.a: the library for WebAssembly (make wasm)

    FOLDER/toy.wasm, FOLDER/stdp.wasm               the modules: examples/play/NAME.c and what it needs of the library
    FOLDER/play/toy.html, FOLDER/play/stdp.html     NAME.html with play.css, play.js and the module (base64) put in
"""
import base64
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
WORLDS = {"toy": [], "stdp": ["examples/worlds/stdpworld.c", "examples/worlds/pairing.c"]}
LIMIT = 1000000  # bytes of a page


def module(name, folder):
    """The compiled module's bytes."""
    out = folder / f"{name}.wasm"
    # What a page calls is marked in the source (PLAY_CALL); no files, no clock, no randomness is asked of the host.
    subprocess.run(["emcc", "-std=c11", "-O2", "-ffp-contract=off", "-Wall", "-Wextra", "-Iinclude", "-Iexamples",
                    "-Iexamples/play", f"examples/play/{name}.c", *WORLDS[name], str(folder / "lib/liblpl.a"),
                    "-sSTANDALONE_WASM", "--no-entry", "-sEXPORTED_FUNCTIONS=_malloc", "-sALLOW_MEMORY_GROWTH=1",
                    "-o", str(out)], cwd=ROOT, check=True)
    return out.read_bytes()


def page(name, wasm):
    text = (HERE / f"{name}.html").read_text(encoding="utf-8")
    for mark, part in (("play.css", (HERE / "play.css").read_text(encoding="utf-8")),
                       ("play.js", (HERE / "play.js").read_text(encoding="utf-8")),
                       ("wasm", base64.b64encode(wasm).decode())):
        if f"@{mark}@" not in text:
            sys.exit(f"{name}.html has no place for {mark}")
        text = text.replace(f"@{mark}@", part)
    return text


def main():
    folder = pathlib.Path(sys.argv[1]).resolve()
    (folder / "play").mkdir(parents=True, exist_ok=True)
    for name in WORLDS:
        wasm = module(name, folder)
        text = page(name, wasm)
        path = folder / "play" / f"{name}.html"
        path.write_text(text, encoding="utf-8")
        print(f"{path}: {path.stat().st_size} bytes, the module {len(wasm)}")
        if path.stat().st_size >= LIMIT:
            sys.exit(f"{path.name} has {path.stat().st_size} bytes, at most {LIMIT}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
