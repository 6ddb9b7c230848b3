EmailAddress
who@example.org
