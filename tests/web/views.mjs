// The other views: findings, OSPF, routes, the capture.
import { changed, database, hold, leave, open, part, same, serve, test, text } from './harness.mjs'

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

test('routes: whose tables are partial, and what is stale', async (browser) => {
  const quiet = await open(browser, await serve(database('healthy-frr-bird-midstream')), '/routes?q=45.1.0.1')
  await quiet.waitForSelector('.partial')
  same(await text(quiet, '.partial'), 'Partial: not all that 10.0.12.1 and 10.0.12.2 said is in the capture: there may be routes that are not shown here.', 'of nobody')
  await leave(quiet)
  const late = await open(browser, await serve(part('graceful-restart-frr-bird', 14, 30)), '/routes?q=45.1.0.1')
  await late.waitForSelector('.announced')
  hold((await text(late, '.announced')).includes('since 20 Nov 2026 14:11:59.867 UTC, or before: the capture joined in mid-session'), 'its age is told as if it were known')
  await leave(late)
  const restarting = await open(browser, await serve(part('graceful-restart-frr-bird', 1, 40)), '/routes?q=46.1.0.1')
  await restarting.waitForSelector('.announced')
  const told = await restarting.locator('.announced li').evaluateAll((all) => all.map((li) => `${li.querySelector('.address').textContent} ${li.querySelector('.tag')?.textContent}`).sort().join())
  same(told, '10.0.12.2 stale', 'what is stale')
  same(await restarting.locator('.partial').count(), 0, 'of a capture that has all')
  await leave(restarting)
  const back = await open(browser, await serve(database('graceful-restart-frr-bird')), '/routes?q=46.1.0.1')
  await back.getByText('stale removed').first().waitFor()
  await leave(back)
})

test('the capture: what is wrong with it stands on top', async (browser) => {
  const base = await serve(database('healthy-frr-bird-torn'))
  const page = await open(browser, base, '/capture')
  same(await text(page, 'h1'), 'The capture itself has flaws', 'verdict')
  hold((await text(page, 'main')).includes('offset'), 'the place of the damage is not told')
  await leave(page)
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

test('OSPF: no two states have the same colour', async (browser) => {
  const base = await serve(database('ospf-exchange-stuck-frr-frr'))
  for (const colorScheme of ['light', 'dark']) {
    const page = await open(browser, base, '/ospf', { colorScheme })
    const colours = await page.evaluate(() =>
      ['Full', '2-Way', 'Loading', 'Exchange', 'ExStart', 'Init', 'Down'].map((state) => {
        const one = document.body.appendChild(Object.assign(document.createElement('i'), { className: `swatch os-${state}` }))
        return [state, getComputedStyle(one).backgroundColor.match(/\d+/g).slice(0, 3).map(Number)]
      }),
    )
    for (const [a, mine] of colours)
      for (const [b, theirs] of colours)
        hold(a === b || Math.hypot(...mine.map((v, i) => v - theirs[i])) > 50, `${a} and ${b} look alike in ${colorScheme}`)
    await leave(page)
  }
})

test('OSPF: names on the map stand where no edge goes', async (browser) => {
  for (const name of ['ospf-multi-area-frr-frr-frr', 'next-hop-frr-frr-missing-vlan']) {
    const page = await open(browser, await serve(database(name)), '/ospf')
    await page.waitForSelector('.map .name')
    const crossed = await page.evaluate(() => {
      const names = [...document.querySelectorAll('.map .name, .map .nodes .dr')].map((t) => [t.textContent, t.getBoundingClientRect()])
      return [...document.querySelectorAll('.map .edges path')].flatMap((path) => {
        const place = path.getScreenCTM()
        const points = Array.from({ length: 201 }, (_, i) => path.getPointAtLength((path.getTotalLength() * i) / 200).matrixTransform(place))
        return names.filter(([, r]) => points.some((p) => p.x > r.left + 2 && p.x < r.right - 2 && p.y > r.top + 2 && p.y < r.bottom - 2)).map(([words]) => words)
      })
    })
    same(crossed.join(), '', `crossed on the map of ${name}`)
    await leave(page)
  }
})

test('the capture: what it says of itself is what it shows', async (browser) => {
  const sound = await open(browser, await serve(database('hold-sigstop-frr-bird')), '/capture')
  same(await text(sound, 'h1'), 'The capture is sound', 'of one without a doubt')
  await leave(sound)
  const file = changed('hold-sigstop-frr-bird', 'cut', "UPDATE capture SET truncated_packets = 1")
  const cut = await open(browser, await serve(file), '/capture')
  same(await text(cut, 'h1'), 'The capture is sound, but for 1 packet that was cut', 'of one with a cut packet')
  await leave(cut)
})

test('the capture: its last interval is as long as it was watched', async (browser) => {
  const base = await serve(database('hold-sigstop-frr-bird'))
  const page = await open(browser, base, '/capture')
  await page.waitForSelector('.charts canvas')
  const { series, last } = await page.evaluate(async () => ({
    series: await (await fetch('/api/v1/capture/series')).json(),
    last: Date.parse((await (await fetch('/api/v1/capture')).json()).capture.last) / 1000,
  }))
  const [t, n] = [series.time.at(-1), series.packets.at(-1)]
  hold(last - t > series.step / 8 && last - t < series.step * 0.9, `it is ${last - t} s`)
  const box = await page.locator('.charts .u-over').first().boundingBox()
  await page.mouse.move(box.x + box.width - 2, box.y + 20)
  const told = await page.locator('.charts .u-legend .u-value').nth(1).innerText()
  hold(Math.abs(Number(told) - n / (last - t)) < 0.02, `${told} a second, of ${n} in ${last - t} s`)
  await leave(page)
})
