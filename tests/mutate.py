"""Makes the mistakes of tests/mutations.toml one by one, and says which the tests notice.

    python3 tests/mutate.py              # all of them
    python3 tests/mutate.py two-senders  # these

The checkout must have no changes. Each mistake is compiled and tested by itself, so all of them take long.
Exit code 1: a mistake went unnoticed.
"""

import pathlib
import subprocess
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent


def main(names: list[str]) -> int:
    mutations = tomllib.loads((ROOT / "tests/mutations.toml").read_text())["mutation"]
    unknown = set(names) - {one["name"] for one in mutations}
    if unknown:
        sys.exit(f"there is no mutation {', '.join(sorted(unknown))} in tests/mutations.toml")
    if subprocess.run(["git", "diff", "--quiet", "HEAD"], cwd=ROOT).returncode:
        sys.exit("the checkout has changes; commit or stash them first")
    chosen = [one for one in mutations if not names or one["name"] in names]
    missed = [one["name"] for one in chosen if not noticed(one)]
    print(f"{len(chosen) - len(missed)} of {len(chosen)} mistakes were noticed")
    return 1 if missed else 0


def noticed(one: dict) -> bool:
    """Makes one mistake, runs its test, and takes the mistake back."""
    file = ROOT / one["file"]
    text = file.read_text()
    file.write_text(text.replace(one["from"], one["to"], 1))
    try:
        cargo = ["cargo", "test", "--locked", *one["test"]]
        built = subprocess.run([*cargo, "--no-run"], cwd=ROOT, capture_output=True, text=True)
        if built.returncode:
            print(f"BROKEN   {one['name']}: it does not compile\n{built.stderr}", flush=True)
            return False
        ran = subprocess.run([*cargo, "--", one["red"]], cwd=ROOT, capture_output=True, text=True)
    finally:
        file.write_text(text)
    red = ran.returncode != 0
    print(f"{'noticed ' if red else 'MISSED  '} {one['name']}: {one['breaks']}", flush=True)
    return red


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
