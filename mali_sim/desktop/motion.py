"""What moves, for a moment, to show where something went."""

import time

import pygame
from attrs import frozen

from mali_sim.desktop.tokens import MOTION, RING
from mali_sim.desktop.widgets import Lettering


@frozen
class Flight:
    """
    A frame on its way from one place to another.

    Parameters
    ----------
    start, end : Rect
        In the window.
    began : float
        As ``time.perf_counter`` has it.
    """

    start: pygame.Rect
    end: pygame.Rect
    began: float

    @property
    def share(self) -> float:
        """How far it is, from 0 to 1; it slows down as it arrives."""
        passed = min((time.perf_counter() - self.began) * 1_000 / MOTION, 1.0)
        return 1.0 - (1.0 - passed) ** 2

    @property
    def over(self) -> bool:
        """Whether it has arrived."""
        return self.share >= 1.0

    def draw(self, screen: pygame.Surface, letters: Lettering) -> None:
        """Draw the frame where it is now."""
        share = self.share
        place = pygame.Rect(*(
            round(a + (b - a) * share) for a, b in zip(self.start, self.end, strict=True)
        ))  # fmt: skip
        wide = max(round(RING * letters.scale), 2)
        pygame.draw.rect(screen, letters.theme.indigo, place, wide, border_radius=letters.px(6))
