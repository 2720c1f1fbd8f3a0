#!/usr/bin/env python3
"""docs/site/links.py - do the links of a built site lead somewhere, and does it ask the network for anything?

usage: links.py HTML_FOLDER     one line for each link that leads nowhere; exit status 1 if there is one

Followed: href and src of every page, to files and to anchors. What a page loads (scripts, styles, pictures, fonts) has
to lie in the folder; a link to elsewhere is a link, and is not followed.
"""
import html.parser
import pathlib
import re
import sys
import urllib.parse

LOADS = {"script": "src", "link": "href", "img": "src", "source": "src", "iframe": "src", "object": "data"}


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.anchors, self.links, self.loads = set(), [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.anchors.update(given[name] for name in ("id", "name") if given.get(name))
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        if tag in LOADS and given.get(LOADS[tag]) and given.get("rel") not in ("index", "search", "next", "prev"):
            self.loads.append(given[LOADS[tag]])


def check(folder):
    """Complaints."""
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("*.html"))}
    out = []
    for path, page in pages.items():
        name = path.relative_to(folder)
        for target in page.links + page.loads:
            parts = urllib.parse.urlsplit(target)
            if parts.scheme in ("http", "https", "mailto") or target.startswith("//"):
                if target in page.loads:
                    out.append(f"{name}: loads {target}")
                continue
            if parts.scheme == "data":
                continue
            there = (path.parent / urllib.parse.unquote(parts.path)).resolve() if parts.path else path
            there = there / "index.html" if there.is_dir() else there
            if not there.is_file():
                out.append(f"{name}: {target} is not there")
            elif parts.fragment and there in pages and urllib.parse.unquote(parts.fragment) not in pages[there].anchors:
                out.append(f"{name}: {target}: no such anchor")
    for path in sorted(folder.rglob("*.css")):
        for target in re.findall(r"url\(\s*['\"]?([^'\")]+)", path.read_text(encoding="utf-8")):
            if re.match(r"(https?:)?//", target):
                out.append(f"{path.relative_to(folder)}: loads {target}")
    return out


if __name__ == "__main__":
    complaints = check(pathlib.Path(sys.argv[1]).resolve())
    print("\n".join(complaints) or "every link leads somewhere")
    sys.exit(bool(complaints))
