// What changes while somebody looks: news, a server that goes; and the door.
import { execFileSync, spawn } from 'node:child_process'
import { copyFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { binary, database, folder, hold, leave, open, running, same, serve, test, text } from './harness.mjs'

test('what happens shows within two seconds', async (browser) => {
  const file = path.join(folder, 'news.db')
  copyFileSync(database('hold-sigstop-frr-bird'), file)
  const base = await serve(file)
  const page = await open(browser, base)
  await page.waitForTimeout(900)
  const sql = `import sqlite3
db = sqlite3.connect(${JSON.stringify(file)})
db.execute("INSERT INTO finding (id, code, severity, confidence, peering, first_ns, last_ns, count, title, explanation, evidence_lost)"
           " SELECT 900, 'bgp-peer-silent', 'error', 'certain', 1, last_ns, last_ns, 1, 'it fell silent', '', 0 FROM capture")
db.execute("UPDATE side SET state = 'Idle', lost_count = lost_count + 1, state_since_ns = (SELECT last_ns + 1000 FROM capture) WHERE side = 0")
db.execute("UPDATE capture SET last_ns = last_ns + 2000")
db.commit()`
  execFileSync('python3', ['-c', sql])
  const began = Date.now()
  await page.waitForFunction(() => document.querySelector('h1')?.textContent === 'The one peering is down', null, { timeout: 5000 })
  await page.waitForSelector('.news a', { timeout: 5000 })
  const took = Date.now() - began
  console.log(`  shown after ${took} ms`)
  hold(took < 2000, `shown after ${took} ms`)
  hold((await text(page, '.news')).includes('It fell silent'), 'the finding is not announced')
  same(await text(page, '.peerings .body .c-lost'), '2', 'losses')
  await page.waitForFunction(() => document.querySelector('.peerings .row.down'))
  await leave(page)
})

test('a server that ends is noticed, and found again', async (browser) => {
  const base = await serve(database('ibgp-mesh-rr-bird'))
  const page = await open(browser, base)
  const run = running.pop()
  run.kill('SIGTERM')
  await page.waitForSelector('.tag.bad', { timeout: 5000 })
  hold(/has not answered since \d\d:\d\d:\d\d UTC\. What stands here is old: it is as the capture was at/.test(await text(page, '.stale')), 'the page does not say that it is old')
  hold((await page.locator('.peerings .body .row').count()) === 3, 'what was there is gone')
  const again = spawn(binary, ['serve', database('ibgp-mesh-rr-bird'), '--web', new URL(base).port], { stdio: 'ignore' })
  running.push(again)
  await page.waitForSelector('.tag.bad', { state: 'detached', timeout: 10000 })
  page.wrong = []
  await leave(page)
})

test('the token is asked for, and may come with the address', async (browser) => {
  const file = path.join(folder, 'token')
  writeFileSync(file, 'correct-horse-battery\n', { mode: 0o600 })
  const base = await serve(database('hold-sigstop-frr-bird'), '--web-token-file', file)
  const page = await open(browser, base)
  same(await text(page, 'h1'), 'This routetap asks for its token', 'without a token')
  await page.locator('input').fill('wrong')
  await page.keyboard.press('Enter')
  await page.getByText('is not the right one').waitFor()
  await page.locator('input').fill('correct-horse-battery')
  await page.keyboard.press('Enter')
  await page.waitForFunction(() => document.querySelector('h1')?.textContent.includes('peering'))
  page.wrong = page.wrong.filter((w) => !w.includes('401'))
  await leave(page)
  const other = await open(browser, base, '/#token=correct-horse-battery')
  same(await text(other, 'h1'), 'The one peering is up', 'with the token')
  same(new URL(other.url()).hash, '', 'the token stays in the address')
  await leave(other)
})
