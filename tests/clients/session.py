"""What every client does in a workspace; session.mjs is the same for the clients in JavaScript."""

import json
import sys

STEPS = [
    ("before", "status", {}),
    ("sync", "sync", {}),
    ("after", "status", {}),
    ("ls", "ls", {}),
    ("failing", "rm", {"packs": ["nope"]}),
    ("malformed", "ls", {"bogus": 1}),
]


def wire(model):
    """A message as it stood on the wire."""
    return model.model_dump(mode="json", by_alias=True, exclude_none=True)


async def session(connect, listed, called, revision, refusal):
    """Runs the session and prints its record. `connect()` opens a connection, `listed` and `called`
    ask it, `revision` tells the revision of the protocol, and `refusal` is the exception that says that
    the server refused a call."""
    async with connect() as connection:
        tools = wire(await listed(connection))["tools"]
    async with connect() as connection:
        again = wire(await listed(connection))["tools"]
        record = {"revision": revision(connection), "tools": tools, "again": again}
        for step, tool, arguments in STEPS:
            try:
                record[step] = wire(await called(connection, tool, arguments))
            except refusal as error:
                record[step] = {"refused": {"code": error.error.code, "message": error.error.message}}
    json.dump(record, sys.stdout)
