// The overview: what is wrong stands first, and what is not known is not drawn; two thousand peerings.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { binary, changed, database, folder, hold, leave, many, open, same, serve, test, text } from './harness.mjs'

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

test('half a number of an AS is another AS: what does not fit says so', async (browser) => {
  const base = await serve(database('healthy-frr-bird-nano'))
  for (const width of [320, 390, 760]) {
    const page = await open(browser, base, '/', { viewport: { width, height: 844 } })
    await page.waitForSelector('.side .faint')
    const cut = await page.locator('.side .faint').evaluateAll((all) => {
      const spills = (e) => e.scrollWidth > e.clientWidth || e.getBoundingClientRect().right > e.parentElement.getBoundingClientRect().right + 1
      return all.filter((e) => spills(e) && getComputedStyle(e).textOverflow !== 'ellipsis').map((e) => e.textContent)
    })
    same(cut.join(), '', `cut off at ${width}`)
    await leave(page)
  }
})

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
  const both = await open(browser, await serve(changed('ospf-bgp-loopback-gone-frr-frr-frr', 'both', "UPDATE ospf_neighbor SET state = 'Init' WHERE side = 0")))
  await both.waitForSelector('.adjacencies')
  same(await text(both, 'h1'), 'The one peering is down; the one OSPF adjacency is not complete', 'of both')
  await leave(both)
})

test('of what is wrong the cause stands first', async (browser) => {
  const page = await open(browser, await serve(database('ospf-bgp-loopback-gone-frr-frr-frr')))
  await page.waitForSelector('.peerings .body .row')
  const first = await text(page, '.cards .card h3')
  hold(first.startsWith('OSPF no longer carries 1.1.1.3'), `first stands: ${first}`)
  same(await page.locator('.peerings .c-finding .clamp').first().getAttribute('title'), first, 'the row says')
  await leave(page)
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
