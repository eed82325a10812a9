"""`python -m stack` is `justbookit`, where the command is not installed."""

from stack.cli import main

if __name__ == "__main__":
    main()
