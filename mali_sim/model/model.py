"""A scenario made ready to run."""

import hashlib
import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import attrs
from attrs import define, field, frozen

from mali_sim import RULES_VERSION
from mali_sim.equations import Name, walk
from mali_sim.equations.tree import Call
from mali_sim.model.checks import Checker
from mali_sim.model.compile import Compiler, Environment, Slots
from mali_sim.model.happenings import Action, Happenings
from mali_sim.model.layout import Layout
from mali_sim.model.month import MonthBuilder
from mali_sim.model.names import Posting
from mali_sim.model.parameters import Parameters
from mali_sim.model.sets import Sets
from mali_sim.model.start import EstimateBuilder, StartBuilder
from mali_sim.model.tape import Builder, ConstantPool, Program, Value, program
from mali_sim.model.variables import Variables
from mali_sim.scenario import LoadedScenario, Problem, Scenario, ScenarioProblems, load

_TEXT_KEYS = ("label", "text", "why", "because", "asks", "gives", "title", "summary", "aims", "dossier")

#: Keys that change what is shown and cited, never what happens.
_SCREEN_KEYS = ("source", "topic", "member", "headline", "series", "decimals", "yearly")


@frozen
class Programs:
    """
    The tapes of a model for one choice of strategies.

    Parameters
    ----------
    constants : Program
        Parameters to the rows that are the same all months.
    start : Program
        The state before the first month.
    month : Program
        One month: opening state to closing state.
    trace : Program
        The same month with everything that explains it watched.
    legality : Program
        Of the opening state: what may be done, at what cost, with which chances.
    conditions : Program
        Of the opening state, part by part (``parts``: kind, id, number, name): what actions
        require, what bargains ask, what their chances are the sum of.
    guess : Program
        What seats take the hidden stocks for, from what is observed.
    estimate : Program
        What rests on hidden stocks made anew from a guess: memories of them, amounts still
        being paid, observers that only some see.
    ending : Program
        Outcomes' conditions at the end.
    """

    constants: Program
    start: Program
    month: Program
    trace: Program
    legality: Program
    conditions: Program
    guess: Program
    estimate: Program
    ending: Program
    constant_rows: int
    modes: Mapping[str, int]
    postings: tuple[Posting, ...]
    happened: tuple[str, ...]
    chances: tuple[str, ...]
    parts: tuple[tuple[str, str, int, str], ...]


@define(eq=False)
class Model:
    """
    A scenario without problems, with its rows, parameters and tapes.

    Attributes
    ----------
    scenario : Scenario
    variables : Variables
        Types and parsed equations.
    happenings : Happenings
        Concrete decisions, offers, events; ``actions`` in the order of input rows.
    layout : Layout
        Rows of the state.
    parameters : Parameters
    fingerprint : str
        Twelve hex digits over rules and numbers, never over texts.
    """

    loaded: LoadedScenario
    variables: Variables
    happenings: Happenings
    parameters: Parameters
    fingerprint: str
    _programs: dict[tuple[str, ...], tuple[Programs, Layout]] = field(factory=dict, repr=False)

    @property
    def scenario(self) -> Scenario:
        """The scenario's tables."""
        return self.loaded.scenario

    @property
    def sets(self) -> Sets:
        """Sets and members."""
        return self.variables.sets

    @cached_property
    def layout(self) -> Layout:
        """Rows of the state, the same whatever the strategies."""
        self.programs(())
        return self._programs[()][1]

    @cached_property
    def action_rows(self) -> dict[str, int]:
        """Input row of each action."""
        return {a.id: n for n, a in enumerate(self.happenings.actions)}

    def action(self, id: str) -> Action:
        """An action by its id."""
        return self.happenings.actions[self.action_rows[id]]

    def label_of(self, action: Action) -> Any:
        """An action's label, its member filled in."""
        return action.item.words(action.table.label, self.sets)

    def programs(self, strategies: tuple[str, ...] = ()) -> Programs:
        """
        The tapes with these strategies' rules on them.

        Parameters
        ----------
        strategies : tuple of str
            Ids of TOML strategies that runs may be played by.
        """
        key = tuple(sorted(set(strategies)))
        if key not in self._programs:
            self._programs[key] = _Assembly(self, key).programs()
        return self._programs[key][0]


class _Assembly:
    """Puts the tapes of a model together."""

    def __init__(self, model: Model, strategies: tuple[str, ...]) -> None:
        self.model = model
        self.strategies = strategies
        self.s = model.scenario
        sets = model.sets
        self.builder = Builder(sets.sizes)
        self.compiler = Compiler(model.variables, self.builder, Slots())
        self.layout = Layout(sets)

    def programs(self) -> tuple[Programs, Layout]:
        m, b, layout = self.model, self.builder, self.layout
        self._blocks()
        modes: dict[str, int] = {}
        for actor in self.s.actor:
            modes[f"tendency:{actor}"] = len(modes)
            modes[f"simulated:{actor}"] = len(modes)
        for strategy in self.strategies:
            modes[f"strategy:{strategy}"] = len(modes)
        builder = MonthBuilder(self.compiler, layout, m.parameters, m.happenings, modes, self.strategies)
        month = builder.build()
        start = StartBuilder(self.compiler, layout, m.parameters).build()
        estimator = EstimateBuilder(self.compiler, layout, m.parameters, month.held)
        legality = [*month.legal, *month.costs, *month.chances.values()]
        pool = ConstantPool(b, m.parameters.rows)
        outputs = sorted(month.outputs, key=lambda o: o[0])
        made = {
            "start": program(b, pool, start, {}),
            "month": program(b, pool, outputs, {}),
            "trace": program(b, pool, outputs, month.watched),
            "legality": program(b, pool, [(n, v) for n, v in enumerate(legality)], {}),
            "guess": program(b, pool, estimator.guesses(), {}),
            "estimate": program(b, pool, estimator.build(), {}),
            "ending": program(b, pool, self._endings(), {}),
            "conditions": program(b, pool, list(enumerate(month.parts.values())), {}),
        }
        return Programs(
            constants=pool.program(),
            constant_rows=pool.rows,
            modes=modes,
            postings=tuple(month.postings),
            happened=tuple(month.happened),
            chances=tuple(month.chances),
            parts=tuple(month.parts),
            **made,
        ), layout

    def _blocks(self) -> None:
        """State rows that are known beforehand; memories and held effects follow as met."""
        s, layout, happenings = self.s, self.layout, self.model.happenings
        for id in s.stock:
            layout.add(f"stock:{id}", self.model.variables.variable(id).dims)
        for id in s.switch:
            layout.add(f"switch:{id}", ())
        remembered = happenings.remembered
        layout.add("since", (f"#{len(remembered)}",), remembered)
        if happenings.offers:
            ids = [item.id for item, _ in happenings.offers]
            layout.add("offer", (f"#{len(ids)}",), ids)
            layout.add("offer_age", (f"#{len(ids)}",), ids)
        pending = [item.id for item, e in happenings.events if e.choices]
        if pending:
            layout.add("pending", (f"#{len(pending)}",), pending)
        if s.obs:
            layout.add("obs", (f"#{len(s.obs)}",), list(s.obs))
        if s.outcome:
            layout.add("tally", (f"#{len(s.outcome)}",), list(s.outcome))

    def _endings(self) -> list[tuple[int, Value]]:
        """Outcomes first, then whether each ending's condition holds."""
        b = self.builder
        outcomes = {id: self._outcome(id) for id in self.s.outcome}

        def special(root: str, id: str) -> Value:
            return outcomes[id]

        def variable(id: str) -> Value:
            p = self.model.parameters.items[id]
            return b.source("param", p.offset, p.dims)

        with self.compiler.within(Environment(variable, special)):
            holds = [
                self.compiler.value(("ending", id, "when")) if ending.when else b.lit(1.0)
                for id, ending in self.s.ending.items()
            ]
        return [(n, v) for n, v in enumerate([*outcomes.values(), *holds])]

    def _outcome(self, id: str) -> Value:
        block = self.layout.blocks["tally"]
        b = self.builder
        value = b.source("state", block.offset + block.labels.index(id))
        if self.s.outcome[id].take == "mean":
            # The clock holds how many months were stepped when this is computed.
            return b.div(value, b.maximum(b.source("clock", 0), b.lit(1.0)))
        return value


def build(loaded: LoadedScenario) -> Model:
    """
    Make a model of a loaded scenario.

    Raises
    ------
    ScenarioProblems
        With every problem found while loading and now.
    """
    sets = Sets.of(loaded.scenario.set)
    variables = Variables(loaded, sets)
    happenings = Checker(variables).check()
    problems = [*loaded.problems, *(loaded.locate(p) for p in variables.problems)]
    if problems:
        problems.sort(key=lambda p: (p.file, p.line, p.path))
        raise ScenarioProblems(problems)
    parameters = Parameters.of(loaded.scenario, sets, _structural(variables))
    return Model(loaded, variables, happenings, parameters, fingerprint(loaded.scenario))


def load_model(path: Path) -> Model:
    """Load a scenario's file and build its model."""
    return build(load(path))


def check(path: Path) -> tuple[Problem, ...]:
    """All problems of a scenario file; none when it can be played."""
    try:
        load_model(path)
    except ScenarioProblems as found:
        return tuple(found.problems)
    return ()


def _structural(variables: Variables) -> set[str]:
    """Constants that are a delay's length: they shape the state."""
    return {
        part.args[1].id
        for tree in variables.trees.values()
        if tree is not None
        for part in walk(tree)
        if isinstance(part, Call) and part.name == "delay" and isinstance(part.args[1], Name)
    }


def fingerprint(scenario: Scenario) -> str:
    """
    Twelve hex digits over a scenario's rules and numbers.

    Texts, sources, labels and what only screens use are left out: a corrected accent
    changes nothing.
    """

    def plain(value: Any) -> Any:
        if attrs.has(type(value)):
            skip = (*_TEXT_KEYS, *_SCREEN_KEYS)
            pairs = [(f.name, plain(getattr(value, f.name))) for f in attrs.fields(type(value))]
            return {k: v for k, v in pairs if k not in skip and v not in (None, (), {}, False)}
        if isinstance(value, dict):
            return [[k, plain(v)] for k, v in value.items()]
        if isinstance(value, tuple | list):
            return [plain(v) for v in value]
        return value

    tables = {
        f.name: plain(getattr(scenario, f.name))
        for f in attrs.fields(Scenario)
        if f.name not in ("unit", "source", "topic", "reading", "scenario", "plausible")
    }
    tables["set"] = [
        [id, list(t.members), plain(t.neighbours), t.part_of, list(t.only)] for id, t in scenario.set.items()
    ]
    for table in ("switch",):
        tables[table] = [[id, list(t.values), t.initial] for id, t in scenario.switch.items()]
    tables["actor"] = [[id, a.capital] for id, a in scenario.actor.items()]
    tables["start"] = [scenario.scenario.start, scenario.scenario.months, scenario.scenario.version]
    tables["rules"] = RULES_VERSION
    text = json.dumps(tables, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]
