"""Reads a Parquet file that has one column of strings: the vocabulary that comes with GloVe.

The format is large, and this is the small part of it that such a file uses: pages compressed with
Snappy, that hold the strings one after another, or numbers of strings in a dictionary page. What it
cannot read, it says; it never guesses. The specification is that of Apache Parquet, version 2.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

Fields: TypeAlias = dict[int, Any]

# Names for the numbers that the specification gives to fields and values.
_PAGE_TYPE, _SIZE, _COMPRESSED_SIZE, _DATA_HEADER, _DICTIONARY_HEADER = 1, 2, 3, 5, 7
_COUNT, _ENCODING = 1, 2
_DATA_PAGE, _DICTIONARY_PAGE = 0, 2
_PLAIN, _NUMBERS = 0, 8
_TRUE, _FALSE, _I32, _I64, _BINARY, _STRUCT = 1, 2, 5, 6, 8, 12


def read_strings(path: Path) -> list[str]:
    """Returns the strings of the file's only column, in order.

    Args:
        path: the file.

    Raises:
        ValueError: it is no Parquet file, or uses a part of the format that is not read here.
    """
    content = path.read_bytes()
    if content[:4] != b"PAR1" or content[-4:] != b"PAR1":
        raise ValueError(f"read_strings: {path} is no Parquet file")
    end = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    dictionary: list[str] = []
    strings: list[str] = []
    for header, page in _pages(content, 4, end):
        if header[_PAGE_TYPE] == _DICTIONARY_PAGE:
            dictionary = _plain(page, header[_DICTIONARY_HEADER][_COUNT])
            continue
        if header[_PAGE_TYPE] != _DATA_PAGE:
            raise ValueError(f"read_strings: {path} has a page of type {header[_PAGE_TYPE]}")
        count, encoding = header[_DATA_HEADER][_COUNT], header[_DATA_HEADER][_ENCODING]
        # The values follow a list of which are missing, after its own length. None are.
        values = page[4 + int.from_bytes(page[:4], "little") :]
        if encoding == _PLAIN:
            strings += _plain(values, count)
        elif encoding == _NUMBERS:
            numbers = _numbers(values, count)
            if any(number >= len(dictionary) for number in numbers):
                raise ValueError(f"read_strings: {path} has a number that its dictionary lacks")
            strings += [dictionary[number] for number in numbers]
        else:
            raise ValueError(f"read_strings: {path} has a page with the encoding {encoding}")
    return strings


def _pages(content: bytes, position: int, end: int) -> Iterator[tuple[Fields, bytes]]:
    while position < end:
        header, position = _thrift(content, position)
        size = header[_COMPRESSED_SIZE]
        page = _snappy(content[position : position + size])
        if len(page) != header[_SIZE]:
            raise ValueError(f"read_strings: a page has {len(page)} bytes, wanted {header[_SIZE]}")
        yield header, page
        position += size


def _plain(page: bytes, count: int) -> list[str]:
    """Strings one after another, each after its length in four bytes."""
    strings, position = [], 0
    for _ in range(count):
        start = position + 4
        position = start + int.from_bytes(page[position:start], "little")
        strings.append(page[start:position].decode())
    return strings


def _numbers(values: bytes, count: int) -> list[int]:
    """Integers of a fixed number of bits: runs of equal ones, and groups of eight packed ones."""
    bits, position = values[0], 1
    width = -(-bits // 8)
    numbers: list[int] = []
    while len(numbers) < count:
        kind, position = _varint(values, position)
        if kind & 1:
            size = (kind >> 1) * bits
            packed = int.from_bytes(values[position : position + size], "little")
            position += size
            groups = 8 * (kind >> 1)
            numbers += [packed >> (bits * k) & (1 << bits) - 1 for k in range(groups)]
        else:
            numbers += [int.from_bytes(values[position : position + width], "little")] * (kind >> 1)
            position += width
    return numbers[:count]


def _varint(data: bytes, position: int) -> tuple[int, int]:
    """Returns an integer written seven bits to a byte, low ones first, and where it ends."""
    value = shift = 0
    while True:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, position


def _thrift(data: bytes, position: int) -> tuple[Fields, int]:
    """Returns a structure in Thrift's compact form, by numbers of fields, and where it ends.

    Of fields that are neither integers nor structures, none is needed.
    """
    fields: Fields = {}
    number = 0
    while data[position]:
        step, kind = divmod(data[position], 16)
        if step == 0:
            raise ValueError("read_strings: a header numbers its fields in the long form")
        number += step
        position += 1
        if kind in (_I32, _I64):
            value, position = _varint(data, position)
            fields[number] = value >> 1  # the lowest bit is the sign, and no size is negative
        elif kind == _STRUCT:
            fields[number], position = _thrift(data, position)
        elif kind == _BINARY:
            size, position = _varint(data, position)
            position += size
        elif kind not in (_TRUE, _FALSE):
            raise ValueError(f"read_strings: a header has a field of type {kind}")
    return fields, position + 1


def _snappy(data: bytes) -> bytes:
    """Unpacks Snappy: literal bytes, and copies of what has been unpacked already."""
    size, position = _varint(data, 0)
    out = bytearray()
    while position < len(data):
        tag = data[position]
        position += 1
        kind, length = tag & 3, (tag >> 2) + 1
        if kind == 0:
            if length > 60:
                width = length - 60
                length = int.from_bytes(data[position : position + width], "little") + 1
                position += width
            out += data[position : position + length]
            position += length
            continue
        if kind == 1:
            length = (tag >> 2 & 7) + 4
            offset = tag >> 5 << 8 | data[position]
            position += 1
        else:
            width = 2 if kind == 2 else 4
            offset = int.from_bytes(data[position : position + width], "little")
            position += width
        start = len(out) - offset
        if offset >= length:
            out += out[start : start + length]
        else:  # the copy overlaps what it makes, which repeats it
            for index in range(start, start + length):
                out.append(out[index])
    if len(out) != size:
        raise ValueError(f"read_strings: a page unpacks to {len(out)} bytes, wanted {size}")
    return bytes(out)
