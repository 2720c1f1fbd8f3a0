#!/usr/bin/env python3
"""tests/tools/site_browser.py - the built site in a real browser: is a page wider than its window, is a formula
refused?

usage: site_browser.py HTML_FOLDER      (make site; needs chromium)

Every page is opened in frames as wide as a telephone, a tablet, a small and a large window. What is wider than its
window has to scroll in a box of its own. A formula that KaTeX does not take, or one that was not drawn at all, is
named. Last line "N passed, N failed".
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

WIDTHS = (360, 800, 1150, 1400)
SCRIPT = """<!DOCTYPE html><body><script>
const pages = %s, widths = %s, said = [];
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
async function run() {
    for (const page of pages) {
        const frame = document.createElement("iframe");
        frame.style.height = "900px";
        frame.style.width = widths[0] + "px";
        document.body.appendChild(frame);
        await new Promise((done) => { frame.onload = done; frame.src = page; });
        await wait(500);
        const d = frame.contentDocument, formulas = d.querySelectorAll("div.math, span.math");
        for (const f of formulas)
            if (!f.querySelector(".katex") || f.querySelector(".katex-error")) said.push(page + ": " + f.textContent);
        for (const width of widths) {
            frame.style.width = width + "px";
            await wait(60);
            if (d.scrollingElement.scrollWidth > width + 1)
                said.push(page + ": at " + width + " it is " + d.scrollingElement.scrollWidth + " wide");
        }
        said.push("seen " + page + " " + formulas.length);
        frame.remove();
    }
    document.body.innerHTML = "<pre id=said></pre>";
    document.getElementById("said").textContent = JSON.stringify(said);
}
run();
</script></body>
"""


def main():
    folder = pathlib.Path(sys.argv[1]).resolve()
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not browser:
        print("skipped: there is no chromium here (Debian: apt install chromium)")
        return 0
    pages = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*.html"))]
    with tempfile.TemporaryDirectory() as home:
        shutil.copytree(folder, pathlib.Path(home) / "site")
        opener = pathlib.Path(home) / "site" / "opener.html"
        opener.write_text(SCRIPT % (json.dumps(pages), json.dumps(WIDTHS)), encoding="utf-8")
        done = subprocess.run([browser, "--headless=new", "--no-sandbox", "--disable-gpu",
                               "--allow-file-access-from-files", f"--user-data-dir={home}/browser",
                               "--virtual-time-budget=900000", "--dump-dom", opener.as_uri()],
                              capture_output=True, text=True, timeout=900, check=False, env=dict(os.environ, HOME=home))
    match = re.search(r'<pre id="said">(.*?)</pre>', done.stdout, flags=re.S)
    if not match:
        print(f"FAIL no answer from {browser}: {done.stderr[-500:]}\n0 passed, 1 failed")
        return 1
    said = json.loads(match[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
    seen = [line for line in said if line.startswith("seen ")]
    faults = [line for line in said if not line.startswith("seen ")]
    for line in faults:
        print(f"FAIL {line}")
    if len(seen) != len(pages):
        faults.append("")
        print(f"FAIL {len(seen)} of {len(pages)} pages were opened")
    print(f"{len(seen)} pages at {len(WIDTHS)} widths, {sum(int(line.split()[-1]) for line in seen)} formulas")
    print(f"{len(seen) - len({line.split(':')[0] for line in faults})} passed, {len(faults)} failed")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
