// What every client does in a workspace: it takes the list of tools on two connections, looks, syncs, looks again,
// and makes one call whose work fails and one that is malformed. Printed is what the client made of
// the answers, as one JSON document; `judge` says whether it is right.

const STEPS = [
  ["before", "status", {}],
  ["sync", "sync", {}],
  ["after", "status", {}],
  ["ls", "ls", {}],
  ["failing", "rm", { packs: ["nope"] }],
  ["malformed", "ls", { bogus: 1 }],
];

/**
 * Runs the session and prints its record. `connect` opens a connection: `list()` gives the tools,
 * `call(name, arguments)` the result of a call, an error thrown when the server refused it, `close()`
 * ends it, and `revision`, if the client tells, is the revision of the protocol.
 */
export async function session(connect) {
  const first = await connect();
  const tools = await first.list();
  await first.close();
  const connection = await connect();
  const record = { revision: connection.revision, tools, again: await connection.list() };
  for (const [step, tool, args] of STEPS) {
    try {
      record[step] = await connection.call(tool, args);
    } catch (error) {
      record[step] = { refused: { code: error.code ?? null, message: error.message } };
    }
  }
  await connection.close();
  console.log(JSON.stringify(record));
}
