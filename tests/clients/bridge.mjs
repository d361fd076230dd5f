// A server on HTTP for clients that know nothing else: what comes by the protocol's streamable HTTP goes to
// `grex serve --mcp` and back. The least that carries requests and answers; it streams nothing.
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { createInterface } from "node:readline";

/** What revision 2026-07-28 wants as the status of an answer with this error. */
const STATUS = { [-32601]: 404, [-32602]: 400, [-32022]: 400 };

/** A grex of its own, to which requests are given. Ids are its own, since clients may use the same. */
class Connection {
  #waiting = new Map();
  #last = 0;
  #child;

  constructor(grex) {
    this.#child = spawn(grex, ["serve", "--mcp"], { stdio: ["pipe", "pipe", "inherit"] });
    createInterface({ input: this.#child.stdout }).on("line", (line) => {
      const message = JSON.parse(line);
      this.#waiting.get(message.id)?.(message);
      this.#waiting.delete(message.id);
    });
  }

  notify(message) {
    this.#child.stdin.write(JSON.stringify(message) + "\n");
  }

  async ask(request) {
    const id = ++this.#last;
    const answer = new Promise((resolve) => this.#waiting.set(id, resolve));
    this.notify({ ...request, id });
    return { ...(await answer), id: request.id };
  }

  close() {
    this.#child.stdin.end();
  }
}

async function json(request) {
  const parts = [];
  for await (const part of request) {
    parts.push(part);
  }
  return JSON.parse(Buffer.concat(parts).toString());
}

function answer(response, status, headers, message) {
  response.writeHead(status, message ? { ...headers, "content-type": "application/json" } : headers);
  response.end(message && JSON.stringify(message));
}

/** Opens the bridge on a port that is free: `{ url, close }`. */
export async function bridge(grex) {
  // One connection for everything without a handshake, and one for each session that began with one.
  const modern = new Connection(grex);
  const sessions = new Map();

  async function post(request, response) {
    const message = await json(request);
    const headers = {};
    let connection = sessions.get(request.headers["mcp-session-id"]);
    if (message.method === "initialize" && !message.params?._meta) {
      connection = new Connection(grex);
      headers["mcp-session-id"] = randomUUID();
      sessions.set(headers["mcp-session-id"], connection);
    }
    if (message.id === undefined) {
      (connection ?? modern).notify(message);
      return answer(response, 202, headers);
    }
    const answered = await (connection ?? modern).ask(message);
    const status = connection ? 200 : (STATUS[answered.error?.code] ?? 200);
    return answer(response, status, headers, answered);
  }

  const server = createServer((request, response) => {
    if (request.method === "POST") {
      post(request, response).catch((error) => answer(response, 400, {}, { error: { message: error.message } }));
    } else if (request.method === "DELETE") {
      sessions.get(request.headers["mcp-session-id"])?.close();
      sessions.delete(request.headers["mcp-session-id"]);
      answer(response, 200, {});
    } else {
      answer(response, 405, { allow: "POST, DELETE" });
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => {
    modern.close();
    sessions.forEach((connection) => connection.close());
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${server.address().port}/mcp`, close };
}
