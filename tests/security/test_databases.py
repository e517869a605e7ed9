"""A database role reaches its own database only, and the auditor nothing but the views made for it."""

import asyncpg
import pytest

from deploy.local import bootstrap
from deploy.local.home import LOOPBACK
from shared.db import migrate
from shared.settings import SERVICES
from tests.servers import Servers, migrations_of

_TABLES = "select quote_ident(relname) from pg_class where relnamespace = 'public'::regnamespace and relkind = any($1)"


@pytest.fixture(scope="session")
async def migrated(servers: Servers) -> Servers:
    """The four databases as the bootstrap makes them, with every service's tables and the auditor's rights."""
    await servers.start("postgres")
    await bootstrap.databases(servers.home)
    for service in SERVICES:
        await migrate(servers.home.database_url(service), migrations_of(service))
    await bootstrap.let_auditor_read(servers.home)
    return servers


async def names(servers: Servers, service: str, *kinds: str) -> list[str]:
    owner = await asyncpg.connect(servers.home.database_url(service))
    try:
        return [row[0] for row in await owner.fetch(_TABLES, [kind.encode() for kind in kinds])]
    finally:
        await owner.close()


@pytest.mark.parametrize("other", SERVICES)
@pytest.mark.parametrize("service", SERVICES)
async def test_a_role_connects_to_no_other_services_database(migrated: Servers, service: str, other: str) -> None:
    url = migrated.home.database_url(service).rpartition("/")[0] + f"/keur_{other}"
    if service == other:
        await (await asyncpg.connect(url)).close()
        return

    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied for database"):
        await asyncpg.connect(url)


@pytest.mark.parametrize("service", SERVICES)
async def test_a_role_connects_to_the_servers_own_databases_without_seeing_or_making_anything_of_use(
    migrated: Servers, service: str
) -> None:
    own = migrated.home.database_url(service)
    role = await asyncpg.connect(own)
    try:
        assert not await role.fetchval(
            "select rolsuper or rolcreatedb or rolcreaterole or rolreplication or rolbypassrls"
            " from pg_roles where rolname = current_user"
        )
        assert await role.fetch("select 1 from pg_auth_members where member = current_user::regrole") == []
        for deed in (
            f'set role "keur_{SERVICES[0] if service != SERVICES[0] else SERVICES[1]}"',
            "set role keur_admin",
            "create database mine",
            "create role mine",
            "copy (select 1) to program 'true'",
            "select pg_read_file('postgresql.auto.conf')",
            "select * from pg_authid",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await role.execute(deed)
    finally:
        await role.close()


@pytest.mark.parametrize("other", SERVICES)
@pytest.mark.parametrize("service", SERVICES)
async def test_a_role_let_into_another_database_by_mistake_still_reads_no_table_of_it(
    migrated: Servers, service: str, other: str
) -> None:
    if service == other:
        return
    tables = await names(migrated, other, "r", "v", "S")
    assert len(tables) > 5
    admin = await asyncpg.connect(migrated.home.admin_database_url())
    await admin.execute(f'grant connect on database "keur_{other}" to "keur_{service}"')
    try:
        stranger = await asyncpg.connect(migrated.home.database_url(service).rpartition("/")[0] + f"/keur_{other}")
        for table in tables:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await stranger.fetch(f"select * from {table}")  # noqa: S608 (names from the catalogue)
        for deed in ("create table mine (n int)", "create schema mine"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await stranger.execute(deed)
        await stranger.close()
    finally:
        await admin.execute(f'revoke connect on database "keur_{other}" from "keur_{service}"')
        await admin.close()


@pytest.mark.parametrize("service", SERVICES)
async def test_the_auditor_reads_the_views_made_for_it_and_nothing_else(migrated: Servers, service: str) -> None:
    tables, views = await names(migrated, service, "r", "S"), await names(migrated, service, "v", "m")
    auditor = await asyncpg.connect(
        f"postgresql://{bootstrap.AUDITOR}@{LOOPBACK}:{migrated.home.port('postgres')}/keur_{service}"
    )
    try:
        for view in views:
            if view.startswith("v_"):
                await auditor.fetch(f"select * from {view} limit 1")  # noqa: S608 (names from the catalogue)
        for name in (*tables, *(view for view in views if not view.startswith("v_"))):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await auditor.fetch(f"select * from {name}")  # noqa: S608 (names from the catalogue)
        for view in views:
            with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.ObjectNotInPrerequisiteStateError)):
                await auditor.execute(f"delete from {view}")  # noqa: S608 (names from the catalogue)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await auditor.execute("create table mine (n int)")
    finally:
        await auditor.close()


async def test_a_role_needs_its_own_password(migrated: Servers) -> None:
    for service in SERVICES:
        url = migrated.home.database_url(service)
        password = migrated.home.password("database", service)
        for wrong in ("", migrated.home.password("database", SERVICES[SERVICES.index(service) - 1])):
            with pytest.raises((asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError)):
                await asyncpg.connect(url.replace(password, wrong), password=wrong or "x")
