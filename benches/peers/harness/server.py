"""The loopback server, and what it has seen."""

import json
import subprocess
import urllib.request


class Server:
    """Runs as long as the `with` block. `folder`: where its certificate goes; with it, it speaks TLS."""

    def __init__(self, binary, latency_ms=0, folder=None):
        command = [str(binary), "--latency-ms", str(latency_ms), "--campaigns", "600"]
        if folder:
            command += ["--tls", str(folder)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        port = int(self.process.stdout.readline())
        self.certificate = f"{folder}/ca.pem" if folder else None
        self.address = f"{'https' if folder else 'http'}://127.0.0.1:{port}"
        self.api = f"{self.address}/api"
        self.create = f"{self.api}/user/lead"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    @property
    def pid(self):
        return self.process.pid

    def ask(self, question):
        context = None
        if self.certificate:
            import ssl

            context = ssl.create_default_context(cafile=self.certificate)
        with urllib.request.urlopen(f"{self.address}/bench/{question}", context=context, timeout=60) as answer:
            return answer.read().decode()

    def reset(self):
        self.ask("reset")

    def counts(self):
        return json.loads(self.ask("counts"))

    def times(self, which):
        """Seconds, in order. `which`: creates or requests."""
        return sorted(int(line) / 1e9 for line in self.ask(which).split())

    def phones(self):
        return self.ask("phones").split()
