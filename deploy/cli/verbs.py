"""Every verb of ``keur``: its words, its arguments, and the function that runs it. Those of the mark have a page of
their own."""

from __future__ import annotations

from deploy.cli.grammar import JSON, YES, Argument, Verb, flag, option
from deploy.cli.verbs_of_the_mark import MARK

IMPORTS = (
    "companies", "mentors", "schools", "instructors", "trainees", "logbook", "results", "complaints", "visits",
    "attendance", "history",
)  # fmt: skip
SERVICES = ("enrollment", "certification", "notifications", "ops")
EXPORTS = ("events", "certificates", "register", "log", "mail", "people")

WAIT = option("--wait", "hoe lang op de uitkomst gewacht wordt, in tellen", type=float, default=10.0, metavar="S")
LIMIT = option("--limit", "hoogstens zoveel", type=int, default=100, metavar="N")

STATES = ("parked", "redriving", "redriven", "discarded", "edited", "all")
SCOPES = ("admin", "office", "coordinator", "board", "operator", "read", "write", "metrics", "decide")


CHOICE = (
    Argument(("ids",), "nummers van berichten", count="*", metavar="ID"),
    option("--group", "alle berichten met deze oorzaak", metavar="G"),
    option(
        "--filter",
        "service=, type=, subject=, error=, older= of newer= (zoals 30m, 2h, 3d)",
        repeated=True,
        metavar="NAAM=WAARDE",
    ),
    flag("--all", "alle berichten"),
    option("--reason", "waarom", default="", metavar="TEKST"),
    flag("--dry-run", "zeg alleen hoeveel het er zijn"),
    JSON,
)

MESSAGE = Argument(("id",), "nummer van het bericht: keur dead list --json noemt ze", metavar="ID")

REPORT = (
    option("--scheme", "alleen dit keurmerk", default="", metavar="CODE"),
    JSON,
    flag("--csv", "als CSV"),
    flag("--html", "als pagina die op zichzelf staat, om af te drukken"),
)


SIGNED_IN = ("coordinator", "office", "board", "operator", "read", "decide")
"""What somebody who signs in may be given; the rest is for tokens."""

VERBS: tuple[Verb, ...] = (
    Verb(
        "demo",
        "speel een schooljaar van een keurmerk, van inschrijving tot certificaat",
        "system:demo",
        (flag("--fast", "zo snel als het kan"), flag("--exit", "stop alles aan het eind; 0 als alles klopt")),
    ),
    Verb("up", "start het systeem", "system:up", (flag("--detach", "op de achtergrond"),)),
    Verb("down", "stop het systeem", "system:down"),
    Verb("status", "is alles gereed, en is het stil", "system:status", (JSON,)),
    Verb("doctor", "wat staat het systeem op deze machine in de weg", "system:doctor", (JSON,)),
    Verb(
        "logs",
        "de logboeken, van één dienst of van alle",
        "system:logs",
        (
            Argument(("service",), "dienst", count="?", default="", metavar="DIENST"),
            Argument(("--follow", "-f"), "blijf meelezen", flag=True),
            option("--lines", "hoeveel regels", type=int, default=200, metavar="N"),
            JSON,
        ),
    ),
    Verb(
        "test",
        "draai de tests; wat hier niet staat gaat door naar pytest: een bestand, -k WOORD, -x",
        "system:test",
        (
            flag("--browser", "ook de tests met een browser (Chromium)"),
            flag("--slow", "ook de tests die lang duren"),
            flag("--chaos", "alleen de chaosproef: alles gaat stuk, en daarna moet alles kloppen"),
            option("--seed", "bij --chaos: herhaal dit verloop van storingen", default="", metavar="N"),
            option("--seconds", "bij --chaos: hoe lang", default="", metavar="N"),
        ),
        passes_on=True,
    ),
    Verb("check", "stijl, typen, grenzen en documenten", "system:check"),
    Verb("crashpoints", "waar een test een proces kan laten eindigen", "system:crashpoints", (JSON,)),
    Verb(
        "import",
        "neem een bestand op (CSV of XLSX): alles of niets",
        "files:import_file",
        (
            Argument(("kind",), "wat erin staat", choices=IMPORTS),
            Argument(("file",), "het bestand", metavar="BESTAND"),
            flag("--check", "alleen nakijken"),
            flag("--partial", "neem de goede rijen; de rest komt in BESTAND.rest.csv"),
            JSON,
        ),
    ),
    Verb(
        "export",
        "geef wat bekend is, één JSON-object per regel",
        "files:export",
        (
            Argument(("kind",), "wat", choices=EXPORTS),
            flag("--jsonl", "één JSON-object per regel (zo is het al)"),
            option("--after", "ga verder na dit nummer", default="", metavar="NUMMER"),
            JSON,
        ),
    ),
    Verb(
        "verify",
        "kijk alles na wat is uitgegeven: nummers, register, logboek, controlecodes",
        "verify:verify",
        (Argument(("export",), "een eerdere export certificates", count="?", metavar="EXPORT"), JSON),
    ),
    Verb(
        "replay",
        "bied één dienst de gebeurtenissen uit het logboek opnieuw aan",
        "replay:replay",
        (
            option("--service", "welke dienst", choices=SERVICES),
            option("--from", "vanaf deze plaats in het logboek", type=int, default=0, metavar="NUMMER"),
            flag("--again", "ook wat de dienst al verwerkt heeft: bouw op wat zij weet"),
            option("--reason", "waarom", default="", metavar="TEKST"),
            flag("--dry-run", "zeg alleen hoeveel het er zijn"),
            JSON,
        ),
    ),
    Verb(
        "pause",
        "laat een dienst geen berichten meer lezen, ook na een herstart; ze wachten",
        "pause:pause",
        (
            Argument(("service",), "dienst", choices=SERVICES),
            option("--reason", "waarom", default="", metavar="TEKST"),
            JSON,
        ),
    ),
    Verb(
        "resume",
        "laat een dienst weer lezen",
        "pause:resume",
        (
            Argument(("service",), "dienst", choices=SERVICES),
            option("--reason", "waarom", default="", metavar="TEKST"),
            JSON,
        ),
    ),
    Verb(
        "backup",
        "bewaar alle databases en sleutels van één moment, terwijl alles doorgaat",
        "backup:backup",
        (Argument(("file",), "waarheen", count="?", default="", metavar="BESTAND"), JSON),
    ),
    Verb(
        "restore",
        "zet een back-up terug in de plaats van wat er is",
        "backup:restore",
        (
            Argument(("file",), "de back-up", metavar="BESTAND"),
            option("--reason", "waarom", default="", metavar="TEKST"),
            YES,
            JSON,
        ),
    ),
    Verb(
        "retention",
        "wat met de jaren verdwijnt: hoeveel er bewaard is, en wat er nu weg mag",
        "retention:retention",
        (
            flag("--dry-run", "laat alleen zien wat er weg mag"),
            option("--reason", "waarom nu", default="", metavar="TEKST"),
            JSON,
        ),
    ),
    Verb(
        "queues",
        "wachtrijen, lezers, pogingen, geparkeerd, outbox en mail",
        "desk:queues",
        (flag("--watch", "blijf kijken"), JSON),
    ),
    Verb(
        "dead",
        "berichten die een dienst opgaf",
        below=(
            Verb(
                "list",
                "per oorzaak",
                "dead:list_failed",
                (
                    *CHOICE[1:3],
                    option("--state", "toestand", default="parked", choices=STATES),
                    LIMIT,
                    JSON,
                ),
            ),
            Verb("show", "één bericht geheel", "dead:show_failed", (MESSAGE, JSON)),
            Verb("retry", "bied opnieuw aan, en zeg wat ervan werd", "dead:retry", (*CHOICE, WAIT)),
            Verb(
                "edit",
                "verander de inhoud en bied dat opnieuw aan",
                "edit:edit",
                (
                    MESSAGE,
                    option("--set", "verander één veld", repeated=True, metavar="VELD=WAARDE"),
                    option("--data", "JSON-bestand met de hele nieuwe inhoud", default="", metavar="BESTAND"),
                    option("--reason", "waarom", default="", metavar="TEKST"),
                    flag("--dry-run", "toon alleen wat er verandert, en of het mag"),
                    WAIT,
                    YES,
                    JSON,
                ),
            ),
            Verb("discard", "leg weg, met een reden", "dead:discard", (*CHOICE, YES)),
            Verb("restore", "haal weggelegde terug", "dead:restore", CHOICE),
            Verb("export", "één JSON-object per regel", "dead:export", (*CHOICE[1:3], JSON)),
        ),
    ),
    Verb(
        "events",
        "het logboek van gebeurtenissen",
        below=(
            Verb(
                "tail",
                "de laatste",
                "desk:tail",
                (
                    Argument(("--follow", "-f"), "blijf meelezen", flag=True),
                    option("--type", "alleen deze soort", default="", metavar="SOORT"),
                    option("--subject", "alleen over dit onderwerp", default="", metavar="SOORT/NUMMER"),
                    Argument(("--lines", "-n"), "hoeveel", type=int, default=20, metavar="N"),
                    JSON,
                ),
            ),
            Verb(
                "show",
                "één gebeurtenis",
                "desk:show_event",
                (Argument(("id",), "nummer van de gebeurtenis: keur events tail --json noemt ze", metavar="ID"), JSON),
            ),
            Verb(
                "trace",
                "wat gebeurde er, wie besliste, wie hoorde het, wat kwam terug",
                "desk:trace",
                (Argument(("subject",), "bijvoorbeeld trainee/T20240001", metavar="ONDERWERP"), JSON),
            ),
        ),
    ),
    *MARK,
    Verb(
        "report",
        "cijfers, met teller, noemer en interval",
        below=(
            Verb("board", "stand van het keurmerk: rendement, verwachting, uitval, signalen", "report:board", REPORT),
            Verb(
                "completion",
                "opleidingsrendement per lichting",
                "report:completion",
                (option("--programme", "alleen deze opleiding", default="", metavar="CODE"), *REPORT),
            ),
            Verb("visits", "bezoeken: op tijd, waarom, en wat nu te doen is", "report:visits", REPORT),
            Verb(
                "audit", "index van het dossier volgens ISO/IEC 17024 en de poolcriteria", "report_audit:audit", REPORT
            ),
        ),
    ),
    Verb(
        "user",
        "toegang",
        below=(
            Verb(
                "login-link",
                "een link om één keer mee in te loggen",
                "user:login_link",
                (
                    option("--to", "pagina om op uit te komen", default="", metavar="PAD"),
                    option(
                        "--scope",
                        "recht",
                        default="coordinator",
                        choices=SIGNED_IN,
                    ),
                    option("--subject", "voor wie, in kleine letters: office/anna", default="", metavar="office/NAAM"),
                    JSON,
                ),
            ),
            Verb(
                "invite",
                "mail iemand van het bureau een link om in te loggen",
                "user:invite",
                (
                    Argument(("name",), "korte naam, zoals jan: wordt office/jan", metavar="NAAM"),
                    Argument(("email",), "waarheen", metavar="MAILADRES"),
                    option(
                        "--scope",
                        "recht",
                        default="coordinator",
                        choices=SIGNED_IN,
                    ),
                    option("--full-name", "zoals de mail hem of haar noemt", default="", metavar="NAAM"),
                    option("--lang", "taal van de mail", default="nl", choices=("nl", "en")),
                    JSON,
                ),
            ),
            Verb(
                "token",
                "een toegangsbewijs voor een programma",
                "user:token",
                (
                    Argument(("name",), "naam van het programma", metavar="NAAM"),
                    option("--scope", "recht", default="read", choices=SCOPES),
                    option("--days", "hoe lang geldig", type=int, default=30, metavar="DAGEN"),
                    JSON,
                ),
            ),
        ),
    ),
)  # fmt: skip
