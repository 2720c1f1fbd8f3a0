"""tests/fuzz/lplfile.py - the .lpl container in plain Python, written from docs/state.md alone: a second implementation
of the format."""
import struct

MAGIC = b"\x89LPL\r\n\x1a\n"
INF, NAN = float("inf"), float("nan")


def crc32c(data):
    """CRC-32C, bit by bit."""
    c = 0xFFFFFFFF
    for byte in data:
        c ^= byte
        for _ in range(8):
            c = (c >> 1) ^ (0x82F63B78 if c & 1 else 0)
    return c ^ 0xFFFFFFFF


def u32(*values):
    return struct.pack("<%dI" % len(values), *values)


def u64(*values):
    return struct.pack("<%dQ" % len(values), *[v % 2**64 for v in values])


def f64(*values):
    return struct.pack("<%dd" % len(values), *values)


def f32(*values):
    return struct.pack("<%df" % len(values), *values)


def header(tag, payload, length=None):
    """Record header of 16 bytes. length: a lie about it."""
    size = struct.pack("<Q", len(payload) if length is None else length)
    return tag + struct.pack("<I", crc32c(tag + size + payload)) + size


def pad(out, fill=b"\0"):
    return out + fill * ((48 - len(out)) % 64)


def container(records, major=1, minor=0, flags=0, count=None, headers_crc=None, fill=b"\0", end=True):
    """records: (tag, payload) or (tag, payload, length)."""
    out = MAGIC + struct.pack("<HHI", major, minor, flags)
    covered = out
    for record in records:
        h = header(*record)
        covered += h
        out = pad(out, fill) + h + record[1]
    if not end:
        return out
    payload = u64(len(records) if count is None else count)
    payload += struct.pack("<I", crc32c(covered) if headers_crc is None else headers_crc) + bytes(52)
    return pad(out, fill) + header(b"END ", payload) + payload


assert crc32c(b"123456789") == 0xE3069283
