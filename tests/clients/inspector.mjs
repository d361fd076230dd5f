// The inspector's command line, a process and a connection each call: inspector.mjs legacy|auto|modern GREX
import { createRequire } from "node:module";
import { failure, run } from "./program.mjs";
import { session } from "./session.mjs";

const [era, grex] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const packages = require.resolve.paths("@modelcontextprotocol/inspector")[0];
const program = `${packages}/@modelcontextprotocol/inspector/clients/launcher/build/index.js`;

// What it ends with after a result that has `isError`.
const TOOL_FAILED = 5;

function inspect(...args) {
  return run(program, ["--cli", "--protocol-era", era, "--format", "json", ...args, grex, "serve", "--mcp"]);
}

await session(async () => ({
  list: async () => {
    // It ends with 6 if a schema is one that some client does not take.
    const ended = await inspect("--method", "tools/list", "--strict");
    if (ended.status !== 0 || ended.stderr.trim()) {
      throw failure("tools/list --strict", ended);
    }
    return JSON.parse(ended.stdout).result.tools;
  },
  call: async (name, args) => {
    const json = JSON.stringify(args);
    const ended = await inspect("--method", "tools/call", "--tool-name", name, "--tool-args-json", json);
    if (ended.status === 0 || ended.status === TOOL_FAILED) {
      return JSON.parse(ended.stdout).result;
    }
    throw new Error(JSON.parse(ended.stderr).error.message);
  },
  close: async () => {},
}));
