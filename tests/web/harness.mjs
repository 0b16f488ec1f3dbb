// What the page's tests stand on. In: the program, captures of tests/captures, Chromium. Out: databases, servers and pages to
// be asked, and, by `run`, a last line `N passed, N failed, N skipped`.
import { spawn, execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const here = path.dirname(fileURLToPath(import.meta.url))
export const captures = path.join(here, '..', 'captures')
export const binary = path.resolve(process.argv[2])
const { chromium } = createRequire(path.resolve(process.env.UI ?? '.', 'package.json'))('playwright-core')
const chrome = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)
export const folder = mkdtempSync(path.join(tmpdir(), 'routetap-page-'))
export const running = []
const tests = []
export const test = (name, body) => tests.push({ name, body })

export function hold(condition, words) {
  if (!condition) throw new Error(words)
}
export const same = (got, want, words) => hold(got === want, `${words}: got ${JSON.stringify(got)}, want ${JSON.stringify(want)}`)

const freePort = () =>
  new Promise((done) => {
    const s = createServer().listen(0, '127.0.0.1', () => {
      const { port } = s.address()
      s.close(() => done(port))
    })
  })

export function database(name) {
  const file = path.join(folder, `${name}.db`)
  if (existsSync(file)) return file
  try {
    const capture = path.join(captures, `${name}.pcap`)
    execFileSync(binary, ['analyze', '-q', '--db', file, existsSync(capture) ? capture : `${capture}.gz`], { stdio: 'ignore' })
  } catch {
    // a damaged capture gives a database, too
  }
  return file
}

export function many(name, number) {
  const file = path.join(folder, `${name}-${number}.db`)
  execFileSync('python3', [path.join(here, 'many.py'), database(name), String(number), file])
  return file
}

// Frames of a capture, from the first to the last, as a database.
export function part(name, first, last) {
  const file = path.join(folder, `${name}-${first}-${last}`)
  const whole = readFileSync(path.join(captures, `${name}.pcap`))
  const out = [whole.subarray(0, 24)]
  for (let at = 24, frame = 1; at < whole.length; frame++) {
    const end = at + 16 + whole.readUInt32LE(at + 8)
    if (frame >= first && frame <= last) out.push(whole.subarray(at, end))
    at = end
  }
  writeFileSync(`${file}.pcap`, Buffer.concat(out))
  execFileSync(binary, ['analyze', '-q', '--db', `${file}.db`, `${file}.pcap`], { stdio: 'ignore' })
  return `${file}.db`
}

export async function serve(file, ...words) {
  const port = await freePort()
  const run = spawn(binary, ['serve', file, '--web', String(port), ...words], { stdio: ['ignore', 'ignore', 'pipe'] })
  running.push(run)
  await new Promise((done, fail) => {
    run.stderr.on('data', (text) => String(text).includes('the page is at') && done())
    run.on('exit', () => fail(new Error('it does not serve')))
  })
  return `http://127.0.0.1:${port}`
}

// A page of its own, which must not complain, and must not ask anybody else.
export async function open(browser, base, where = '/', options = {}) {
  const context = await browser.newContext({ viewport: { width: 1360, height: 900 }, ...options })
  const page = await context.newPage()
  page.wrong = []
  page.on('console', (m) => ['error', 'warning'].includes(m.type()) && page.wrong.push(m.text()))
  page.on('pageerror', (e) => page.wrong.push(e.message))
  page.on('request', (r) => r.url().startsWith(base) || page.wrong.push(`asks ${r.url()}`))
  await page.goto(base + where)
  await page.waitForSelector('main h1')
  return page
}

export async function leave(page) {
  const wrong = page.wrong
  await page.context().close()
  hold(!wrong.length, wrong.join('; '))
}

export const text = async (page, selector) => (await page.locator(selector).first().innerText()).replace(/\s+/g, ' ').trim()

// A database that says what a test wants it to.
export function changed(name, as, ...statements) {
  const file = path.join(folder, `${as}.db`)
  copyFileSync(database(name), file)
  execFileSync('python3', ['-c', 'import sqlite3, sys\ndb = sqlite3.connect(sys.argv[1])\nfor s in sys.argv[2:]: db.execute(s)\ndb.commit()', file, ...statements])
  return file
}

export const VIEWS = ['/', '/findings', '/findings/1', '/peerings/10.0.12.1-10.0.12.2', '/routes?q=46.1.0.1', '/ospf', '/capture']

export const browse = () =>
  chromium.launch({
    executablePath: chrome,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  })

const endServers = () => running.splice(0).forEach((r) => r.kill('SIGTERM'))

export async function stop(browser) {
  endServers()
  await browser.close()
  rmSync(folder, { recursive: true })
}

export async function run(words) {
  if (!chrome) {
    console.log('no Chromium here\n0 passed, 0 failed, 1 skipped')
    return 0
  }
  const browser = await browse()
  let [passed, failed] = [0, 0]
  for (const { name, body } of tests.filter((t) => t.name.includes(words))) {
    try {
      await body(browser)
      passed++
      console.log(`ok    ${name}`)
    } catch (error) {
      failed++
      console.log(`FAIL  ${name}\n      ${String(error.message).split('\n').slice(0, 6).join('\n      ')}`)
    }
    endServers()
  }
  await stop(browser)
  console.log(`${passed} passed, ${failed} failed, 0 skipped`)
  return failed ? 1 : 0
}
