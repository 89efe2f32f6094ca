"""`synthnb verify --vsa`: what a verification came to, signed for those who trust the verifier."""

from __future__ import annotations

from synthnb import attest, clock
from synthnb.errors import VerificationError
from synthnb.workflow.verify import Report

LEVEL = "SYNTHNB_RELEASE_VERIFIED"
VERIFIER = "urn:synthnb:verifier"


def summarise(report: Report, key: attest.PrivateKey, *, name: str) -> bytes:
    """Return a signed SLSA Verification Summary Attestation of a report.

    The record of a refusal, and what nobody had to approve, never pass.

    Parameters
    ----------
    report : Report
    key : PrivateKey
        Of who verified.
    name : str
        Who that is, as a part of the verifier's URI.

    Raises
    ------
    VerificationError
        If the release could not even be read.
    """
    from urllib.parse import quote

    from synthnb.attest import vsa

    sheet = report.datasheet
    if sheet is None or not report.attestation:
        raise VerificationError("There is nothing to summarise: the release cannot be read.")
    policy = {
        "uri": f"urn:synthnb:policy:{quote(sheet.policy.id)}:{sheet.policy.version}",
        "digest": {"sha256": sheet.verdict.policy_digest},
    }
    statement = vsa.summary(
        verifier=f"{VERIFIER}:{quote(name) or key.id[:16]}",
        resource=f"urn:synthnb:release:{quote(sheet.name)}:{sheet.version}",
        attestation=report.attestation,
        policy=policy,
        passed=report.ok and sheet.status == "released" and sheet.mode == "binding",
        levels=[LEVEL],
        when=clock.now(),
    )
    return attest.sign(statement, [key])
