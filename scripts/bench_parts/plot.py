"""The ratios of all tools as a picture."""

import math
from html import escape

from . import against_peers
from .against_peers import BARE_ROW, GREX_ROW

WIDTH, LEFT, RIGHT, LINE, HEAD = 760, 215, 60, 20, 44

STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .title { font-size: 16px; font-weight: 600; }
  .operation { font-weight: 600; }
  .paper { fill: #ffffff; }
  .grid { stroke: #d0d7de; }
  .one { stroke: #1f2328; stroke-dasharray: 4 3; }
  .tool { fill: #8c959f; }
  .bare { fill: #57606a; }
  .grex { fill: #bc4c00; }
  .faint { fill: #57606a; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .paper { fill: #0d1117; }
    .grid { stroke: #30363d; }
    .one { stroke: #e6edf3; }
    .tool { fill: #6e7681; }
    .bare { fill: #9198a1; }
    .grex { fill: #f0883e; }
    .faint { fill: #9198a1; }
  }
"""


def draw(measured, title):
    """An SVG: a block for each operation, a bar for each tool, on a logarithmic scale."""
    blocks = [(one.name, ratios(one)) for one in measured]
    scale = Scale([ratio for _, rows in blocks for _, ratio in rows])
    height = HEAD + 30 + sum((len(rows) + 2) * LINE for _, rows in blocks)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        f"<title>{escape(title)}</title>",
        f"<desc>{escape(in_words(blocks))}</desc>",
        f"<style>{STYLE}</style>",
        f'<rect class="paper" width="{WIDTH}" height="{height}"/>',
        text(16, 26, title, "title"),
    ]
    y = HEAD + LINE
    for name, rows in blocks:
        parts += block(name, rows, scale, y)
        y += (len(rows) + 2) * LINE
    words = "Time as a multiple of what bare git takes. Less is better."
    parts.append(text(16, height - 12, words, "faint"))
    return "\n".join([*parts, "</svg>", ""])


class Scale:
    """Where a ratio lies; the logarithm makes half as long and twice as long equally far from 1."""

    def __init__(self, values):
        self.low = min(0.5, *values)
        self.high = max(2.0, *values)

    def x(self, ratio):
        part = math.log(ratio / self.low) / math.log(self.high / self.low)
        return LEFT + part * (WIDTH - LEFT - RIGHT)

    def marks(self):
        steps = (2.0**power for power in range(-6, 12))
        return [step for step in steps if self.low <= step <= self.high]


def ratios(one):
    """The tools with their ratios to the bare commands, the fastest first."""
    medians = against_peers.by_name(one)
    pairs = ((name, median / medians[BARE_ROW]) for name, median in medians.items())
    return sorted(pairs, key=lambda pair: pair[1])


def block(name, rows, scale, y):
    """One operation, its heading at `y`."""
    top, bottom = y + 8, y + 10 + len(rows) * LINE
    parts = [text(16, y, name, "operation")]
    for mark in scale.marks():
        kind, x = "one" if mark == 1 else "grid", scale.x(mark)
        parts.append(f'<line class="{kind}" x1="{x:.1f}" x2="{x:.1f}" y1="{top}" y2="{bottom}"/>')
        parts.append(text(x, y, f"{mark:g}", "faint", "middle"))
    for number, (tool, ratio) in enumerate(rows):
        parts += bar(tool, ratio, scale, top + 4 + number * LINE)
    return parts


def bar(tool, ratio, scale, y):
    kind = {GREX_ROW: "grex", BARE_ROW: "bare"}.get(tool, "tool")
    begin, end = sorted((scale.x(1), scale.x(ratio)))
    # What is as fast as bare git is to be seen, too.
    width = max(2.0, end - begin)
    return [
        text(LEFT - 10, y + 12, tool.replace("`", ""), "", "end"),
        f'<rect class="{kind}" x="{begin:.1f}" y="{y + 2}" width="{width:.1f}" height="{LINE - 7}"/>',
        text(max(end, begin + width) + 6, y + 12, f"{ratio:.2f}", ""),
    ]


def text(x, y, words, kind, anchor="start"):
    kind = f' class="{kind}"' if kind else ""
    return f'<text{kind} x="{x:.1f}" y="{y}" text-anchor="{anchor}">{escape(words)}</text>'


def in_words(blocks):
    """The same for who cannot see it."""
    sentences = []
    for name, rows in blocks:
        values = ", ".join(f"{tool.replace('`', '')} {ratio:.2f}" for tool, ratio in rows)
        sentences.append(f"{name}: {values}.")
    return " ".join(sentences)
