#!/usr/bin/env python3
"""tests/ffi/abi_table.py - compare the table of lpl_abi_entry with what the headers say.

usage: abi_table.py HEADER_FOLDER POINTER < table      one line per entry: VALUE NAME, as test_abi.c prints them
POINTER: bytes of a pointer where the table was made

The headers are parsed here, independently of any compiler: enum values, and struct layouts from the sizes of the
fixed-width types under natural alignment (i386 aligns 8-byte numbers to 4: without padding that makes no difference).
Implicit padding is an error too. Exit status 0 if both sides agree in every entry.
"""
import pathlib
import re
import sys

SIZES = {"uint32_t": 4, "int32_t": 4, "uint64_t": 8, "int64_t": 8, "float": 4, "double": 8}

POINTER = int(sys.argv[2])


def strip(text):
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.S)
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))


def enum_entries(body):
    value = -1
    for item in filter(None, (part.strip() for part in body.split(","))):
        name, has_value, number = (part.strip() for part in item.partition("="))
        value = int(number, 0) if has_value else value + 1
        yield name, value


def struct_entries(name, body):
    offset = largest = 0
    for declaration in filter(None, (part.strip() for part in body.split(";"))):
        kind, fields = declaration.removeprefix("const ").split(None, 1)
        size = POINTER if fields.startswith("*") else SIZES[kind]
        largest = max(largest, size)
        for field in re.split(r"\s*,\s*", fields.lstrip("*")):
            if offset % size:
                sys.exit(f"{name}.{field}: hidden padding before offset {offset}")
            yield f"offsetof {name}.{field}", offset
            offset += size
    if offset % largest:
        sys.exit(f"{name}: hidden padding at the end, {offset} bytes")
    yield f"sizeof {name}", offset


def header_entries(folder):
    for path in sorted(pathlib.Path(folder).glob("*.h")):
        if path.name == "mpi.h":  # inline code, no part of the ABI
            continue
        text = strip(path.read_text(encoding="utf-8"))
        found = 0
        for match in re.finditer(r"\benum\s*\{(.*?)\}|\bstruct\s+(\w+)\s*\{(.*?)\}", text, flags=re.S):
            found += 1
            yield from enum_entries(match[1]) if match[1] is not None else struct_entries(match[2], match[3])
        if found != len(re.findall(r"\b(?:enum|struct|union)\b[^;(){}]*\{", text)):
            sys.exit(f"{path}: a definition that this script does not understand")


def main():
    table = {}
    for line in sys.stdin:
        value, name = line.rstrip("\n").split(" ", 1)
        table[name] = int(value)
    headers = dict(header_entries(sys.argv[1]))
    wrong = [f"{name}: header {headers.get(name, 'has none')}, table {table.get(name, 'has none')}"
             for name in sorted(headers.keys() | table.keys()) if headers.get(name) != table.get(name)]
    if not headers:
        wrong.append("no entries found in the headers")
    print("\n".join(wrong), end="\n" if wrong else "", file=sys.stderr)
    sys.exit(1 if wrong else 0)


main()
