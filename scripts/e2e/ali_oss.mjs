// npm `ali-oss` against the local OSS: V4 and V1, by headers, by URL, by form, and with STS.

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

import { assertRefused, check, finish, resolveLocalhost, variable } from './checks.mjs';

// ES modules are not looked up in NODE_PATH, the packages of `require` are.
const OSS = createRequire(import.meta.url)('ali-oss');
const keys = JSON.parse(readFileSync(new URL('keys.json', import.meta.url), 'utf8'));
const region = variable('OSS_REGION');
const bucket = variable('E2E_BUCKET');
const port = new URL(variable('OSS_ENDPOINT')).port;
const longTerm = {
  accessKeyId: variable('OSS_ACCESS_KEY_ID'),
  accessKeySecret: variable('OSS_ACCESS_KEY_SECRET'),
};

resolveLocalhost();

const client = options =>
  new OSS({
    region: `oss-${region}`,
    endpoint: `http://localhost:${port}`,
    bucket,
    ...longTerm,
    ...options,
  });

const versions = { V4: client({ authorizationV4: true }), V1: client({ authorizationV4: false }) };

for (const [version, oss] of Object.entries(versions)) {
  const prefix = `ali-oss-${version}/`;

  for (const key of keys) {
    const name = prefix + key;
    await check(`ali-oss ${version}: put, head, get, delete ${JSON.stringify(key)}`, async () => {
      const body = randomBytes(3000);
      const put = await oss.put(name, body, { meta: { colour: 'red', 'two-words': 'a b' } });
      assert.equal(put.res.status, 200);
      const md5 = createHash('md5').update(body).digest('hex').toUpperCase();
      assert.equal(put.res.headers.etag, `"${md5}"`);
      const head = await oss.head(name);
      assert.deepEqual(head.meta, { colour: 'red', 'two-words': 'a b' });
      assert.equal(Number(head.res.headers['content-length']), body.length);
      const got = await oss.get(name);
      assert.deepEqual(got.content, body);
      await oss.delete(name);
      await assert.rejects(oss.head(name), { code: 'NoSuchKey' });
    });
  }

  await check(`ali-oss ${version}: get a range`, async () => {
    await oss.put(`${prefix}range`, Buffer.from('0123456789'));
    const got = await oss.get(`${prefix}range`, { headers: { Range: 'bytes=2-5' } });
    assert.equal(got.res.status, 206);
    assert.equal(got.content.toString(), '2345');
  });

  await check(`ali-oss ${version}: list, and listV2 page by page`, async () => {
    for (const name of ['a', 'b c', 'd/e', '中']) await oss.put(`${prefix}list/${name}`, Buffer.from(name));
    const names = ['a', 'b c', 'd/e', '中'].map(name => `${prefix}list/${name}`);
    const listed = await oss.list({ prefix: `${prefix}list/`, 'max-keys': 100 });
    assert.deepEqual(listed.objects.map(object => object.name).sort(), names.sort());
    const folders = await oss.listV2({ prefix: `${prefix}list/`, delimiter: '/' });
    assert.deepEqual(folders.prefixes, [`${prefix}list/d/`]);
    const paged = [];
    let continuationToken;
    do {
      const page = await oss.listV2({ prefix: `${prefix}list/`, 'max-keys': 2, continuationToken });
      assert.ok(page.keyCount <= 2);
      paged.push(...page.objects.map(object => object.name));
      continuationToken = page.nextContinuationToken;
    } while (continuationToken);
    assert.deepEqual(paged.sort(), names.sort());
  });

  await check(`ali-oss ${version}: copy, with another name that is not plain`, async () => {
    await oss.put(`${prefix}copy/源 1+1`, Buffer.from('to be copied'), { meta: { a: 'b' } });
    await oss.copy(`${prefix}copy/目标 2+2`, `${prefix}copy/源 1+1`);
    const got = await oss.get(`${prefix}copy/目标 2+2`);
    assert.equal(got.content.toString(), 'to be copied');
    assert.equal(got.res.headers['x-oss-meta-a'], 'b');
  });

  await check(`ali-oss ${version}: multipart upload`, async () => {
    const body = randomBytes(500 * 1024 + 7);
    const done = await oss.multipartUpload(`${prefix}multipart 1+1`, body, { partSize: 128 * 1024, parallel: 3 });
    assert.equal(done.res.status, 200);
    assert.match(done.etag, /-4"?$/);
    assert.deepEqual((await oss.get(`${prefix}multipart 1+1`)).content, body);
  });

  await check(`ali-oss ${version}: an upload that is given up leaves nothing`, async () => {
    const started = await oss.initMultipartUpload(`${prefix}aborted`);
    await oss.uploadPart(`${prefix}aborted`, started.uploadId, 1, randomBytes(102400), 0, 102400);
    const uploads = await oss.listUploads({ prefix: `${prefix}aborted` });
    assert.ok(uploads.uploads.some(upload => upload.uploadId === started.uploadId));
    await oss.abortMultipartUpload(`${prefix}aborted`, started.uploadId);
    await assert.rejects(oss.listParts(`${prefix}aborted`, started.uploadId), { code: 'NoSuchUpload' });
    await assert.rejects(oss.head(`${prefix}aborted`), { code: 'NoSuchKey' });
  });

  await check(`ali-oss ${version}: append`, async () => {
    const first = await oss.append(`${prefix}log ${Date.now()}`, Buffer.from('one,'));
    const name = first.name;
    await oss.append(name, Buffer.from('two'), { position: first.nextAppendPosition });
    assert.equal((await oss.get(name)).content.toString(), 'one,two');
  });

  await check(`ali-oss ${version}: delete many at once`, async () => {
    const names = ['x 1', 'x+2', 'x中'].map(name => `${prefix}many/${name}`);
    for (const name of names) await oss.put(name, Buffer.from('x'));
    const result = await oss.deleteMulti(names);
    assert.equal(result.deleted.length, names.length);
    for (const name of names) await assert.rejects(oss.head(name), { code: 'NoSuchKey' });
  });

  await check(`ali-oss ${version}: a wrong secret is refused, and the refusal can be read`, async () => {
    const wrong = client({ authorizationV4: version === 'V4', accessKeySecret: 'not-the-secret' });
    await assert.rejects(wrong.put(`${prefix}refused`, Buffer.from('x')), {
      code: 'SignatureDoesNotMatch',
      status: 403,
      ecCode: version === 'V4' ? '0002-00000201' : '0002-00000040',
    });
    // A HEAD has no body: the refusal is in `x-oss-err`.
    await assert.rejects(wrong.head(`${prefix}range`), { code: 'SignatureDoesNotMatch', status: 403 });
    const unknown = client({ authorizationV4: version === 'V4', accessKeyId: 'LTAI5tNobody' });
    await assert.rejects(unknown.get(`${prefix}range`), { code: 'InvalidAccessKeyId' });
  });
}

/** URLs of the SDK, used by whoever has them. */
const presign = {
  V4: (method, name, headers = {}, queries = {}) =>
    versions.V4.signatureUrlV4(method, 600, { headers, queries }, name),
  V1: (method, name, headers = {}, queries = {}) =>
    versions.V1.signatureUrl(name, {
      method,
      expires: 600,
      'Content-Type': headers['content-type'],
      subResource: queries,
    }),
};

for (const [version, url] of Object.entries(presign)) {
  for (const key of keys) {
    const name = `ali-oss-url-${version}/${key}`;
    await check(`ali-oss ${version}: presigned PUT and GET by fetch ${JSON.stringify(key)}`, async () => {
      const headers = { 'content-type': 'text/plain' };
      const body = `body of ${key}`;
      const put = await fetch(await url('PUT', name, headers), { method: 'PUT', headers, body });
      assert.equal(put.status, 200, await put.text());
      const got = await fetch(await url('GET', name));
      assert.equal(await got.text(), body);
      assert.equal(got.status, 200);
    });
  }

  await check(`ali-oss ${version}: a presigned GET with x-oss-process and response-*`, async () => {
    const name = `ali-oss-url-${version}/plain.txt`;
    const queries = { 'x-oss-process': 'image/resize,w_200', 'response-content-type': 'text/x-other' };
    const got = await fetch(await url('GET', name, {}, queries));
    assert.equal(got.status, 200, await got.clone().text());
    assert.equal(got.headers.get('content-type'), 'text/x-other');
  });

  await check(`ali-oss ${version}: damaged URLs are refused`, async () => {
    const name = `ali-oss-url-${version}/plain.txt`;
    const good = await url('GET', name);
    const damaged = [
      good.replace('plain.txt', 'plain.tx'),
      good.replace(/(ignature=)(.)/, (_, start, first) => start + (first === 'a' ? 'b' : 'a')),
      `${good}&versionId=1`,
    ];
    for (const bad of damaged) {
      assert.notEqual(bad, good);
      await assertRefused(await fetch(bad), 'SignatureDoesNotMatch');
    }
    const other = await fetch(good, { method: 'PUT', body: 'x', headers: { 'content-type': 'text/plain' } });
    await assertRefused(other, 'SignatureDoesNotMatch');
  });
}

/** The fields of a form whose policy the SDK signed. */
const forms = {
  V1: (policy, oss) => oss.calculatePostSignature(policy),
  V4: (policy, oss) => {
    const date = new Date();
    const seconds = date.toISOString().replace(/[-:]|\.\d+/g, '');
    const signed = {
      'x-oss-signature-version': 'OSS4-HMAC-SHA256',
      'x-oss-credential': `${longTerm.accessKeyId}/${seconds.slice(0, 8)}/${region}/oss/aliyun_v4_request`,
      'x-oss-date': seconds,
    };
    const whole = {
      ...policy,
      conditions: [...policy.conditions, ...Object.entries(signed).map(([name, value]) => ({ [name]: value }))],
    };
    return {
      ...signed,
      policy: Buffer.from(JSON.stringify(whole)).toString('base64'),
      'x-oss-signature': oss.signPostObjectPolicyV4(whole, date),
    };
  },
};

for (const [version, sign] of Object.entries(forms)) {
  const policy = (seconds = 600) => ({
    expiration: new Date(Date.now() + seconds * 1000).toISOString(),
    conditions: [{ bucket }, ['starts-with', '$key', 'forms/'], ['content-length-range', 1, 1000]],
  });
  const post = (fields, key, content, extra = {}) => {
    const form = new FormData();
    for (const [name, value] of Object.entries({ ...fields, ...extra, key })) form.append(name, value);
    form.append('file', new Blob([content], { type: 'text/plain' }), 'file.txt');
    return fetch(`http://${bucket}.localhost:${port}/`, { method: 'POST', body: form });
  };

  await check(`ali-oss ${version}: a form uploads by FormData`, async () => {
    const fields = sign(policy(), versions[version]);
    const key = 'forms/表单 1+1.txt';
    const answer = await post(fields, key, 'from a form', { success_action_status: '201' });
    const text = await answer.text();
    assert.equal(answer.status, 201, text);
    assert.match(text, /<PostResponse>/);
    assert.equal((await versions[version].get(key)).content.toString(), 'from a form');
  });

  await check(`ali-oss ${version}: forms outside their policy are refused`, async () => {
    const fields = sign(policy(), versions[version]);
    await assertRefused(await post(fields, 'elsewhere/x', 'x'), 'AccessDenied', 'InvalidPolicyDocument');
    await assertRefused(await post(fields, 'forms/x', 'x'.repeat(1001)), 'EntityTooLarge');
    await assertRefused(await post(sign(policy(-60), versions[version]), 'forms/x', 'x'), 'AccessDenied');
    const name = version === 'V4' ? 'x-oss-signature' : 'Signature';
    const damaged = { ...fields, [name]: fields[name].replace(/^./, first => (first === 'a' ? 'b' : 'a')) };
    await assertRefused(await post(damaged, 'forms/x', 'x'), 'SignatureDoesNotMatch');
  });
}

const sts = new OSS.STS({ endpoint: variable('ALIBABA_CLOUD_STS_ENDPOINT'), ...longTerm });
const role = variable('E2E_ROLE_ARN');
const assume = async policy => {
  const { credentials } = await sts.assumeRole(role, policy, 900, 'e2e-node');
  return {
    accessKeyId: credentials.AccessKeyId,
    accessKeySecret: credentials.AccessKeySecret,
    stsToken: credentials.SecurityToken,
  };
};

for (const version of ['V4', 'V1']) {
  const authorizationV4 = version === 'V4';

  await check(`ali-oss ${version}: STS, renewed by refreshSTSToken`, async () => {
    let renewals = 0;
    const oss = client({
      authorizationV4,
      ...(await assume()),
      refreshSTSToken: async () => {
        renewals += 1;
        return assume();
      },
      refreshSTSTokenInterval: 1,
    });
    const first = oss.options.stsToken;
    await new Promise(resolve => setTimeout(resolve, 5));
    await oss.put(`sts/${version} 1+1`, Buffer.from('by a role'));
    assert.ok(renewals > 0);
    assert.notEqual(oss.options.stsToken, first);
    assert.equal((await oss.get(`sts/${version} 1+1`)).content.toString(), 'by a role');
  });

  await check(`ali-oss ${version}: a presigned URL with a security token`, async () => {
    const oss = client({ authorizationV4, ...(await assume()), refreshSTSTokenInterval: 60000 });
    await oss.put(`sts/${version}-url`, Buffer.from('by a role'));
    const url = authorizationV4
      ? await oss.signatureUrlV4('GET', 600, {}, `sts/${version}-url`)
      : oss.signatureUrl(`sts/${version}-url`);
    assert.equal(await (await fetch(url)).text(), 'by a role');
  });

  await check(`ali-oss ${version}: a session policy narrows the role`, async () => {
    const policy = {
      Version: '1',
      Statement: [{ Effect: 'Allow', Action: ['oss:GetObject'], Resource: [`acs:oss:*:*:${bucket}/sts/*`] }],
    };
    const oss = client({ authorizationV4, ...(await assume(policy)), refreshSTSTokenInterval: 60000 });
    assert.equal((await oss.get(`sts/${version}-url`)).content.toString(), 'by a role');
    await assert.rejects(oss.put(`sts/${version}-url`, Buffer.from('x')), { code: 'AccessDenied' });
    await assert.rejects(oss.get(`ali-oss-${version}/range`), { code: 'AccessDenied' });
  });

  await check(`ali-oss ${version}: a token that is not from the same answer is refused`, async () => {
    const [one, two] = [await assume(), await assume()];
    const oss = client({ authorizationV4, ...one, stsToken: two.stsToken, refreshSTSTokenInterval: 60000 });
    await assert.rejects(oss.get(`sts/${version}-url`), /./);
  });
}

await check('ali-oss STS: a wrong secret, and a role that is not there', async () => {
  const wrong = new OSS.STS({ endpoint: variable('ALIBABA_CLOUD_STS_ENDPOINT'), ...longTerm, accessKeySecret: 'no' });
  await assert.rejects(wrong.assumeRole(role, null, 900, 'e2e'), { code: 'SignatureDoesNotMatch' });
  await assert.rejects(sts.assumeRole(`${role}-not`, null, 900, 'e2e'), { code: 'EntityNotExist.Role' });
  await assert.rejects(sts.assumeRole(role, null, 60, 'e2e'), { code: 'InvalidParameter.DurationSeconds' });
});

finish();
