// mcporter's command line, a process and a connection each call: mcporter.mjs legacy GREX
import { createRequire } from "node:module";
import { failure, run } from "./program.mjs";
import { session } from "./session.mjs";

const grex = process.argv[3];
const packages = createRequire(import.meta.url).resolve.paths("mcporter")[0];
const program = `${packages}/mcporter/dist/cli.js`;
const server = ["--stdio", grex, "--stdio-arg", "serve", "--stdio-arg", "--mcp", "--cwd", process.cwd(), "--name", "grex"];

await session(async () => ({
  list: async () => {
    const ended = await run(program, ["list", ...server, "--schema", "--json"]);
    const answer = ended.status === 0 && JSON.parse(ended.stdout);
    if (answer.status !== "ok") {
      throw failure("list", ended);
    }
    return answer.tools;
  },
  call: async (name, args) => {
    const json = JSON.stringify(args);
    const ended = await run(program, ["call", ...server, "--tool", name, "--args", json, "--output", "json"]);
    const answer = JSON.parse(ended.stdout);
    // It shows the structured content alone, and of an error the text alone.
    if (answer.issue) {
      throw new Error(answer.error);
    }
    const content = [{ type: "text", text: JSON.stringify(answer) }];
    return ended.status === 0 ? { structuredContent: answer, content } : { isError: true, content };
  },
  close: async () => {},
}));
