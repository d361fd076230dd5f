// Runs the command line of a client that is a program.
import { spawn } from "node:child_process";

/** Runs `program`, a script for node, to its end: `{ status, stdout, stderr }`. */
export function run(program, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    const output = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"]) {
      child[stream].setEncoding("utf8").on("data", (text) => (output[stream] += text));
    }
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, ...output }));
  });
}

/** The error of a program that ended as it should not have. */
export function failure(what, { status, stdout, stderr }) {
  return new Error(`${what} ended with ${status}\n${stdout}${stderr}`);
}
