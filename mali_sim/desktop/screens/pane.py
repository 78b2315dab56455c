"""A part of the main screen."""

from mali_sim.desktop.session import Session
from mali_sim.desktop.widgets import Pane


class GamePane(Pane):
    """
    A pane that shows something of the game that is played.

    Parameters
    ----------
    session : Session
    """

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
