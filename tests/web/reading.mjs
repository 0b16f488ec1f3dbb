// A phone, and those who do not see it; and, with SHOTS=FOLDER, pictures for people to look at.
import path from 'node:path'
import { VIEWS, changed, database, hold, leave, many, open, same, serve, test, text } from './harness.mjs'

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

test('words from the wire are text, and no wider than a phone', async (browser) => {
  const words = `<img src=x onerror=document.title=1><b>\u202eegnahc ${'A'.repeat(200)}`
  const file = changed('cease-shutdown-frr-frr', 'hostile', `UPDATE notification SET text = '${words}'`, `UPDATE finding SET title = '${words}', explanation = '${words}'`)
  const base = await serve(file)
  for (const where of ['/', '/findings', '/findings/1', '/peerings/10.0.12.1-10.0.12.2']) {
    const page = await open(browser, base, where, { viewport: { width: 360, height: 740 } })
    await page.getByText('<img src=x').first().waitFor()
    same(await page.locator('main img, main b:text("egnahc")').count(), 0, `${where}: elements`)
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    hold(over <= 0, `${where} is ${over} px too wide`)
    await leave(page)
  }
})

test('long addresses keep their end', async (browser) => {
  const id = ['2001:db8:1234:5678:9abc:def0:1234:a1', '2001:db8:1234:5678:9abc:def0:1234:b2']
  const file = changed('healthy-frr-bird-nano', 'long', `UPDATE peering SET name = '${id.join('-')}'`, ...id.map((a, i) => `UPDATE side SET address = '${a}', asn = 4200000000 WHERE side = ${i}`))
  const base = await serve(file)
  for (const width of [390, 1000, 1200, 1440]) {
    const page = await open(browser, base, '/', { viewport: { width, height: 800 } })
    await page.waitForSelector('.side .long')
    const ends = await page.locator('.side').evaluateAll((all) =>
      all.map((side) => {
        const [tail, as, own] = [side.querySelector('.long > :last-child'), side.querySelector('.faint'), side.getBoundingClientRect()]
        const end = tail.getBoundingClientRect()
        const next = as.getClientRects()[0]
        return `${tail.textContent} ${end.right <= own.right + 1 && (!next || next.left >= end.right - 1)}`
      }),
    )
    same(ends.join(), 'f0:1234:a1 true,f0:1234:b2 true', `at ${width}`)
    await leave(page)
  }
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
