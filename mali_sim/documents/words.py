"""Words that the documents are made of, in both languages; paragraphs are in ``templates/``."""

from attrs import frozen

from mali_sim.scenario import Text
from mali_sim.scenario.texts import Words

#: Pages that are not a topic's, by their slug.
PAGES = {
    "overview": Text("The model", "Le modèle"),
    "shared": Text("What several topics share", "Commun à plusieurs thèmes"),
    "actors": Text("Actors, strategies, readings, outcomes", "Acteurs, stratégies, lectures, bilans"),
    "loops": Text("Feedback loops", "Boucles de rétroaction"),
    "evidence": Text("Claims and patterns", "Affirmations et régularités"),
    "names": Text("Index of names", "Index des noms"),
    "sources": Text("Sources", "Sources"),
}

#: Headings of a page's sections by kind of table.
SECTIONS = {
    "stock": Text("Stocks and what moves them", "Stocks et ce qui les fait varier"),
    "switch": Text("Switches", "Interrupteurs"),
    "aux": Text("Auxiliaries", "Variables auxiliaires"),
    "obs": Text("Observers", "Observateurs"),
    "decision": Text("Decisions", "Décisions"),
    "offer": Text("Bargains", "Marchés"),
    "event": Text("Events", "Événements"),
    "constant": Text("Constants", "Constantes"),
    "lookup": Text("Curves", "Courbes"),
    "unit": Text("Units", "Unités"),
    "actor": Text("Actors", "Acteurs"),
    "strategy": Text("Strategies", "Stratégies"),
    "reading": Text("Readings", "Lectures"),
    "outcome": Text("Outcomes", "Bilans"),
    "ending": Text("Endings", "Fins"),
}

#: One of a kind, in the index and in lists of uses.
KINDS = {
    "stock": Text("stock", "stock"),
    "flow": Text("flow", "flux"),
    "switch": Text("switch", "interrupteur"),
    "aux": Text("auxiliary", "auxiliaire"),
    "obs": Text("observer", "observateur"),
    "decision": Text("decision", "décision"),
    "offer": Text("bargain", "marché"),
    "event": Text("event", "événement"),
    "constant": Text("constant", "constante"),
    "lookup": Text("curve", "courbe"),
    "unit": Text("unit", "unité"),
    "set": Text("set", "ensemble"),
    "topic": Text("topic", "thème"),
    "actor": Text("actor", "acteur"),
    "strategy": Text("strategy", "stratégie"),
    "reading": Text("reading", "lecture"),
    "outcome": Text("outcome", "bilan"),
    "ending": Text("ending", "fin"),
    "source": Text("source", "source"),
}

#: Several of a kind, for counts.
PLURALS = {
    "stock": Text("stocks", "stocks"),
    "flow": Text("flows", "flux"),
    "switch": Text("switches", "interrupteurs"),
    "aux": Text("auxiliaries", "auxiliaires"),
    "obs": Text("observers", "observateurs"),
    "decision": Text("decisions", "décisions"),
    "offer": Text("bargains", "marchés"),
    "event": Text("events", "événements"),
    "constant": Text("constants", "constantes"),
    "lookup": Text("curves", "courbes"),
    "reading": Text("readings", "lectures"),
    "strategy": Text("strategies", "stratégies"),
    "outcome": Text("outcomes", "bilans"),
    "ending": Text("endings", "fins"),
}

#: Whether a number is better high or low.
BETTER = {
    "higher": Text("higher is better", "plus haut vaut mieux"),
    "lower": Text("lower is better", "plus bas vaut mieux"),
}

#: How months make one number.
TAKES = {
    "sum": Text("sum over the months", "somme sur les mois"),
    "mean": Text("mean over the months", "moyenne des mois"),
    "last": Text("last month", "dernier mois"),
    "max": Text("highest month", "mois le plus haut"),
    "min": Text("lowest month", "mois le plus bas"),
}

GRADES = {
    "stated": Text("stated", "donné"),
    "inferred": Text("inferred", "déduit"),
    "assumed": Text("assumed", "supposé"),
}

LOOPS = {
    "reinforcing": Text("reinforcing", "s’amplifie"),
    "balancing": Text("balancing", "s’équilibre"),
    "outside": Text("from outside", "du dehors"),
}

PHRASES = {
    # -- stocks, switches, auxiliaries, flows
    "a level": Text("Level", "Niveau"),
    "a quantity": Text("Quantity that is conserved", "Quantité qui se conserve"),
    "one for each of": Text("one for each of {set}", "un par {set}"),
    "in": Text("in {unit}", "en {unit}"),
    "between": Text("held between {low} and {high}", "tenu entre {low} et {high}"),
    "never below 0": Text("never below 0", "jamais sous 0"),
    "hidden": Text(
        "Hidden: nobody sees it. It is taken for <code>{estimate}</code>, with a standard error of {doubt}.",
        "Caché : nul ne le voit. On le prend pour <code>{estimate}</code>, à un écart type de {doubt} près.",
    ),
    "hidden but": Text(
        "Hidden from all but {actors}. Others take it for <code>{estimate}</code>, with a standard error of "
        "{doubt}.",
        "Caché à tous sauf : {actors}. Les autres le prennent pour <code>{estimate}</code>, à un écart type "
        "de {doubt} près.",
    ),
    "at the start": Text("At the start", "Au départ"),
    "prior": Text("prior", "a priori"),
    "moved by flows": Text("Flows", "Flux"),
    "moved by deeds": Text("Also moved by", "Varie aussi par"),
    "set by": Text("Set by", "Change par"),
    "read by": Text("Read by", "Lu par"),
    "used by": Text("used in {count} places", "sert à {count} endroits"),
    "nothing": Text("nothing", "rien"),
    "sources": Text("Sources", "Sources"),
    "values": Text("Values", "Valeurs"),
    "yes or no": Text("yes or no", "oui ou non"),
    "yes": Text("yes", "oui"),
    "no": Text("no", "non"),
    "where": Text("where", "où"),
    "into": Text("Into {stock}", "Vers {stock}"),
    "out of": Text("Out of {stock}", "Hors de {stock}"),
    "from to": Text("From {start} to {end}", "De {start} à {end}"),
    "a month": Text("{unit} a month", "{unit} par mois"),
    "file": Text("Written in {files}.", "Écrit dans {files}."),
    # -- decisions, bargains, events
    "by": Text("By {actor}", "Par {actor}"),
    "bargain between": Text("{asker} asks, {giver} gives", "{asker} demande, {giver} donne"),
    "for each member": Text(
        "one for each of {set}; <code>each</code> is its member",
        "une par {set} ; <code>each</code> en est le membre",
    ),
    "costs": Text("costs {amount}", "coûte {amount}"),
    "free": Text("costs nothing", "ne coûte rien"),
    "once": Text("once", "une fois"),
    "again after": Text("again after {amount}", "à nouveau après {amount}"),
    "not with": Text("not in one month with {names}", "pas le même mois que {names}"),
    "possible if": Text("Possible if", "Possible si"),
    "otherwise": Text("otherwise: “{text}”", "sinon : « {text} »"),
    "tendency": Text(
        "Hazard a month when nobody plays {actor}", "Risque mensuel quand nul ne joue {actor}"
    ),
    "no tendency": Text("Never taken unless somebody plays {actor}.", "Jamais prise si nul ne joue {actor}."),
    "effects": Text("Effects", "Effets"),
    "no effects": Text("No effect of its own.", "Sans effet propre."),
    "sets": Text("sets {switch} to {value}", "met {switch} à {value}"),
    "adds": Text("{stock}: <code>{amount}</code>", "{stock} : <code>{amount}</code>"),
    "moves": Text("moves <code>{amount}</code>, {way}", "déplace <code>{amount}</code>, {way}"),
    "way both": Text("from {start} to {end}", "de {start} à {end}"),
    "way out": Text("out of {start}", "hors de {start}"),
    "way in": Text("into {end}", "vers {end}"),
    "spread over": Text("in equal parts over {amount}", "en parts égales sur {amount}"),
    "begins after": Text("from {amount} later", "à partir de {amount} plus tard"),
    "stacks": Text("added to what is still due", "en plus de ce qui reste dû"),
    "only if": Text("if <code>{condition}</code>", "si <code>{condition}</code>"),
    "with chance": Text(
        "with probability <code>{chance}</code>",
        "avec la probabilité <code>{chance}</code>",
    ),
    "asks": Text("Asks", "Demande"),
    "gives": Text("Gives", "Donne"),
    "accepted with": Text(
        "Accepted by a simulated giver with probability", "Accepté par un partenaire simulé avec la "
        "probabilité"
    ),
    "answer within": Text("An answer within {amount}, in force for {lasts}",
                          "Une réponse sous {amount}, en vigueur {lasts}"),
    "keeps": Text("Kept while", "Tenu tant que"),
    "grace": Text("looked at after {amount}", "regardé après {amount}"),
    "on acceptance": Text("When accepted", "À l’acceptation"),
    "on breach": Text("When broken", "En cas de rupture"),
    "on fulfilment": Text("When kept to its end", "Si le marché est tenu jusqu’au bout"),
    "dated": Text("In {month}", "En {month}"),
    "outside the months": Text("outside this scenario’s months", "hors des mois de ce scénario"),
    "hazard": Text("Hazard a month", "Risque mensuel"),
    "happens if": Text("Can happen if", "Peut arriver si"),
    "answered by": Text(
        "{actor} answers in the month after; without an answer: {choice}.",
        "{actor} répond le mois suivant ; sans réponse : {choice}.",
    ),
    "weight": Text("weight {amount} where simulated", "poids {amount} si l’acteur est simulé"),
    "never chosen": Text("never chosen where simulated", "jamais choisi si l’acteur est simulé"),
    # -- observers, outcomes, actors
    "headline": Text("always shown", "toujours montré"),
    "seen by": Text("seen by {actors} only", "vu de {actors} seulement"),
    "a year is": Text("a year is the {take}", "l’année est : {take}"),
    "year sum": Text("sum of its months", "la somme des mois"),
    "year mean": Text("mean of its months", "la moyenne des mois"),
    "year last": Text("value of its last month", "la valeur du dernier mois"),
    "outcome of": Text("{take} of {observer}", "{observer}, {take}"),
    "objective": Text("objective, weight {amount}", "objectif, poids {amount}"),
    "pays from": Text("Pays for decisions from {stock}.", "Paie ses décisions sur {stock}."),
    "playable": Text("May be played.", "Peut être joué."),
    "simulated": Text("Always simulated.", "Toujours simulé."),
    "falls back": Text("Forecasts take it to follow {strategy}.", "Les prévisions lui prêtent {strategy}."),
    "plays": Text("Plays {actor}.", "Joue {actor}."),
    "always": Text("Every month", "Chaque mois"),
    "when": Text("When", "Quand"),
    "does": Text("it does", "elle fait"),
    "offers": Text("asks: {name}", "demande : {name}"),
    "accepts": Text("accepts: {name}", "accepte : {name}"),
    "refuses": Text("refuses: {name}", "refuse : {name}"),
    "answers": Text("to {event}: {choice}", "à {event} : {choice}"),
    "shown if": Text("Shown if", "Montrée si"),
    "shown otherwise": Text("Shown if none above holds.", "Montrée si rien de ce qui précède n’est vrai."),
    "the other values": Text("constant", "constante"),
    "balanced": Text("as it stands", "telle quelle"),
    # -- tables' heads
    "name": Text("name", "nom"),
    "label": Text("what it is", "ce que c’est"),
    "kind": Text("kind", "genre"),
    "unit": Text("unit", "unité"),
    "value": Text("value", "valeur"),
    "range": Text("prior", "a priori"),
    "grade": Text("evidence", "preuve"),
    "why": Text("why", "pourquoi"),
    "uses": Text("used by", "sert à"),
    "scale": Text("scale", "échelle"),
    "members": Text("members", "membres"),
    "page": Text("page", "page"),
    "content": Text("content", "contenu"),
    "number": Text("no.", "nº"),
    "loop": Text("loop", "boucle"),
    "way": Text("way", "sens"),
    "month": Text("month", "mois"),
    "scenario": Text("scenario", "scénario"),
    "months": Text("{count} months from {start}", "{count} mois à partir de {start}"),
    "curve points": Text("points", "points"),
    "part of": Text("part of {set}", "partie de {set}"),
    "all neighbours": Text("neighbours are declared", "voisinages déclarés"),
    "stock": Text("stock", "stock"),
    "switch": Text("switch", "interrupteur"),
    "actor": Text("actor", "acteur"),
    "about": Text("who", "qui"),
    "played": Text("seat", "siège"),
    "over": Text("over", "sur"),
    "start": Text("at the start", "au départ"),
    "conserved": Text("conserved", "conservé"),
    "bounds": Text("{low} to {high}", "de {low} à {high}"),
    "length": Text("time", "durée"),
    "seats": Text("seats", "sièges"),
    # -- the first page
    "months long": Text("{count} months", "{count} mois"),
    "short form": Text(" ({months} in the short form)", " ({months} en forme courte)"),
    "from start": Text("{months} from {start}", "{months} à partir de {start}"),
    "about actors": Text("who decides, how simulated, how a run is summed up",
                         "qui décide, comment on le simule, comment on résume une partie"),
    "about loops": Text(
        "the circles of causes, drawn and told",
        "les cercles de causes, dessinés et racontés",
    ),
    "about evidence": Text("what sources claim, how it is tested, what the past showed",
                           "ce qu’affirment les sources, comment on l’éprouve, ce que le passé a montré"),
    "about names": Text("every name in alphabetical order", "tous les noms par ordre alphabétique"),
    "about sources": Text("every source and what rests on it", "chaque source et ce qui repose sur elle"),
    "loops below": Text(
        "These are the loops that matter most:", "Voici les boucles qui comptent le plus :"
    ),
    "hidden stocks": Text(
        "Hidden from all or from some: {names}; whoever does not know them takes them for an estimate, with "
        "an error.",
        "Sont cachés à tous ou à certains : {names} ; qui ne les connaît pas s’en remet à une estimation, "
        "avec son erreur.",
    ),
    "chance events": Text(
        "{count} events that have a hazard",
        "{count} événements qui ont un risque mensuel",
    ),
    "chance events one": Text("one event that has a hazard", "un événement qui a un risque mensuel"),
    "chance tendencies": Text(
        "whether an actor that nobody plays does one of {count} things: take a decision, ask for a bargain",
        "le fait qu’un acteur que nul ne joue fasse l’un de {count} actes : prendre une décision, demander "
        "un marché",
    ),
    "chance offers": Text("the answers to {count} bargains, where simulated",
                          "les réponses à {count} marchés, si l’acteur est simulé"),
    "chance offers one": Text("the answer to one bargain, where simulated",
                              "la réponse à un marché, si l’acteur est simulé"),
    "chance choices": Text("the answers to {count} events, by their weights",
                           "les réponses à {count} événements, selon leurs poids"),
    "chance choices one": Text("the answer to one event, by its weights",
                               "la réponse à un événement, selon ses poids"),
    "chance effects": Text("{count} effects that come with a probability",
                           "{count} effets qui ne viennent qu’avec une probabilité"),
    "chance effects one": Text("one effect that comes with a probability",
                               "un effet qui ne vient qu’avec une probabilité"),
    "chance shocks": Text(
        "shocks in {count} places of equations: bounded and with mean 0, or all or nothing",
        "des chocs en {count} endroits des équations : bornés et de moyenne nulle, ou bien tout ou rien",
    ),
    "chance shocks one": Text("one shock in an equation", "un choc dans une équation"),
    "readings": Text(
        "Instead of the values as they stand, a run may take a side’s reading of the disputed ones: {names}.",
        "Au lieu des valeurs telles quelles, une partie peut prendre la lecture qu’un camp fait de celles "
        "qui sont contestées : {names}.",
    ),
    "no dates": Text(
        "No event has a date within its months.",
        "Aucun événement n’a de date au cours de ses mois.",
    ),
    "dates": Text("What has a date happens in its month:", "Ce qui a une date arrive en son mois :"),
    "other scenarios": Text(
        "The same world has other scenarios, which these pages describe as far as they share it:",
        "Le même monde a d’autres scénarios, que ces pages décrivent dans la mesure où ils le partagent :",
    ),
    "drawn": Text("Feedback loops of the model", "Boucles de rétroaction du modèle"),
    "loops intro": Text(
        "A loop that reinforces itself drives a change on; one that balances itself brings it back. The "
        "sign of an arrow says what happens to the second when there is more of the first: it is found by "
        "pushing the first in the model and counting, on the same luck.",
        "Une boucle qui s’amplifie pousse plus loin un changement ; une boucle qui s’équilibre le ramène. Le "
        "signe d’une flèche dit ce qui arrive au second terme quand il y a plus du premier : on le trouve en "
        "poussant le premier dans le modèle et en comptant, à hasard égal.",
    ),
    "no loops": Text("No file of evidence names loops.", "Aucun fichier de preuves ne nomme de boucles."),
    "rests on": Text("Rests on", "Repose sur"),
    "goes": Text("Goes", "Chemin"),
    "cut by": Text("Taken out by", "Supprimée par"),
    "tested by": Text("Its test", "Son essai"),
    "evidence intro": Text(
        "What the model is held to, kept as data beside it. A claim of a source is tested on pairs of "
        "futures that differ in one push and share their luck; a target is something of the past that a "
        "replay should show; a structural test asks how the model behaves when pushed hard, whatever its "
        "numbers. `mali-sim coverage` and `mali-sim validate` run them and print what came out.",
        "Ce à quoi le modèle est tenu, gardé comme des données à côté de lui. Une affirmation d’une source "
        "est éprouvée sur des couples d’avenirs qui ne diffèrent que par une poussée et partagent leur "
        "hasard ; une cible est un trait du passé qu’une reprise doit montrer ; un essai de structure "
        "demande comment se comporte le modèle poussé à bout, quels que soient ses nombres. `mali-sim "
        "coverage` et `mali-sim validate` les exécutent et impriment ce qui en est sorti.",
    ),
    "no evidence": Text("No file of evidence is named.", "Aucun fichier de preuves n’est nommé."),
    "claims": Text("Claims", "Affirmations"),
    "targets": Text("Targets from the past", "Cibles tirées du passé"),
    "structures": Text("Structural tests", "Essais de structure"),
    "inputs": Text("Inputs of the replay", "Entrées de la reprise"),
    "count claims": Text(
        "{count} claims of the sources, {tested} of them tested on the model: [claims]({link});",
        "{count} affirmations des sources, dont {tested} éprouvées sur le modèle : [affirmations]({link}) ;",
    ),
    "count targets": Text(
        "{count} targets from the past, {held} of them held out and looked at only at the end: "
        "[targets]({link});",
        "{count} cibles tirées du passé, dont {held} mises de côté et regardées seulement à la fin : "
        "[cibles]({link}) ;",
    ),
    "count structures": Text(
        "{count} structural tests: [how the model must behave]({link}).",
        "{count} essais de structure : [comment le modèle doit se comporter]({link}).",
    ),
    "count none": Text("none are named yet.", "aucune n’est encore nommée."),
    "sits in": Text("in the model: {names}", "dans le modèle : {names}"),
    "sign +": Text("effect: up", "effet : hausse"),
    "sign -": Text("effect: down", "effet : baisse"),
    "sign 0": Text("effect: none to speak of", "effet : nul ou presque"),
    "shows": Text("within {within} months", "sous {within} mois"),
    "shows between": Text("after {after} to {within} months", "après {after} à {within} mois"),
    "tested in": Text("tested in `{world}`", "éprouvée dans `{world}`"),
    "left out": Text("left out: {text}", "laissée de côté : {text}"),
    "use F": Text("fitted on", "ajustée"),
    "use H": Text("held out", "mise de côté"),
    "label forced": Text("forced: wiring only, no evidence", "forcée : simple câblage, pas une preuve"),
    "label calibrated": Text("calibrated", "calée"),
    "label emergent": Text("emergent", "émergente"),
    "kind decision": Text("decision", "décision"),
    "kind exogenous": Text("from outside", "du dehors"),
    "kind observation": Text("observation", "observation"),
    "kind context": Text("context", "contexte"),
    "statement": Text("what should be seen", "ce qui doit se voir"),
    "use": Text("use", "usage"),
    "parts": Text("measure", "mesure"),
    "id": Text("id", "id"),
    "expected": Text("what must be seen", "ce qui doit se voir"),
    "event": Text("event", "événement"),
    "at least": Text("at least {low}", "au moins {low}"),
    "at most": Text("at most {high}", "au plus {high}"),
    "claim": Text("claim {id}", "affirmation {id}"),
    "target": Text("target {id}", "cible {id}"),
    "input": Text("input {id}", "entrée {id}"),
    # -- pages
    "contents": Text("Contents", "Sommaire"),
    "back": Text("The model", "Le modèle"),
    "index": Text("index of names", "index des noms"),
    "written by": Text(
        "Written by `mali-sim document {scenario}` from the scenario’s files; do not edit.",
        "Écrit par `mali-sim document {scenario}` à partir des fichiers du scénario ; ne pas modifier.",
    ),
    "loops through here": Text("Loops that pass here", "Boucles qui passent ici"),
    "shared intro": Text(
        "What concerns all partners at once, magnitudes that tables of several topics read, and units.",
        "Ce qui touche tous les partenaires à la fois, les grandeurs lues par les tables de plusieurs "
        "thèmes, et les unités.",
    ),
    "names intro": Text(
        "Every name of the model, in alphabetical order, with the page on which it is described.",
        "Tous les noms du modèle, par ordre alphabétique, avec la page qui les décrit.",
    ),
    "sources intro": Text(
        "Everything that the model refers to, in our own words, and where it is used. {count} sources.",
        "Tout ce à quoi le modèle renvoie, en nos propres mots, et où cela sert. {count} sources.",
    ),
    "source uses": Text("Used by", "Sert à"),
    "source unused": Text("Read, used by no table.", "Lue, sans servir à une table."),
    "starts with": Text("Ids in {letter}", "Identifiants en {letter}"),
}  # fmt: skip


@frozen
class Prose:
    """
    The documents' words in one language.

    Parameters
    ----------
    language : {'en', 'fr'}
    """

    language: str

    @property
    def words(self) -> Words:
        """Numbers, months and units in this language."""
        return Words(self.language)

    def say(self, phrase: str, **values: str) -> str:
        """A phrase of :data:`PHRASES`, its places filled in."""
        return PHRASES[phrase][self.language].format(**values)

    def of(self, text: Text) -> str:
        """A text in this language."""
        return text[self.language]

    def joined(self, parts: list[str]) -> str:
        """Parts of a sentence with semicolons between them."""
        return {"en": "; ", "fr": "\u202f; "}[self.language].join(parts)

    def titled(self, head: str, rest: str) -> str:
        """``head: rest`` as the language prints it."""
        colon = {"en": ":", "fr": "\u202f:"}[self.language]
        return f"{head}{colon} {rest}"
