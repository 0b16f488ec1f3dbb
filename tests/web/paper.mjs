// The page on paper, as it goes into the report of an outage.
import { database, hold, leave, open, same, serve, test } from './harness.mjs'

// Chromium tells the page that it is printed, as at a person's Ctrl-P; what the page made of that is measured before it is laid out.
async function printed(page) {
  await page.evaluate(() => addEventListener('beforeprint', () => {
    const drawn = [...document.querySelectorAll('main .bands svg, main canvas')].map((e) => e.tagName === 'CANVAS' ? e.width / devicePixelRatio : parseFloat(e.getAttribute('width')))
    window.paper = { wide: Math.max(...drawn.filter(Number.isFinite)), ground: getComputedStyle(document.body).getPropertyValue('--paper').trim() }
  }, { once: true }))
  const bytes = await page.pdf({ format: 'A4' })
  same(bytes.subarray(0, 5).toString(), '%PDF-', 'what is printed')
  return page.evaluate(() => window.paper)
}

test('paper: a peering is as wide as the paper, and light, though the screen is dark', async (browser) => {
  const base = await serve(database('hold-sigstop-frr-bird'))
  const page = await open(browser, base, '/peerings/10.0.12.1-10.0.12.2', { colorScheme: 'dark', viewport: { width: 1700, height: 900 } })
  await page.waitForSelector('.charts canvas')
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')))
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
  const right = await page.evaluate(() => Math.max(...[...document.querySelectorAll('main svg, main canvas, main table')].map((e) => e.getBoundingClientRect().right)))
  hold(right <= 703, `it is ${right} pixels wide`)
  same(await page.evaluate(() => getComputedStyle(document.body).getPropertyValue('--paper').trim()), '#ffffff', 'its ground')
  const ink = await page.locator('.charts canvas').first().evaluate((c) => {
    const at = c.getContext('2d').getImageData(0, 0, 62 * devicePixelRatio, c.height).data
    return Math.min(...Array.from({ length: at.length / 4 }, (_, i) => (at[4 * i + 3] > 200 ? at[4 * i] + at[4 * i + 1] + at[4 * i + 2] : 765)))
  })
  hold(ink < 350, `figures of the axis have the colour of night: ${ink}`)
  const words = await page.locator('.feed h3 a').first().evaluate((a) => getComputedStyle(a, '::after').content)
  hold(words.includes('/findings/'), `the address of a finding is lost: ${words}`)
  hold((await page.locator('.paper-only').last().innerText()).startsWith(base), 'the address of the page is lost')
  await page.emulateMedia({ media: 'screen', colorScheme: 'dark' })
  await page.evaluate(() => dispatchEvent(new Event('afterprint')))
  await page.waitForFunction(() => document.querySelector('.bands svg').getBoundingClientRect().width > 1000)
  await leave(page)
})

test('paper: Chromium prints it so', async (browser) => {
  const base = await serve(database('hold-sigstop-frr-bird'))
  const page = await open(browser, base, '/peerings/10.0.12.1-10.0.12.2', { colorScheme: 'dark', viewport: { width: 1700, height: 900 } })
  await page.waitForSelector('.charts canvas')
  const { wide, ground } = await printed(page)
  hold(wide <= 703, `it is ${wide} pixels wide`)
  same(ground, '#ffffff', 'its ground')
  await leave(page)
})

test('paper: a finding has the commands of all vendors', async (browser) => {
  const page = await open(browser, await serve(database('hold-sigstop-frr-bird')), '/findings/1')
  await page.waitForSelector('.command')
  await page.emulateMedia({ media: 'print' })
  const vendors = await page.locator('.choice button').allTextContents()
  const told = await page.locator('.commands').innerText()
  hold(vendors.length > 1 && vendors.every((v) => told.includes(v)), `of ${vendors} only: ${told}`)
  hold(!(await page.locator('.choice').first().isVisible()), 'what cannot be pressed on paper is printed')
  await leave(page)
})
