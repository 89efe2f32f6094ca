"""Make the committed example release anew: `make example`."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from synthnb import printing, workflow

REPORTS = Path(__file__).parent.parent / "reports"
ISSUED = "1795392000"  # 2026-11-23, so that the same code gives the same datasheet


def main() -> None:
    """Run the demo elsewhere and take its release, with the key that signed it."""
    os.environ["SOURCE_DATE_EPOCH"] = ISSUED
    with tempfile.TemporaryDirectory(prefix="synthnb-example-") as folder:
        root = Path(folder) / "demo"
        (made,) = workflow.demo(root, quick=True, say=printing.say).made
        assert made.report.ok
        shutil.rmtree(REPORTS / "loanapp", ignore_errors=True)
        shutil.copytree(made.released.folder, REPORTS / "loanapp" / made.released.folder.name)
        shutil.copyfile(root / "people.yaml", REPORTS / "people.yaml")


if __name__ == "__main__":
    main()
