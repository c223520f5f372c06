"""What the scripts of peers that a machine may not have share: arguments, rows, and a word where the peer is missing."""

import argparse
import json
import sys

from timing import Clock


def main(description, functions, name, version):
    """Prints and writes the rows of some sections, or says that the peer is missing. Sections that the peer does not have are left out."""
    sections = {x.__name__: x for x in functions}
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sections", nargs="*")
    parser.add_argument("--json")
    parser.add_argument("--clock", choices=["wall", "cpu"], default="wall")
    options = parser.parse_args()
    clock = Clock(options.clock)
    rows = []
    if version is None:
        print(f"Skipped: {sys.executable} has no {name}; PEER_PYTHON names a Python that has.", file=sys.stderr)
    else:
        print(f"{name} {version}, {clock.name} time")
        for section in options.sections or sections:
            for key, (lower, median, upper), note in sections[section](clock) if section in sections else ():
                rows.append(dict(key=key, unit="ns", lower=lower, median=median, upper=upper, note=note))
                print(f"{key}: {median:,.1f} ns ({lower:,.1f} - {upper:,.1f}) {note}", flush=True)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as stream:
            json.dump(dict(clock=clock.name, rows=rows), stream, indent=1)
