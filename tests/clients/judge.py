"""Judges what a client made of a session: judge.py ERA WORKSPACE <RECORD. Prints every fault, and fails
if there is one. It is one judge for all clients, so that each is held to the same."""

import json
import pathlib
import subprocess
import sys

TOOLS = ["add", "doctor", "exec", "import", "init", "ls", "rm", "run", "status", "sync", "update"]
REVISIONS = {"legacy": "2025-11-25", "auto": "2026-07-28", "modern": "2026-07-28"}
INVALID_PARAMS = -32602

faults = []


def expect(what, found, wanted):
    if found != wanted:
        faults.append(f"{what}: {json.dumps(found)} instead of {json.dumps(wanted)}")


def tools(record):
    """The list: all tools, the same on both connections, with schemas that every client takes."""
    expect("tools", [tool["name"] for tool in record["tools"]], TOOLS)
    if json.dumps(record["again"]) != json.dumps(record["tools"]):
        faults.append("the second connection lists other tools than the first")
    for tool in record["tools"]:
        name = tool["name"]
        if not tool.get("description"):
            faults.append(f"{name} has no description")
        expect(f"{name}: properties that are not declared", tool["inputSchema"].get("additionalProperties"), False)
        for schema in ("inputSchema", "outputSchema"):
            expect(f"{name}: root of {schema}", tool.get(schema, {}).get("type"), "object")


def packs(record, step):
    """The packs in the answer to `step`, by id. The text of an answer is its structured content."""
    answer = record[step]
    structured = answer.get("structuredContent")
    if answer.get("isError") or not isinstance(structured, dict):
        faults.append(f"{step} failed: {json.dumps(answer)}")
        return {}
    expect(f"{step}: kinds of content", [part["type"] for part in answer["content"]], ["text"])
    expect(f"{step}: text", json.loads(answer["content"][0]["text"]), structured)
    return {pack["id"]: pack for pack in structured["packs"]}


def seen(packs, *fields):
    return {name: [pack.get(field) for field in fields] for name, pack in packs.items()}


def work(record, workspace):
    """The work: what was said before, during and after it, and what is on the disk."""
    before = seen(packs(record, "before"), "on_disk", "drift", "behind")
    alpha, beta, gamma = [True, "clean", 0], [True, "clean", 1], [False, "missing", None]
    expect("status before sync", before, {"alpha": alpha, "beta": beta, "gamma": gamma})

    synced = seen(packs(record, "sync"), "result", "change")
    wanted = {"alpha": ["ok", "up-to-date"], "beta": ["ok", "updated"], "gamma": ["ok", "cloned"]}
    expect("sync", dict(sorted(synced.items())), wanted)

    after = seen(packs(record, "after"), "on_disk", "drift", "behind")
    expect("status after sync", after, {pack: alpha for pack in ("alpha", "beta", "gamma")})

    listed = seen(packs(record, "ls"), "path", "sha")
    expect("ls", listed, {pack: [pack, head(workspace / pack)] for pack in ("alpha", "beta", "gamma")})


def head(repository):
    argv = ["git", "-C", str(repository), "rev-parse", "HEAD"]
    return subprocess.run(argv, capture_output=True, text=True).stdout.strip()


def failures(record, revision_known):
    """A call whose work fails is an answer; a malformed one is refused. Programs do not tell the code."""
    failing = record["failing"]
    expect("a call that fails: isError", failing.get("isError"), True)
    expect("a call that fails: structured content", failing.get("structuredContent"), None)
    try:
        error = json.loads(failing["content"][0]["text"])["error"]
        expect("a call that fails: kind and pack", [error["kind"], error["pack"]], ["usage", "nope"])
    except (KeyError, ValueError):
        faults.append(f"a call that fails: {json.dumps(failing)}")

    refused = record["malformed"].get("refused")
    if not refused or "`bogus`" not in refused["message"]:
        faults.append(f"a malformed call: {json.dumps(record['malformed'])}")
    elif revision_known:
        expect("a malformed call: code", refused["code"], INVALID_PARAMS)


def main():
    era, workspace = sys.argv[1:]
    record = json.load(sys.stdin)
    revision = record.get("revision")
    expect("revision", revision, REVISIONS[era] if revision else None)
    tools(record)
    work(record, pathlib.Path(workspace))
    failures(record, revision is not None)
    print("\n".join(faults), end="\n" if faults else "")
    sys.exit(1 if faults else 0)


main()
