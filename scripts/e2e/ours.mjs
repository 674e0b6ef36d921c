// What the `oss-sign` command signed, sent by `fetch`: all of it must be accepted, and all that was
// damaged on the way refused.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { assertRefused, check, finish, resolveLocalhost, variable } from './checks.mjs';

const keys = JSON.parse(readFileSync(new URL('keys.json', import.meta.url), 'utf8'));
keys.push('dots/../and/./here');
const bucket = variable('E2E_BUCKET');
const command = variable('E2E_OSS_SIGN');

resolveLocalhost();

const ossSign = (...args) => JSON.parse(execFileSync(command, [...args, '--json'], { encoding: 'utf8' }));

const send = (signed, body, changes = {}) => {
  const { url, ...rest } = { ...signed, body, ...changes };
  return fetch(url, rest);
};

async function assertAccepted(response, expected) {
  const body = Buffer.from(await response.arrayBuffer());
  assert.ok([200, 201, 204].includes(response.status), `${response.status} ${body}`);
  if (expected !== undefined) assert.deepEqual(body, Buffer.from(expected));
}

/** The text with its first character exchanged, for one that a signature can have too. */
const otherDigit = text => (text[0] === 'a' ? 'b' : 'a') + text.slice(1);

for (const version of ['v4', 'v1']) {
  const signedBy = ['--signature-version', version];

  for (const key of keys) {
    await check(`fetch, ${version}: presigned URLs ${JSON.stringify(key)}`, async () => {
      const target = `oss://${bucket}/ours-fetch/${version}/${key}`;
      const body = randomBytes(500);
      const headers = ['--header', 'content-type: text/x-e2e', '--header', 'x-oss-meta-a: b c'];
      const put = ossSign('presign', target, '--method', 'PUT', ...headers, ...signedBy);
      await assertAccepted(await send(put, body), '');
      const got = ossSign('presign', target, '--query', 'response-cache-control=no-store', ...signedBy);
      await assertAccepted(await send(got), body);

      const damaged = [
        [got, undefined, { url: got.url.replace(/ignature=(.+?)(&|$)/, (_, value, end) => `ignature=${otherDigit(value)}${end}`) }],
        [got, undefined, { url: got.url.replace('ours-fetch', 'ours-fetcH') }],
        [got, undefined, { url: `${got.url}&acl` }],
        [got, 'x', { method: 'PUT' }],
        [put, 'x', { headers: {} }],
        [put, 'x', { headers: { ...put.headers, 'x-oss-meta-b': 'more' } }],
      ];
      for (const [signed, content, changes] of damaged) {
        await assertRefused(await send(signed, content, changes), 'SignatureDoesNotMatch');
      }
      await assertAccepted(await send(got), body);
    });

    await check(`fetch, ${version}: signed headers ${JSON.stringify(key)}`, async () => {
      const target = `oss://${bucket}/ours-fetch-headers/${version}/${key}`;
      const body = randomBytes(500);
      // `fetch` may not set `Date`: it is a forbidden name of the Fetch standard.
      const date = ['--date-header', 'x-oss-date'];
      const put = ossSign('sign', 'PUT', target, '--header', 'content-type: text/x-e2e', ...date, ...signedBy);
      await assertAccepted(await send(put, body), '');
      const got = ossSign('sign', 'GET', target, ...date, ...signedBy);
      await assertAccepted(await send(got), body);
      await assertRefused(await send(got, undefined, { url: `${got.url}?acl` }), 'SignatureDoesNotMatch');
      await assertRefused(await send(put, 'x', { headers: { ...put.headers, 'content-type': 'text/plain' } }), 'SignatureDoesNotMatch');
    });
  }

  await check(`fetch, ${version}: an upload form by FormData`, async () => {
    const signed = ossSign('post', `oss://${bucket}/ours-fetch-form/`, '--max-size', '1000', ...signedBy);
    const post = (key, content, changes = {}) => {
      const form = new FormData();
      const fields = { ...Object.fromEntries(signed.fields), ...changes, key };
      for (const [name, value] of Object.entries(fields)) form.append(name, value);
      form.append('file', new Blob([content]), 'file.bin');
      return fetch(signed.url, { method: 'POST', body: form });
    };
    for (const key of keys) {
      await assertAccepted(await post(`ours-fetch-form/${key}`, key));
      await assertAccepted(await send(ossSign('presign', `oss://${bucket}/ours-fetch-form/${key}`)), key);
    }
    await assertRefused(await post('elsewhere/x', 'x'), 'AccessDenied', 'InvalidPolicyDocument');
    await assertRefused(await post('ours-fetch-form/x', 'x'.repeat(1001)), 'EntityTooLarge');
    const name = version === 'v4' ? 'x-oss-signature' : 'Signature';
    const value = Object.fromEntries(signed.fields)[name];
    await assertRefused(await post('ours-fetch-form/x', 'x', { [name]: otherDigit(value) }), 'SignatureDoesNotMatch');
  });
}

finish();
