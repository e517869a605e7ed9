"""JSON: schemes are published, results entered, and what was issued is listed and checked again."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated, Any, TypeVar

from asyncpg import DeadlockDetectedError
from fastapi import APIRouter, File, Path, Query, Request, UploadFile
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from shared.db import Tx
from shared.ids import new_id
from shared.tabular import ClientKey
from shared.web import problems
from shared.web.deps import Ctx, Listing, Paging, Who, require
from shared.web.i18n import language
from shared.web.idempotency import Answer, once

from ..commands.results import record_results
from ..commands.schemes import check_scheme, publish_scheme
from ..commands.signing import Signer
from ..commands.signing import published_key as issuers_key
from ..credential.proof import PublicKey
from ..domain.numbers import tidy_number
from ..domain.rules import RefusedAsUnknown
from ..domain.scheme_file import SchemeNotValid, read_scheme
from ..domain.schemes import SchemeVersion
from ..intake.history import take_history
from ..intake.results import ResultRow, take_results
from ..log import tree as log_tree
from ..log.proofs import as_line
from ..queries import candidates, register, verification
from ..queries import schemes as published
from ..settings import CertificationSettings
from ..store import history, schemes
from ..store.audit import By

router = APIRouter(prefix="/certification/api", tags=["certification"])
T = TypeVar("T")
WRITE, READ, OFFICE = [require("write")], [require("read")], [require("office")]


class UnknownKind(RefusedAsUnknown):
    """No such kind of file is taken here."""

    def __init__(self, kind: str) -> None:
        super().__init__(
            "Dit soort bestand wordt hier niet opgenomen.",
            "This kind of file is not taken here.",
            field="kind",
            value=kind,
            allowed="results, history",
        )


class NothingUnderThisKey(RefusedAsUnknown):
    """Nothing is known under this key."""

    def __init__(self, field: str | None = None, key: str | None = None) -> None:
        super().__init__(
            "Onder dit kenmerk is niets bekend.", "Nothing is known under this key.", field=field, value=key
        )


class Published(BaseModel):
    """A scheme version: ``sha256`` is over its canonical content; ``published`` is false when it was only checked."""

    scheme: str
    version: str
    valid_from: date
    sha256: str
    published: bool


class NewResult(ResultRow):
    """A result as a JSON body; the key is made when none is given."""

    result_id: ClientKey | None = Field(default=None, description="the client's own key")  # type: ignore[assignment]


@router.post(
    "/schemes",
    dependencies=OFFICE,
    status_code=201,
    response_model=Published,
    responses={200: {"description": "published before with the same content, or only checked"}},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/yaml": {"schema": {"type": "string"}},
                "multipart/form-data": {
                    "schema": {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
                },
            },
        }
    },
)
async def publish(
    request: Request,
    ctx: Ctx,
    who: Who,
    check: Annotated[bool, Query(description="say what is wrong, and publish nothing")] = False,
) -> Response:
    """Publishes a version of a scheme from YAML, for good. Every fault is named at once, with its line."""
    body = await yaml_of(request)
    try:
        version = read_scheme(text_of(body))
    except SchemeNotValid as wrong:
        return scheme_faults(request, wrong)

    async def do(tx: Tx) -> Answer:
        if check:
            check_scheme(version, list((await schemes.all_versions(tx)).values()))
            return _published(200, version, published=False)
        new = await publish_scheme(tx, version, now=ctx.clock.now(), by=By(who.subject))
        return _published(201 if new else 200, version)

    return await once(request, ctx, body, do)


def _published(status: int, version: SchemeVersion, *, published: bool = True) -> Answer:
    scheme = version.scheme
    content = Published(
        scheme=scheme.scheme,
        version=scheme.version,
        valid_from=scheme.valid_from,
        sha256=version.sha256,
        published=published,
    )
    location = f"/certification/api/schemes/{scheme.scheme}/{scheme.version}"
    return Answer(status, content, {"Location": location} if published else {})


async def yaml_of(request: Request) -> bytes:
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await request.body()
    async with request.form(max_files=1, max_fields=1) as form:
        file = form.get("file")
        return b"" if file is None else file.encode() if isinstance(file, str) else await file.read()


def text_of(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise SchemeNotValid.because(body.count(b"\n", 0, wrong.start) + 1, "encoding") from None


def scheme_faults(request: Request, wrong: SchemeNotValid) -> Response:
    errors = [fault.in_language(language()) for fault in wrong.faults]
    detail = "; ".join(f"{error['line']}: {error['path']} {error['message']}" for error in errors[:3])
    return problems.answer(request, 422, "scheme-not-valid", detail, errors=errors)


@router.get("/schemes", dependencies=READ)
async def list_schemes(ctx: Ctx) -> Listing[dict[str, Any]]:
    """Every published version, newest first within a scheme."""
    async with ctx.db.read() as tx:
        return Listing[dict[str, Any]](items=await published.some(tx))


@router.get("/schemes/{scheme}/{version}", dependencies=READ)
async def one_scheme(ctx: Ctx, scheme: str, version: str) -> dict[str, Any]:
    """One version with its whole content."""
    async with ctx.db.read() as tx:
        return _found(await published.one(tx, scheme, version), f"{scheme} {version}")


@router.post("/results", dependencies=WRITE, status_code=201)
async def enter_result(request: Request, ctx: Ctx, who: Who, given: NewResult) -> Response:
    """One result: 201 when it is new, 200 when it was there or corrects what was there, 422 when a rule refuses it."""
    row = ResultRow.model_validate({"result_id": new_id(), **given.model_dump(exclude_none=True)})

    async def do(tx: Tx) -> Answer:
        entered = await record_results(tx, [row.made()], now=ctx.clock.now(), by=By(who.subject))
        for rule in entered.refused.values():
            raise rule
        found = await candidates.result(tx, row.result_id)
        return Answer(201 if entered.new else 200, found, {"Location": f"/certification/api/results/{row.result_id}"})

    body = given.model_dump_json(exclude_unset=True).encode()
    return await patiently(lambda: once(request, ctx, body, do))


@router.get("/results", dependencies=READ)
async def list_results(ctx: Ctx, page: Paging) -> Listing[dict[str, Any]]:
    """What stands under each result id; replaced revisions are left out."""
    async with ctx.db.read() as tx:
        return Listing[dict[str, Any]].of(await candidates.results(tx, page.after, page.limit), page, "result_id")


@router.get("/results/{result_id}", dependencies=READ)
async def one_result(ctx: Ctx, result_id: ClientKey) -> dict[str, Any]:
    async with ctx.db.read() as tx:
        return _found(await candidates.result(tx, result_id), result_id)


@router.post("/import/{kind}", dependencies=WRITE, responses={422: {"description": "nothing taken"}})
async def import_file(
    kind: str,
    ctx: Ctx,
    who: Who,
    file: Annotated[UploadFile, File(description="CSV (UTF-8) or XLSX")],
    check: Annotated[bool, Query(description="say what would be taken, and take nothing")] = False,
    partial: Annotated[bool, Query(description="take the good rows")] = False,
) -> JSONResponse:
    """Takes a file of results, or of certificates of before (``history``), whole, or says all that is wrong with it."""
    if kind not in ("results", "history"):
        raise UnknownKind(kind)

    async def take() -> tuple[bool, dict[str, Any]]:
        await file.seek(0)
        if kind == "history":
            return await take_history(
                ctx.db,
                file.file,
                filename=file.filename or "",
                language=language(),
                now=ctx.clock.now(),
                today=ctx.clock.today(),
                by=By(who.subject),
                check=check,
                partial=partial,
            )
        return await take_results(
            ctx.db,
            file.file,
            filename=file.filename or "",
            language=language(),
            now=ctx.clock.now(),
            by=By(who.subject),
            check=check,
            partial=partial,
        )

    taken, summary = await patiently(take)
    return JSONResponse(summary, 200 if taken else 422)


async def patiently(do: Callable[[], Awaitable[T]]) -> T:
    """Once more when another transaction held the same trainees in another order and the database broke the tie."""
    for _ in range(3):
        try:
            return await do()
        except DeadlockDetectedError:
            continue
    return await do()


@router.get("/certificates", dependencies=OFFICE)
async def list_certificates(ctx: Ctx, page: Paging) -> Listing[dict[str, Any]]:
    """Every certificate with its check code, by number."""
    async with ctx.db.read() as tx:
        rows = await register.certificates(tx, page.after, page.limit, ctx.clock.today())
    return Listing[dict[str, Any]].of(rows, page, "number")


@router.get("/certificates/{number}", dependencies=OFFICE)
async def one_certificate(ctx: Ctx, number: Annotated[str, Path(max_length=80)]) -> dict[str, Any]:
    """One certificate with its check code."""
    async with ctx.db.read() as tx:
        return _found(await register.certificate(tx, tidy_number(number), ctx.clock.today()), number)


@router.get("/register", dependencies=OFFICE)
async def list_register(ctx: Ctx, page: Paging) -> Listing[dict[str, Any]]:
    """The register as the public is shown it once number and code match; imported certificates say so."""
    async with ctx.db.read() as tx:
        rows = await register.register(tx, page.after, page.limit, ctx.clock.today())
        before = await history.some(tx, page.after, page.limit, ctx.clock.today())
    names = (*register.PUBLIC, "document_sha256", "imported")
    rows += [{name: one[name] for name in names} for one in before]
    rows = sorted(rows, key=lambda row: str(row["number"]))[: page.limit]
    return Listing[dict[str, Any]].of(rows, page, "number")


@router.get("/log", dependencies=READ)
async def list_log(ctx: Ctx, page: Paging) -> Listing[dict[str, Any]]:
    """Every leaf of the log in its order, by position: for auditors, and for whoever keeps a copy. No personal data."""
    after = int(page.after) if page.after.isdecimal() else -1
    async with ctx.db.read() as tx:
        rows = await log_tree.leaves(tx, after, page.limit)
    return Listing[dict[str, Any]].of([as_line(row) for row in rows], page, "position")


@router.get("/candidates", dependencies=READ)
async def list_candidates(
    ctx: Ctx, page: Paging, view: Annotated[str, Query(pattern=f"^({'|'.join(candidates.VIEWS)})$")] = "all"
) -> Listing[dict[str, Any]]:
    """Candidates with what is missing; ``eligible`` are those that wait for a decision or a name."""
    async with ctx.db.read() as tx:
        rows = await candidates.some(tx, view, page.after, page.limit)
    for row in rows:
        del row["holder"]
    return Listing[dict[str, Any]].of(rows, page, "trainee_id")


@router.get("/verify", dependencies=READ)
async def verify(ctx: Ctx) -> dict[str, Any]:
    """Checks everything issued again: numbers, documents, decisions, evidence, register, credentials with their proofs.
    Names what does not hold."""
    known = await published_key(ctx)
    async with ctx.db.read() as tx:
        return await verification.verify(tx, known)


async def published_key(ctx: Ctx) -> PublicKey:
    """What the DID document gives for a key's URL."""
    return await issuers_key(ctx.db, Signer.of(CertificationSettings.of(ctx.settings)))


def _found(row: dict[str, Any] | None, key: str) -> dict[str, Any]:
    if row is None:
        raise NothingUnderThisKey("key", key)
    return row
