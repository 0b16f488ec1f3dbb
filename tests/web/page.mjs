// usage: UI=FOLDER-with-node_modules node page.mjs BINARY
// In:  the program, captures of tests/captures, Chromium. Out: what the page does otherwise than it should, as an engineer
//      at night would notice it, and a last line `N passed, N failed, N skipped`. With SHOTS=FOLDER pictures of all views.
import { spawn, execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const here = path.dirname(fileURLToPath(import.meta.url))
const captures = path.join(here, '..', 'captures')
const binary = path.resolve(process.argv[2])
const { chromium } = createRequire(path.resolve(process.env.UI ?? '.', 'package.json'))('playwright-core')
const chrome = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)
const folder = mkdtempSync(path.join(tmpdir(), 'routetap-page-'))
const running = []
const tests = []
const test = (name, run) => tests.push({ name, run })

function hold(condition, words) {
  if (!condition) throw new Error(words)
}
const same = (got, want, words) => hold(got === want, `${words}: got ${JSON.stringify(got)}, want ${JSON.stringify(want)}`)

const freePort = () =>
  new Promise((done) => {
    const s = createServer().listen(0, '127.0.0.1', () => {
      const { port } = s.address()
      s.close(() => done(port))
    })
  })

function database(name) {
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

function many(name, number) {
  const file = path.join(folder, `${name}-${number}.db`)
  execFileSync('python3', [path.join(here, 'many.py'), database(name), String(number), file])
  return file
}

async function serve(file, ...words) {
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
async function open(browser, base, where = '/', options = {}) {
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

async function leave(page) {
  const wrong = page.wrong
  await page.context().close()
  hold(!wrong.length, wrong.join('; '))
}

const text = async (page, selector) => (await page.locator(selector).first().innerText()).replace(/\s+/g, ' ').trim()

// ---- as an engineer goes through it

test('from the overview to the cause, and its permanent address', async (browser) => {
  const base = await serve(database('hold-sigstop-frr-bird'))
  const page = await open(browser, base)
  same(await text(page, 'h1'), 'The one peering is up', 'verdict')
  await page.getByRole('link', { name: /sends no more KEEPALIVEs/ }).first().click()
  await page.waitForURL(/\/findings\/\d+$/)
  await page.waitForSelector('h1.title')
  hold((await page.locator('section[aria-label=Evidence] tbody tr').count()) > 0, 'no evidence')
  const title = await text(page, 'h1')
  await page.reload()
  await page.waitForSelector('h1.title')
  same(await text(page, 'h1'), title, 'after a reload')
  await page.getByRole('button', { name: 'BIRD' }).click()
  hold((await text(page, '.command')).includes('birdc'), 'no command for BIRD')
  await page.getByRole('link', { name: '10.0.12.1 – 10.0.12.2' }).click()
  await page.waitForSelector('.bands svg rect.st-Established')
  await page.goBack()
  await page.waitForSelector('h1.title')
  await leave(page)
})

test('a peering: bands of both sides, marks, OPENs, the story', async (browser) => {
  const base = await serve(database('hold-sigstop-frr-bird'))
  const page = await open(browser, base, '/peerings/10.0.12.1-10.0.12.2')
  await page.waitForSelector('.bands svg .band')
  same(await page.locator('.bands .band').count(), 2, 'bands')
  hold((await page.locator('.bands .notifications g').count()) >= 1, 'no NOTIFICATION is drawn')
  hold((await page.locator('.bands .findings a').count()) >= 1, 'no finding is marked')
  hold((await text(page, '.offers')).includes('9 s, a KEEPALIVE every 3 s'), 'the hold time in use is not told')
  hold((await page.locator('.story .on-0').count()) > 3 && (await page.locator('.story .on-1').count()) > 3, 'the story has one side')
  // charts, of the same span as the bands
  await page.waitForSelector('.charts canvas')
  const charts = await page.locator('.charts figcaption').allInnerTexts()
  for (const name of ['Hold time left', 'Messages', 'Routes', 'TCP, bytes', 'Round trip']) hold(charts.some((c) => c.startsWith(name)), `no chart of ${name}`)
  const drawn = await page.evaluate(() => {
    const colours = new Set()
    const canvas = document.querySelector('.charts canvas')
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
    for (let i = 0; i < data.length; i += 4) if (data[i + 3] > 200) colours.add(`${data[i] >> 5} ${data[i + 1] >> 5} ${data[i + 2] >> 5}`)
    return colours.size
  })
  hold(drawn >= 4, `the chart of the hold time has ${drawn} colours`)
  // zoom by keyboard and by mouse
  const axis = () => page.locator('.bands .axis').textContent()
  const whole = await axis()
  const becomes = async (test, words) => {
    for (let i = 0; !test(await axis()); i++) {
      hold(i < 40, words)
      await page.waitForTimeout(50)
    }
  }
  await page.locator('.bands svg').first().focus()
  await page.keyboard.press('+')
  await becomes((a) => a !== whole, '+ does not zoom')
  await page.keyboard.press('0')
  await becomes((a) => a === whole, '0 does not show all')
  const box = await page.locator('.bands svg').first().boundingBox()
  await page.mouse.move(box.x + 300, box.y + 30)
  await page.mouse.down()
  await page.mouse.move(box.x + 600, box.y + 30, { steps: 4 })
  await page.mouse.up()
  await becomes((a) => a !== whole, 'a span that is drawn does not zoom')
  await page.getByRole('group', { name: 'Zoom' }).getByRole('button', { name: 'All' }).click()
  await becomes((a) => a === whole, 'All does not show all')
  await leave(page)
})

test('a mark leads to its finding', async (browser) => {
  const base = await serve(database('open-bad-as-frr-bird'))
  const page = await open(browser, base, '/peerings/10.0.12.1-10.0.12.2')
  await page.locator('.bands .findings a').first().click()
  await page.waitForSelector('h1.title')
  await leave(page)
})

test('findings: filters stand in the address', async (browser) => {
  const base = await serve(database('hold-sigstop-frr-bird'))
  const page = await open(browser, base, '/findings')
  await page.waitForSelector('.feed .finding')
  const all = await page.locator('.feed .finding').count()
  await page.locator('input[type=search]').fill('KEEPALIVEs')
  await page.waitForURL(/q=KEEPALIVEs/)
  await page.waitForFunction((n) => document.querySelectorAll('.feed .finding').length < n, all)
  await page.reload()
  await page.waitForSelector('.feed .finding')
  same(await page.locator('input[type=search]').inputValue(), 'KEEPALIVEs', 'after a reload')
  await leave(page)
})

test('the capture: what is wrong with it stands on top', async (browser) => {
  const base = await serve(database('healthy-frr-bird-torn'))
  const page = await open(browser, base, '/capture')
  same(await text(page, 'h1'), 'The capture itself has flaws', 'verdict')
  hold((await text(page, 'main')).includes('offset'), 'the place of the damage is not told')
  await leave(page)
})

test('what is not there', async (browser) => {
  const base = await serve(database('hold-sigstop-frr-bird'))
  for (const [where, words] of [
    ['/findings/4711', 'There is no such finding'],
    ['/peerings/192.0.2.1-192.0.2.2', 'There is no such peering'],
    ['/peerings/a/b', 'There is nothing here'],
  ]) {
    const page = await open(browser, base, where)
    same(await text(page, 'h1'), words, where)
    page.wrong = page.wrong.filter((w) => !w.includes('404'))
    await leave(page)
  }
})

// ---- two thousand peerings

test('two thousand peerings draw in under a second and stay smooth', async (browser) => {
  const base = await serve(many('healthy-frr-bird-nano', 2000))
  const page = await open(browser, base)
  await page.waitForSelector('.peerings .body .row')
  await page.reload({ waitUntil: 'commit' })
  const drawn = await page.evaluate(
    () =>
      new Promise((done) => {
        const look = () => (document.querySelector('.peerings .body .row') ? requestAnimationFrame(() => done(performance.now())) : setTimeout(look, 5))
        look()
      }),
  )
  console.log(`  drawn ${Math.round(drawn)} ms after the navigation began`)
  hold(drawn < 1000, `drawn after ${Math.round(drawn)} ms`)
  hold((await page.locator('.peerings .body .row').count()) < 80, 'rows that are not on the screen exist')
  same(await page.locator('.peerings').getAttribute('aria-rowcount'), '2002', 'rows that are told to exist')
  // frames while it is scrolled from end to end, thirty rows at a time; here without a graphics card
  const frames = await page.evaluate(
    () =>
      new Promise((done) => {
        const times = []
        let [step, last] = [0, performance.now()]
        const frame = (now) => {
          times.push(now - last)
          last = now
          scrollTo(0, (document.documentElement.scrollHeight * step) / 60)
          if (step++ < 60) requestAnimationFrame(frame)
          else done(times.sort((a, b) => a - b))
        }
        requestAnimationFrame(frame)
      }),
  )
  const [middle, worst] = [frames[frames.length >> 1], frames[frames.length - 1]]
  console.log(`  frames while scrolling: ${Math.round(middle)} ms, the longest ${Math.round(worst)} ms`)
  hold(middle < 100, `frames of ${Math.round(middle)} ms`)
  hold((await page.locator('.peerings .body .row').count()) > 5, 'the end of the list is empty')
  await leave(page)
})

test('messages of a span of time, one of them in full, and a file of the packets', async (browser) => {
  const base = await serve(database('hold-sigstop-frr-bird'))
  const page = await open(browser, base, '/peerings/10.0.12.1-10.0.12.2')
  await page.locator('#messages').scrollIntoViewIfNeeded()
  await page.waitForSelector('.rungs .arrow')
  const rungs = () => page.locator('.rungs button.rung').count()
  const all = await rungs()
  hold(all > 10, `${all} messages`)
  await page.getByRole('button', { name: /OPEN AS 10002/ }).first().click()
  await page.waitForSelector('.opened .tree')
  const told = await text(page, '.opened')
  for (const words of ['router id 2.2.2.2', 'Graceful Restart', '53 bytes']) hold(told.includes(words), `the OPEN lacks ${words}: ${told}`)
  await page.getByRole('button', { name: 'Without KEEPALIVEs' }).click()
  hold((await rungs()) < all, 'KEEPALIVEs stay')
  // a span that stands in the address
  await page.goto(`${base}/peerings/10.0.12.1-10.0.12.2?from=1795183653.5&to=1795183654#messages`)
  await page.waitForSelector('.rungs .arrow')
  same(await rungs(), 1, 'messages of that half second')
  hold((await text(page, '.rungs .grave')).includes('NOTIFICATION 4/0'), 'it is not the NOTIFICATION')
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download these packets' }).click()])
  same(file.suggestedFilename(), '10.0.12.1-10.0.12.2.pcapng', 'name of the file')
  const lines = execFileSync(binary, ['decode', await file.path()]).toString().trim().split('\n')
  hold(lines.length === 1 && lines[0].includes('NOTIFICATION'), `in the file: ${lines}`)
  await leave(page)
})

test('OSPF: the map at any moment, adjacencies, what LSAs do, the database', async (browser) => {
  const base = await serve(database('next-hop-frr-frr-missing-vlan'))
  const page = await open(browser, base)
  await page.getByRole('navigation').getByRole('link', { name: 'OSPF' }).click()
  await page.waitForSelector('.map .router')
  same(await page.locator('.map .router').count(), 2, 'routers')
  same(await page.locator('.map .network').count(), 1, 'networks')
  hold((await page.locator('.map svg').textContent()).includes('DR 2.2.2.2'), 'the designated router is not drawn')
  same(await page.locator('.adjacencies li').count(), 1, 'adjacencies')
  hold((await page.locator('.adjacencies .history rect.os-Full').count()) === 2, 'no bands of Full')
  await page.locator('.map .router').first().click()
  hold(/cost 10/.test(await text(page, '.panel.picked')), 'what a way costs is not told')
  await page.locator('.lsas tbody button').first().click()
  await page.waitForSelector('.lsas .tree')
  const all = await page.locator('.lsas tbody').count()
  await page.getByLabel(/Find LSAs/).fill('network')
  await page.waitForFunction((n) => document.querySelectorAll('.lsas tbody').length === n, 1)
  await page.getByLabel(/Find LSAs/).fill('')
  await page.waitForFunction((n) => document.querySelectorAll('.lsas tbody').length === n, all)
  // back to the beginning, when nothing was known
  await page.getByLabel('Moment that is shown').focus()
  await page.keyboard.press('Home')
  await page.waitForFunction(() => document.querySelectorAll('.map .router:not(.gone)').length === 0)
  hold(/at=\d/.test(page.url()), 'the moment does not stand in the address')
  await page.getByRole('button', { name: /next change/ }).click()
  await page.waitForFunction(() => document.querySelectorAll('.map .router:not(.gone)').length > 0)
  await page.getByRole('button', { name: 'The end' }).click()
  await page.waitForFunction(() => !location.search.includes('at='))
  await leave(page)
  // of many routers one is found by its name; the database is in order
  const many = await open(browser, await serve(database('ospf-virtual-link-frr-frr-frr-frr')), '/ospf')
  await many.waitForSelector('.lsas tbody')
  const ids = await many.locator('.lsas tbody > tr:first-child').evaluateAll((all) => all.map((r) => [...r.children].slice(0, 4).map((c) => c.textContent)))
  const areas = ids.map((r) => r[3])
  hold(ids.length > 4 && areas.join() === [...areas].sort().join(), `areas in the order of ${areas}`)
  await leave(many)
})

test('routes: a prefix, who announces it, and what became of it', async (browser) => {
  const base = await serve(database('prefix-flapping-frr-bird'))
  const page = await open(browser, base)
  await page.getByRole('link', { name: 'Routes', exact: true }).click()
  await page.getByRole('searchbox').fill('46.2.0.1')
  await page.keyboard.press('Enter')
  await page.waitForSelector('.announced')
  same(await text(page, '.announced h3'), '46.2.0.0/16', 'prefix')
  hold((await text(page, '.announced')).includes('AS path 10002'), 'no AS path')
  hold((await page.locator('.changes > li').count()) >= 2, 'no changes')
  await page.reload()
  await page.waitForSelector('.announced')
  await page.locator('.changes button').first().click()
  await page.waitForSelector('.changes .tree')
  await page.getByRole('searchbox').fill('203.0.113.0/24')
  await page.getByRole('button', { name: 'Find' }).click()
  await page.getByText('Nobody announces it, and nobody did').waitFor()
  await leave(page)
})

test('a table on its way: a line of what held it up, in words, too', async (browser) => {
  const base = await serve(database('table-exabgp-gobgp'))
  const page = await open(browser, base, '/peerings/10.0.12.1-10.0.12.2')
  await page.waitForSelector('.transfer .stretches')
  hold((await text(page, '.transfer h3')).includes('20,002 routes in 5.3 s'), 'routes and time')
  hold((await page.locator('.stretches').getAttribute('aria-label')).includes('the sender paused for'), 'the line is not told')
  const widths = await page.locator('.stretch').evaluateAll((all) => all.map((e) => e.getBoundingClientRect().width))
  const paused = await page.locator('.stretch.by-sender').evaluateAll((all) => all.reduce((n, e) => n + e.getBoundingClientRect().width, 0))
  const whole = widths.reduce((a, b) => a + b, 0)
  hold(paused / whole > 0.9 && paused < whole, `the sender has ${paused} of ${whole} px`)
  hold((await text(page, '.transfer .legend')).includes('the sender paused'), 'no legend')
  await leave(page)
  const small = await open(browser, await serve(database('hold-sigstop-frr-bird')), '/peerings/10.0.12.1-10.0.12.2')
  hold((await text(small, 'section[aria-label="Tables on their way"] .notice')).includes('None was seen'), 'nothing is said where there is none')
  await leave(small)
})

test('the tap: over time, one way only, what packets came in, what is kept', async (browser) => {
  const oneway = await open(browser, await serve(database('healthy-frr-bird-oneway')), '/capture')
  same(await text(oneway, 'h1'), 'The capture itself has flaws', 'one way only')
  await oneway.waitForSelector('.charts canvas')
  const row = await text(oneway, 'section[aria-label="Heard one way only"] tbody tr')
  hold(/10\.0\.12\.[12] 10\.0\.12\.[12] yes, it is acknowledged/.test(row), `the row says ${row}`)
  hold((await text(oneway, 'section[aria-label="What packets came in"]')).includes('Plain packets'), 'nothing is said of plain packets')
  hold(/Database \d+ KiB/.test(await text(oneway, 'section[aria-label="What is kept"]')), 'the size of the database')
  await oneway.getByRole('link', { name: /^10\.0\.12\./ }).first().click()
  await oneway.waitForURL(/\/peerings\//)
  await leave(oneway)
  const vlan = await open(browser, await serve(database('healthy-frr-bird-v6-vlan')), '/capture')
  hold((await text(vlan, 'section[aria-label="What packets came in"]')).includes('VLAN tag 38 (100 %)'), 'VLAN')
  hold((await text(vlan, 'section[aria-label="Heard one way only"]')).includes('both directions are heard'), 'both ways')
  await leave(vlan)
  const span = await open(browser, await serve(database('conn-refused-frr-none-span')), '/capture')
  hold((await text(span, 'section[aria-label="What is wrong with it"]')).includes(' of 10.0.12.1 – 10.0.12.2'), 'whose packets stand twice')
  await leave(span)
})

test('filter, sort and walk by keyboard', async (browser) => {
  const base = await serve(many('healthy-frr-bird-nano', 200))
  const page = await open(browser, base)
  await page.waitForSelector('.peerings .body .row')
  hold((await text(page, 'h1')).endsWith('are down'), 'verdict')
  await page.keyboard.press('/')
  await page.keyboard.type('10.4.7.')
  await page.waitForFunction(() => document.querySelectorAll('.peerings .body .row').length === 1)
  hold(page.url().includes('q=10.4.7.'), 'the filter is not in the address')
  await page.locator('input[type=search]').fill('')
  await page.getByRole('button', { name: 'Down' }).click()
  await page.waitForFunction(() => [...document.querySelectorAll('.peerings .body .row')].every((r) => r.classList.contains('down')))
  await page.getByRole('button', { name: 'All', exact: true }).click()
  await page.getByRole('button', { name: /^Peering/ }).click()
  await page.waitForURL(/sort=address/)
  const first = await text(page, '.peerings .body .row .address')
  await page.getByRole('button', { name: /^Peering/ }).click()
  await page.waitForURL(/reverse=1/)
  hold((await text(page, '.peerings .body .row .address')) !== first, 'the order does not turn')
  await page.locator('.c-sides a').first().focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/peerings\//)
  await page.waitForSelector('.ends')
  await leave(page)
})

// A database that says what a test wants it to.
function changed(name, as, ...statements) {
  const file = path.join(folder, `${as}.db`)
  copyFileSync(database(name), file)
  execFileSync('python3', ['-c', 'import sqlite3, sys\ndb = sqlite3.connect(sys.argv[1])\nfor s in sys.argv[2:]: db.execute(s)\ndb.commit()', file, ...statements])
  return file
}

// ---- what is wrong stands first, and what is not known is not drawn

test('what is down stands first, before what only was; a phone can sort, too', async (browser) => {
  const base = await serve(many('healthy-frr-bird-nano', 200))
  const page = await open(browser, base, '/', { viewport: { width: 390, height: 844 } })
  await page.waitForSelector('.peerings .body .row')
  const rows = await page.locator('.peerings .body .row').evaluateAll((all) => all.map((r) => (r.classList.contains('down') ? 'down' : 'up')))
  hold(rows.includes('down') && rows.lastIndexOf('down') < rows.indexOf('up'), `the order is ${rows}`)
  hold((await text(page, '.peerings .body .row .c-brief')).includes('least margin 6.0 s, 6.0 s of 9 s'), 'the row tells no margin')
  await page.getByLabel('Order').selectOption('margin')
  await page.waitForURL(/sort=margin/)
  await leave(page)
})

test('the verdict is of OSPF, too', async (browser) => {
  const page = await open(browser, await serve(database('ospf-bgp-reroute-frr-frr-frr')))
  await page.waitForSelector('.adjacencies')
  same(await text(page, 'h1'), 'The one peering is up; 1 of 2 OSPF adjacencies is not complete', 'verdict')
  same(await text(page, 'section[aria-label="OSPF adjacencies"] h2'), 'OSPF: 1 of 2 adjacencies is not complete', 'of OSPF')
  await leave(page)
  const healthy = await open(browser, await serve(database('ospf-healthy-ptp-frr-bird')))
  await healthy.waitForSelector('.adjacencies')
  same(await text(healthy, 'h1'), 'The one adjacency is as it should be', 'without BGP')
  await leave(healthy)
})

test('without anything heard the page says what that may come from', async (browser) => {
  const capture = path.join(folder, 'nothing.pcap')
  writeFileSync(capture, Buffer.from('d4c3b2a1020004000000000000000000ffff000001000000', 'hex'))
  const file = path.join(folder, 'nothing.db')
  execFileSync(binary, ['analyze', '-q', '--db', file, capture], { stdio: 'ignore' })
  const base = await serve(file)
  const page = await open(browser, base)
  same(await text(page, 'h1'), 'Nothing was heard', 'overview')
  hold((await text(page, '.notice')).includes('port 179'), 'no hint')
  await leave(page)
  const tap = await open(browser, base, '/capture')
  same(await text(tap, '.lead'), 'There was no packet in it.', 'capture')
  same(await tap.locator('section[aria-label="What packets came in"]').count(), 0, 'of no packets something is said')
  await leave(tap)
})

test('less than nothing is no margin', async (browser) => {
  const file = changed('healthy-frr-bird-nano', 'stepped', 'UPDATE side SET min_margin_ns = -3594000000000 WHERE side = 0')
  const page = await open(browser, await serve(file))
  await page.waitForSelector('.peerings .body .row')
  same(await text(page, '.body .c-margin'), 'not known 6.0 s', 'margins')
  same(await page.locator('.body .c-margin svg').count(), 1, 'bars')
  await leave(page)
})

test('a capture of weeks: days stand on every axis, intervals in hours', async (browser) => {
  const weeks = 14 * 86400
  const file = changed(
    'hold-sigstop-frr-bird',
    'weeks',
    `INSERT INTO series_side SELECT peering, side, 3600, start_s / 3600 * 3600 - ${weeks} + 3600 * n, 0, 1, 0, 400, 0, 900, 1, 0, 60, 4000, 0, 0, 8000000, 1, 6000000000 - n * 10000000, 0` +
      ` FROM (SELECT peering, side, max(start_s) AS start_s FROM series_side WHERE step = 3600 GROUP BY 1, 2), (WITH RECURSIVE c(n) AS (VALUES (0) UNION ALL SELECT n + 1 FROM c WHERE n < 335) SELECT n FROM c)`,
    `UPDATE peering SET first_ns = first_ns - ${weeks}000000000`,
    `UPDATE capture SET first_ns = first_ns - ${weeks}000000000`,
  )
  const page = await open(browser, await serve(file), '/peerings/10.0.12.1-10.0.12.2')
  await page.waitForSelector('.charts canvas')
  const begins = await page.locator('.bands .axis text').first().textContent()
  hold(/^6 Nov/.test(begins), `the axis begins with ${begins}`)
  same(await text(page, '.charts figcaption'), 'Hold time left least in 1 h, of 9 s', 'unit')
  hold((await text(page, '.bands .legend')).includes('OpenConfirm'), 'the colours of the bands are not told')
  same(await page.locator('.u-legend .u-value').allInnerTexts().then((all) => all.filter((t) => t.trim()).length), 0, 'values without a cursor')
  await leave(page)
})

// ---- news

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
db.execute("UPDATE side SET state = 'Idle', state_since_ns = (SELECT last_ns + 1000 FROM capture) WHERE side = 0")
db.execute("UPDATE capture SET last_ns = last_ns + 2000")
db.commit()`
  execFileSync('python3', ['-c', sql])
  const began = Date.now()
  await page.waitForFunction(() => document.querySelector('h1')?.textContent === 'The one peering is down', null, { timeout: 5000 })
  await page.waitForSelector('.news a', { timeout: 5000 })
  const took = Date.now() - began
  console.log(`  shown after ${took} ms`)
  hold(took < 2000, `shown after ${took} ms`)
  hold((await text(page, '.news')).includes('it fell silent'), 'the finding is not announced')
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

// ---- the door

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

// ---- a phone, and those who do not see it

const VIEWS = ['/', '/findings', '/findings/1', '/peerings/10.0.12.1-10.0.12.2', '/routes?q=46.1.0.1', '/ospf', '/capture']

test('nothing is wider than a phone', async (browser) => {
  for (const name of ['hold-sigstop-frr-bird', 'flapping-frr-bird-clear', 'role-mismatch-frr-bird', 'next-hop-frr-frr-missing-vlan']) {
    const base = await serve(database(name))
    for (const where of name.startsWith('next-hop') ? ['/', '/ospf'] : VIEWS) {
      const page = await open(browser, base, where, { viewport: { width: 360, height: 740 }, colorScheme: 'dark' })
      await page.waitForTimeout(150)
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      hold(over <= 0, `${name} ${where} is ${over} px too wide`)
      await leave(page)
    }
  }
})

test('on a phone no times lie on each other or on what happened', async (browser) => {
  const base = await serve(database('table-exabgp-gobgp'))
  const page = await open(browser, base, '/peerings/10.0.12.1-10.0.12.2', { viewport: { width: 390, height: 844 } })
  await page.waitForSelector('.bands .axis text')
  const lies = await page.evaluate(() => {
    const box = (e) => {
      const range = document.createRange()
      range.selectNodeContents(e)
      return range.getBoundingClientRect()
    }
    const over = (list) => list.slice(1).filter((e, i) => box(e).left < box(list[i]).right).length
    const steps = [...document.querySelectorAll('.story .step')].filter((s) => box(s.querySelector('.time')).right > s.querySelector('.what').getBoundingClientRect().left)
    return [over([...document.querySelectorAll('.bands .axis text')]), steps.length, document.querySelectorAll('.story .step').length]
  })
  same(lies.slice(0, 2).join(), '0,0', 'labels of the axis, steps')
  hold(lies[2] > 3, 'there are no steps')
  await leave(page)
  const ospf = await open(browser, await serve(database('hold-sigstop-frr-bird')), '/routes')
  same(await ospf.getByText('No BGP was heard').count(), 0, 'BGP was heard')
  await leave(ospf)
})

// WCAG 2.1, 1.4.3: what is written stands out against what is behind it.
const faintest = () => {
  const numbers = (colour) => /rgba?\(([^)]+)\)/.exec(colour)?.[1].split(/[ ,/]+/).map(Number)
  const light = (rgb) => [0.2126, 0.7152, 0.0722].reduce((sum, share, i) => sum + share * (rgb[i] <= 10.31 ? rgb[i] / 3294.6 : ((rgb[i] / 255 + 0.055) / 1.055) ** 2.4), 0)
  const out = []
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement
    if (!walk.currentNode.textContent.trim() || e instanceof SVGElement || e.closest(':disabled, .skip') || !e.getClientRects().length) continue
    const style = getComputedStyle(e)
    let [behind, opacity] = [null, 1]
    for (let a = e; a; a = a.parentElement) {
      const colour = numbers(getComputedStyle(a).backgroundColor)
      opacity *= Number(getComputedStyle(a).opacity)
      if (!behind && colour && (colour[3] ?? 1) > 0.9) behind = colour
    }
    const ink = numbers(style.color)
    if (!behind || !ink) continue
    const seen = ink.slice(0, 3).map((v, i) => v * opacity + behind[i] * (1 - opacity))
    const [more, less] = [light(seen), light(behind)].sort((a, b) => b - a)
    const ratio = (more + 0.05) / (less + 0.05)
    if (ratio < (parseFloat(style.fontSize) >= 24 ? 3 : 4.5)) out.push(`${ratio.toFixed(2)} ${e.className} ${walk.currentNode.textContent.trim().slice(0, 30)}`)
  }
  return out
}

test('everything written can be read, by day and by night', async (browser) => {
  for (const name of ['hold-sigstop-frr-bird', 'flapping-frr-bird-clear'])
    for (const colorScheme of ['light', 'dark']) {
      const base = await serve(database(name))
      for (const where of VIEWS) {
        const page = await open(browser, base, where, { colorScheme })
        await page.waitForTimeout(300)
        same((await page.evaluate(faintest)).join('; '), '', `${name} ${where} ${colorScheme}`)
        await leave(page)
      }
    }
})

test('everything that can be pressed has a name, and every view one heading of the first rank', async (browser) => {
  const base = await serve(database('hold-sigstop-frr-bird'))
  for (const where of VIEWS) {
    const page = await open(browser, base, where)
    await page.waitForTimeout(150)
    const nameless = await page.evaluate(() =>
      [...document.querySelectorAll('a, button, input, select, [tabindex="0"]')]
        .filter((e) => !(e.getAttribute('aria-label') || e.textContent.trim()))
        .map((e) => e.outerHTML.slice(0, 80)),
    )
    same(nameless.join(' '), '', where)
    hold((await page.locator('h1').count()) >= 1, `${where} has no heading`)
    hold(/routetap$/.test(await page.title()), `${where} has no title`)
    await leave(page)
  }
})

// ---- pictures, for people to look at

if (process.env.SHOTS)
  test('pictures', async (browser) => {
    const rows = [
      ['one', database('hold-sigstop-frr-bird'), VIEWS],
      ['mesh', database('ibgp-mesh-rr-bird'), ['/', '/findings', '/capture']],
      ['fifty', many('healthy-frr-bird-nano', 50), ['/']],
      ['two-thousand', many('healthy-frr-bird-nano', 2000), ['/', '/findings']],
    ]
    for (const [name, file, views] of rows) {
      const base = await serve(file)
      for (const where of views)
        for (const [size, viewport, colorScheme] of [
          ['desktop', { width: 1360, height: 900 }, 'light'],
          ['phone', { width: 390, height: 844 }, 'dark'],
        ]) {
          const page = await open(browser, base, where, { viewport, colorScheme })
          await page.waitForTimeout(300)
          await page.screenshot({ path: path.join(process.env.SHOTS, `${name}${where.replace(/\W+/g, '-')}-${size}.png`) })
          await leave(page)
        }
    }
  })

async function main() {
  if (!chrome) {
    console.log('no Chromium here\n0 passed, 0 failed, 1 skipped')
    return 0
  }
  const browser = await chromium.launch({
    executablePath: chrome,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  })
  let [passed, failed] = [0, 0]
  for (const { name, run } of tests) {
    try {
      await run(browser)
      passed++
      console.log(`ok    ${name}`)
    } catch (error) {
      failed++
      console.log(`FAIL  ${name}\n      ${String(error.message).split('\n').slice(0, 6).join('\n      ')}`)
    }
    running.splice(0).forEach((r) => r.kill('SIGTERM'))
  }
  await browser.close()
  rmSync(folder, { recursive: true })
  console.log(`${passed} passed, ${failed} failed, 0 skipped`)
  return failed ? 1 : 0
}

process.exit(await main())
