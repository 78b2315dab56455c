"""``python -m mali_sim`` is ``mali-sim``."""

from mali_sim.cli import main

if __name__ == "__main__":
    main()
