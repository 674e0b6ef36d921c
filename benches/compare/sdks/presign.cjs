// Presigns with npm's ali-oss: prints a URL, then for each number that it reads how many nanoseconds
// so many URLs took.
const readline = require("node:readline");
const OSS = require("ali-oss");

const { ACCESS_KEY_ID, ACCESS_KEY_SECRET, BUCKET, REGION, KEY, PROCESS } = process.env;
const expires = Number(process.env.EXPIRES);
const version = process.argv[2];
const client = new OSS({
  accessKeyId: ACCESS_KEY_ID,
  accessKeySecret: ACCESS_KEY_SECRET,
  bucket: BUCKET,
  region: `oss-${REGION}`,
  authorizationV4: version === "v4",
  secure: true,
});

async function presign(key) {
  if (version === "v4") {
    return client.signatureUrlV4("GET", expires, { queries: { "x-oss-process": PROCESS } }, key);
  }
  return client.signatureUrl(key, { expires, process: PROCESS });
}

async function loop() {
  console.log(await presign(KEY));
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const start = process.hrtime.bigint();
    for (let times = Number(line); times > 0; times -= 1) await presign(KEY);
    console.log(String(process.hrtime.bigint() - start));
  }
}

// With a file of keys: a URL a line, and nothing else.
async function bulk(from, to) {
  const fs = require("node:fs");
  const output = fs.createWriteStream(to);
  for await (const key of readline.createInterface({ input: fs.createReadStream(from) })) {
    if (!output.write(`${await presign(key)}\n`)) {
      await new Promise((resolve) => output.once("drain", resolve));
    }
  }
  output.end();
}

const [from, to] = process.argv.slice(3);
if (from) bulk(from, to);
else loop();
