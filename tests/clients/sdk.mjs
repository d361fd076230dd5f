// The TypeScript SDK, which knows the handshake only: sdk.mjs legacy GREX
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { session } from "./session.mjs";

const grex = process.argv[3];

await session(async () => {
  const client = new Client({ name: "grex-clients", version: "1.0.0" });
  const transport = new StdioClientTransport({ command: grex, args: ["serve", "--mcp"], env: process.env });
  // What was agreed on is told to the transport only.
  let revision;
  transport.setProtocolVersion = (version) => (revision = version);
  await client.connect(transport);
  return {
    revision,
    list: async () => (await client.listTools()).tools,
    call: (name, args) => client.callTool({ name, arguments: args }),
    close: () => client.close(),
  };
});
