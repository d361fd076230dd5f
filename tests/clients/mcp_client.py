"""The Python package mcp as a client: mcp_client.py legacy|auto|modern GREX"""

import asyncio
import os
import sys

from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.shared.exceptions import MCPError

from session import session

era, grex = sys.argv[1:]
mode = "2026-07-28" if era == "modern" else era


def connect():
    server = StdioServerParameters(command=grex, args=["serve", "--mcp"], env=dict(os.environ))
    return Client(stdio_client(server), mode=mode)


asyncio.run(
    session(
        connect,
        lambda client: client.list_tools(),
        lambda client, tool, arguments: client.call_tool(tool, arguments),
        lambda client: client.protocol_version,
        MCPError,
    )
)
