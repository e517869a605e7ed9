"""The verbs about the mark itself: certificates, the keys that sign them, appeals, schemes."""

from __future__ import annotations

from deploy.cli.grammar import JSON, YES, Argument, Verb, flag, option

NUMBER = Argument(("number",), "nummer van het certificaat, zoals het erop staat", metavar="NUMMER")
YAML = Argument(("file",), "YAML", metavar="BESTAND")

BECAUSE = (
    option("--reason", "waarom", default="", metavar="TEKST"),
    option("--because", "reden die anderen mogen weten, een woord", default="", metavar="CODE"),
)
UNTIL = option("--until", "wanneer het bureau weer kijkt", default="", metavar="DAG")

CHANGE = Argument(("change",), "voorstel; anders dat wat wacht", count="?", default="", metavar="VOORSTEL")
ROTATION = (
    Verb(
        "propose",
        "stel een nieuwe sleutel voor",
        "keys:propose",
        (
            option("--key", "welke sleutel", default="credential", choices=("credential", "paper", "both")),
            option(
                "--reason",
                "waarom, in één woord",
                default="routine",
                choices=("routine", "compromised", "algorithm", "lost", "staff", "other"),
            ),
            option("--words", "waarom, voor wie goedkeurt", default="", metavar="TEKST"),
            option("--since", "bij compromised: sinds wanneer een ander hem kan hebben", default="", metavar="MOMENT"),
            JSON,
        ),
    ),
    Verb("approve", "keur het voorstel van een ander goed", "keys:approve", (CHANGE, YES, JSON)),
    Verb("withdraw", "trek een voorstel in", "keys:withdraw", (CHANGE, JSON)),
    Verb("list", "alle sleutels, en hoe ver een vervanging is", "keys:show_all", (JSON,)),
    Verb(
        "drill",
        "oefen een gestolen sleutel zonder iets te bewaren, en meet het",
        "keys:drill",
        (option("--certificates", "op hoeveel certificaten", type=int, default=100, metavar="N"), JSON),
    ),
)


MARK: tuple[Verb, ...] = (
    Verb(
        "certificate",
        "certificaten",
        below=(
            Verb(
                "show",
                "één certificaat",
                "mark:show_certificate",
                (
                    NUMBER,
                    option("--pdf", "schrijf het certificaat op papier in dit bestand", default="", metavar="BESTAND"),
                    option("--lang", "taal van het papier; anders die van de houder", default="", choices=("nl", "en")),
                    JSON,
                ),
            ),
            Verb(
                "suspend",
                "schors een certificaat",
                "life:suspend",
                (NUMBER, *BECAUSE, UNTIL, YES, JSON),
            ),
            Verb("reinstate", "laat een certificaat weer gelden", "life:reinstate", (NUMBER, *BECAUSE, YES, JSON)),
            Verb("withdraw", "trek een certificaat in, voorgoed", "life:withdraw", (NUMBER, *BECAUSE, YES, JSON)),
            Verb("reissue", "maak een certificaat opnieuw op", "life:reissue", (NUMBER, *BECAUSE, YES, JSON)),
            Verb("rotate-key", "vervang een sleutel om mee te ondertekenen, met twee mensen", below=ROTATION),
            Verb(
                "correct",
                "verbeter de naam of de opleiding op een certificaat",
                "life:correct",
                (
                    NUMBER,
                    option("--holder", "zoals de naam hoort te zijn", default="", metavar="NAAM"),
                    option("--programme", "zoals de opleiding hoort te zijn", default="", metavar="CODE"),
                    *BECAUSE, YES, JSON,
                ),
            ),
            Verb(
                "reduce-scope",
                "laat een certificaat voor minder eindtermen gelden",
                "life:reduce_scope",
                (
                    NUMBER,
                    option("--targets", "de eindtermen die blijven, met komma's", default="", metavar="CODES"),
                    *BECAUSE, YES, JSON,
                ),
            ),
            Verb(
                "recertify",
                "geef een certificaat nog een termijn",
                "life:recertify",
                (
                    NUMBER,
                    option(
                        "--exam",
                        "examen, score, dag en examinator: weld_plate=80,2027-10-01,EX1",
                        repeated=True,
                        metavar="EXAMEN=SCORE,DAG,EXAMINATOR",
                    ),
                    option("--practice-months", "aangetoonde maanden praktijk", type=int, default=None, metavar="N"),
                    option("--reason", "waarom", default="", metavar="TEKST"),
                    JSON,
                ),
            ),
            Verb(
                "expire",
                "laat een certificaat vervallen waarvan de laatste dag voorbij is",
                "life:expire",
                (NUMBER, JSON),
            ),
            Verb(
                "share",
                "maak een link die een certificaat vier weken laat zien",
                "life:share",
                (NUMBER, JSON),
            ),
            Verb(
                "verify",
                "controleer zoals een werkgever dat doet",
                "mark:verify_certificate",
                (
                    NUMBER,
                    Argument(("code",), "controlecode", metavar="CODE"),
                    option("--on", "hoe het op deze dag stond", default="", metavar="DAG"),
                    JSON,
                ),
            ),
            Verb(
                "check",
                "controleer een bestand: het papier (PDF) of het bewijs voor software (JSON)",
                "mark:check_file",
                (Argument(("file",), "PDF of JSON", metavar="BESTAND"), JSON),
            ),
        ),
    ),
    Verb(
        "appeal",
        "beroepen tegen een weigering of tegen een besluit over een certificaat",
        below=(
            Verb("list", "wat nog beslist moet worden, en met --all ook wat beslist is", "appeals:list_appeals", (
                flag("--all", "ook wat beslist is"), JSON,
            )),
            Verb("lodge", "stel beroep in namens een kandidaat of houder", "appeals:lodge", (
                option("--trainee", "tegen de weigering van het certificaat van deze kandidaat", default="",
                       metavar="LEERLING"),
                option("--certificate", "tegen het laatste besluit over dit certificaat", default="", metavar="NUMMER"),
                option("--reason", "waarom hij of zij het er niet mee eens is", default="", metavar="TEKST"),
                option("--late", "na de termijn: waarom nu pas", default="", metavar="TEKST"),
                JSON,
            )),
            Verb("decide", "beslis op een beroep", "appeals:decide", (
                Argument(("id",), "kenmerk van het beroep", metavar="ID"),
                Argument(("outcome",), "gegrond of ongegrond", choices=("upheld", "dismissed")),
                option("--reason", "waarom", default="", metavar="TEKST"), YES, JSON,
            )),
        ),
    ),
    Verb(
        "scheme",
        "certificatieschema's",
        below=(
            Verb("validate", "kijk een schema na", "mark:validate_scheme", (YAML, JSON)),
            Verb("publish", "publiceer een schemaversie", "mark:publish_scheme", (YAML, JSON)),
            Verb("what-if", "wat zou deze versie voor iedereen veranderen", "mark:what_if", (YAML, JSON)),
        ),
    ),
)  # fmt: skip
