"""Messages as Outlook saves them ([MS-OXMSG]): no package has real ones, and none writes them."""

import struct

SECTOR, SMALL, CUTOFF = 512, 64, 4096
FREE, END, OF_FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
STORAGE, STREAM, ROOT = 1, 2, 5
TEXT, BINARY, NUMBER = 0x001F, 0x0102, 0x0003
SUBJECT, BODY, HTML, CLASS = 0x0037, 0x1000, 0x1013, 0x001A
DATA, METHOD, NAME, MIME_TYPE = 0x3701, 0x3705, 0x3707, 0x370E
UNICODE = {(0x340D, NUMBER): 0x00040000}  # PidTagStoreSupportMask: all texts are UTF-16


def message(subject: str, body: str, *attachments, html: bytes = b"") -> bytes:
    """Return the file of a message.

    :param attachments: name, type and content of each; without a content it is a message
    """
    said = {(CLASS, TEXT): "IPM.Note", (SUBJECT, TEXT): subject, (BODY, TEXT): body}
    tree = _storage(32, said | ({(HTML, BINARY): html} if html else {}))
    for number, (name, content_type, content) in enumerate(attachments):
        tree[f"__attach_version1.0_#{number:08X}"] = _storage(
            8,
            {
                (METHOD, NUMBER): 1,
                (NAME, TEXT): name,
                (MIME_TYPE, TEXT): content_type,
                **({} if content is None else {(DATA, BINARY): content}),
            },
        )
    return compound(tree)


def _storage(header, properties):
    """Return streams: one for each value, and one that lists them behind a header."""
    streams, rows = {}, [bytes(header)]
    for (number, kind), value in (properties | UNICODE).items():
        if kind == NUMBER:
            rows.append(struct.pack("<HHIII", kind, number, 6, value, 0))
            continue
        content = value.encode("utf-16-le") if kind == TEXT else value
        streams[f"__substg1.0_{number:04X}{kind:04X}"] = content
        size = len(content) + (2 if kind == TEXT else 0)
        rows.append(struct.pack("<HHIII", kind, number, 6, size, 0))
    return {"__properties_version1.0": b"".join(rows), **streams}


def compound(tree: dict) -> bytes:
    """Return a compound file ([MS-CFB]) of streams and of storages, which are dictionaries."""
    entries, streams = [], []

    def add(name, node):
        place = len(entries)
        kind = STREAM if isinstance(node, bytes) else STORAGE if place else ROOT
        entries.append(
            {"name": name, "kind": kind, "next": FREE, "child": FREE, "at": 0, "size": 0}
        )
        if kind == STREAM:
            streams.append((entries[place], node))
            return place
        before = None
        for inner in sorted(node, key=lambda inner: (len(inner), inner.upper())):
            made = add(inner, node[inner])
            entries[place if before is None else before]["child" if before is None else "next"] = (
                made
            )
            before = made
        return place

    add("Root Entry", tree)
    sectors, table = bytearray(), []
    small, small_table = bytearray(), []
    for entry, content in streams:
        entry["size"] = len(content)
        is_small = len(content) < CUTOFF
        where = (small, small_table, SMALL) if is_small else (sectors, table, SECTOR)
        entry["at"] = _put(content, *where)
    entries[0]["size"] = len(small)
    entries[0]["at"] = _put(small, sectors, table, SECTOR)
    small_start = _put(_numbers(small_table), sectors, table, SECTOR)
    small_count = -(-len(small_table) // (SECTOR // 4))
    directory = _put(b"".join(map(_entry, entries)), sectors, table, SECTOR)
    of_table = next(n for n in range(1, 110) if (len(table) + n) <= n * (SECTOR // 4))
    start = len(table)
    table += [OF_FAT] * of_table
    _put(_numbers(table), sectors, [], SECTOR)
    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIIII",
        *(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6, 0, of_table, directory, 0),
        *(CUTOFF, small_start, small_count, END, 0, start),
    )
    header += struct.pack(f"<{of_table - 1}I", *range(start + 1, start + of_table))
    return header.ljust(SECTOR, b"\xff") + bytes(sectors)


def _put(content, sectors, table, size):
    """Append a content in whole sectors, and their chain to the table; return the first."""
    if not content:
        return END
    start, count = len(table), -(-len(content) // size)
    sectors += bytes(content).ljust(count * size, b"\0")
    table += [*range(start + 1, start + count), END]
    return start


def _numbers(values):
    count = -(-len(values) // (SECTOR // 4)) * (SECTOR // 4)
    return struct.pack(f"<{count}I", *values, *[FREE] * (count - len(values)))


def _entry(entry):
    name = entry["name"].encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII16xI8x8xIQ",
        *(name, len(name) + 2, entry["kind"], 1, FREE, entry["next"], entry["child"], 0),
        *(entry["at"], entry["size"]),
    )
