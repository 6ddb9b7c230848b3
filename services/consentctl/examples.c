/* examples.c - what each command is used for, as people write it: part of its help and of
 * its man page. tests/integration/test_command_line.py holds them against the tables. */
#include "help.h"

#include <string.h>

static const struct {
    const char *path; /* "list scrub" */
    const char *lines[3];
} examples[] = {
    {"migrate", {"migrate --dry-run", "migrate"}},
    {"register apply",
     {"register apply --dry-run policy.json", "register apply policy.json sources.json"}},
    {"register show", {"register show", "register show --at 2026-01-01 --json"}},
    {"feed create", {"feed create acme-hosting", "feed create --all --partitions 8"}},
    {"feed reset",
     {"feed reset acme-hosting --from beginning --reason 'the topic was made again'"}},
    {"feed gaps", {"feed gaps", "feed gaps --all --json"}},
    {"feed acknowledge",
     {"feed acknowledge 17 --reason 'the source has sent them again'"}},
    {"list show", {"list show", "list show promotional-email --json"}},
    {"list create", {"list create promotional-email", "list create --all"}},
    {"list diff",
     {"list diff promotional-email", "list diff promotional-email --snapshot snapshots",
      "list diff promotional-email --repair"}},
    {"list snapshot",
     {"list snapshot promotional-email --dir /var/lib/consentmq --compress zstd",
      "list snapshot --all --format ndjson"}},
    {"list verify", {"list verify promotional-email.csv.json"}},
    {"list scrub",
     {"list scrub promotional-email customers.csv --output scrubbed.csv",
      "list scrub promotional-phone - --format plain --country DE"}},
    {"list filter", {"list filter promotional-email --output promotional-email.filter"}},
    {"decide",
     {"decide --email ana@example.com --controller sectigo-limited --purpose "
      "marketing.promotional --channel email",
      "decide --email ana@example.com --controller sectigo-limited --purpose "
      "*promotional --channel email --explain",
      "decide --phone 030-123456 --country DE --controller sectigo-limited --purpose "
      "marketing.promotional --channel phone --at 2026-03-31 --known 2026-04-15"}},
    {"trace", {"trace --email ana@example.com", "trace --phone +4930123456 --json"}},
    {"record", {"record --email ana@example.com --format kantara --output receipt.json"}},
    {"evidence",
     {"evidence --email ana@example.com --output case.zip",
      "evidence --email ana@example.com --from 2026-01-01 --key /etc/consentmq/proof.key "
      "--output case.zip"}},
    {"export", {"export --email ana@example.com --output ana.json"}},
    {"agreement show", {"agreement show AGR-2024-0117"}},
    {"agreement end", {"agreement end AGR-2024-0117 --at 2026-12-31 --dry-run"}},
    {"agreement terminate",
     {"agreement terminate AGR-2024-0117 --reason 'notice of 1 May' --yes"}},
    {"agreement breach", {"agreement breach AGR-2025-0042 --from 2026-01-01 --dry-run"}},
    {"report late", {"report late --since 2026-01-01", "report late --source leadmart"}},
    {"report quality", {"report quality --json"}},
    {"whatif",
     {"whatif --register next.json",
      "whatif --window art14=P2M --list promotional-email"}},
    {"quarantine list",
     {"quarantine list", "quarantine list --source acme-hosting --reason SCHEMA"}},
    {"quarantine show", {"quarantine show 17"}},
    {"quarantine replay",
     {"quarantine replay 17 18",
      "quarantine replay --all --reason OVER_BUDGET --source acme-hosting"}},
    {"quarantine discard", {"quarantine discard 17 --reason 'sent twice by hand'"}},
    {"event check",
     {"event check event.json", "event check events.jsonl --source acme-hosting --json"}},
    {"import",
     {"import optouts.csv --source mta-eu1 --dry-run",
      "import ses.json --source mta-eu1 --format ses",
      "import old.csv --source sectigo.com --column Mail=email --time-column Date "
      "--dates dmy"}},
    {"rights list", {"rights list", "rights list --all --json"}},
    {"rights show", {"rights show letter-17"}},
    {"rights read", {"rights read letter-17 --as object"}},
    {"rights extend", {"rights extend letter-17 --reason 'many requests at once'"}},
    {"rights complete",
     {"rights complete letter-17", "rights complete letter-17 --kind access",
      "rights complete letter-17 --outcome identity_requested"}},
    {"rights refuse",
     {"rights refuse letter-17", "rights refuse letter-17 --reason NOT_CONTROLLER"}},
    {"deletion list", {"deletion list", "deletion list --json"}},
    {"deletion done", {"deletion done 5f2a6d0e-6c1f-4c55-9d6e-1f2b3c4d5e6f"}},
    {"retention due",
     {"retention due --before 2027-01-01",
      "retention due --before 2027-01-01 --row R06"}},
    {"retention run",
     {"retention run --before 2027-01-01 --dry-run",
      "retention run --before 2027-01-01 --row R12 --yes --by 'Ben Officer'"}},
    {"retention hold add",
     {"retention hold add --email ana@example.com --matter '7 O 12/26' --reason 'a "
      "lawsuit'"}},
    {"retention hold list", {"retention hold list"}},
    {"retention hold lift", {"retention hold lift 3"}},
    {"erase",
     {"erase --email ana@example.com",
      "erase --email ana@example.com --yes --by 'Ben Officer'"}},
    {"rebuild", {"rebuild", "rebuild --repair"}},
    {"rekey", {"rekey --dry-run", "rekey"}},
    {"proof key", {"proof key --name consent.example --output /etc/consentmq/proof.key"}},
    {"proof event",
     {"proof event 65537 --output event.json",
      "proof event --source acme-hosting --partition 0 --offset 17"}},
    {"proof list", {"proof list promotional-email 1099511627777"}},
    {"proof audit", {"proof audit 12"}},
    {"proof growth", {"proof growth events --from 1000"}},
    {"proof entries", {"proof entries events --output events.entries"}},
    {"proof tiles", {"proof tiles /srv/proof"}},
    {"archive run", {"archive run --dry-run", "archive run --dir /srv/consent-archive"}},
    {"archive list", {"archive list"}},
    {"archive check", {"archive check --dir /srv/consent-archive"}},
    {"archive show",
     {"archive show list_change.0.33554432.cqa --dir /srv/consent-archive"}},
    {"archive find", {"archive find --contact 0b7bd03e-5e5c-2f4d-9c1a-7d7a1c2b3d4e"}},
    {"reseal", {"reseal --dry-run", "reseal"}},
    {"restored", {"restored --dry-run", "restored --reason 'the disk of db-1'"}},
    {"ready", {"ready 9101"}},
    {"doctor", {"doctor", "doctor --watch", "doctor --json"}},
    {"token create",
     {"token create --role mailing --recipient mta-eu1 --note 'the mail team'",
      "token create --role source --source acme-hosting --expires 2027-12-31"}},
    {"token activate", {"token activate 7"}},
    {"token list", {"token list"}},
    {"token revoke", {"token revoke 7"}},
    {"webhook list", {"webhook list", "webhook list --json"}},
    {"webhook resume",
     {"webhook resume acme-receipts", "webhook resume acme-receipts --from beginning"}},
    {"key contact",
     {"key contact", "key contact --change --dry-run", "key contact --change"}},
    {"key link", {"key link mta-eu1"}},
    {"key recipient", {"key recipient mta-eu1-2027"}},
    {"key seal", {"key seal"}},
    {"link create",
     {"link create --email ana@example.com --controller sectigo-limited --base "
      "https://optout.example.com"}},
    {"link show", {"link show LINK"}},
    {"link revoke", {"link revoke LINK", "link revoke --key 3 --before 2026-06-01"}},
    {"optout record",
     {"optout record --email ana@example.com --via telephone --reference 'call 17'",
      "optout record --phone +4930123456 --channel phone --via letter --dry-run"}},
    {"consent record",
     {"consent record --email ana@example.com --controller sectigo-limited --purpose "
      "marketing.promotional --channel email --via letter --words 'You may send me "
      "offers' "
      "--language en --reference 'letter 17' --policy sectigo-privacy --policy-version "
      "2021-11-15"}},
    {"withdraw record",
     {"withdraw record --email ana@example.com --purpose marketing.promotional --via "
      "in_person"}},
    {"completion", {"completion bash > /etc/bash_completion.d/consentctl"}},
};

const char *const *examples_of(const char *path, size_t *ret_n)
{
    static const char *const none[1] = {NULL};
    const size_t most = sizeof(examples[0].lines) / sizeof(examples[0].lines[0]);

    *ret_n = 0;
    for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
        if (strcmp(examples[i].path, path) != 0)
            continue;
        while (*ret_n < most && examples[i].lines[*ret_n] != NULL)
            ++*ret_n;
        return examples[i].lines;
    }
    return none;
}
