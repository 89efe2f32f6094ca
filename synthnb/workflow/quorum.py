"""Whether enough of the right people agreed: one answer for the workspace and for an auditor.

    count = quorum.tally("plan", envelopes, expected, court)
    count.met                       # or count.lacking says what is missing

A decision counts when its envelope is the canonical one, its only signature is valid, the key is
one of the person whom it names and valid on the day that counts, the person has a role that the
policy asks for, did not write what is decided on, and the digests are exactly those that were asked
about. One person counts once, whatever keys they have; who approved and then rejected, rejected.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pydantic import ValidationError

from synthnb import attest
from synthnb.errors import Problem, VerificationError
from synthnb.records import Charter, Decision, Member, People, Plan, Policy, sha256
from synthnb.records.policy import Action

DECISION_TYPE = "urn:synthnb:decision:1"


@dataclass(frozen=True)
class Court:
    """Who may decide, under which policy, and on which day a key must be valid.

    Parameters
    ----------
    people, policy, charter, plan
    day : callable
        Takes a public key and returns the day on which it must be valid.
    """

    people: People
    policy: Policy
    charter: Charter
    plan: Plan
    day: Callable[[str], date]

    def author(self, action: Action) -> tuple[str, str] | None:
        """Return which paper's author may not decide, and who that is."""
        if action == "charter":
            return "charter", self.charter.author or self.charter.owner.name
        return ("plan", self.plan.author) if action in {"plan", "acceptance"} else None

    def role(self, action: Action, member: Member) -> str:
        """Return the role in which somebody may decide; nothing when they have none."""
        asked = self.policy.approval(action)
        return next((role for role in asked.roles if role in member.roles), "") if asked else ""

    def objections(self, action: Action, public: str, name: str = "") -> list[Problem]:
        """Return why the holder of a key may not decide."""
        member, key = self.people.holder(public), self.people.key(public)
        if member is None or key is None:
            return [Problem("key", "belongs to nobody in people.yaml")]
        found = []
        if name and name != member.name:
            found.append(Problem("key", f"is {member.name}'s, not {name}'s"))
        if wrong := key.objection(self.day(public)):
            found.append(Problem("key", f"{wrong} ({member.name})"))
        if not self.role(action, member):
            asked = self.policy.approval(action)
            if asked is None:
                found.append(Problem("policy.yaml: approvals", f"names nobody for `{action}`"))
            else:
                whom = " or ".join(asked.roles)
                found.append(
                    Problem(member.name, f"is not {whom}, whom the policy asks ({action})")
                )
        return found + self._apart(action, member)

    def _apart(self, action: Action, member: Member) -> list[Problem]:
        """Return why somebody may not decide on this paper: duties are kept apart.

        An author whom nobody knows could be anybody, the one who decides too.
        """
        written = self.author(action)
        if written is None:
            return []
        paper, author = written
        where = f"{paper}.yaml: author"
        if not author:
            return [Problem(where, "is empty; who wrote it may not approve it")]
        if self.people.member(author) is None:
            text = f"is `{author}`, whom people.yaml does not list; who wrote it may not approve it"
            return [Problem(where, text)]
        if author == member.name:
            return [Problem(author, f"wrote the {paper}; somebody else must decide")]
        return []

    def instead(self, action: Action) -> str:
        """Return who could decide, as advice."""
        could = self.eligible(action)
        if could:
            return f"these could: {', '.join(could)}"
        asked = self.policy.approval(action)
        roles = " or ".join(asked.roles) if asked else "who may (policy.yaml: approvals)"
        return f"add somebody to people.yaml with a valid key who is {roles}"

    def eligible(self, action: Action) -> tuple[str, ...]:
        """Return who could decide today."""
        return tuple(
            member.name
            for member in self.people.members
            if any(not self.objections(action, key.public) for key in member.keys)
        )


@dataclass(frozen=True)
class Vote:
    """One decision that counts, or one signature that counts as an approval."""

    name: str
    role: str
    roles: tuple[str, ...]
    decision: Decision | None = None
    file: str = ""
    sha256: str = ""
    public: str = ""


@dataclass(frozen=True)
class Tally:
    """What the decisions on one question come to.

    Attributes
    ----------
    action : str
    needed : int
        Different people that the policy asks for.
    roles : tuple of str
        In which roles.
    votes, against : tuple of Vote
        Who approved and who rejected.
    void : tuple of Problem
        Decisions that do not count, each with the reason.
    absent : tuple of str
        Roles that the charter wants to hear and nobody with them approved.
    finding : str
        For an acceptance of a risk: of which finding.
    """

    action: Action
    needed: int
    roles: tuple[str, ...]
    votes: tuple[Vote, ...] = ()
    against: tuple[Vote, ...] = ()
    void: tuple[Problem, ...] = ()
    absent: tuple[str, ...] = ()
    finding: str = ""

    @property
    def met(self) -> bool:
        """Return whether enough people agreed and none who may decide refused."""
        return len(self.votes) >= self.needed and not self.against and not self.absent

    @property
    def lacking(self) -> tuple[Problem, ...]:
        """Return what stands against it."""
        what = f"{self.action} of {self.finding}" if self.finding else str(self.action)
        found = []
        for vote in self.against:
            cited = (
                f" ({vote.decision.criterion})" if vote.decision and vote.decision.criterion else ""
            )
            said = vote.decision.comment if vote.decision else ""
            found.append(Problem(what, f"{vote.name} rejected it{cited}: {said}"))
        if len(self.votes) < self.needed:
            have = ", ".join(f"{vote.name} ({vote.role})" for vote in self.votes) or "nobody"
            whom = " or ".join(self.roles)
            people = "person" if self.needed == 1 else "different people"
            found.append(Problem(what, f"needs {self.needed} {people} ({whom}); has {have}"))
        if self.absent:
            roles = ", ".join(self.absent)
            found.append(Problem(what, f"the charter also asks for: {roles}"))
        return (*found, *self.void) if found else ()


def tally(
    action: Action,
    envelopes: Mapping[str, bytes],
    expected: Mapping[str, str],
    court: Court,
    *,
    dossier: str,
    finding: str = "",
    signed_by: Sequence[str] = (),
) -> Tally:
    """Count the decisions on one question.

    Parameters
    ----------
    action : str
    envelopes : mapping of str to bytes
        Signed decisions by file name; those about something else are ignored.
    expected : mapping of str to str
        The sha256 of what is decided on, by name.
    court : Court
    dossier : str
    finding : str
        For an acceptance: which one.
    signed_by : sequence of str
        Public keys whose signature on the release counts as an approval of it.
    """
    asked = court.policy.approval(action)
    votes: dict[str, Vote] = {}
    void: list[Problem] = []
    read = [(name, *_read(data)) for name, data in envelopes.items()]
    for name, decision, digests, why in sorted(
        read, key=lambda each: (each[1].time.timestamp() if each[1] else 0.0, each[0])
    ):
        if decision is None:
            void.append(Problem(name, why))
        elif (decision.action, decision.finding) == (action, finding):
            problem = _fault(decision, digests, envelopes[name], expected, court, dossier)
            if problem:
                void.append(Problem(name, problem))
            else:
                votes[decision.by] = _vote(decision, name, envelopes[name], court)
    for public in signed_by:
        member = court.people.holder(public)
        if member and not court.objections(action, public) and member.name not in votes:
            role = court.role(action, member)
            votes[member.name] = Vote(member.name, role, member.roles, public=public)
    chosen = [v for v in votes.values() if v.decision is None or v.decision.answer == "approve"]
    against = [v for v in votes.values() if v not in chosen]
    heard = {role for vote in chosen for role in vote.roles}
    wanted = court.charter.approvers if action == "release" else ()
    return Tally(
        action,
        asked.quorum if asked else 0,
        asked.roles if asked else (),
        tuple(chosen),
        tuple(against),
        tuple(void),
        tuple(role for role in wanted if role not in heard),
        finding,
    )


def _read(data: bytes) -> tuple[Decision | None, dict[str, str], str]:
    try:
        statement = attest.statement.parse(attest.envelope.parse(data).payload)
        if statement.predicate_type != DECISION_TYPE:
            return None, {}, "is no decision"
        return Decision.model_validate(statement.predicate), statement.digests, ""
    except VerificationError as exc:
        return None, {}, f"does not hold: {exc.message}"
    except ValidationError:
        return None, {}, "is no decision of synthnb"


def _fault(
    decision: Decision,
    digests: Mapping[str, str],
    data: bytes,
    expected: Mapping[str, str],
    court: Court,
    dossier: str,
) -> str:
    signed = attest.envelope.signers(attest.envelope.parse(data), court.people.publics)
    if len(signed) != 1 or signed[0].state == "invalid":
        return "is not signed as it must be"
    if signed[0].state == "unknown":
        return "is signed by somebody who is not in people.yaml"
    if decision.dossier != dossier:
        return f"is about another dossier, `{decision.dossier}`"
    seen = {name: value for name, value in digests.items() if name in expected}
    if seen != expected:
        return f"{decision.by} decided on another version ({decision.time:%Y-%m-%d})"
    public = _public(court.people, signed[0].keyid)
    problems = court.objections(decision.action, public, decision.by)
    return "; ".join(str(each) for each in problems)


def _public(people: People, keyid: str) -> str:
    return next(public for public in people.publics if attest.keys.key_id(public) == keyid)


def _vote(decision: Decision, name: str, data: bytes, court: Court) -> Vote:
    keyid = attest.envelope.parse(data).signatures[0].keyid
    public = _public(court.people, keyid)
    member = court.people.holder(public)
    roles = member.roles if member else ()
    return Vote(decision.by, decision.role, roles, decision, name, sha256(data), public)
