"""What each program's role may do in the database: its program's work, and no more."""
import re

import psycopg2
import pytest
from hands import ROOT

ROLES = ("consent_ingest", "consent_publish", "consent_lookup", "consent_gateway",
         "consent_keeper", "consent_webhook", "consent_operator")
VERBS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
TABLE = ROOT / "tests" / "golden" / "rights.tsv"


@pytest.fixture(scope="module")
def roles(module_stack):
    """as_role("consent_keeper", query, *params): rows, on a connection of that role."""
    made = {}

    def as_role(role, query, *params):
        if role not in made:
            module_stack.cluster.let_in(role)
            made[role] = psycopg2.connect(
                module_stack.cluster.url(module_stack.database, role))
        with made[role], made[role].cursor() as cursor:
            cursor.execute(query, params or None)
            return cursor.fetchall() if cursor.description else []
    as_role.owner = module_stack.sql
    as_role.stack = module_stack
    yield as_role
    for connection in made.values():
        connection.close()


def refused(as_role, role, query, *params):
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        as_role(role, query, *params)


def rights(as_role):
    """Every (role, table) with what is allowed: a verb, or verb(column, ...)."""
    whole = as_role.owner(
        "SELECT r, c.relname, v FROM unnest(%s) r, pg_class c, unnest(%s) v"
        " WHERE c.relkind IN ('r', 'v', 'p', 'm') AND c.relnamespace = 'public'::regnamespace"
        " AND has_table_privilege(r, c.oid, v)", list(ROLES), list(VERBS))
    columns = as_role.owner(
        "SELECT r, c.relname, v, string_agg(a.attname, ' ' ORDER BY a.attnum)"
        " FROM unnest(%s) r, pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        "  AND a.attnum > 0 AND NOT a.attisdropped, unnest(%s) v"
        " WHERE c.relkind IN ('r', 'v', 'p', 'm') AND c.relnamespace = 'public'::regnamespace"
        " AND NOT has_table_privilege(r, c.oid, v)"
        " AND has_column_privilege(r, c.oid, a.attnum, v) GROUP BY 1, 2, 3",
        list(ROLES), ["SELECT", "INSERT", "UPDATE"])
    found = {}
    for role, table, verb in whole:
        found.setdefault((role, table), {})[verb] = verb
    for role, table, verb, names in columns:
        found.setdefault((role, table), {})[verb] = f"{verb}({names})"
    return "".join(f"{role}\t{table}\t{', '.join(v[x] for x in VERBS if x in v)}\n"
                   for (role, table), v in sorted(found.items()))


def test_every_table_verb_and_role(roles):
    """tests/golden/rights.tsv is all that is allowed. A change of it is a decision: think
    what a program that was taken over could do with it, then write it down there."""
    wanted = TABLE.read_text()
    found = rights(roles)
    (roles.stack.dir / "rights.tsv").write_text(found)  # for who has decided
    new = set(found.splitlines()) - set(wanted.splitlines())
    gone = set(wanted.splitlines()) - set(found.splitlines())
    assert found == wanted, \
        f"more: {sorted(new)} less: {sorted(gone)}; all of it: {roles.stack.dir}/rights.tsv"


def test_no_role_owns_or_outranks(roles):
    assert roles.owner("SELECT rolname FROM pg_roles WHERE rolname = ANY (%s) AND (rolsuper"
                       " OR rolcreaterole OR rolcreatedb OR rolbypassrls OR rolreplication"
                       " OR EXISTS (SELECT FROM pg_auth_members m WHERE m.member = oid))",
                       list(ROLES)) == []
    for role in ROLES:
        refused(roles, role, "CREATE TABLE public.mine (x integer)")


def test_functions_with_the_owners_rights_are_for_few(roles):
    """One role each; but every program says that it is at work, for itself alone."""
    found = roles.owner(
        "SELECT p.proname, r, p.proconfig::text FROM pg_proc p, unnest(%s) r"
        " WHERE p.prosecdef AND p.pronamespace = 'public'::regnamespace"
        " AND has_function_privilege(r, p.oid, 'EXECUTE') ORDER BY 1, 2", list(ROLES))
    assert {(name, role) for name, role, _ in found} == {
        ("audit_own", "consent_operator"), ("audit_mail", "consent_lookup"),
        # what forgets, and leaves a certificate
        ("erase", "consent_keeper"), ("erase", "consent_operator"),
        ("erase_again", "consent_operator"),
        # the second of two people
        ("second_person", "consent_lookup"), ("second_person", "consent_operator"),
        # the same, taken back at once
        ("erase_preview", "consent_lookup"), ("erase_preview", "consent_operator"),
        ("ingest_batch", "consent_ingest"), ("hashed_copy", "consent_publish"),
        # what sets aside denials that others say in full
        ("fact_spend", "consent_publish"),
        # what hands out sealed events, after writing down who asks
        ("event_open", "consent_lookup"), ("event_open", "consent_operator"),
        ("seal_versions", "consent_operator"),
        # what is old leaves, if it is what a file has
        *((f"archive_{does}", "consent_operator") for does in ("done", "next", "page",
                                                              "proof")),
        # are these all of the database's contact secrets? The first ingest says which one is
        ("contact_secret_keep", "consent_ingest"),
        *(("contact_secret_counts", f"consent_{role}") for role in ("lookup", "gateway",
                                                                    "operator")),
        # and of one identifier's keys, which is known
        *(("contact_keys_known", f"consent_{role}") for role in ("ingest", "lookup", "gateway",
                                                                 "operator")),
        # a token with which a source sends its events: of that role alone
        ("source_token_make", "consent_lookup"), ("source_token_end", "consent_lookup"),
        # a session for who has signed in with the provider, of the roles of people alone
        ("session_open", "consent_lookup"), ("session_close", "consent_lookup"),
        # the next partitions, and nothing else
        ("partitions_ahead", "consent_keeper"),
        *(("program_seen_tell", f"consent_{program}")
          for program in ("ingest", "publish", "keeper", "lookup", "gateway", "webhook"))}
    assert all("search_path=public" in settings.replace('"', "") for _, _, settings in found)


def test_a_token_says_who_made_it_and_needs_a_second_person(roles):
    token = "INSERT INTO access_token (role, note, hash) VALUES (%s, 'x', sha256(%s)) " \
            "RETURNING token_id, created_by, activated, revoked::text"
    number, by, activated, revoked = roles("consent_operator", token, 3, b"forged")[0]
    assert (by, activated, revoked) == ("consent_operator", None, "infinity")
    for column in ("created", "created_by", "revoked", "activated", "activated_by"):
        refused(roles, "consent_operator", f"INSERT INTO access_token (role, hash, {column})"
                " VALUES (3, sha256('y'), DEFAULT)")
    with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="somebody else"):
        roles("consent_operator", "UPDATE access_token SET activated = now()"
              " WHERE token_id = %s", number)
    assert roles.owner("SELECT valid FROM v_access_token WHERE token_id = %s",
                       number) == [(False,)]
    # another person: here the owner's login
    assert "valid from now" in roles.stack.ctl("token", "activate", number, check=False).stderr
    assert roles.owner("SELECT valid, activated_by FROM v_access_token WHERE token_id = %s",
                       number) == [(True, roles.owner("SELECT session_user")[0][0])]
    # a mailing system's needs no second one
    assert roles("consent_operator", token, 1, b"mailing")[0][2] is not None


def test_a_hold_is_set_now_and_lifted_once(roles):
    add = "INSERT INTO retention_hold (matter, reason, by) VALUES ('1', 'x', 'Ada') RETURNING hold, by_role, lifted"
    lift = "UPDATE retention_hold SET lifted = %s, lifted_by = %s WHERE hold = %s RETURNING lifted <= now(), lifted_role"
    for role in ("consent_operator", "consent_lookup"):
        number, by, lifted = roles(role, add)[0]
        assert (by, lifted) == (role, None)
        for column in ("at", "by_role", "lifted", "lifted_role"):
            refused(roles, role, f"INSERT INTO retention_hold (matter, reason, by, {column}) VALUES ('1', 'x', 'y', DEFAULT)")
        for column in ("contact", "controller", "reason"):
            refused(roles, role, f"UPDATE retention_hold SET {column} = NULL")
        for who in (None, ""):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="lifted once"):
                roles(role, lift, "now", who, number)
        assert roles(role, lift, "2099-01-01", "Ben", number) == [(True, role)], "now, whatever it says"
        for when in ("now", None):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="lifted once"):
                roles(role, lift, when, "Eve", number)


def test_a_desk_has_erased_no_more_than_was_counted(roles):
    roles("consent_keeper", "INSERT INTO retention_day (day) VALUES ('2026-11-30')")
    roles("consent_keeper", "UPDATE retention_day SET due = 2, counted = '2026-11-30 03:00Z' WHERE day = '2026-11-30'")
    add = "INSERT INTO retention_ask (day, asked_by{}) VALUES ('2026-11-30', 'Ada'{}) RETURNING before = '2026-11-30 03:00Z', asked_role"
    for column in ("before", "asked", "asked_role", "seen", "done", "contacts"):
        refused(roles, "consent_lookup", add.format(f", {column}", ", DEFAULT"))
    refused(roles, "consent_operator", add.format("", ""))
    assert roles("consent_lookup", add.format("", "")) == [(True, "consent_lookup")]
    refused(roles, "consent_lookup", "UPDATE retention_ask SET done = now()")
    refused(roles, "consent_keeper", "UPDATE retention_ask SET before = 'infinity'")


def test_revoking_is_for_ever(roles):
    number = roles("consent_operator", "INSERT INTO access_token (role, hash) VALUES"
                   " (1, sha256('gone')) RETURNING token_id")[0][0]
    change = "UPDATE access_token SET revoked = %s WHERE token_id = %s RETURNING revoked::text"
    first = roles("consent_operator", change, "now", number)[0][0]
    for later in ("infinity", "2099-01-01"):
        assert roles("consent_operator", change, later, number)[0][0] == first


def test_what_is_written_down_is_of_now_and_of_the_session(roles):
    back = "now() - interval '3 years'"
    lookup = ("INSERT INTO lookup_audit (%scontact, token_id, controller, purpose, channel,"
              " route, outcome) VALUES (%sNULL, 1, 0, 0, 0, 1, 1)")
    refused(roles, "consent_lookup", lookup % ("at, ", back + ", "))
    refused(roles, "consent_lookup", "INSERT INTO scrub (list, by_tokens, at) VALUES"
            f" (1, false, {back})")
    roles("consent_lookup", lookup % ("", ""))
    assert roles.owner("SELECT max(now() - at) < interval '1 day' FROM lookup_audit")[0][0]
    refused(roles, "consent_operator", "INSERT INTO register_entry (kind, id, known, body,"
            " origin, applied_by) VALUES ('note', 'x', now(), '{}', 'o', 'somebody-else')")
    for known in ("-infinity", "2001-01-01"):
        roles("consent_operator", "INSERT INTO register_entry (kind, id, known, body, origin)"
              " VALUES ('note', 'x', %s, '{}', 'o')", known)
    assert roles.owner("SELECT known = '-infinity', known > now() - interval '1 day',"
                       " applied_by FROM register_entry WHERE kind = 'note' ORDER BY entry"
                       ) == [(True, False, "consent_operator"),
                             (False, True, "consent_operator")]
    refused(roles, "consent_operator", "INSERT INTO link_revoked (digest, by, at) VALUES"
            " (sha256('x'), 'somebody-else', '2001-01-01')")
    roles("consent_operator", "INSERT INTO link_revoked (digest) VALUES (sha256('x'))")
    assert roles.owner("SELECT by, now() - at < interval '1 day' FROM link_revoked") \
        == [("consent_operator", True)]


def test_a_spent_budget_stays_spent(roles):
    roles("consent_lookup", "INSERT INTO token_day VALUES (2, current_date, 5)")
    roles("consent_lookup", "UPDATE token_day SET contacts = contacts + 1")
    refused(roles, "consent_lookup", "UPDATE token_day SET contacts = 0")


FACT = ("INSERT INTO fact SELECT gen_random_uuid(), 1, now(), now(), now(), NULL, NULL, 1, 0,"
        " 0, 1, 1, 1, 1, 1, 1, 0")


@pytest.mark.parametrize("role", ROLES)
def test_facts_and_identifiers_come_with_events_alone(roles, role):
    refused(roles, role, FACT)
    refused(roles, role, "UPDATE contact SET kind = 1")
    if role != "consent_keeper":  # which forgets whom it must
        refused(roles, role, "UPDATE contact SET wrapped_key = NULL, sealed = NULL")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("table", ["ledger", "fact", "register_entry", "agreement_fact",
                                   "list_change", "list_ack", "scrub"])
def test_history_is_only_added_to(roles, role, table):
    for verb in (f"DELETE FROM {table}", f"TRUNCATE {table}"):
        refused(roles, role, verb)


def test_doctor_sees_who_may_do_too_much(roles):
    """A program under the owner's login, and a role that became mighty."""
    stack = roles.stack

    def wrong():
        found = stack.ctl("doctor", "--json", check=False).stdout
        return re.findall(r'"(?:text|what)":"([^"]*(?:can do more|is connected as)[^"]*)"', found)
    assert wrong() == []
    url = stack.cluster.url(stack.database)
    with psycopg2.connect(f"{url}?application_name=consent-keeper"):
        assert any("consent-keeper is connected as the owner" in w for w in wrong())
    roles.owner("ALTER ROLE consent_gateway CREATEROLE")
    try:
        assert any("consent_gateway can do more" in w for w in wrong())
    finally:
        roles.owner("ALTER ROLE consent_gateway NOCREATEROLE")
