"""The results in a document, part by part."""

import re

BEGIN, END = "<!-- results begin -->", "<!-- results end -->"

# In this order.
PARTS = ["file", "http", "latency", "peers", "scale"]


def split(path):
    """What stands before, between and after the marks of the results in a document."""
    before, begin, rest = path.read_text().partition(BEGIN)
    between, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"bench: {path} lacks the lines {BEGIN} and {END}")
    return before, between, after


def parts_of(text):
    """The parts by name, as `together` has written them."""
    pieces = re.split(r"^<!-- part: (\w+) -->\n", text, flags=re.MULTILINE)
    return {name: part.strip("\n") for name, part in zip(pieces[1::2], pieces[2::2])}


def together(parts):
    """All parts as one text."""
    marked = (f"<!-- part: {name} -->\n{parts[name]}" for name in PARTS if name in parts)
    return "\n\n".join(marked)


def write_into(path, parts, images):
    """Replaces these parts of the results in a document; the others stay. Images go beside it."""
    for name, content in images.items():
        (path.parent / "images").mkdir(exist_ok=True)
        (path.parent / "images" / name).write_text(content)
    before, between, after = split(path)
    text = together({**parts_of(between), **parts})
    path.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")
