#!/usr/bin/env python3
"""tests/tools/wasm.py - does the library in a web page give the bits of the library on this computer?

usage: wasm.py FOLDER PROGRAM       FOLDER/play/NAME.html (make wasm), PROGRAM: examples/play/check.c built natively

Each page's module makes the moves of toy_check or stdp_check: under node, taken out of the page, and in chromium, by
the page itself. What comes of them (weights, responses, points, windows) must be the same bytes as the program prints.
A page is below 1 MB and asks no network. Where node or chromium is missing, that is said. Last line "N passed, N
failed".
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

NODE = """
const fs = require("fs"), page = fs.readFileSync(process.argv[2], "utf8");
const text = /<script type="text\\/plain" id="wasm">([^<]*)</.exec(page)[1];
const code = page.slice(page.lastIndexOf("<script>") + 8, page.lastIndexOf("</script>"));
const helpers = code.slice(0, code.indexOf("const $ ="));
eval(helpers + "; load(text).then((lib) => console.log(hex(lib, lib[process.argv[3]])))");
"""
LIMIT = 1000000
# What a page says when it has been open for a while: then its controls, its drawing and the module work together.
SAYS = {"toy": r'id="says"[^>]*>It follows the slow input\.<', "stdp": r'id="says"[^>]*>Variance 0\.10 Hz: classic'}


def native(program):
    """{name: bytes as text}"""
    printed = subprocess.run([program], capture_output=True, text=True, check=True).stdout
    return dict(line.split(" ", 1) for line in printed.splitlines())


def with_node(page, name):
    with tempfile.TemporaryDirectory() as folder:
        script = pathlib.Path(folder) / "check.js"
        script.write_text(NODE, encoding="utf-8")
        done = subprocess.run([shutil.which("node") or "nodejs", str(script), str(page), f"{name}_check"],
                              capture_output=True, text=True, timeout=300, check=False)
    return done.stdout.strip() or done.stderr[-500:]


def seen(browser, url):
    """The page as it is after its scripts have run, as text."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([browser, "--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}",
                               "--virtual-time-budget=60000", "--dump-dom", url],
                              capture_output=True, text=True, timeout=300, check=False,
                              env=dict(os.environ, HOME=folder))
    return done.stdout or done.stderr[-300:]


def with_chromium(browser, page):
    text = seen(browser, f"{page.as_uri()}#check")
    match = re.search(r'<pre id="check">([0-9a-f]*)</pre>', text)
    return match[1] if match else "no answer: " + text[-300:]


def main():
    folder, program = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
    passed = failed = 0

    def say(title, why):
        nonlocal passed, failed
        passed, failed = passed + (not why), failed + bool(why)
        print(f"{'FAIL' if why else 'ok  '} {title}{': ' + why if why else ''}")

    expected = native(program)
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    node = shutil.which("node") or shutil.which("nodejs")
    for name, bits in expected.items():
        page = folder / "play" / f"{name}.html"
        text = page.read_text(encoding="utf-8")
        asked = re.findall(r'(?:src|action)="[^"]*"|<link[^>]*>|url\([^)]*\)|\bfetch\(|XMLHttpRequest|import\(', text)
        say(f"{name}: one file of {page.stat().st_size} bytes",
            "" if page.stat().st_size < LIMIT else f"at most {LIMIT}")
        say(f"{name}: asks no network", ", ".join(asked))
        ways = ([("node", lambda: with_node(page, name))] if node else []) + (
            [("chromium", lambda: with_chromium(browser, page))] if browser else [])
        for way, answer in ways:
            got = answer()
            first = next((k // 2 for k, (a, b) in enumerate(zip(got, bits)) if a != b), len(bits) // 2)
            same = got == bits and len(bits) > 1000
            say(f"{name}: {len(bits) // 2} bytes as here, under {way}",
                "" if same else f"differs from byte {first} on: {got[:200]}")
        if browser:
            text = seen(browser, f"{page.as_uri()}#show")
            said = re.search(r'id="says"[^>]*>([^<]*)', text)
            say(f"{name}: the page says what it has found", "" if re.search(SAYS[name], text) else
                f"it says: {said[1] if said else text[-200:]}")
        for what, there in (("node", node), ("chromium", browser)):
            if not there:
                print(f"skip {name}: there is no {what} here")
    print(f"{passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
