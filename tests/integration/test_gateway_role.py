"""consent-gateway with the rights of its own role and no more."""
from http_source import Source, optout

SITE = "urn:consent:src:direct:sectigo.com"


def test_with_the_gateways_own_role(stack):
    url = stack.cluster.url(stack.database)
    stack.start("gateway", database_url=url + ("&" if "?" in url else "?") +
                "options=-c%20role%3Dconsent_gateway")
    stack.start("ingest")
    source = Source(stack, "sectigo.com").known()
    assert source.post(optout(SITE, "role@own.example"))[0] == 202
    assert source.post({**optout(SITE, "x@own.example"), "time": "2031-01-01T00:00:00Z",
                        "type": "lead.received.v1"})[0] == 422
    assert [r["outcome"] for r in source.receipts(1)] == ["accepted"]
    may = "SELECT has_column_privilege('consent_gateway', %s, %s, 'SELECT')"
    for table, column in (("ledger", "raw"), ("ledger", "headers"), ("quarantine", "raw"),
                          ("access_token", "hash"), ("contact", "sealed")):
        assert not stack.value(may, table, column), (table, column)
