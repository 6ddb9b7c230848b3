"""schemathesis makes thousands of requests from schemas/lookup.openapi.yaml, good and bad, and
holds every answer against it: none a 500, none that the document does not foresee."""
import os
import subprocess
import urllib.parse

import pytest
from asking import Lookup
from hands import PATIENCE, ROOT
from pinned import environment

SCHEMATHESIS = "schemathesis==4.32.5"
HYPOTHESIS = "hypothesis==6.170.15"  # an older schemathesis crashed with a newer one
EXAMPLES = 20  # of each operation; the coverage phase adds some hundreds

CONFIG = """
[phases.stateful]
enabled = false
[checks]
# An empty list for a source nobody has, a budget that is spent: the data decide, not their form.
positive_data_acceptance.enabled = false
# What a document cannot say (a cursor of another list, bytes of UTF-8) is refused as well, and
# what it can say too strictly (numbers of ten digits) is not.
negative_data_rejection.enabled = false
ensure_resource_availability.enabled = false
use_after_free.enabled = false
[[operations]]
include-name = "GET /v1/lists/{id}/changes"
parameters = { "query.wait" = 0 }
"""


@pytest.fixture
def furnished(stack):
    """A service with something behind every number below five."""
    lookup = Lookup(stack)
    for i in range(4):
        lookup.quarantined(offset=i)
        lookup.requested(i + 1, request=f"R-{i}", email=f"r{i}@example.com")
    return lookup


def run(lookup, token, tmp_path, *more):
    """Its output; fails the test when it found something. One worker: with several threads
    Python 3.11 now and then ends in "AST constructor recursion depth mismatch"."""
    config = tmp_path / "schemathesis.toml"
    config.write_text(CONFIG)
    command = [environment(SCHEMATHESIS, HYPOTHESIS) / "bin/schemathesis", "--config-file", config, "run",
               ROOT / "schemas/lookup.openapi.yaml", "--url", lookup.stack.url("lookup"),
               "--max-examples", str(EXAMPLES), "--seed", "1", "--no-color", "--no-shrink",
               "--continue-on-failure",
               "--generation-database", "none", "--workers", "1", "--warnings", "off",
               "--suppress-health-check", "all", "--request-timeout", "120",
               "-H", f"Authorization: Bearer {lookup.tokens[token]}", *more]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path,
                          timeout=900 * PATIENCE, env={**os.environ, "NO_COLOR": "1"})
    assert done.returncode == 0, done.stdout[-12000:] + done.stderr[-2000:]
    return done.stdout


def test_every_answer_is_foreseen(furnished, tmp_path):
    said = run(furnished, "dpo", tmp_path)
    assert "Test cases" in said or "passed" in said, said
    log = (furnished.stack.dir / "lookup.log").read_text()
    assert "level=error" not in log
    assert furnished.ask("GET", "/v1/me")[0] == 200
    assert "@" not in urllib.parse.unquote(log)
