#!/usr/bin/env python3
"""tests/tools/compile_commands.py - the compilation database: compile_commands.py FOLDER COMPILER FLAGS SOURCE...

One entry a source: *_real.c and *_kernel.c as float and for the reference instruction set, which is how a reader wants
to see them."""
import json
import shlex
import sys

folder, compiler, flags, *sources = sys.argv[1:]
json.dump([{"directory": folder, "file": source,
            "arguments": shlex.split(compiler) + shlex.split(flags)
            + (["-DLPLI_ISA_NAME=ref"] if source.endswith(("_kernel.c", "_ukr.c")) else []) + ["-c", source]}
            for source in sources],
          sys.stdout, indent=1)
