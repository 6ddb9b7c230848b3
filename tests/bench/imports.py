"""What an import of a file of rows costs beside reading and hashing it: `--only import`.

A CSV with an address, a telephone number in every fourth row, and a time; each row becomes an
event or two. The feed's topic must have room for them, so the embedded broker gets fewer rows.
"""
import subprocess
import time

ROWS = 1_000_000


def write(path, rows):
    with path.open("w") as file:
        file.write("E-Mail;Telefon;Abgemeldet am;Name\n")
        for i in range(rows):
            number = f"+4930{i:08d}" if i % 4 == 0 else ""
            file.write(f"person{i}@example{i % 97}.com;{number};"
                       f"2026-0{i % 9 + 1}-1{i % 7}T03:04:05Z;N{i}\n")


def measure(say, stack, hash_lines, rows=ROWS):
    file, addresses = stack.dir / "optouts.csv", stack.dir / "addresses.txt"
    write(file, rows)
    addresses.write_text("".join(f"person{i}@example{i % 97}.com\n" for i in range(rows)))
    alone = min(float(subprocess.run([hash_lines, addresses, stack.secrets / "contact"],
                                     check=True, capture_output=True, text=True).stdout)
                for _ in range(3))
    start = time.monotonic()
    said = stack.ctl_json("import", file, "--format", "plain", "--source", "mta-eu1")
    took = time.monotonic() - start
    assert said["rows"] == rows and said["adds_up"], said
    say(f"import of {rows} rows, {said['sent']} events on their feed",
        f"{took:.1f} s, {said['sent'] / took:,.0f} events/s")
    say("  reading and hashing the addresses alone", f"{alone:.2f} s")
    say("  ratio", f"{took / alone:.1f}")
