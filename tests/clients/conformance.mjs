// The conformance suite, through a bridge since it speaks HTTP only: conformance.mjs GREX [SCENARIO...]
// Taken are the scenarios that want no tools, prompts or resources made for them and do not ask about
// HTTP alone, which would be to test the bridge. Two of those have checks besides that are not for
// us: `apart` names them.
import { createRequire } from "node:module";
import { bridge } from "./bridge.mjs";
import { run } from "./program.mjs";

const [grex, ...chosen] = process.argv.slice(2);
const packages = createRequire(import.meta.url).resolve.paths("mcporter")[0];

const released = `${packages}/@modelcontextprotocol/conformance/dist/index.js`;
const coming = `${packages}/conformance-2026-07-28/dist/index.js`;
const handshake = ["server-initialize", "ping", "tools-list", "resources-list"];

const SUITES = [
  { program: released, options: [], scenarios: handshake },
  { program: coming, options: ["--spec-version", "2025-11-25"], scenarios: handshake },
  {
    program: coming,
    options: ["--spec-version", "2026-07-28"],
    scenarios: [
      "tools-list",
      "resources-list",
      "sep-2164-resource-not-found",
      "input-required-result-unsupported-methods",
      "caching",
      "server-stateless",
    ],
    apart: [
      // There are no prompts.
      "PromptsListCachingHints",
      // Want tools that are made for them.
      "ServerRejectsUndeclaredCapability",
      "MissingCapabilityHttp400",
      "HttpServerNoIndependentRequestsOnStream",
      "ServerNoLogWithoutLogLevel",
      // A matter of HTTP headers.
      "HttpServerHeaderMismatch400",
      // Only for servers without the handshake of the revisions before.
      "HttpServerMethodNotFound404initialize",
    ],
  },
];

/** The checks that count and did not succeed, each with its error; the whole output if there are none. */
function faults({ status, stdout, stderr }, apart = []) {
  const failed = stdout.match(/^ {2}- \w+: .*\n.*$/gm) ?? [];
  if (status !== 0 && failed.length === 0) {
    return [stdout + stderr];
  }
  return failed.filter((check) => !apart.includes(check.match(/\w+/)[0]));
}

const { url, close } = await bridge(grex);
for (const { program, options, scenarios, apart } of SUITES) {
  for (const scenario of scenarios.filter((name) => chosen.length === 0 || chosen.includes(name))) {
    const ended = await run(program, ["server", "--url", url, "--scenario", scenario, ...options]);
    const found = faults(ended, apart);
    console.log(`${found.length > 0 ? "FAILED" : "ok"}: ${[scenario, ...options].join(" ")}`);
    if (found.length > 0) {
      console.log(found.join("\n"));
      process.exitCode = 1;
    }
  }
}
close();
