"""What may be done in a month, at what cost, and why not: judged on its opening state."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from mali_sim.engine import run_once
from mali_sim.model import Action, Model, Programs
from mali_sim.model.names import ASKED, IN_FORCE
from mali_sim.play.months import Standing
from mali_sim.scenario import Text
from mali_sim.scenario.texts import LANGUAGES, Words, both, decimals_apart, unit_words

_ANSWERS = ("accept", "refuse", "choice")
_NEVER = 1200


class Legality:
    """
    A month's opening as the rules see it.

    Parameters
    ----------
    const : ndarray, shape (constant rows, 1)
    modes : ndarray, shape (modes, 1)
    state : ndarray, shape (state rows,)
    month : int
    over : bool
        Whether the last month is played: then nothing can be done, and nothing waits.
    """

    def __init__(
        self, model: Model, programs: Programs, const: np.ndarray, modes: np.ndarray,
        state: np.ndarray, month: int, over: bool = False,
    ) -> None:  # fmt: skip
        self.over = over
        self.model = model
        self.programs = programs
        self.state = state
        self._constants, self._modes, self._month = const, modes, month
        self._rows = run_once(
            programs.legality, const, state.reshape(-1, 1), runs=1, month=month, modes=modes
        )[:, 0]

    # -- reading -------------------------------------------------------------------------

    def row(self, block: str, label: str) -> float:
        """One row of the state."""
        found = self.model.layout.blocks[block]
        return float(self.state[found.offset + found.labels.index(label)])

    def constant(self, id: str) -> float:
        """A constant's value in this game."""
        return float(self._constants[self.model.parameters.items[id].offset, 0])

    def legal(self, action: Action) -> bool:
        """Whether the conditions of an action hold."""
        return bool(self._rows[self.model.action_rows[action.id]] >= 1)

    def cost(self, action: Action) -> float:
        """What an action costs."""
        actions = self.model.happenings.actions
        return float(self._rows[len(actions) + self.model.action_rows[action.id]])

    def chance(self, action: Action) -> float | None:
        """Of an offer to be made: how likely a simulated partner accepts, as things stand."""
        if action.kind != "ask":
            return None
        at = self.programs.chances.index(f"accept.{action.item.id}")
        value = float(self._rows[2 * len(self.model.happenings.actions) + at])
        return min(max(value, 0.0), 1.0)

    def event_chance(self, id: str) -> float | None:
        """Of an event: how likely it comes this month, as things stand; None of what has no hazard."""
        if id not in self.programs.chances:
            return None
        at = self.programs.chances.index(id)
        hazard = max(float(self._rows[2 * len(self.model.happenings.actions) + at]), 0.0)
        return hazard / (1.0 + hazard)

    def parts(self, kind: str, id: str) -> list[dict[str, float]]:
        """
        The parts of a condition, or of a chance, as things stand.

        Parameters
        ----------
        kind : {'requires', 'keeps', 'chance'}
        id : str
            An action's for ``requires``, else an offer's.

        Returns
        -------
        list of dict of str to float
            ``holds``, 1 or 0; of a comparison of numbers also ``left`` and ``right``; of a
            chance ``amount``.
        """
        return self._parts.get((kind, id), [])

    @cached_property
    def _parts(self) -> dict[tuple[str, str], list[dict[str, float]]]:
        rows = run_once(
            self.programs.conditions, self._constants, self.state.reshape(-1, 1), runs=1,
            month=self._month, modes=self._modes,
        )[:, 0]  # fmt: skip
        found: dict[tuple[str, str], dict[int, dict[str, float]]] = {}
        for value, (kind, id, part, name) in zip(rows, self.programs.parts, strict=True):
            found.setdefault((kind, id), {}).setdefault(part, {})[name] = float(value)
        return {key: list(parts.values()) for key, parts in found.items()}

    def pends(self, action: Action) -> bool:
        """Whether what an answer belongs to waits for one."""
        if self.over:
            return False
        if action.kind == "choice":
            return self.row("pending", action.item.id) == 1
        return self.row("offer", action.item.id) == ASKED

    # -- money ---------------------------------------------------------------------------

    def capital(self, actor: str) -> float | None:
        """What an actor has to spend this month; None where nothing costs."""
        stock = self.model.scenario.actor[actor].capital
        return None if stock is None else self.row(f"stock:{stock}", stock)

    def left(self, actor: str, plan: Sequence[str]) -> tuple[float | None, bool]:
        """What a plan leaves, and whether all of it fits, deducted by ids as the month does."""
        capital, fits = self.capital(actor), True
        if capital is None:
            return None, True
        for id in sorted(plan):
            cost = self.cost(self.model.action(id))
            fits = fits and cost <= capital
            capital -= cost
        return capital, fits

    # -- judging -------------------------------------------------------------------------

    def standing(self, id: str, plan: Sequence[str]) -> Standing:
        """Whether an action can be taken beside a plan, and why not."""
        action = self.model.action(id)
        planned = id in plan
        cost = self.cost(action)
        reason = None
        if self.over:
            reason = both("The game is over.")
        elif not self.legal(action):
            reason = self._why_not(action)
        elif not planned:
            reason = self._unfit(action, cost, plan)
        return Standing(action, reason is None, reason, cost, planned, self.chance(action))

    def standings(self, actor: str, plan: Sequence[str]) -> list[Standing]:
        """All of an actor's actions, answers only while something waits for them."""
        return [
            self.standing(action.id, plan)
            for action in self.model.happenings.actions
            if action.actor == actor and (action.kind not in _ANSWERS or self.pends(action))
        ]

    def waits(self, action: Action) -> bool:
        """Whether an offer was made that is not answered yet."""
        return action.kind == "ask" and self.row("offer", action.item.id) == ASKED and not self.over

    def is_in_force(self, action: Action) -> bool:
        """Whether an offer was accepted and holds."""
        return self.row("offer", action.item.id) == IN_FORCE

    def _why_not(self, action: Action) -> Text:
        """Why an action is not legal, in the order in which a person would ask."""
        if action.kind in _ANSWERS:
            if not self.pends(action):
                return both("Nothing is waiting for an answer.")
        elif action.kind == "ask":
            if self.waits(action):
                return both("Proposed; an answer is awaited.")
            if self.is_in_force(action):
                return both("In force.")
        if action.kind in ("decision", "ask"):
            since = self.row("since", action.id)
            table: Any = action.table
            if getattr(table, "once", False) and since < _NEVER:
                return both("Done; it can be done once.")
            if table.cooldown is not None:
                months = self.constant(table.cooldown) - since
                if 0 < months <= 1:
                    return both("Too soon, one more month.")
                if months > 0:
                    return both("Too soon, {months} more months.", months=int(-(-months // 1)))
        because = getattr(action.table, "because", None)
        if because is not None:
            return action.item.words(because, self.model.sets)
        return both("The conditions do not hold.")

    def _unfit(self, action: Action, cost: float, plan: Sequence[str]) -> Text | None:
        """Why an action does not fit the plan."""
        if cost and not self.left(action.actor, [*plan, action.id])[1]:
            left = self.left(action.actor, plan)[0] or 0.0
            return both(
                "Not enough political capital: it costs {cost}, {left} is left.",
                **self._told_apart(action.actor, cost, left),
            )  # fmt: skip
        for other in plan:
            planned = self.model.action(other)
            if action.kind in _ANSWERS and planned.kind in _ANSWERS and planned.item == action.item:
                return both("Answered already: {name}.", name=self.model.label_of(planned))
            if _exclude(action, planned):
                return both("Not together with: {name}.", name=self.model.label_of(planned))
        return None

    def _told_apart(self, actor: str, cost: float, left: float) -> dict[str, Text]:
        """A price and what is left, as each language writes them, with decimals that tell them apart."""
        s, decimals = self.model.scenario, decimals_apart(cost, left, 1)
        stock = s.actor[actor].capital
        unit = unit_words(s.stock[stock].unit, s.unit) if stock is not None else None
        return {
            "cost": Text(*(Words(language).quantity(cost, unit, decimals) for language in LANGUAGES)),
            "left": Text(*(Words(language).number(left, decimals) for language in LANGUAGES)),
        }


def _exclude(a: Action, b: Action) -> bool:
    named = [{x.item.name_for(e) for e in getattr(x.table, "excludes", ())} for x in (a, b)]
    return b.id in named[0] or a.id in named[1]
