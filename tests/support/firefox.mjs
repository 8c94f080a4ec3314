// Firefox for tests/support/readers.py: a verb a line in, its answer a line out, as JSON.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import puppeteer from "puppeteer-core";

const [executablePath, checks] = process.argv.slice(2);
const browser = await puppeteer.launch({ browser: "firefox", executablePath });
const page = await browser.newPage();
await page.evaluateOnNewDocument(readFileSync(checks, "utf8"));

const VERBS = {
  open: ({ url }) => page.goto(url, { waitUntil: "load" }).then(() => null),
  resize: ({ width, height }) => page.setViewport({ width, height }),
  click: ({ selector }) => page.click(selector),
  key: ({ key }) => page.keyboard.press(key),
  evaluate: ({ code }) => page.evaluate(code),
  picture: ({ path }) => page.screenshot({ path }).then(() => null),
  close: () => browser.close(),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { verb, ...settings } = JSON.parse(line);
  const answer = await VERBS[verb](settings).then(
    (value) => ({ value }),
    (error) => ({ error: String(error) }),
  );
  process.stdout.write(`${JSON.stringify(answer)}\n`);
  if (verb === "close") process.exit();
}
