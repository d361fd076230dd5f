// The TypeScript client of the revision 2026-07-28: client.mjs legacy|auto|modern GREX
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { session } from "./session.mjs";

const [era, grex] = process.argv.slice(2);
const mode = era === "modern" ? { pin: "2026-07-28" } : era;

await session(async () => {
  const client = new Client({ name: "grex-clients", version: "1.0.0" }, { versionNegotiation: { mode } });
  await client.connect(new StdioClientTransport({ command: grex, args: ["serve", "--mcp"], env: process.env }));
  return {
    revision: client.getNegotiatedProtocolVersion(),
    list: async () => (await client.listTools()).tools,
    call: (name, args) => client.callTool({ name, arguments: args }),
    close: () => client.close(),
  };
});
