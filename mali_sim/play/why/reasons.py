"""
Why, in a line: the strongest causes of a change, and what is new about them.

What is posted to a stock every month is no news; of it is said what differs from the month
before.
"""

from collections.abc import Mapping, Set

import numpy as np
from attrs import evolve, frozen

from mali_sim.equations import names_in, walk
from mali_sim.equations.tree import Member, Name
from mali_sim.play.view import SeatView
from mali_sim.play.why.causes import START
from mali_sim.play.why.explain import Cause, Explanation, UnknownName
from mali_sim.scenario import Text

#: What the causes are of a change, next to that of the month before.
NEW, MORE, LESS, SAME = "new", "more", "less", "same"
#: From this part of a change on, one cause is spoken of alone.
_ALONE = 0.8
#: A change that differs from the one of the month before by less than this part of it goes on.
_ROUTINE = 0.25
#: A cause that differs by this part of the whole change is news though the change goes on.
_FRESH = 0.5
#: A cause that does less than this part of the first is not told beside it.
_BESIDE = 0.1
#: So many times the change a cause may be in another stock's account.
_GROSS = 2.0
#: From this part of a cause on, it is said where.
_WHERE = 0.4


@frozen
class Reason:
    """
    One cause in a line.

    Parameters
    ----------
    unit : Text or None
        Where it is another one than the explained number's.
    amount : float
    before : float or None
        The same in the month before, of what is posted month by month.
    where : tuple of (Text, float) or None
        The member that most of it is at, and how much.
    """

    id: str
    label: Text
    unit: Text | None
    amount: float
    decimals: int
    before: float | None = None
    where: tuple[Text, float] | None = None

    @property
    def news(self) -> float:
        """What the change owes to it: its difference to the month before."""
        return self.amount - (self.before or 0.0)

    @property
    def shows(self) -> bool:
        """Whether it, or what it was, is more than nothing at its decimals."""
        least = 0.5 * 10.0**-self.decimals
        return abs(self.amount) >= least or abs(self.before or 0.0) >= least


@frozen
class Reasons:
    """
    The strongest causes of a change.

    Parameters
    ----------
    kind : {'new', 'more', 'less', 'same'}
        Whether they explain the change itself; that it is more than in the month before, or
        less; or that it goes on.
    shown : tuple of Reason
    others : int
        How many more go the same way.
    """

    kind: str
    shown: tuple[Reason, ...]
    others: int


def reasons(view: SeatView, name: str, month: int, count: int = 2, own: Set[str] = frozenset()) -> Reasons:
    """
    The strongest causes of a change, looking through what only repeats it.

    An observer that reads one stock is explained by the stock's flows, and of a stock over
    sets by those of the member that moved most.

    Parameters
    ----------
    own : set of str
        Causes that are named whatever their size.
    """
    why = view.explain(name, month)
    causes = [c for c in why.causes if c.amount]
    alone = causes and abs(causes[0].amount) > _ALONE * sum(abs(c.amount) for c in causes)
    deeper = _deeper(view, name, causes[0].id, month) if alone else None
    obs = view.model.scenario.obs[name[4:]] if name.startswith("obs.") else None
    unit, member, least, scale = None, None, obs.decimals if obs else 0, 1.0
    kind, found = _news(view, deeper or why)
    if deeper is not None:
        stock = view.model.scenario.stock[deeper.id.partition(".")[0].partition("[")[0]]
        member = member_label(view, deeper.id)
        if obs is not None and stock.unit != obs.unit and member is None and deeper.change:
            # Points of harvest would be read as points of growth: told is what they make of it.
            scale = causes[0].amount / deeper.change
            if max(abs(scale * c.amount) for c, _ in found) > _GROSS * abs(why.change):
                # Large flows that cancel each other, as through a treasury, explain nothing here.
                scale, (kind, found) = 1.0, _news(view, why)
        else:
            unit, least = view.unit_label(stock.unit), 0
    made = []
    for cause, was in found:
        cause, before = evolve(cause, amount=scale * cause.amount), None if was is None else scale * was
        label = cause.label
        if member is not None:
            label = Text(f"{label.en} ({member.en})", f"{label.fr} ({member.fr})")
        decimals = max(least, _decimals(max(abs(cause.amount), abs(before or 0.0))))
        where = None if kind != NEW or before is not None else _where(view, cause)
        made.append(Reason(cause.id, label, unit, cause.amount, decimals, before, where))
    made = [r for r in made if r.shows]
    least = _BESIDE * abs(made[0].news) if made else 0.0
    made = [r for r in made if abs(r.news) >= least or r.id in own]
    chosen = [r for n, r in enumerate(made) if n < count or r.id in own]
    return Reasons(kind, tuple(chosen), len(made) - len(chosen))


def _news(view: SeatView, why: Explanation) -> tuple[str, list[tuple[Cause, float | None]]]:
    """Causes with what they were the month before, those first that the change owes most to."""
    before: Mapping[str, Cause] = {}
    causes = {c.id: c for c in why.causes if c.amount}
    if why.month and any(c.posted for c in causes.values()):
        before = {c.id: c for c in view.explain(why.id, why.month - 1).causes if c.posted}
    if not before:
        told = [c for c in causes.values() if c.amount * why.change > 0]
        if START in causes:  # of the month before the start only the sum is known: no flow of it
            told = [c for c in told if not c.id.startswith("flow.")]
        return NEW, [(c, None) for c in told]
    pairs: list[tuple[Cause, float]] = []
    for id in dict.fromkeys((*causes, *before)):
        was = before[id].amount if id in before else 0.0
        pairs.append((causes.get(id) or evolve(before[id], amount=0.0), was))
    news = sum(c.amount - was for c, was in pairs)
    fresh = [(c, b) for c, b in pairs if (c.amount - b) * why.change > 0]
    fresh = [(c, b) for c, b in fresh if abs(c.amount - b) >= _FRESH * abs(why.change)]
    if abs(news) < _ROUTINE * abs(why.change) and fresh:
        news, pairs = why.change, fresh  # something new takes the place of something that is over
    if abs(news) < _ROUTINE * abs(why.change):
        goes_on = [c for c, _ in pairs if c.amount * why.change > 0]
        return SAME, [(c, None) for c in sorted(goes_on, key=lambda c: -abs(c.amount))]
    pairs = [(c, b) for c, b in pairs if (c.amount - b) * news > 0]
    pairs.sort(key=lambda x: -abs(x[0].amount - x[1]))
    kind = MORE if news * why.change > 0 else LESS
    return kind, [(c, b if c.id in before else None) for c, b in pairs]


def _where(view: SeatView, cause: Cause) -> tuple[Text, float] | None:
    """The member that most of a cause is at."""
    if not cause.members:
        return None
    name, amount = cause.members[0]
    label = member_label(view, name)
    most = amount * cause.amount > 0 and abs(amount) >= _WHERE * abs(cause.amount)
    return (label, amount) if label is not None and most else None


def _decimals(amount: float) -> int:
    """As many decimals as a cause's amount deserves."""
    return 0 if abs(amount) >= 100 else 1


def _deeper(view: SeatView, name: str, id: str, month: int) -> Explanation | None:
    """The explanation of the stock behind a cause, at the member read that moved most."""
    plain = id.removeprefix("stock.")
    if plain not in view.visible_stocks():
        return None
    block = view.model.layout.blocks[f"stock:{plain}"]
    rows = slice(block.offset, block.offset + block.rows)
    moved = np.abs(view.game.states[month + 1][rows] - view.game.states[month][rows])
    read = _members_read(view, name)
    if read:
        combinations = view.model.sets.combinations(block.dims)
        moved *= [bool(read.intersection(c)) or not c for c in combinations]
    try:
        found = view.explain(block.labels[int(np.argmax(moved))], month)
    except UnknownName:
        return None
    return found if found.causes else None


def _members_read(view: SeatView, name: str) -> set[str]:
    """Members that an observer picks out, itself or through what it reads; none where it reads all."""
    model, found = view.model, set()
    trees = model.variables.trees
    waiting, seen = [trees.get(("obs", name.removeprefix("obs."), "value"))], set()
    while waiting:
        tree = waiting.pop()
        if tree is None:
            continue
        for part in walk(tree):
            if isinstance(part, Member):
                found |= {*part.members}
            elif isinstance(part, Name) and model.sets.parent.get(part.id, part.id) != part.id:
                found |= {*model.sets.members[part.id]}
        inside = {n for n in names_in(tree) if n in model.scenario.aux} - seen
        seen |= inside
        waiting += [trees.get(("aux", n, "value")) for n in sorted(inside)]
    return found


def member_label(view: SeatView, name: str) -> Text | None:
    """The member of a row's name, in words: of ``control.kidal`` Kidal."""
    id = name.removeprefix("stock.").partition(".")[0].partition("[")[0]
    block = view.model.layout.blocks.get(f"stock:{id}")
    plain = name.removeprefix("stock.")
    if block is None or plain == id or plain not in block.labels:
        return None
    return view.row_label(id, block.labels.index(plain))
