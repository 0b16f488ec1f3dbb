// The page of a peering: bands, charts, OPENs, the story, messages, tables on their way.
import { execFileSync } from 'node:child_process'
import { binary, changed, database, hold, leave, open, same, serve, test, text } from './harness.mjs'

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

test('what OSPF did before a session was lost stands in what happened', async (browser) => {
  const base = await serve(database('ospf-bgp-loopback-gone-frr-frr-frr'))
  const page = await open(browser, base, '/peerings/1.1.1.1-1.1.1.3')
  await page.waitForSelector('.story .ospf')
  const steps = await page.locator('.story .step .what').allInnerTexts()
  const gone = steps.findIndex((s) => s.startsWith('OSPF router LSA 1.1.1.3 of 1.1.1.3 changed: network 1.1.1.3 mask 255.255.255.255 gone'))
  const lost = steps.findIndex((s) => /Established →.*hold time ran out/.test(s.replace(/\s+/g, ' ')))
  hold(gone > 0 && lost > gone, `${gone} and ${lost} of ${steps.length} steps`)
  hold(steps.some((s) => /^OSPF 10\.41\.1\.0\/24: .*Loading → Full/.test(s.replace(/\s+/g, ' '))), 'no adjacency')
  await page.locator('.story .ospf a').last().click()
  await page.waitForURL(/\/ospf\?at=1795181263\.75/)
  await leave(page)
  const well = await open(browser, await serve(database('ospf-bgp-reroute-frr-frr-frr')), '/peerings/10.255.0.1-10.255.0.3')
  await well.waitForSelector('#story')
  same(await well.locator('.story .ospf').count(), 0, 'steps of OSPF where no session was lost')
  await leave(well)
})

test('a side of which nothing is heard is drawn as unknown', async (browser) => {
  const page = await open(browser, await serve(database('conn-ttl-frr-bird-v6')), '/peerings/2600:12::1-2600:23::2')
  await page.waitForSelector('.bands .band')
  same(await page.locator('.bands .band').nth(1).locator('rect').evaluateAll((all) => all.map((r) => r.getAttribute('class')).join()), 'st-Unknown', 'its band')
  await leave(page)
})

test('a loss of routes: bars of who told of it from when to when', async (browser) => {
  const base = await serve(database('killed-bird-frr'))
  const page = await open(browser, base, '/peerings/10.0.12.1-10.0.12.2')
  const section = page.locator('section[aria-label="Convergence after a loss"]')
  await section.waitFor()
  same(await section.locator('.episode h3').innerText(), 'Session 10.0.12.1-10.0.12.2 lost at 10.0.12.2: 6 routes, last change after 11 s; not known to have settled yet', 'episode')
  hold((await section.innerText()).includes('4 prefixes: 4 as before. Half of them changed last within 11 s'), 'what became of the prefixes')
  const bars = await section.locator('.track').evaluateAll((all) =>
    all.map((track) => {
      const [way, bar] = [track.getBoundingClientRect(), track.querySelector('i').getBoundingClientRect()]
      return [Math.round((100 * (bar.left - way.left)) / way.width), Math.round((100 * bar.width) / way.width), track.getAttribute('aria-label')]
    }),
  )
  // one told for 10.7 of 11.1 seconds, the other to the end; both from the beginning
  same(bars.map(([left, width]) => `${left} ${width}`).join(), '0 96,0 100', 'bars')
  hold(/^10\.0\.12\.1: session lost with 2 routes, 2 announcements; 14:11:05\.286 – 14:11:15\.987$/.test(bars[0][2]), `the bar says ${bars[0][2]}`)
  await leave(page)
  const well = await open(browser, await serve(database('healthy-frr-bird-nano')), '/peerings/10.0.12.1-10.0.12.2')
  await well.waitForSelector('#opens')
  same(await well.locator('.episode').count(), 0, 'losses where there was none')
  await leave(well)
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
