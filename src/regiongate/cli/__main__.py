"""`python -m regiongate.cli`: the command line, for processes that start one of their own."""

from regiongate.cli.main import main

if __name__ == "__main__":
    main(prog_name="regiongate")
