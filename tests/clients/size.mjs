// The size of the list of tools, which every conversation with an agent pays for: size.mjs GREX
// It is read from the pipe itself, on two connections, and has to be the same bytes on both.
import { spawnSync } from "node:child_process";
import { encode } from "gpt-tokenizer";

const MOST_TOKENS = 2500;
const grex = process.argv[2];

const request = (id, method, params) => JSON.stringify({ jsonrpc: "2.0", id, method, params }) + "\n";
const input = request(1, "tools/list", {
  _meta: {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": { name: "grex-clients", version: "1.0.0" },
    "io.modelcontextprotocol/clientCapabilities": {},
  },
});

const lists = [1, 2].map(() => spawnSync(grex, ["serve", "--mcp"], { input, encoding: "utf8" }).stdout);
const tools = JSON.stringify(JSON.parse(lists[0]).result.tools);
const tokens = encode(tools).length;
console.log(`${tokens} tokens, ${Buffer.byteLength(tools)} bytes`);
if (lists[0] !== lists[1]) {
  console.log("the second connection has other bytes");
  process.exitCode = 1;
}
if (tokens >= MOST_TOKENS) {
  console.log(`${MOST_TOKENS} tokens or more`);
  process.exitCode = 1;
}
