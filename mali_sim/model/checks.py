"""Everything about a scenario that can be wrong beyond the shape of its tables."""

from collections.abc import Mapping
from keyword import iskeyword
from math import prod
from typing import Any

from mali_sim.equations import units
from mali_sim.model.checks_tables import Path, TableChecker
from mali_sim.model.deciding import months_between
from mali_sim.model.happenings import Happenings, expand
from mali_sim.model.switches import allowed_values, note_conflicts, word
from mali_sim.model.typed import MAX_ROWS, Reads, constant_interval
from mali_sim.scenario import did_you_mean
from mali_sim.scenario.classes import ID, Effect, Event, Offer, toml_key

#: Tables whose ids are named in equations.
_NAMED = (
    "constant", "lookup", "stock", "switch", "aux", "flow", "decision", "offer", "event", "obs", "outcome",
)  # fmt: skip

MAX_ITEMS = 2_000
#: Keys of other kinds of effect.
_STRAYS = {
    "add": ("to", "from_"),
    "move": ("amount",),
    "switch": ("amount", "from_", "stack"),
}


class Checker(TableChecker):
    """
    Walks all tables of a scenario, typing every equation and resolving every name.

    Problems gather in ``variables.problems``; what it learns (trees, types) is what the
    tape is made from.
    """

    def check(self) -> Happenings:
        """Check everything; returns the concrete decisions, offers and events."""
        if not self._small_enough():
            return Happenings((), (), (), ())
        self._sets()
        self._header()
        self._constants()
        self._register_happenings()
        self._keywords()
        self._stocks()
        self._switches()
        for id in self.s.aux:
            self.v.variable(id)
            self._mentions(("aux", id), self.s.aux[id])
        for id in self.s.obs:
            self.v.variable(f"obs.{id}")
            self._mentions(("obs", id), self.s.obs[id], needs_source=True)
            self._names(("obs", id, "known_to"), self.s.obs[id].known_to, "actor")
            if not 0 <= self.s.obs[id].decimals <= 6:
                self.v.problem(("obs", id, "decimals"), f"{self.s.obs[id].decimals} is outside 0..6")
        for id, source in self.s.source.items():
            self._names(("source", id, "to"), source.to, "actor")
        self._flows()
        self._actors()
        self._decisions()
        self._offers()
        self._events()
        self._outcomes()
        self._strategies()
        self._readings()
        self._topics()
        happenings = expand(self.v)
        note_conflicts(self.v, happenings)
        return happenings

    # -- what is done and what happens -----------------------------------------------------

    def _keywords(self) -> None:
        """Words of Python's syntax cannot be named in an equation."""
        for kind in _NAMED:
            for id in getattr(self.s, kind):
                if iskeyword(id):
                    self.v.problem((kind, id), f"{id} is a word of the language", "rename it")
        for id, table in self.s.set.items():
            for member in table.members:
                if iskeyword(member):
                    what = f"{member} is a word of the language"
                    self.v.problem(("set", id, "members", member), what, "rename it")

    def _register_happenings(self) -> None:
        """Ids of decisions, offers and events are one list, with a member where they have each."""
        seen: dict[str, str] = {}
        for kind in ("decision", "offer", "event"):
            for id, table in getattr(self.s, kind).items():
                if id in seen:
                    self.v.problem((kind, id), f"the name is a {seen[id]}'s too", "rename one")
                seen[id] = kind
                members = self.sets.members.get(table.each or "", ())
                if table.each is not None and table.each not in self.sets.members:
                    self._name((kind, id, "each"), table.each, "set")
                ids = [f"{id}.{m}" for m in members] if table.each else [id]
                self.v.happenings[kind] |= set(ids)
                if isinstance(table, Event):
                    self.v.happenings["decision"] |= {
                        f"{one}.{choice.id}" for one in ids for choice in table.choices
                    }

    def _actors(self) -> None:
        for id, actor in self.s.actor.items():
            path = ("actor", id)
            self._mentions(path, actor)
            self._name((*path, "fallback"), actor.fallback, "strategy")
            fallback = self.s.strategy.get(actor.fallback or "")
            if fallback and fallback.actor != id:
                self.v.problem((*path, "fallback"), f"{actor.fallback} plays {fallback.actor}")
            if actor.capital is not None:
                stock = self._target((*path, "capital"), actor.capital)
                if stock is not None and (stock.kind != "level" or stock.over):
                    self.v.problem((*path, "capital"), "capital is a level without sets")
            self._member((*path, "member"), actor.member)

    def _member(self, path: Path, member: str | None) -> None:
        if member is None:
            return
        set_id, _, name = member.partition(".")
        if set_id not in self.sets.members or name not in self.sets.members[set_id]:
            known = [f"{s}.{m}" for s, names in self.sets.members.items() for m in names]
            self.v.problem(path, f"there is no member {member}", did_you_mean(member, known))

    def _requires(self, path: Path, table: Any, each: str | None) -> None:
        if table.requires is None:
            return
        found = self._condition((*path, "requires"), table.requires, each=each)
        if not found.unknown and (found.interval.high <= 0 or self._contradicts(path)):
            self.v.problem((*path, "requires"), "this can never hold", "look at the bounds of what it reads")
        if hasattr(table, "because") and table.because is None:
            self.v.problem(path, "because is missing", "say why it may not be taken, in both languages")

    def _contradicts(self, path: Path) -> bool:
        """Whether a condition asks of one switch two things at once."""
        tree = self.v.trees.get((*path, "requires"))
        if tree is None:
            return False
        return any(not allowed for allowed in allowed_values(tree, self.s.switch).values())

    def _capital(self, path: Path, name: str | None, actor: str) -> None:
        self._constant(path, name, None)
        owner = self.s.actor.get(actor)
        if name is not None and owner is not None:
            if owner.capital is None:
                self.v.problem(path, f"{actor} has no capital to pay from", "give the actor capital")
            elif owner.capital in self.s.stock and name in self.s.constant:
                wanted = self.v.variable(owner.capital).unit
                self.v.fits(self.v.variable(name).unit, wanted, path)

    def _decisions(self) -> None:
        for id, d in self.s.decision.items():
            path = ("decision", id)
            self._mentions(path, d, needs_source=True)
            self._words(path, d, d.each)
            self._name((*path, "actor"), d.actor, "actor")
            self._requires(path, d, d.each)
            self._capital((*path, "capital"), d.capital, d.actor)
            self._expression((*path, "tendency"), d.tendency, Reads.AMOUNT, units.PER_MONTH, d.each)
            self._constant((*path, "cooldown"), d.cooldown, units.MONTH)
            self._excludes(path, d.excludes, d.each)
            if not d.effects:
                self.v.problem(path, "the decision does nothing", "give it effects")
            self._effects((*path, "effects"), d.effects, d.each)

    def _excludes(self, path: Path, names: tuple[str, ...], each: str | None) -> None:
        known = self.v.happenings["decision"] | self.v.happenings["event"]
        known = known | {f"offer.{o}" for o in self.v.happenings["offer"]}
        first = next(iter(self.sets.members.get(each or "", ())), "")
        for number, name in enumerate(names):
            if name.replace(".each", f".{first}") not in known:
                self.v._undefined((*path, "excludes", str(number)), f"there is no decision or event {name}",
                                  name, "decision", known)  # fmt: skip

    def _offers(self) -> None:
        for id, o in self.s.offer.items():
            path = ("offer", id)
            self._mentions(path, o, needs_source=True)
            self._name((*path, "from"), o.from_, "actor")
            self._name((*path, "to"), o.to, "actor")
            self._words(path, o, o.each)
            if o.from_ == o.to:
                self.v.problem(path, "an offer to oneself", "name two actors")
            self._requires(path, o, o.each)
            self._capital((*path, "capital"), o.capital, o.from_)
            self._constant((*path, "cooldown"), o.cooldown, units.MONTH)
            self._constant((*path, "answer_within"), o.answer_within, units.MONTH)
            self._constant((*path, "lasts"), o.lasts, units.MONTH)
            self._constant((*path, "grace"), o.grace, units.MONTH)
            self._expression((*path, "chance"), o.chance, Reads.AMOUNT, units.SHARE, o.each)
            self._expression((*path, "tendency"), o.tendency, Reads.AMOUNT, units.PER_MONTH, o.each)
            self._condition((*path, "keeps"), o.keeps, each=o.each)
            if o.keeps is None and (o.grace is not None or o.breach):
                what = "grace and breach without keeps"
                self.v.problem(path, what, "say what must hold, or leave them out")
            if o.keeps is not None and (o.grace is None or not o.breach):
                self.v.problem(path, "keeps without grace or breach", "say from when, and what breach costs")
            self._looked_at(path, o)
            for key in ("effects", "breach", "fulfilled"):
                self._effects((*path, key), getattr(o, key), o.each)

    def _looked_at(self, path: Path, offer: Offer) -> None:
        """Grace must end before the bargain does, or nobody ever looks at what it asks."""
        ends = [self.s.constant.get(name or "") for name in (offer.grace, offer.lasts)]
        grace, lasts = (c.value if c is not None else None for c in ends)
        if isinstance(grace, float) and isinstance(lasts, float) and grace >= lasts:
            what = f"{offer.grace} ({grace:g}) is not shorter than {offer.lasts} ({lasts:g})"
            self.v.problem((*path, "grace"), what, "keeps would never be looked at: shorten it")

    def _events(self) -> None:
        for id, e in self.s.event.items():
            path = ("event", id)
            self._mentions(path, e, needs_source=True)
            self._words(path, e, e.each)
            if (e.date is None) == (e.hazard is None):
                self.v.problem(path, "an event has a date or a hazard", "give one of the two")
            if e.date is not None:
                month = months_between(self.s.scenario.start, e.date)
                damaged = {("scenario", "start"), ("scenario", "months")} & self.v.loaded.damaged
                inside = 0 <= month < self.s.scenario.months
                # A shared world may know dates that a shorter scenario does not reach.
                own = self.v.loaded.places.get(path, (self.v.loaded.main, 1))[0] == self.v.loaded.main
                if own and not damaged and not inside:
                    self.v.problem((*path, "date"), f"{e.date} is outside the scenario's months")
            self._expression((*path, "hazard"), e.hazard, Reads.AMOUNT, units.PER_MONTH, e.each)
            self._requires(path, e, e.each)
            self._constant((*path, "cooldown"), e.cooldown, units.MONTH)
            self._excludes(path, e.excludes, e.each)
            self._effects((*path, "effects"), e.effects, e.each)
            if e.choices:
                self._choices(path, e)
            elif e.seat is not None or e.default is not None:
                self.v.problem(path, "a seat without choices", "add [[event.ID.choices]]")

    def _choices(self, path: Path, e: Event) -> None:
        ids = [c.id for c in e.choices]
        for number, choice in enumerate(e.choices):
            if not ID.match(choice.id):
                mend = "small letters, digits and _, a letter first"
                self.v.problem((*path, "choices", str(number), "id"), f"{choice.id} is not an id", mend)
        if e.seat is None:
            self.v.problem(path, "seat is missing", "say who answers")
        else:
            self._name((*path, "seat"), e.seat, "actor")
        if e.default not in ids:
            mend = did_you_mean(e.default or "", ids)
            self.v.problem((*path, "default"), "default is not one of the choices", mend)
        for number, id in enumerate(ids):
            if id in ids[:number]:
                self.v.problem((*path, "choices", str(number)), "two choices have one id", "rename one")
        for number, choice in enumerate(e.choices):
            at = (*path, "choices", str(number))
            self._mentions(at, choice)
            self._words(at, choice, e.each)
            self._requires(at, choice, e.each)
            self._capital((*at, "capital"), choice.capital, e.seat or "")
            self._constant((*at, "weight"), choice.weight, units.SHARE)
            self._effects((*at, "effects"), choice.effects, e.each)
            if choice.id == e.default and (choice.requires or choice.capital):
                self.v.problem(at, "the default has a condition or a cost", "it must always be possible")

    def _effects(self, path: Path, effects: tuple[Effect, ...], each: str | None) -> None:
        for number, effect in enumerate(effects):
            self._effect((*path, str(number)), effect, each)

    def _effect(self, path: Path, effect: Effect, each: str | None) -> None:
        kinds = [k for k in ("add", "move", "switch") if getattr(effect, k) is not None]
        if len(kinds) != 1:
            self.v.problem(path, "an effect does one thing", "add, move or switch")
            return
        strays = [k for k in _STRAYS[kinds[0]] if getattr(effect, k) not in (None, False)]
        for stray in strays:
            self.v.problem(path, f"{toml_key(stray)} has no meaning beside {kinds[0]}", "leave it out")
        self._condition((*path, "if"), effect.if_, each=each)
        self._expression((*path, "chance"), effect.chance, Reads.AMOUNT, units.SHARE, each)
        if effect.switch is not None:
            if effect.to is None:
                self.v.problem(path, "to is missing", "the switch's new value")
            if self._name((*path, "switch"), effect.switch, "switch") and effect.to is not None:
                self._switch_value((*path, "to"), effect.switch, effect.to)
            if effect.over or effect.after:
                self.v.problem(path, "a switch turns at once", "leave out over and after")
            return
        self._constant((*path, "over"), effect.over, units.MONTH, positive=True)
        self._constant((*path, "after"), effect.after, units.MONTH)
        if effect.add is not None:
            self._payment(path, "amount", effect.amount, [("add", effect.add)], "level", each)
        else:
            ends = [(k, e) for k, e in (("from", effect.from_), ("to", effect.to)) if e is not None]
            if not ends:
                self.v.problem(path, "nothing to move", "give from, to or both")
            self._payment(path, "move", effect.move, ends, "conserved", each)

    def _payment(
        self, path: Path, key: str, text: str | None, ends: list[tuple[str, str]], kind: str,
        each: str | None,
    ) -> None:  # fmt: skip
        if text is None:
            self.v.problem(path, f"{key} is missing", "how much: a constant's name or an equation")
        amount = self._expression((*path, key), text, Reads.AMOUNT, None, each, scalar=False)
        first = next(iter(self.sets.members.get(each or "", ())), "")
        for end_key, end in ends:
            if not isinstance(end, str):
                self.v.problem((*path, end_key), f"a stock's id is wanted, not {word(end)}")
                continue
            if each is not None and not first:
                continue
            target = end.replace(".each", f".{first}") if first else end
            stock = self._target((*path, end_key), target)
            if stock is None:
                continue
            if stock.kind != kind:
                mend = "use add" if stock.kind == "level" else "use move, from and to"
                self.v.problem((*path, end_key), f"{end} is {stock.kind}", mend)
            if text is None:
                continue
            self.v.fits(amount.unit, self.v.variable(target.partition(".")[0]).unit, (*path, key))
            if not set(amount.dims) <= set(self._target_dims(target)):
                self.v.problem((*path, key), f"over {', '.join(amount.dims)}, {end} is not",
                               "take sum(), mean() or one member")  # fmt: skip

    # -- the rest --------------------------------------------------------------------------

    def _outcomes(self) -> None:
        for id, o in self.s.outcome.items():
            path = ("outcome", id)
            root, _, name = o.of.partition(".")
            if root != "obs" or name not in self.s.obs:
                if ("obs", name) not in self.v.loaded.damaged:
                    self.v.problem((*path, "of"), f"there is no observer {o.of}",
                                   did_you_mean(o.of, [f"obs.{n}" for n in self.s.obs]))  # fmt: skip
            unit = self.v.unit(o.unit, (*path, "unit"))
            if name in self.s.obs and root == "obs":
                of = self.v.variable(o.of).unit
                if not (unit.fits(of) or (o.take == "sum" and unit.fits(of * units.MONTH))):
                    self.v.fits(of, unit, (*path, "unit"))
            self._constant((*path, "weight"), o.weight, units.SHARE)
        endings = list(self.s.ending.items())
        for number, (id, ending) in enumerate(endings):
            last = number == len(endings) - 1
            if (ending.when is None) != last:
                mend = "the last one has no when, all others have one"
                path = ("ending", id, "when") if last else ("ending", id)
                self.v.problem(path, "endings are looked through in order", mend)
            self._condition(("ending", id, "when"), ending.when, Reads.ENDING)

    def _strategies(self) -> None:
        for id, strategy in self.s.strategy.items():
            path = ("strategy", id)
            self._mentions(path, strategy)
            self._name((*path, "actor"), strategy.actor, "actor")
            known = self._actions_of(strategy.actor)
            for number, rule in enumerate(strategy.rules):
                at = (*path, "rules", str(number))
                self._condition((*at, "when"), rule.when, Reads.STRATEGY, actor=strategy.actor)
                if strategy.actor not in self.s.actor:
                    continue
                for n, action in enumerate(rule.do):
                    if action not in known:
                        self.v._undefined((*at, "do", str(n)), f"{strategy.actor} cannot do {action}",
                                          action.removeprefix("offer."), "decision", known)  # fmt: skip

    def _actions_of(self, actor: str) -> set[str]:
        """Ids of all that an actor can do."""
        s = self.s
        found: set[str] = set()

        def ids(id: str, each: str | None) -> list[str]:
            return [f"{id}.{m}" for m in self.sets.members.get(each, ())] if each else [id]

        for id, d in s.decision.items():
            if d.actor == actor:
                found |= set(ids(id, d.each))
        for id, o in s.offer.items():
            for one in ids(id, o.each):
                if o.from_ == actor:
                    found.add(f"offer.{one}")
                if o.to == actor:
                    found |= {f"accept.{one}", f"refuse.{one}"}
        for id, e in s.event.items():
            if e.seat == actor:
                found |= {f"{one}.{c.id}" for one in ids(id, e.each) for c in e.choices}
        return found

    def _readings(self) -> None:
        for id, reading in self.s.reading.items():
            path = ("reading", id)
            self._mentions(path, reading)
            if id == "balanced":
                self.v.problem(path, "balanced is the values as they stand", "choose another id")
            for name, value in reading.constants.items():
                at = (*path, "constants", name)
                if not self._name(at, name, "constant"):
                    continue
                if not self.v.variable(name).unknown:
                    self._members(at[:-1], name, value, self.v.variable(name).dims, partly=True)
                for number in _numbers(value):
                    span = constant_interval(self.s.constant[name])
                    if number not in span:
                        self.v.problem(at, f"{number:g} is outside {span.low:g}..{span.high:g}",
                                       "a reading stays inside the constant's range")  # fmt: skip

    def _topics(self) -> None:
        for id, topic in self.s.topic.items():
            self._member(("topic", id, "partner"), topic.partner)

    def _small_enough(self) -> bool:
        """Whether rows and happenings keep to the limits; where not, nothing more is looked at."""
        sizes = self.sets.sizes
        counts = {
            kind: sum(prod(sizes.get(d, 1) for d in t.over) for t in getattr(self.s, kind).values())
            for kind in ("stock", "constant")
        }
        happening = ("decision", "offer", "event")
        items = sum(sizes.get(t.each or "", 1) for kind in happening for t in getattr(self.s, kind).values())
        for kind, rows in counts.items():
            if rows > MAX_ROWS:
                self.v.problem((kind,), f"{rows} rows of {kind}s", f"at most {MAX_ROWS}")
        if items > MAX_ITEMS:
            what = f"{items} decisions, offers and events, each member counted"
            kind = next(kind for kind in happening if getattr(self.s, kind))
            self.v.problem((kind,), what, f"at most {MAX_ITEMS}")
        return items <= MAX_ITEMS and max(counts.values()) <= MAX_ROWS


def _numbers(value: object) -> list[float]:
    if isinstance(value, Mapping):
        return [n for inner in value.values() for n in _numbers(inner)]
    return [value] if isinstance(value, float) else []
