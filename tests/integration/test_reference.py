"""decide() against a second implementation of the rules, over random sets of facts."""
import os
import subprocess

import pytest
from hands import MODE, ROOT

SETS = int(os.environ.get("PROPERTY_SETS", "10000"))


@pytest.mark.parametrize("seed", ["1", "any"])  # ids that every worker agrees on
def test_both_models_agree(seed):
    if seed == "any":
        seed = int.from_bytes(os.urandom(4), "big")
    tool = f"build/{MODE}/tools/decide_random"
    subprocess.run(["make", "-s", f"MODE={MODE}", tool], cwd=ROOT, check=True,
                   capture_output=True)
    made = subprocess.Popen([ROOT / tool, str(seed), str(SETS)], stdout=subprocess.PIPE)
    judged = subprocess.run([ROOT / "tests/property/reference.py"], stdin=made.stdout,
                            capture_output=True, text=True, check=False)
    made.stdout.close()
    assert made.wait() == 0
    print(f"seed {seed}: {judged.stdout}{judged.stderr}")
    assert judged.returncode == 0
