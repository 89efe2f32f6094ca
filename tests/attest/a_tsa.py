"""A timestamp authority on this machine: certificates made here, replies made by OpenSSL."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
STAMPS = (ExtendedKeyUsageOID.TIME_STAMPING,)
CONFIG = """
[tsa]
serial = serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
"""


def new_key(kind: str = "ec") -> Key:
    if kind == "rsa":
        return rsa.generate_private_key(65_537, 2_048)
    return ec.generate_private_key(ec.SECP256R1())


def name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def certify(
    subject: str,
    key: Key,
    issuer: str,
    by: Key,
    *,
    ca: bool = False,
    usage: tuple[ObjectIdentifier, ...] = (),
    critical: bool = True,
    age: timedelta = timedelta(days=1),
    life: timedelta = timedelta(days=30),
    serial: int | None = None,
) -> x509.Certificate:
    start = datetime.now(UTC) - age
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(key.public_key())
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + life)
        .add_extension(x509.BasicConstraints(ca, None), critical=True)
        .add_extension(
            x509.KeyUsage(not ca, not ca, False, False, False, ca, ca, False, False), critical=True
        )
    )
    if usage:
        builder = builder.add_extension(x509.ExtendedKeyUsage(usage), critical=critical)
    return builder.sign(by, hashes.SHA256())


def pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


@dataclass
class Authority:
    """A root, a signer of timestamps below it, and what its replies carry along."""

    folder: Path
    root: x509.Certificate
    root_key: Key
    signer: x509.Certificate
    key: Key

    def reply(self, query: bytes) -> bytes:
        """Return what OpenSSL answers to a query."""
        asked = self.folder / f"{threading.get_ident()}.tsq"
        asked.write_bytes(query)
        words = ["ts", "-reply", "-config", "tsa.cnf", "-section", "tsa", "-queryfile", asked.name]
        words += ["-signer", "signer.pem", "-inkey", "key.pem", "-chain", "chain.pem"]
        return openssl(words, self.folder)

    def query(self, data: bytes, *options: str) -> bytes:
        """Return the query that OpenSSL makes about bytes."""
        (self.folder / "data").write_bytes(data)
        return openssl(["ts", "-query", "-data", "data", "-cert", *options], self.folder)


def authority(
    folder: Path,
    kind: str = "ec",
    *,
    between: bool = False,
    between_is_ca: bool = True,
    age: timedelta = timedelta(days=1),
) -> Authority:
    """Make an authority, with a certificate between root and signer if wanted."""
    root_key, key, mid_key = new_key(), new_key(kind), new_key()
    root = certify("Test Root", root_key, "Test Root", root_key, ca=True, age=age * 2)
    chain, issuer, by = [root], "Test Root", root_key
    if between:
        mid = certify("Between", mid_key, "Test Root", root_key, ca=between_is_ca)
        chain, issuer, by = [mid, root], "Between", mid_key
    signer = certify("Test TSA", key, issuer, by, usage=STAMPS, age=age)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tsa.cnf").write_text(CONFIG)
    (folder / "serial").write_text("01\n")
    (folder / "root.pem").write_bytes(pem(root))
    (folder / "chain.pem").write_bytes(b"".join(map(pem, chain)))
    (folder / "signer.pem").write_bytes(pem(signer))
    (folder / "key.pem").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    return Authority(folder, root, root_key, signer, key)


def openssl(words: list[str], folder: Path) -> bytes:
    done = subprocess.run(["openssl", *words], cwd=folder, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


Answer = Callable[[BaseHTTPRequestHandler, bytes], None]


def send(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", "application/timestamp-reply")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


@contextmanager
def served(answer: Answer) -> Iterator[str]:
    """Serve on loopback and give the address; `answer` sees each query."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.headers["Content-Type"] == "application/timestamp-query"
            body = self.rfile.read(int(self.headers["Content-Length"]))
            try:
                answer(self, body)
            except OSError:
                self.close_connection = True  # nobody waited for the rest

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/tsr"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
