"""Loops, claims, targets and structural tests as pages, from a scenario's files of evidence."""

from collections.abc import Mapping, Sequence

from mali_sim.documents import figures
from mali_sim.documents.atlas import IMAGES
from mali_sim.documents.diagram import Ring
from mali_sim.documents.odd import OverviewWriter
from mali_sim.documents.rings import LoopRing, key_of
from mali_sim.documents.signs import Step
from mali_sim.documents.words import LOOPS, PAGES
from mali_sim.evidence.classes import Claim
from mali_sim.evidence.expected import Part, Target
from mali_sim.evidence.load import Evidence
from mali_sim.scenario import Text

#: The letters of a loop's mark.
_ARROWS = {"+": "→<sup>+</sup>", "-": "→<sup>−</sup>", "": "→"}


def drawn(rings: Sequence[LoopRing]) -> tuple[Ring, ...]:
    """Loops as the diagram takes them, numbered in the order of their file."""
    return tuple(
        Ring(n + 1, one.loop.label, one.loop.kind, one.loop.text,
             tuple(f"{k}.{i}" for k, i in one.ring) if len(one.ring) > 1 else ())
        for n, one in enumerate(rings)
    )  # fmt: skip


class ProofWriter(OverviewWriter):
    """Writes what the model is held to."""

    # -- loops -------------------------------------------------------------------------------

    def loops_page(self, rings: Sequence[LoopRing], signs: Mapping[Step, str], evidence: Evidence) -> str:
        """The page of the loops."""
        say = self.prose.say
        made = [*self.top(self.prose.of(PAGES["loops"])), say("loops intro" if rings else "no loops"), ""]
        if rings:
            made += [self.picture(), ""]
        for one, ring in zip(rings, drawn(rings), strict=True):
            made += self._loop(one, ring, signs, evidence)
        return self.text(made)

    def picture(self) -> str:
        """The diagram, where it is."""
        up = "../" if "/" in self.atlas.file(self.page, self.prose.language) else ""
        return f"![{self.prose.say('drawn')}]({up}{IMAGES[self.prose.language]})"

    def _loop(self, one: LoopRing, ring: Ring, signs: Mapping[Step, str], evidence: Evidence) -> list[str]:
        say, loop = self.prose.say, one.loop
        way = self.prose.of(LOOPS[loop.kind])
        made = [
            f'<a id="loop-{one.id}"></a>',
            "",
            f"## {ring.mark} · {self.prose.of(loop.label)} ({way})",
            "",
        ]
        made += [self.prose.of(loop.text), ""]
        if one.chain:
            made.append(self.bullet(say("goes"), self._way(one, signs)))
        if loop.claims:
            links = ", ".join(self._claim_link(c, evidence) for c in loop.claims)
            made.append(self.bullet(say("rests on"), links))
        if loop.cut:
            cut = ", ".join(self._cut(name, value) for name, value in loop.cut.items())
            made.append(self.bullet(say("cut by"), cut))
        if loop.test:
            made.append(
                self.bullet(
                    say("tested by"), f"[{loop.test}]({self._to('evidence', f'#structure-{loop.test}')})"
                )
            )
        return [*made, ""]

    def _way(self, one: LoopRing, signs: Mapping[Step, str]) -> str:
        """The whole chain with links; signs stand where the diagram draws an arrow."""
        following = dict(zip(one.ring, one.ring[1:] + one.ring[:1], strict=True))
        parts = []
        before = None
        for key in (*one.chain, one.chain[0]):
            sign = signs.get((before, key), "") if before is not None and following.get(before) == key else ""
            parts.append((_ARROWS[sign] + " " if parts else "") + self._step(key, key in one.ring))
            if key in one.ring:
                before = key
        return " ".join(parts)

    def _step(self, key: tuple[str, str], drawn_too: bool) -> str:
        return f"**{self.name(key)}**" if drawn_too else self.name(key)

    def _claim_link(self, id: str, evidence: Evidence) -> str:
        if id in evidence.claims:
            return f"[{id}]({self._to('evidence', f'#claim-{id}')})"
        return self.sources([id]) if id in self.s.source else id

    def _cut(self, name: str, value: object) -> str:
        key = ("constant", name)
        shown = figures.number(self.prose.words, float(value)) if isinstance(value, int | float) else "…"  # type: ignore[arg-type]
        link = self.name(key) if name in self.s.constant else f"`{name}`"
        return f"{link} = {shown}"

    def loops_in_short(self, rings: Sequence[LoopRing]) -> list[str]:
        """The picture and a line for each loop, for the first page."""
        if not rings:
            return []
        rows = []
        for one, ring in zip(rings, drawn(rings), strict=True):
            link = f"[{self.prose.of(one.loop.label)}]({self._to('loops', f'#loop-{one.id}')})"
            rows.append([ring.mark, link, self.prose.of(LOOPS[one.loop.kind]), self.prose.of(one.loop.text)])
        head = [self.prose.say(w) for w in ("number", "loop", "way", "content")]
        return [self.picture(), "", *figures.table(rows, head)]

    # -- claims, targets, structure ----------------------------------------------------------

    def evidence_page(self, evidence: Evidence) -> str:
        """The page of claims, targets and structural tests."""
        say = self.prose.say
        made = self.top(self.prose.of(PAGES["evidence"]))
        kinds = [(k, w) for k, w in _KINDS.items() if evidence.of(k)]
        made += [say("evidence intro"), ""] if kinds else [say("no evidence"), ""]
        if kinds:
            made += self.contents([(f"section-{k}", say(w), []) for k, w in kinds])
        for kind, word in kinds:
            made += [*self.heading(f"section-{kind}", say(word)), *getattr(self, f"_{kind}s")(evidence), ""]
        return self.text(made)

    def patterns(self, evidence: Evidence) -> list[str]:
        """How many claims, targets and tests there are, for the first page."""
        say, words = self.prose.say, self.prose.words
        made = []
        if evidence.claims:
            tested = sum(c.left_out is None for c in evidence.claims.values())
            link = self._to("evidence", "#section-claim")
            made.append("- " + say("count claims", count=words.number(len(evidence.claims)),
                                   tested=words.number(tested), link=link))  # fmt: skip
        targets: Mapping[str, Target] = evidence.of("target")
        if targets:
            held = sum(t.use == "H" for t in targets.values())
            link = self._to("evidence", "#section-target")
            made.append("- " + say("count targets", count=words.number(len(targets)),
                                   held=words.number(held), link=link))  # fmt: skip
        structures = evidence.of("structure")
        if structures:
            link = self._to("evidence", "#section-structure")
            made.append("- " + say("count structures", count=words.number(len(structures)), link=link))
        return made or ["- " + say("count none")]

    def _claims(self, evidence: Evidence) -> list[str]:
        return [line for id, claim in evidence.claims.items() for line in self._claim(id, claim, evidence)]

    def _claim(self, id: str, claim: Claim, evidence: Evidence) -> list[str]:
        say = self.prose.say
        voices = self.prose.words.listed([
            self.prose.of(evidence.voices[v].label) if v in evidence.voices else v for v in claim.by
        ])  # fmt: skip
        link = f"[{id}]({self.url(('source', id))})" if id in self.s.source else id
        text = f'<a id="claim-{id}"></a>**{link}** – {self.prose.of(claim.says)} *{voices}.*'
        if claim.when is not None:
            text += f" {self.prose.of(claim.when)}"
        parts = []
        if claim.in_:
            parts.append(say("sits in", names=", ".join(self._place(name) for name in claim.in_)))
        if claim.left_out is not None:
            parts.append(say("left out", text=self.prose.of(claim.left_out)))
        elif claim.sign is not None and claim.within is not None:
            within = say(
                "shows between" if claim.after else "shows", after=str(claim.after), within=str(claim.within)
            )
            parts.append(f"{say(f'sign {claim.sign}')}, {within}")
        if claim.world is not None and claim.left_out is None:
            parts.append(say("tested in", world=claim.world))
        line = self.prose.joined(parts)
        return [text + ("<br>" if line else ""), *([line[:1].upper() + line[1:]] if line else []), ""]

    def _place(self, name: str) -> str:
        key = key_of(self.model, name)
        return self.name(key) if key is not None else f"`{name}`"

    def _targets(self, evidence: Evidence) -> list[str]:
        say = self.prose.say
        rows = []
        targets: Mapping[str, Target] = evidence.of("target")
        for id, target in targets.items():
            parts = "<br>".join(self._part(p) for p in target.parts)
            use = f"{say(f'use {target.use}')}, {say(f'label {target.label}')}"
            cited = [i for i in target.source if i in self.s.source]
            statement = self.prose.of(target.statement) + (f" [{self.sources(cited)}]" if cited else "")
            rows.append([f'<a id="target-{id}"></a>{id}', statement, parts, use])
        return figures.table(rows, [say(w) for w in ("id", "statement", "parts", "use")])

    def _part(self, part: Part) -> str:
        words, say = self.prose.words, self.prose.say
        low, high = (None if v is None else figures.number(words, float(v)) for v in (part.low, part.high))
        if low is not None and high is not None:
            band = say("bounds", low=low, high=high)
        elif low is not None:
            band = say("at least", low=low)
        else:
            band = say("at most", high=high or "")
        lead = f"{self.prose.of(part.says)} " if part.says is not None else ""
        return f"{lead}<code>{part.measure}</code>, {band}"

    def _structures(self, evidence: Evidence) -> list[str]:
        say = self.prose.say
        rows = [
            [f'<a id="structure-{id}"></a>{id}', self.prose.of(test.label), self.prose.of(test.expected)]
            for id, test in evidence.of("structure").items()
        ]
        return figures.table(rows, [say(w) for w in ("id", "name", "expected")])

    def _inputs(self, evidence: Evidence) -> list[str]:
        say = self.prose.say
        rows = []
        for id, table in evidence.of("input").items():
            link = f"[{id}]({self.url(('source', id))})" if id in self.s.source else id
            text = self.prose.of(self.s.source[id].text) if id in self.s.source else ""
            note = self.prose.of(table.note) if table.note is not None else ""
            what = ", ".join(f"`{d}`" for d in table.do) or (f"`{table.event}`" if table.event else "")
            kind = ", ".join([say(f"kind {table.kind}"), *([table.month] if table.month else [])])
            rows.append([f'<a id="input-{id}"></a>{link}', text, kind, what, note])
        return figures.table(rows, [say(w) for w in ("id", "label", "kind", "does", "why")])

    def uses_of_sources(self, evidence: Evidence) -> dict[str, list[str]]:
        """Links to what of the evidence rests on each source."""
        found: dict[str, list[str]] = {}
        for kind in ("claim", "input", "target"):
            for id, table in evidence.of(kind).items():
                for source in table.source if kind == "target" else [id]:
                    link = f"[{self.prose.say(kind, id=id)}]({self._to('evidence', f'#{kind}-{id}')})"
                    found.setdefault(source, []).append(link)
        return found


#: Kinds of evidence that have a section, and its heading.
_KINDS = {"claim": "claims", "target": "targets", "structure": "structures", "input": "inputs"}


def labels_of(rings: Sequence[LoopRing], writer: ProofWriter) -> dict[str, Text]:
    """Names of everything that the diagram draws."""
    found = {}
    for kind, id in dict.fromkeys(k for one in rings for k in one.ring):
        table = getattr(writer.s, kind)[id]
        text = table.label
        if getattr(table, "each", None):
            text = Text(text.en.replace(" {each}", ""), text.fr.replace(" {each}", "")).replace(
                "{each}", Text("", "")
            )
        found[f"{kind}.{id}"] = Text(text.en.rstrip(" :\u202f"), text.fr.rstrip(" :\u202f"))
    return found
