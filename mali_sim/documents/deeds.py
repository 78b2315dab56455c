"""Decisions, bargains, events, and who plays them how, as a page describes them."""

from collections.abc import Iterator, Sequence
from typing import Any

from mali_sim.documents import figures
from mali_sim.documents.atlas import anchor
from mali_sim.documents.entries import Writer
from mali_sim.documents.words import BETTER, SECTIONS, TAKES
from mali_sim.equations import Node
from mali_sim.scenario.classes import Decision, Effect, Event, EventChoice, Offer
from mali_sim.scenario.texts import month_code


class DeedWriter(Writer):
    """Writes what is done and what happens."""

    # -- decisions and bargains --------------------------------------------------------------

    def decision(self, id: str) -> list[str]:
        """A decision: whose, what it takes, when it is taken unplayed, what it does."""
        d, say = self.s.decision[id], self.prose.say
        about = [say("by", actor=self.name(("actor", d.actor))), *self._terms(d)]
        made = [*self.head(("decision", id)), ", ".join(about) + ".", "", self.words_of(d, d.text), ""]
        made += self._condition("possible if", d, "decision", id)
        actor = self.label(("actor", d.actor))
        if d.tendency:
            made.append(self.bullet(say("tendency", actor=actor), self.inline("decision", id, "tendency")))
        else:
            made.append("- " + say("no tendency", actor=actor))
        made += self._effects("effects", d.effects, ("decision", id, "effects"))
        return [*made, *self._cited(d.source), "", *self._where("decision", id, d.effects)]

    def offer(self, id: str) -> list[str]:
        """A bargain: who, on what terms, what follows."""
        o, say = self.s.offer[id], self.prose.say
        between = say(
            "bargain between", asker=self.name(("actor", o.from_)), giver=self.name(("actor", o.to))
        )
        made = [*self.head(("offer", id)), ", ".join([between, *self._terms(o)]) + ".", ""]
        made += [self.words_of(o, o.text), ""]
        made.append(self.bullet(say("asks"), self.words_of(o, o.asks)))
        made.append(self.bullet(say("gives"), self.words_of(o, o.gives)))
        made += self._condition("possible if", o, "offer", id)
        actor = self.label(("actor", o.from_))
        if o.tendency:
            made.append(self.bullet(say("tendency", actor=actor), self.inline("offer", id, "tendency")))
        made.append(self.bullet(say("accepted with"), self.inline("offer", id, "chance")))
        terms = say("answer within", amount=self.amount(o.answer_within), lasts=self.amount(o.lasts))
        made.append(f"- {terms}.")
        if o.keeps:
            grace = say("grace", amount=self.amount(o.grace)) if o.grace else ""
            keeps = (
                f"{self.inline('offer', id, 'keeps')}, {grace}"
                if grace
                else self.inline("offer", id, "keeps")
            )
            made.append(self.bullet(say("keeps"), keeps))
        for head, part in (
            ("on acceptance", "effects"),
            ("on breach", "breach"),
            ("on fulfilment", "fulfilled"),
        ):
            made += self._effects(head, getattr(o, part), ("offer", id, part), empty=part == "effects")
        effects = (*o.effects, *o.breach, *o.fulfilled)
        return [*made, *self._cited(o.source), "", *self._where("offer", id, effects)]

    def _terms(self, table: Decision | Offer | Event) -> Iterator[str]:
        """For each member, its price, how often, with what not."""
        say = self.prose.say
        if table.each:
            yield say("for each member", set=self.name(("set", table.each)))
        if not isinstance(table, Event):
            cost = say("costs", amount=self.amount(table.capital)) if table.capital else say("free")
            yield cost
        if getattr(table, "once", False):
            yield say("once")
        if table.cooldown:
            yield say("again after", amount=self.amount(table.cooldown))
        rivals = [r.partition(".")[0] for r in getattr(table, "excludes", ())]
        keys = [(kind, r) for r in rivals for kind in ("decision", "event") if r in getattr(self.s, kind)]
        if keys:
            yield say("not with", names=", ".join(self.name(k) for k in keys))

    def _condition(self, head: str, table: Decision | Offer | Event, *path: str) -> list[str]:
        if not table.requires:
            return []
        because = getattr(table, "because", None)
        text = self.inline(*path, "requires")
        if because is not None:
            text += " – " + self.prose.say("otherwise", text=self.words_of(table, because))
        return [self.bullet(self.prose.say(head), text)]

    # -- effects -----------------------------------------------------------------------------

    def _effects(
        self, head: str, effects: Sequence[Effect], path: tuple[str, ...], *, empty: bool = True
    ) -> list[str]:
        if not effects:
            return [f"- {self.prose.say('no effects')}"] if empty else []
        made = [self.prose.titled(f"- **{self.prose.say(head)}**", "").rstrip()]
        return made + [f"  - {self._effect(e, (*path, str(n)))}." for n, e in enumerate(effects)]

    def _effect(self, effect: Effect, path: tuple[str, ...]) -> str:
        say = self.prose.say
        if effect.switch is not None:
            value = self.switch_value(effect.switch, effect.to)
            parts = [say("sets", switch=self.name(("switch", effect.switch)), value=value)]
        elif effect.add is not None:
            amount = self._code(*path, "amount")
            parts = [say("adds", stock=self.member(effect.add), amount=amount)]
        else:
            ends = {
                "start": self.member(effect.from_) if effect.from_ else "",
                "end": self.member(effect.to) if isinstance(effect.to, str) else "",
            }
            way = "way both" if all(ends.values()) else "way out" if ends["start"] else "way in"
            amount = self._code(*path, "move")
            parts = [say("moves", amount=amount, way=say(way, **ends))]
        if effect.over:
            parts.append(say("spread over", amount=self.amount(effect.over)))
        if effect.after:
            parts.append(say("begins after", amount=self.amount(effect.after)))
        if effect.stack:
            parts.append(say("stacks"))
        if effect.if_:
            parts.append(say("only if", condition=self._code(*path, "if")))
        if effect.chance:
            parts.append(say("with chance", chance=self._code(*path, "chance")))
        return ", ".join(parts)

    def _code(self, *path: str) -> str:
        tree = self.tree(*path)
        return self.code(tree) if tree is not None else ""

    def _where(self, kind: str, id: str, effects: Sequence[Effect]) -> list[str]:
        """What the names in a table's equations are."""
        trees: list[Node] = [
            t for path, t in self.model.variables.trees.items() if path[:2] == (kind, id) and t is not None
        ]
        return self.where(trees)

    # -- events ------------------------------------------------------------------------------

    def event(self, id: str) -> list[str]:
        """An event: when, what it does, how it may be answered."""
        e, say = self.s.event[id], self.prose.say
        about = list(self._terms(e))
        if e.date:
            about.insert(0, self._month(e.date))
        made = [*self.head(("event", id))]
        if about:
            made += [", ".join(about)[:1].upper() + ", ".join(about)[1:] + ".", ""]
        made += [self.words_of(e, e.text), ""]
        if e.hazard:
            made.append(self.bullet(say("hazard"), self.inline("event", id, "hazard")))
        made += self._condition("happens if", e, "event", id)
        made += self._effects("effects", e.effects, ("event", id, "effects"), empty=not e.choices)
        if e.choices and e.seat and e.default:
            choice = next(self.prose.of(c.label) for c in e.choices if c.id == e.default)
            made.append("- " + say("answered by", actor=self.name(("actor", e.seat)), choice=choice))
            made += [line for n, c in enumerate(e.choices) for line in self._choice(id, e, c, n)]
        return [*made, *self._cited(e.source), "", *self._where("event", id, e.effects)]

    def _month(self, date: str) -> str:
        header = self.s.scenario
        text = self.prose.say("dated", month=self._named_month(date))
        if not header.start <= date <= month_code(header.start, header.months - 1):
            text += f" ({self.prose.say('outside the months')})"
        return text

    def _named_month(self, date: str) -> str:
        return self.prose.words.month(date, 0)

    def _choice(self, id: str, event: Event, choice: EventChoice, number: int) -> list[str]:
        say, path = self.prose.say, ("event", id, "choices", str(number))
        terms = [say("costs", amount=self.amount(choice.capital))] if choice.capital else []
        if any(c.weight for c in event.choices):
            weighed = (
                say("weight", amount=self.amount(choice.weight)) if choice.weight else say("never chosen")
            )
            terms.append(weighed)
        if choice.requires:
            condition = f"{say('possible if').lower()} {self.inline(*path, 'requires')}"
            if choice.because is not None:
                condition += " – " + say("otherwise", text=self.words_of(event, choice.because))
            terms.append(condition)
        shown = f" ({self.prose.joined(terms)})" if terms else ""
        label, text = (self.words_of(event, t) for t in (choice.label, choice.text))
        made = [f"  - **{label}** · `{id}.{choice.id}`{shown}. {text}"]
        for n, effect in enumerate(choice.effects):
            made.append(f"    - {self._effect(effect, (*path, 'effects', str(n)))}.")
        return made

    # -- who plays ---------------------------------------------------------------------------

    def actor(self, id: str) -> list[str]:
        """An actor: an office, its purse, whether it may be played."""
        actor, say = self.s.actor[id], self.prose.say
        parts = [say("playable" if id in self.s.scenario.seats else "simulated")]
        if actor.capital:
            parts.append(say("pays from", stock=self.name(("stock", actor.capital))))
        if actor.fallback:
            parts.append(say("falls back", strategy=self.name(("strategy", actor.fallback))))
        made = [*self.head(("actor", id)), f"{self.prose.of(actor.text)} {' '.join(parts)}", ""]
        for kind in ("decision", "offer"):
            keys = [(kind, i) for i, t in getattr(self.s, kind).items() if id in (_asker(t),)]
            if keys:
                made.append(self.bullet(self.section(kind), self.names(keys)))
        events = [("event", i) for i, e in self.s.event.items() if e.seat == id]
        if events:
            made.append(self.bullet(self.section("event"), self.names(events)))
        return [*made, *self._cited(actor.source), ""]

    def section(self, kind: str) -> str:
        """A section's heading."""
        return self.prose.of(SECTIONS[kind])

    def strategy(self, id: str) -> list[str]:
        """A strategy: its rules."""
        strategy, say = self.s.strategy[id], self.prose.say
        plays = say("plays", actor=self.name(("actor", strategy.actor)))
        made = [*self.head(("strategy", id)), f"{self.prose.of(strategy.text)} {plays}", ""]
        trees = []
        for n, rule in enumerate(strategy.rules):
            path = ("strategy", id, "rules", str(n), "when")
            tree = self.tree(*path)
            if tree is not None:
                trees.append(tree)
            when = f"{say('when')} {self.inline(*path)}" if tree is not None else say("always")
            made.append(self.prose.titled(f"- {when}", ", ".join(self._deed(d) for d in rule.do) + "."))
        return [*made, *self._cited(strategy.source), "", *self.where(trees)]

    def _deed(self, name: str) -> str:
        """What a rule does, with links: a decision, an offer, an answer."""
        head, _, rest = name.partition(".")
        say = self.prose.say
        phrases = {"offer": "offers", "accept": "accepts", "refuse": "refuses"}
        if head in phrases and rest:
            return say(phrases[head], name=self._with_member("offer", rest))
        if head in self.s.event:
            choice = next((c for c in self.s.event[head].choices if c.id == rest.rpartition(".")[2]), None)
            answer = self.prose.of(choice.label) if choice else rest
            return say("answers", event=self.name(("event", head)), choice=answer)
        return self._with_member("decision", name)

    def _with_member(self, kind: str, name: str) -> str:
        id, _, member = name.partition(".")
        table = getattr(self.s, kind)[id]
        if not member or not table.each:
            return self.name((kind, id))
        label = table.label.replace("{each}", self.model.sets.labels[table.each, member])
        return f"[{self.prose.of(label)}]({self.url((kind, id))})"

    def reading(self, id: str) -> list[str]:
        """A reading: the constants that it takes otherwise."""
        reading, say, words = self.s.reading[id], self.prose.say, self.prose.words
        made = [*self.head(("reading", id)), self.prose.of(reading.text), ""]
        rows = []
        for name, value in reading.constants.items():
            constant = self.s.constant.get(name)
            over = tuple(constant.over) if constant else ()
            shown = self._in_reading(value)
            own = figures.by_member(words, self.model.sets, constant.value, over) if constant else "1"
            rows.append([self.name(("constant" if constant else "lookup", name)), shown, own])
        head = [say("the other values"), self.prose.of(reading.label), say("balanced")]
        return [*made, *figures.table(rows, head), "", *self._cited(reading.source), ""]

    def _in_reading(self, value: Any) -> str:
        """A reading's number, or its numbers by member."""
        if not isinstance(value, dict):
            return figures.number(self.prose.words, float(value))
        labels = {m: self.prose.of(t) for (_, m), t in self.model.sets.labels.items()}
        return ", ".join(f"{labels.get(m, m)} {self._in_reading(v)}" for m, v in value.items())

    def outcome(self, id: str) -> list[str]:
        """An outcome, in a line."""
        o, say = self.s.outcome[id], self.prose.say
        take = self.prose.of(TAKES[o.take])
        parts = [say("outcome of", take=take, observer=self.name(("obs", o.of.partition(".")[2])))]
        parts.append(say("in", unit=figures.unit_name(self.prose.words, self.s, o.unit)))
        if o.better in BETTER:
            parts.append(self.prose.of(BETTER[o.better]))
        if o.weight:
            parts.append(say("objective", amount=self.amount(o.weight)))
        key = ("outcome", id)
        return [f'- <a id="{anchor(key)}"></a>**{self.label(key)}** · `{id}` – {", ".join(parts)}.']

    def ending(self, id: str) -> list[str]:
        """An ending and its condition."""
        ending, say = self.s.ending[id], self.prose.say
        tree = self.tree("ending", id, "when")
        made = [*self.head(("ending", id)), self.prose.of(ending.text), ""]
        if tree is None:
            return [*made, say("shown otherwise"), ""]
        made.append(self.prose.titled(say("shown if"), f"{self.inline('ending', id, 'when')}."))
        return [*made, "", *self.where([tree])]


def _asker(table: Decision | Offer) -> str:
    return table.actor if isinstance(table, Decision) else table.from_
