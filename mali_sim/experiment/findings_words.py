"""Words and sentences of the findings' page, in both languages."""

from mali_sim.scenario import Text

TITLE = Text("What this model finds: {title}", "Ce que trouve ce modèle : {title}")
WRITTEN = Text(
    "Written by `{command}`, which writes it again. Scenario `{scenario}@{fingerprint}`, rules "
    "{rules}, seed {seed}; {runs} runs in all, {each} of each strategy under each assumption.",
    "Page écrite par `{command}`, qui la réécrit. Scénario `{scenario}@{fingerprint}`, règles "
    "{rules}, graine {seed} ; {runs} parties en tout, {each} pour chaque stratégie sous chaque "
    "hypothèse.",
)
CAVEAT = Text(
    "These are findings about a model, not about the world. They say what follows from its "
    "equations and from the magnitudes that its authors chose, each of which can be contested in "
    "the scenario’s files. Nothing here is a forecast. Strategies are compared run by run on the "
    "same luck.",
    "Ce sont des constats sur un modèle, non sur le monde. Ils disent ce qui découle de ses "
    "équations et des grandeurs choisies par ses auteurs, dont chacune peut être contestée dans les "
    "fichiers du scénario. Rien ici n’est une prévision. Les stratégies sont comparées partie par "
    "partie, avec la même chance.",
)

IN_SHORT = Text("In short", "En bref")
USUALLY = Text(
    "Compared with “{base}”. *Better* or *worse* means: in at least {usually} of 100 pairs of runs, "
    "under each reading and over the draws. In brackets, the middle of the differences over the "
    "draws.",
    "En comparaison de « {base} ». *Mieux* ou *moins bien* veut dire : dans au moins {usually} "
    "paires de parties sur 100, sous chaque lecture et sur les tirages. Entre parenthèses, le milieu "
    "des différences sur les tirages.",
)
BETWEEN = Text("; ", " ; ")
IN_100 = Text("{count} in 100 runs", "{count} sur 100 parties")
PERCENT = Text("{share}%", "{share} %")
TURNS = Text(
    "{objective}: which of the two does better turns on {items}",
    "{objective} : laquelle des deux fait mieux dépend de {items}",
)
TURNS_ON = Text(
    "`{constant}` (of 100 pairs better in {low} and worse in {lost_low} where it is low, better in {high} "
    "and worse in {lost_high} where it is high)",
    "`{constant}` (sur 100 paires, mieux dans {low} et moins bien dans {lost_low} là où elle est basse, "
    "mieux dans {high} et moins bien dans {lost_high} là où elle est haute)",
)
VERDICTS = {
    "better": Text("better whatever is assumed: {items}", "mieux quelle que soit l’hypothèse : {items}"),
    "worse": Text(
        "worse whatever is assumed: {items}", "moins bien quelle que soit l’hypothèse : {items}"
    ),
    "leaning_better": Text(
        "better under some assumptions, clearly worse under none: {items}",
        "mieux sous certaines hypothèses, nettement moins bien sous aucune : {items}",
    ),
    "leaning_worse": Text(
        "worse under some assumptions, clearly better under none: {items}",
        "moins bien sous certaines hypothèses, nettement mieux sous aucune : {items}",
    ),
    "disputed": Text(
        "better under one assumption, worse under another: {items}",
        "mieux sous une hypothèse, moins bien sous une autre : {items}",
    ),
    "unclear": Text("no clear difference: {items}", "pas de différence nette : {items}"),
}
NONE_BEST = Text(
    "In this model no strategy is best on every objective.",
    "Dans ce modèle, aucune stratégie n’est la meilleure sur tous les objectifs.",
)
ONE_BEST = Text(
    "In this model “{name}” is best on every objective, whatever is assumed. A world in which one "
    "answer has no cost is suspect: look for what is missing.",
    "Dans ce modèle, « {name} » est la meilleure sur tous les objectifs, quelle que soit "
    "l’hypothèse. Un monde où une réponse ne coûte rien est suspect : cherchez ce qui manque.",
)
RESTS_SHORT = Text(
    "Of the spread of the weighted score’s gain over “{base}”, between {low}% and {high}% has to do "
    "with constants that are assumed, strategy by strategy.",
    "De la dispersion du gain de score pondéré par rapport à « {base} », entre {low} et {high} % "
    "tient à des constantes supposées, selon la stratégie.",
)
RESTS_SHORT_ALL = Text(
    "Of the spread of the weighted score’s gain over “{base}”, {low}% has to do with constants that "
    "are assumed.",
    "De la dispersion du gain de score pondéré par rapport à « {base} », {low} % tient à des "
    "constantes supposées.",
)
DECIDES_SHORT = Text(
    "What most decides by how much the weighted score gains: {items}.",
    "Ce qui décide le plus de l’ampleur du gain de score pondéré : {items}.",
)

LEVELS = Text("What each strategy comes to", "Ce que donne chaque stratégie")
LEVELS_TEXT = Text(
    "Median of the runs; in brackets, what 5 and 95 in 100 runs stay below.",
    "Médiane des parties ; entre parenthèses, ce sous quoi restent 5 et 95 parties sur 100.",
)
FREQUENCY = Text("in how many of 100 runs", "dans combien de parties sur 100")
SIDES = {
    "higher": Text("higher is better", "plus c’est haut, mieux c’est"),
    "lower": Text("lower is better", "plus c’est bas, mieux c’est"),
    "none": Text("", ""),
}
STRATEGY = Text("Strategy", "Stratégie")
OBJECTIVE = Text("Objective", "Objectif")
OUTCOME = Text("Outcome", "Bilan")
SCORE = Text("Weighted score", "Score pondéré")
TENDENCY = Text("Nobody decides", "Personne ne décide")
BALANCED = Text("Values as they stand", "Valeurs telles quelles")
DRAWN = Text("Draws from all ranges", "Tirages dans toutes les plages")
PLAUSIBLE = Text("Plausible draws", "Tirages plausibles")

ODDS = Text("How often it does better than “{base}”", "À quelle fréquence elle fait mieux que « {base} »")
ODDS_TEXT = Text(
    "In how many of 100 pairs of runs the strategy does better; in brackets, in how many worse. The "
    "rest are the same.",
    "Dans combien de paires de parties sur 100 la stratégie fait mieux ; entre parenthèses, dans "
    "combien elle fait moins bien. Les autres sont égales.",
)

FRONT = Text("No strategy is best at everything", "Aucune stratégie n’est la meilleure partout")
FRONT_ONE = Text("One strategy is best at everything", "Une stratégie est la meilleure partout")
FRONT_TEXT = Text(
    "The strategy with the best mean on each objective.",
    "La stratégie dont la moyenne est la meilleure sur chaque objectif.",
)
FRONT_MEMBERS = Text(
    "Not beaten by another on every objective at once (Pareto front)",
    "Non battues par une autre sur tous les objectifs à la fois (front de Pareto)",
)

REGRET = Text("Regret", "Regret")
REGRET_TEXT = Text(
    "How far the weighted score stays behind that of the strategy which would have been best in the "
    "same run: mean, and in brackets what 95 in 100 runs stay below. The unit is the distance from "
    "the 5th to the 95th run of 100 over all strategies. Weights are the scenario’s ({weights}); "
    "they are a judgement.",
    "De combien le score pondéré reste derrière celui de la stratégie qui aurait été la meilleure "
    "dans la même partie : moyenne et, entre parenthèses, ce sous quoi restent 95 parties sur 100. "
    "L’unité est l’écart entre la 5e et la 95e partie sur 100, toutes stratégies confondues. Les "
    "poids sont ceux du scénario ({weights}) ; ils relèvent d’un jugement.",
)
LARGEST = Text("Largest of these means", "La plus forte de ces moyennes")

DECIDES = Text("Which assumption decides", "Quelle hypothèse décide")
DECIDES_TEXT = Text(
    "Over the draws: the constants whose value best tells by how much a strategy does better or "
    "worse than “{base}”. *Share* is the part of that difference’s variance between ten equal bins "
    "of the constant’s value, chance taken off; *ρ* is the rank correlation (above 0: the larger the "
    "constant, the better for the strategy); then in how many of 100 pairs it does better when the "
    "constant is in the lowest and in the highest third of its draws. Up to three are named for each "
    "objective, and none that could be chance.",
    "Parmi les tirages : les constantes dont la valeur dit le mieux de combien une stratégie fait "
    "mieux ou moins bien que « {base} ». *Part* : part de la variance de cette différence entre dix "
    "classes égales de la valeur de la constante, hasard déduit ; *ρ* : corrélation de rang (au-dessus "
    "de 0, plus la constante est grande, mieux cela vaut pour la stratégie) ; puis dans combien de "
    "paires sur 100 la stratégie fait mieux quand la constante est dans le tiers inférieur et dans le "
    "tiers supérieur de ses tirages. Trois au plus sont nommées pour chaque objectif, et aucune qui "
    "puisse être due au hasard.",
)
DECIDES_HEAD = (
    Text("Constant", "Constante"), Text("Share", "Part"), Text("ρ", "ρ"),
    Text("Better when low", "Mieux si basse"), Text("Better when high", "Mieux si haute"),
)  # fmt: skip
NO_DRIVER = Text("none stands out", "aucune ne se détache")
NAMED = Text("The constants named above", "Les constantes nommées ci-dessus")
GRADES = {
    "stated": Text("stated", "indiquée"),
    "inferred": Text("inferred", "déduite"),
    "assumed": Text("assumed", "supposée"),
}
INITIAL = Text("Opening value of “{label}”.", "Valeur initiale de « {label} ».")
RANGE = Text("{low} to {high}", "de {low} à {high}")

RESTS = Text("What the spread rests on", "À quoi tient la dispersion")
RESTS_TEXT = Text(
    "How much of the variance has to do with each group of what is uncertain: constants that are "
    "assumed, constants that are inferred or stated, and luck. First the total share, with all "
    "interactions in which the group has part; in brackets, the share that the group has by itself. "
    "Totals may sum to more than 100. For “{base}” it is the variance of the objective, for the "
    "others that of their difference to it. All constants are drawn from their ranges, independently.",
    "Quelle part de la variance tient à chaque groupe d’incertitudes : constantes supposées, "
    "constantes déduites ou indiquées, chance. D’abord la part totale, avec toutes les interactions où "
    "entre le groupe ; entre parenthèses, la part du groupe à lui seul. Les totaux peuvent dépasser "
    "100. Pour « {base} », il s’agit de la variance de l’objectif ; pour les autres, de celle de leur "
    "différence avec elle. Toutes les constantes sont tirées dans leurs plages, indépendamment.",
)
RESTS_HEAD = {
    "assumed": Text("Assumed, %", "Supposées, %"),
    "grounded": Text("Inferred or stated, %", "Déduites ou indiquées, %"),
    "luck": Text("Luck, %", "Chance, %"),
}
STEADY = Text("does not vary", "ne varie pas")
ERROR = Text(
    "Standard error of a total: at most {error} points.",
    "Erreur type d’un total : {error} points au plus.",
)

OTHERS = Text("Other outcomes", "Autres bilans")
OTHERS_TEXT = Text("Medians over the draws.", "Médianes sur les tirages.")

WHO = Text("Strategies and readings", "Stratégies et lectures")
HOW = Text("How this was computed", "Comment c’est calculé")
HOW_TEXT = (
    Text(
        "Runs: {each} of each strategy in each of {arms} arms, numbered alike in all of them, so that "
        "run k has the same luck and, in arms with draws, the same constants whoever plays.",
        "Parties : {each} pour chaque stratégie dans chacun des {arms} bras, numérotées de la même "
        "façon dans tous, si bien que la partie k a la même chance et, dans les bras à tirages, les "
        "mêmes constantes, quelle que soit la stratégie.",
    ),
    Text(
        "Other actors follow their tendencies, as they do when nobody plays them.",
        "Les autres acteurs suivent leurs penchants, comme lorsque personne ne les joue.",
    ),
    Text(
        "Draws: a Latin hypercube over the ranges of all constants, curves and opening values.",
        "Tirages : un hypercube latin sur les plages de toutes les constantes, courbes et valeurs "
        "initiales.",
    ),
    Text(
        "Total shares after Jansen (1999), shares by itself after Saltelli et al. (2010), from two "
        "independent samples with one group at a time exchanged.",
        "Parts totales d’après Jansen (1999), parts propres d’après Saltelli et al. (2010), à partir "
        "de deux échantillons indépendants dont on échange un groupe à la fois.",
    ),
    Text(
        "Nothing is smoothed or left out; `mali-sim findings --json` prints every number.",
        "Rien n’est lissé ni omis ; `mali-sim findings --json` imprime tous les chiffres.",
    ),
)
KEPT_TEXT = Text(
    "Plausible draws: those of the hypercube under which the past comes out as it was recorded; "
    "there are {count}. Shares of variance use all draws, since independence is needed there.",
    "Tirages plausibles : ceux de l’hypercube sous lesquels le passé ressort tel qu’il a été relevé ; "
    "il y en a {count}. Les parts de variance utilisent tous les tirages, car il y faut "
    "l’indépendance.",
)
