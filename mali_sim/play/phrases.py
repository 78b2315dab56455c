"""How a game is spoken of, wherever it is: months, changes and their causes, actions, scores."""

from collections.abc import Sequence

from mali_sim.play.objectives import Weighed
from mali_sim.play.view import BETTER, WORSE, Indicator, SeatView
from mali_sim.play.why.reasons import Reason, Reasons
from mali_sim.scenario import Text
from mali_sim.scenario.texts import Words


class Phrases:
    """
    The sentences that a terminal, a page and a window have in common.

    Parameters
    ----------
    view : SeatView
    words : Words
    """

    def __init__(self, view: SeatView, words: Words) -> None:
        self.view, self.words = view, words

    def month(self, month: int) -> str:
        """A month's name: ``March 2023``."""
        return self.words.month(self.view.model.scenario.scenario.start, month)

    def say(self, label: Text | str, rest: str) -> str:
        """``label: rest`` with the language's colon."""
        return self.words(
            "{label}: {rest}", label=label if isinstance(label, str) else self.words.of(label), rest=rest
        )

    def series(self, parts: Sequence[str]) -> str:
        """Parts one after the other, with the language's semicolon."""
        return self.words("; ").join(parts)

    def verdict(self, verdict: str) -> str:
        """``better`` or ``worse`` in words; nothing where neither is meant."""
        if verdict == BETTER:
            return self.words("better")
        return self.words("worse") if verdict == WORSE else ""

    def is_yes_no(self, indicator: Indicator) -> bool:
        """Whether an indicator says only yes or no."""
        whole = not indicator.decimals and not indicator.unit.en
        return whole and all(v in (0.0, 1.0) for v in indicator.series)

    def value(self, indicator: Indicator) -> str:
        """An indicator's value with its unit."""
        if self.is_yes_no(indicator):
            return self.words("yes") if indicator.value else self.words("no")
        return self.words.quantity(indicator.value, indicator.unit, indicator.decimals)

    def change(self, indicator: Indicator) -> str:
        """How an indicator moved, and whether that is better: ``up 3, worse``."""
        amount = abs(indicator.change)
        if amount < 0.5 * 10.0**-indicator.decimals:
            return self.words("unchanged")
        verdict = self.verdict(indicator.verdict)
        if self.is_yes_no(indicator):
            moved = self.words("new this month")
        else:
            number = self.words.number(amount, indicator.decimals)
            moved = self.words("up {amount}", amount=number) if indicator.change > 0 else self.words(
                "down {amount}", amount=number
            )  # fmt: skip
        return self.words("{first}, {second}", first=moved, second=verdict) if verdict else moved

    def because(self, told: str, indicator: Indicator, found: Reasons) -> str:
        """A change with its strongest causes, and how they stand to those of the month before."""
        words = self.words
        causes = [self._reason(indicator, r) for r in found.shown]
        if not causes:
            return f"{told}."
        listed = self.series(causes)
        if found.others:
            listed = words("{causes}; and others", causes=listed)
        match found.kind:
            case "same":
                return words("{change}. As in the month before: {causes}.", change=told, causes=listed)
            case "less":
                return words("{change}. Against the month before: {causes}.", change=told, causes=listed)
        return words("{change}. Because: {causes}.", change=told, causes=listed)

    def _reason(self, indicator: Indicator, reason: Reason) -> str:
        words, label = self.words, self.words.of(reason.label)
        if self.is_yes_no(indicator):
            return label

        def number(amount: float) -> str:
            return words.quantity(amount, reason.unit, reason.decimals, signed=True)

        told = f"{label} {number(reason.amount)}"
        if reason.before is not None and number(reason.before) != number(reason.amount):
            was = words.number(reason.before, reason.decimals, signed=True)
            if not reason.amount:
                return words("{cause}: over ({amount} the month before)", cause=label, amount=was)
            return words("{cause} ({amount} the month before)", cause=told, amount=was)
        if reason.where is not None:
            member, amount = reason.where
            return words("{cause} ({member}: {amount})", cause=told, member=words.of(member),
                         amount=words.number(amount, reason.decimals, signed=True))  # fmt: skip
        return told

    def action_name(self, id: str) -> str:
        """An action in words; answers say to what."""
        model = self.view.model
        action = model.action(id)
        label = self.words.of(model.label_of(action))
        if action.kind == "accept":
            return self.words("Accept: {name}", name=label)
        if action.kind == "refuse":
            return self.words("Refuse: {name}", name=label)
        if action.kind == "choice":
            event = model.scenario.event[action.item.path[1]].label
            return self.say(self.words.of(action.item.words(event, model.sets)), label)
        return label

    def score(self, found: Weighed) -> str:
        """A game's score, beside that of the scenario's own strategy on the same luck."""
        words, score = self.words, self.words.number(found.score)
        if found.against is None:
            return words("{score} of 100", score=score)
        return words("{score} of 100; “{strategy}”, on the same luck: {theirs}", score=score,
                     strategy=words.of(found.against.label), theirs=words.number(found.against.same_luck),
                     )  # fmt: skip
