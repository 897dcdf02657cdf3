"""The Kubernetes base: every manifest valid by Kubernetes' own schemas, strictly; what hangs together does.

Not checked here: that a cluster takes it. KEDA's ScaledObject is no type of Kubernetes; of it the shape that
its documentation gives is checked, and that its names are ours.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from topics.catalog import WIRE_PAYLOADS
from worker.settings import VARIABLES, Settings

ROOT = Path(__file__).resolve().parents[2]
K8S = ROOT / "deploy" / "k8s"
VERSIONS = ("1.30", kubernetes_validate.latest_version())


def load(folder):
    """Give every document that a kustomization names."""
    kustomization = yaml.safe_load((K8S / folder / "kustomization.yaml").read_text(encoding="utf-8"))
    for name in kustomization["resources"]:
        for document in yaml.safe_load_all((K8S / folder / name).read_text(encoding="utf-8")):
            yield f"{document['kind']} {document['metadata']['name']}", document


BASE = dict(load("base"))
SCALER = dict(load("keda"))["ScaledObject wiretrace-worker"]
PODS = {
    name: document["spec"]["template"]
    for name, document in BASE.items()
    if "template" in document.get("spec", {})
}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", BASE)
def test_every_manifest_is_valid(name, version):
    kubernetes_validate.validate(BASE[name], version, strict=True)


def test_the_schemas_bite():
    broken = {**BASE["StatefulSet wiretrace-worker"], "spec": {"serviceName": "x", "replica": 2}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(broken, VERSIONS[-1], strict=True)


def test_every_file_is_named_by_a_kustomization():
    for folder in ("base", "keda"):
        kustomization = yaml.safe_load((K8S / folder / "kustomization.yaml").read_text(encoding="utf-8"))
        files = {path.name for path in (K8S / folder).glob("*.yaml")} - {"kustomization.yaml"}
        assert files == set(kustomization["resources"])
    assert set(PODS) == {
        "Job wiretrace-topics",
        "StatefulSet wiretrace-worker",
        "StatefulSet wiretrace-board",
    }


@pytest.mark.parametrize("name", PODS)
def test_a_pod_is_what_the_restricted_standard_asks_for_and_more(name):
    pod = PODS[name]["spec"]
    assert (
        BASE["Namespace wiretrace"]["metadata"]["labels"]["pod-security.kubernetes.io/enforce"]
        == "restricted"
    )
    assert pod["automountServiceAccountToken"] is False
    assert pod["enableServiceLinks"] is False  # the service of the board would set WIRETRACE_BOARD_PORT
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
    assert f"USER {pod['securityContext']['runAsUser']}\n" in dockerfile
    for container in pod["containers"]:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert "memory" in container["resources"]["limits"]


@pytest.mark.parametrize("name", PODS)
def test_settings_and_commands_are_ours(name):
    (container,) = PODS[name]["spec"]["containers"]
    names = {entry["name"]: entry.get("value", "pod-0") for entry in container.get("env", ())}
    environment = {**BASE["ConfigMap wiretrace"]["data"], **names}
    assert set(environment) <= set(VARIABLES)
    assert Settings.from_env(environment).replication == 3
    verb, *flags = container["args"]
    command = [sys.executable, "-m", "worker", verb, *flags, "--help"]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0


def test_the_probes_ask_the_port_that_the_container_opens():
    for name in ("StatefulSet wiretrace-worker", "StatefulSet wiretrace-board"):
        (container,) = PODS[name]["spec"]["containers"]
        ports = {port["name"]: port["containerPort"] for port in container["ports"]}
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            assert container[probe]["httpGet"]["port"] in ports
    (worker,) = PODS["StatefulSet wiretrace-worker"]["spec"]["containers"]
    assert worker["livenessProbe"]["httpGet"]["path"] == "/healthz"
    assert worker["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert worker["ports"][0]["containerPort"] == Settings().http_port


def test_selectors_select_the_pods_and_volumes_are_there():
    for name in ("StatefulSet wiretrace-worker", "StatefulSet wiretrace-board"):
        spec = BASE[name]["spec"]
        labels = spec["template"]["metadata"]["labels"]
        assert spec["selector"]["matchLabels"] == labels
        assert BASE[f"Service {spec['serviceName']}"]["spec"]["selector"] == labels
    worker = PODS["StatefulSet wiretrace-worker"]["metadata"]["labels"]
    assert BASE["PodDisruptionBudget wiretrace-worker"]["spec"]["selector"]["matchLabels"] == worker
    assert BASE["NetworkPolicy wiretrace-worker"]["spec"]["podSelector"]["matchLabels"] == worker
    for document in BASE.values():
        pod = document.get("spec", {}).get("template", {}).get("spec")
        if pod:
            claims = {each["metadata"]["name"] for each in document["spec"].get("volumeClaimTemplates", ())}
            volumes = {each["name"] for each in pod["volumes"]} | claims
            assert {mount["name"] for each in pod["containers"] for mount in each["volumeMounts"]} == volumes


def test_the_overlay_of_the_operators_page_changes_what_is_there():
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    (overlay,) = [
        yaml.safe_load(each) for each in re.findall(r"```yaml\n(resources:.*?)```", page, re.DOTALL)
    ]
    objects = BASE | {"ScaledObject wiretrace-worker": SCALER}
    assert len(overlay["patches"]) == 2
    for patch in overlay["patches"]:
        text = patch["patch"]  # kustomize takes what begins with a bracket for JSON
        for change in json.loads(text) if text.lstrip().startswith("[") else yaml.safe_load(text):
            assert change["op"] == "replace"
            found = objects["{kind} {name}".format_map(patch["target"])]
            for step in change["path"].strip("/").split("/"):
                found = found[int(step) if isinstance(found, list) else step]
            assert found == BASE["ConfigMap wiretrace"]["data"]["WIRETRACE_BOOTSTRAP"]


def test_a_stop_has_more_time_than_the_worker_takes():
    app = (ROOT / "worker" / "stream" / "app.py").read_text(encoding="utf-8")
    within = float(re.search(r"STOP_WITHIN: Final = ([\d.]+)", app)[1])
    assert PODS["StatefulSet wiretrace-worker"]["spec"]["terminationGracePeriodSeconds"] > within


def test_the_scaler_watches_the_lag_of_split_and_never_asks_for_more_than_partitions():
    spec = SCALER["spec"]
    counts = {"minReplicaCount", "maxReplicaCount", "pollingInterval", "cooldownPeriod"}
    assert set(spec) == {"scaleTargetRef", "advanced", "triggers", *counts}
    target = BASE["StatefulSet wiretrace-worker"]
    assert spec["scaleTargetRef"] == {
        "apiVersion": target["apiVersion"],
        "kind": target["kind"],
        "name": target["metadata"]["name"],
    }
    assert 2 <= spec["minReplicaCount"] <= spec["maxReplicaCount"] <= WIRE_PAYLOADS.partitions
    (trigger,) = spec["triggers"]
    facts = trigger["metadata"]
    assert trigger["type"] == "kafka"
    assert all(isinstance(value, str) for value in facts.values())  # the type asks for text
    assert facts["consumerGroup"] == Settings().split_group
    assert facts["topic"] == WIRE_PAYLOADS.name
    assert facts["bootstrapServers"] == BASE["ConfigMap wiretrace"]["data"]["WIRETRACE_BOOTSTRAP"]
