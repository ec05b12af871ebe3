"""`python -m feedpress` is the same as the command `feedpress`."""

from feedpress.cli.main import main

if __name__ == "__main__":
    main(prog_name="python -m feedpress")
