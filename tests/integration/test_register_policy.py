"""The shipped register against the policy: its companies, its web sites, its table of
retention, and what its purposes rest upon."""
import json
import re

import pytest

from stack import ROOT

FOLDER = ROOT / "schemas/register"
SHIPPED = json.loads((FOLDER / "sectigo.json").read_text())
POLICY = (FOLDER / "policy/sectigo-privacy-2021-11-15.txt").read_text()

# row: how it is counted, from what, and what else it says
CERTIFICATE = "last_certificate_expired_or_revoked"
ROWS = {
    "R01": ("max", "subscriber_agreement_end P0D", "legal_rights_window_end P0D"),
    "R02": ("max", "subscriber_agreement_end P0D",
            f"{CERTIFICATE} P7Y no_qualified_certificate",
            f"{CERTIFICATE} P15Y any_qualified_certificate"),
    "R03": ("min", "account_deletion_requested P0D", "agreement_end P0D",
            "backup_grace P14D"),
    "R04a": ("same_as R02",),
    "R04b": ("max", "subscriber_agreement_end P7Y"),
    "R05": ("same_as R02",),
    "R06": ("max", "account_agreement_end P0D", "legal_rights_window_end P0D",
            "deletion_requested P0D", "open_ended True", "review_every P1Y",
            "override_on_request True"),
    "R07": ("same_as R02",),
    "R08": ("indefinite True",),
    "R09": ("external cookies-policy",),
    "R10": ("min", "consent_withdrawn P0D"),
    "R11": ("min", "consent_withdrawn P0D"),
    "R12": ("min", "consent_withdrawn P0D"),
    "R13": ("external cookies-policy",),
    "R14": ("external cookies-policy",),
    "R15": ("max", "hiring_process_concluded P4Y",
            "external_when_employee employee-privacy-notice"),
}
OTHERS = ("same_as", "external", "indefinite", "backup_grace", "open_ended", "review_every",
          "override_on_request", "external_when_employee")


def test_it_has_these_rows_of_retention_and_no_others():
    assert [row["id"] for row in SHIPPED["retention"]] == list(ROWS)


@pytest.mark.parametrize("row", SHIPPED["retention"], ids=lambda row: row["id"])
def test_a_row_counts_as_the_policy_says(row):
    said = [row["combine"]] if "combine" in row else []
    said += [" ".join(filter(None, (term["event"], term["offset"], term.get("when"))))
             for term in row.get("terms", [])]
    said += [f"{name} {row[name]}" for name in OTHERS if name in row]
    assert tuple(said) == ROWS[row["id"]]


def test_it_has_the_web_sites_that_the_policy_names():
    text = re.sub(r"=+", " ", POLICY)
    own = re.search(r"including, but not limited to (sectigo\.com.*?), and the websites",
                    text).group(1).split(", ")
    ends = re.search(r"following TLDs: (.*?) \(for example", text, re.S).group(1)
    ssl247 = {"ssl247" + end.replace("\n", "").replace(" ", "")
              for end in re.findall(r"\.\s*[a-z]{2,3}(?:\.[a-z]{2})?\b", ends)}
    assert (len(own), len(ssl247)) == (11, 18)
    sites = {site["id"]: site["controller"] for site in SHIPPED["websites"]}
    assert set(sites) == set(own) | ssl247
    assert {host for host, who in sites.items() if who != "sectigo-limited"} == {"ssl247.fr"}
    assert sites["ssl247.fr"] == "ssl247-sas"


def test_it_has_the_companies_and_how_to_reach_their_officer():
    names = {c["name"] for c in SHIPPED["controllers"]}
    assert names == {"Sectigo Limited", "Sectigo, Inc.", "Sectigo (Canada) Ltd.",
                     "SSL247 SAS", "SSL247 Limited", "SSL247, Inc."}
    for controller in SHIPPED["controllers"]:
        assert controller["name"] in POLICY, controller["id"]
        assert controller["dpo_contact"] in POLICY, controller["id"]
    assert [c["id"] for c in SHIPPED["controllers"] if c.get("default")] == ["sectigo-limited"]


def test_a_purpose_has_an_end_and_the_ground_its_class_asks_for():
    for purpose in SHIPPED["purposes"]:
        sale = purpose["class"] == "sharing"
        assert sale == ("retention" not in purpose), purpose["id"]
        needs_consent = purpose["class"] in ("promotional", "solicited", "sharing", "web")
        assert needs_consent == (purpose["art6"] == "a"), purpose["id"]
