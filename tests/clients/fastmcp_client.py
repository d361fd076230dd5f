"""fastmcp as a client: fastmcp_client.py legacy|auto|modern GREX"""

import asyncio
import os
import sys

from fastmcp import Client
from fastmcp.client.transports import StdioTransport
from mcp.shared.exceptions import MCPError

from session import session

era, grex = sys.argv[1:]
mode = "2026-07-28" if era == "modern" else era


def connect():
    server = StdioTransport(grex, ["serve", "--mcp"], env=dict(os.environ), cwd=os.getcwd(), keep_alive=False)
    return Client(server, mode=mode)


asyncio.run(
    session(
        connect,
        lambda client: client.list_tools_mcp(),
        lambda client, tool, arguments: client.call_tool_mcp(tool, arguments),
        lambda client: client.session.protocol_version,
        MCPError,
    )
)
