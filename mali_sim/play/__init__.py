"""The game: the one authority, its record, views, explanations and forecasts."""

from mali_sim.play.address import Address, AddressError, Draw, controllers, profile_of
from mali_sim.play.bargains import Bargain, bargains
from mali_sim.play.forecast import Forecast, forecast
from mali_sim.play.game import Game, MonthReport, NotAllowed, Standing
from mali_sim.play.objectives import Result, objectives
from mali_sim.play.record import Record, SaveError
from mali_sim.play.view import Choice, Indicator, Line, Question, SeatView
from mali_sim.play.why.explain import Cause, Explanation, because_of, explain

__all__ = [
    "Address",
    "AddressError",
    "Bargain",
    "Cause",
    "Choice",
    "Draw",
    "Explanation",
    "Forecast",
    "Game",
    "Indicator",
    "Line",
    "MonthReport",
    "NotAllowed",
    "Question",
    "Record",
    "Result",
    "SaveError",
    "SeatView",
    "Standing",
    "bargains",
    "because_of",
    "controllers",
    "explain",
    "forecast",
    "objectives",
    "profile_of",
]
