# sisimai_read.pl FILE... - what Sisimai makes of each report: file, recipient, reason, hard or
# soft, status. It is the reader that tests/integration/test_sisimai.py holds ours against.
use strict;
use warnings;
use Sisimai;
use Sisimai::SMTP::Error;

for my $file (@ARGV) {
    my $found = Sisimai->make($file) or next;
    for my $r (@$found) {
        print join("\t", $file =~ s{.*/}{}r, $r->recipient->address, $r->reason,
                   Sisimai::SMTP::Error->soft_or_hard($r->reason, $r->diagnosticcode) // "",
                   $r->deliverystatus), "\n";
    }
}
