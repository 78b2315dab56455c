"""The address of a run: enough to make it again anywhere."""

import re
from collections.abc import Mapping

import numpy as np
from attrs import evolve, frozen

from mali_sim.engine import HUMAN, TENDENCY, Cast
from mali_sim.model import Model
from mali_sim.model.parameters import named_design
from mali_sim.scenario import did_you_mean

BALANCED = "balanced"
#: The draws under which the past comes out as it was.
PLAUSIBLE = "plausible"
_FORM = re.compile(
    r"(?P<scenario>[a-z][a-z0-9_-]*)@(?P<fingerprint>[0-9a-f]{12})"
    r":(?P<profile>[^:]+):(?P<reading>[a-z][a-z0-9_]*)(?P<changes>\{[^:}]*\})?:(?P<seed>\d+):(?P<run>\d+)"
    r"(?::draw (?P<draw>\d+)/(?P<size>\d+)@(?P<design>[0-9a-f]{12}))?\Z"
)


class AddressError(ValueError):
    """An address that cannot be read, or of another scenario than is here."""

    for_user = True


@frozen
class Draw:
    """Draw k of a Latin hypercube of N."""

    number: int
    size: int
    design: str


@frozen
class Draws:
    """
    Which draws a batch's runs take: all in turn, or the plausible ones in turn.

    Parameters
    ----------
    size : int
        Of the Latin hypercube.
    design : str
        Its id.
    kept : tuple of int
        The draws to take; all of them where there are none.
    """

    size: int
    design: str
    kept: tuple[int, ...] = ()

    def numbers(self, runs: np.ndarray) -> np.ndarray:
        """The draw of each run: run k takes draw k mod size, or the (k mod number)-th kept one."""
        runs = np.asarray(runs).astype(np.uint64)
        if not self.kept:
            return (runs % np.uint64(self.size)).astype(int)
        return np.array(self.kept)[(runs % np.uint64(len(self.kept))).astype(int)]

    def of(self, run: int) -> Draw:
        """The draw of one run."""
        return Draw(int(self.numbers(np.array([run], np.uint64))[0]), self.size, self.design)


def draws_of(model: Model, wanted: int | str) -> Draws | None:
    """
    The draws that a batch asks for.

    Parameters
    ----------
    wanted : int or str
        Size of a Latin hypercube over the scenario's priors, 0 for none; or ``plausible``.

    Raises
    ------
    AddressError
        When the scenario has no plausible draws.
    """
    if isinstance(wanted, int):
        return Draws(wanted, model.parameters.design(wanted)) if wanted else None
    found = model.scenario.plausible
    if wanted != PLAUSIBLE or found is None:
        raise AddressError(
            f"{model.scenario.scenario.id} has no draws called {wanted}; "
            "mali-sim validate --plausible N --write FILE makes them"
        )
    return Draws(found.size, named_design(found.design), found.kept)


@frozen
class Address:
    """
    Which run of which scenario.

    Parameters
    ----------
    scenario, fingerprint : str
    profile : str
        Who plays: strategies' ids, or ``actor=human``, joined by ``+``; ``tendency`` for nobody.
    reading : str
    changes : tuple of (str, float)
        Constants set by hand, on top of the reading.
    seed, run : int
    draw : Draw, optional
    """

    scenario: str
    fingerprint: str
    profile: str
    reading: str
    seed: int
    run: int
    draw: Draw | None = None
    changes: tuple[tuple[str, float], ...] = ()

    def __str__(self) -> str:
        draw = f":draw {self.draw.number}/{self.draw.size}@{self.draw.design}" if self.draw else ""
        changed = ",".join(f"{name}={value!r}" for name, value in self.changes)
        reading = self.reading + (f"{{{changed}}}" if changed else "")
        return f"{self.scenario}@{self.fingerprint}:{self.profile}:{reading}:{self.seed}:{self.run}{draw}"

    @classmethod
    def parse(cls, text: str) -> "Address":
        """
        Read an address.

        Raises
        ------
        AddressError
        """
        match = _FORM.match(text.strip())
        if match is None:
            raise AddressError(
                f"not an address: {text[:120]}; the form is "
                "scenario@fingerprint:profile:reading:seed:run[:draw k/N@design]"
            )
        found = match.groupdict()
        draw = None
        if found["draw"]:
            draw = Draw(int(found["draw"]), int(found["size"]), found["design"])
            if draw.number >= draw.size or draw.size > 1 << 31:
                raise AddressError(f"there is no draw {draw.number} of {draw.size}")
        seed, run = int(found["seed"]), int(found["run"])
        if seed >= 1 << 63 or run >= 1 << 63:
            raise AddressError("seeds and runs are below 2^63")
        try:
            changes = tuple(
                (pair.split("=")[0], float(pair.split("=")[1]))
                for pair in (found["changes"] or "{}")[1:-1].split(",")
                if pair
            )
        except (IndexError, ValueError):
            raise AddressError(f"not constant=value: {found['changes']}") from None
        return cls(
            found["scenario"], found["fingerprint"], found["profile"], found["reading"],
            seed, run, draw, changes,
        )  # fmt: skip

    def at(self, run: int) -> "Address":
        """The address of another run of the same batch."""
        return evolve(self, run=run)

    def check(self, model: Model) -> None:
        """
        Raise when the address is of other rules or numbers than the model's.

        Raises
        ------
        AddressError
        """
        if self.fingerprint != model.fingerprint:
            raise AddressError(
                f"the address is of {self.scenario}@{self.fingerprint}, here it is "
                f"@{model.fingerprint}: its rules or numbers have changed since; "
                "use the version that wrote it, or open the save, which carries its scenario"
            )


def controllers(model: Model, profile: str) -> dict[str, str]:
    """
    Who plays whom, from a profile's text.

    Raises
    ------
    AddressError
        When a strategy or actor does not exist, or two strategies play one actor.
    """
    found: dict[str, str] = {}
    for part in profile.split("+"):
        if part == TENDENCY:
            continue
        actor, _, who = part.partition("=")
        if who:
            if actor not in model.scenario.actor:
                raise AddressError(f"there is no actor {actor}; {did_you_mean(actor, model.scenario.actor)}")
            if who not in (HUMAN, TENDENCY) and not who.startswith("py/"):
                raise AddressError(f"{actor} is played by human, tendency or a strategy, not {who}")
        else:
            strategy = model.scenario.strategy.get(part)
            if strategy is None:
                known = model.scenario.strategy
                mend = did_you_mean(part, known, f"there are {', '.join(known)}")
                raise AddressError(f"there is no strategy {part}; {mend}")
            actor, who = strategy.actor, part
        if actor in found:
            raise AddressError(f"both {found[actor]} and {who} play {actor}; name one")
        found[actor] = who
    return found


def profile_of(controllers: Mapping[str, str]) -> str:
    """A profile's text, from who plays whom."""
    parts = [
        f"{actor}={who}" if who == HUMAN or who.startswith("py/") else who
        for actor, who in sorted(controllers.items())
        if who != TENDENCY
    ]
    return "+".join(parts) or TENDENCY


def parameters_for(model: Model, address: Address, runs: np.ndarray | None = None) -> np.ndarray:
    """
    The parameters of an address's reading, changes and draws.

    Parameters
    ----------
    runs : ndarray of int, optional
        Numbers of draws for many runs, in place of the address's own.

    Returns
    -------
    ndarray, shape (parameter rows, 1 or runs)

    Raises
    ------
    AddressError
    """
    base = reading_parameters(model, address.reading, dict(address.changes))
    if address.draw is None:
        return base
    _check_design(model, address.draw)
    numbers = np.array([address.draw.number]) if runs is None else runs
    return drawn_parameters(model, base, address.draw, numbers, dict(address.changes))


def drawn_parameters(
    model: Model, base: np.ndarray, draw: Draw | Draws, numbers: np.ndarray, changes: Mapping[str, float]
) -> np.ndarray:
    """
    Parameters of some draws of a hypercube, with constants set by hand on top.

    Returns
    -------
    ndarray, shape (parameter rows, draws)
    """
    drawn = model.parameters.drawn(base, draw.design, draw.size, numbers)
    return model.parameters.changed(drawn, changes, model.sets)


def _check_design(model: Model, draw: Draw) -> None:
    """Raise when a draw is of a hypercube that this scenario does not have."""
    known = [model.parameters.design(draw.size)]
    stored = model.scenario.plausible
    if stored is not None:
        known.append(named_design(stored.design))
    if draw.design not in known:
        raise AddressError(f"draws of the design {draw.design}, here it is {' or '.join(known)}")


def reading_parameters(model: Model, reading: str, changes: Mapping[str, float] | None = None) -> np.ndarray:
    """
    The parameters of a reading, with constants set by hand.

    Raises
    ------
    AddressError
        When there is no such reading or constant, or a value is outside its range.
    """
    base = model.parameters.balanced()
    if reading != BALANCED:
        table = model.scenario.reading.get(reading)
        if table is None:
            known = [BALANCED, *model.scenario.reading]
            mend = did_you_mean(reading, known, f"there are {', '.join(known)}")
            raise AddressError(f"there is no reading {reading}; {mend}")
        base = model.parameters.changed(base, table.constants, model.sets)
    for name, value in (changes or {}).items():
        parameter = model.parameters.items.get(name)
        if parameter is None:
            known = model.parameters.items
            raise AddressError(f"there is no constant {name}; {did_you_mean(name, known)}")
        if parameter.structural:
            raise AddressError(
                f"{name} is a delay's length, which shapes the model; change it in the scenario"
            )
        low, high = min(parameter.low), max(parameter.high)
        if not low <= value <= high:
            raise AddressError(f"{name} = {value:g} is outside {low:g}..{high:g}, its range")
    return model.parameters.changed(base, changes or {}, model.sets)


def at_run(model: Model, address: Address, run: int) -> Address:
    """
    The address of another run of the same batch, with the draw that it takes there.

    Raises
    ------
    AddressError
        When its draws are of no hypercube of this scenario.
    """
    if address.draw is None:
        return address.at(run)
    _check_design(model, address.draw)
    size = address.draw.size
    wanted: int | str = size if address.draw.design == model.parameters.design(size) else PLAUSIBLE
    draws = draws_of(model, wanted)
    return evolve(address, run=run, draw=draws.of(run) if draws else None)


def cast_of(model: Model, profile: str) -> Cast:
    """The cast of all runs of a profile."""
    return Cast((controllers(model, profile),))
