"""`python -m synthnb` is `synthnb`."""

from synthnb.cli import main

main()
