// Checks that are counted: each says whether it passed, and none stops the others.

import assert from 'node:assert/strict';
import dns from 'node:dns';

let passed = 0;
let failed = 0;

/** Runs one check and says how it went. */
export async function check(name, run) {
  try {
    await run();
    passed += 1;
    console.log(`ok      ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}: ${firstLines(error)}`);
  }
}

/** Prints the count and ends the process: exit code 1 if a check failed. */
export function finish() {
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed === 0 && passed > 0 ? 0 : 1);
}

/** A variable of the environment that must be there. */
export function variable(name) {
  const value = process.env[name];
  assert.ok(value, `${name} is not set`);
  return value;
}

/** The answer must be a refusal of OSS with one of these codes. */
export async function assertRefused(response, ...codes) {
  const body = await response.text();
  assert.ok(response.status >= 400, `accepted with ${response.status}`);
  const code = /<Code>(\w+)<\/Code>/.exec(body)?.[1];
  assert.ok(codes.includes(code), `${response.status} ${code}, and not ${codes.join(' or ')}`);
}

/**
 * Names below `localhost` are this machine (RFC 6761). systemd, browsers and curl know it; the
 * resolver of glibc, which Node asks, does not everywhere.
 */
export function resolveLocalhost() {
  const lookup = dns.lookup;
  dns.lookup = (name, ...rest) => lookup(name.endsWith('.localhost') ? '127.0.0.1' : name, ...rest);
}

function firstLines(error) {
  return String(error?.message ?? error).split('\n').slice(0, 3).join(' ').slice(0, 400);
}
