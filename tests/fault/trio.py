"""Apache Kafka with three nodes: each record on three of them, acknowledged by two at least."""
import base64
import subprocess
import uuid

import brokers
import proc

REPLICATED = """\
default.replication.factor=3
min.insync.replicas=2
unclean.leader.election.enable=false
"""


class Node(brokers.Apache):
    def __init__(self, directory, number, trio):
        super().__init__(directory, heap="512m")
        self.number, self.trio = number, trio

    def _prepare(self):
        self.dir.mkdir(parents=True, exist_ok=True)
        if not (self.dir / "ports").exists():
            self._choose_ports()
        port, controller = self._ports()
        text = brokers.PROPERTIES.format(port=port, controller=controller,
                                         data=self.dir / "data")
        text = text.replace("node.id=1\n", f"node.id={self.number}\n")
        text = text.replace(f"voters=1@127.0.0.1:{controller}", "voters=" + self.trio.voters())
        text = text.replace("replication.factor=1\n", "replication.factor=3\n")
        text = text.replace("min.isr=1\n", "min.isr=2\n")
        (self.dir / "log4j.properties").write_text(brokers.LOG4J)
        (self.dir / "server.properties").write_text(text + REPLICATED)
        if (self.dir / "formatted").exists():
            return
        done = subprocess.run(
            self._java("kafka.tools.StorageTool", "format", f"--cluster-id={self.trio.id}",
                       "-c", str(self.dir / "server.properties")),
            capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise proc.Failure(f"Kafka's storage could not be made: {done.stderr[-600:]}")
        (self.dir / "formatted").touch()

    def launch(self):
        if not self.running():
            self._prepare()
            self.daemon.start(self._java("kafka.Kafka", str(self.dir / "server.properties")),
                              cwd="/")

    def controller(self):
        if not (self.dir / "ports").exists():
            self.dir.mkdir(parents=True, exist_ok=True)
            self._choose_ports()
        return self._ports()[1]


class Trio:
    kind = "apache"
    keeps_data = True

    def __init__(self, directory):
        self.id = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        self.nodes = [Node(directory / f"node-{n}", n, self) for n in (1, 2, 3)]

    def voters(self):
        return ",".join(f"{n.number}@127.0.0.1:{n.controller()}" for n in self.nodes)

    @property
    def address(self):
        return ",".join(node.address for node in self.nodes)

    def start(self):
        for node in self.nodes:
            node.launch()
        for node in self.nodes:
            if not proc.wait_until(lambda node=node: brokers.answers(node.address, 1), 120):
                raise proc.Failure(f"node {node.number} does not answer; it said:\n"
                                   + node.daemon.last_words(5))

    def stop(self):
        for node in self.nodes:
            node.daemon.kill()
