"""`python -m kliping` is the command `kliping`."""

from kliping import main

if __name__ == "__main__":
    main()
