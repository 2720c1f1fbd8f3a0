"""docs/site/conf.py - how Sphinx makes the site (docs/site/build.py)."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
numbers = dict(re.findall(r"#define LPL_VERSION_(MAJOR|MINOR|PATCH) (\d+)",
                          (ROOT / "include/lpl/version.h").read_text(encoding="utf-8")))
project, author = "liblpl", "the authors of liblpl"
copyright = "the authors of liblpl, BSD-3-Clause"
release = version = ".".join(numbers[part] for part in ("MAJOR", "MINOR", "PATCH"))
sys.path.insert(0, str(ROOT / "bindings/python"))
extensions = ["myst_parser", "sphinx.ext.mathjax", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
autodoc_typehints, autodoc_member_order = "none", "bysource"
napoleon_google_docstring = False
exclude_patterns = ["extra"]
nitpicky = True
nitpick_ignore = [("c:identifier", name) for name in (
    "size_t", "uint8_t", "uint16_t", "int32_t", "uint32_t", "int64_t", "uint64_t")]
nitpick_ignore_regex = [("py:.*", ".*")]  # types in docstrings are words
highlight_language = "text"
pygments_style, pygments_dark_style = "friendly", "monokai"

myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 4
myst_dmath_double_inline = True

html_theme = "furo"
html_title = f"liblpl {release}"
html_static_path = ["static", "/usr/share/javascript/katex"]
html_css_files = ["lpl.css"]
html_show_sphinx = False
html_copy_source = False
html_theme_options = {"navigation_with_keys": True}
# KaTeX of Debian, copied into the site; math.js looks for what the mathjax extension leaves.
mathjax_path = "math.js"
mathjax_options = {"defer": "defer"}


def bars(app, what, name, obj, options, lines):
    """|w| in a docstring is no substitution."""
    for k, line in enumerate(lines):
        parts = re.split(r"(``.*?``)", line)
        lines[k] = "".join(part.replace("|", "\\|") if n % 2 == 0 else part for n, part in enumerate(parts))


def setup(app):
    app.connect("autodoc-process-docstring", bars, priority=900)
    app.config.html_extra_path = [str(pathlib.Path(app.srcdir) / "extra")]
