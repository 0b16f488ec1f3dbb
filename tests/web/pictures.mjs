// usage: UI=FOLDER-with-node_modules node pictures.mjs BINARY FOLDER
// In:  the program, captures of tests/captures, Chromium. Out: FOLDER/overview.png and FOLDER/peering.png, as README shows
//      them: node tests/web/pictures.mjs build/routetap docs
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { browse, captures, binary, folder, leave, open, serve, stop } from './harness.mjs'

// Peerings of several labs, moved in time so that all of them end at one moment: as a tap of one night would have them.
const LABS = ['ospf-bgp-loopback-gone-frr-frr-frr', 'ibgp-mesh-rr-bird', 'conn-ttl-frr-bird-v6', 'hold-sigstop-frr-bird']
const END = Date.UTC(2026, 10, 21, 3, 12, 40) / 1000

function moved(name) {
  const bytes = Buffer.from(readFileSync(path.join(captures, `${name}.pcap`)))
  const records = []
  for (let at = 24; at < bytes.length; at += 16 + bytes.readUInt32LE(at + 8)) records.push(at)
  const by = END - bytes.readUInt32LE(records.at(-1))
  for (const at of records) bytes.writeUInt32LE(bytes.readUInt32LE(at) + by, at)
  const file = path.join(folder, `${name}.pcap`)
  writeFileSync(file, bytes)
  return file
}

async function picture(browser, base, where, ready, size, to) {
  const page = await open(browser, base, where, { viewport: size, colorScheme: 'light' })
  await page.waitForSelector(ready)
  await page.mouse.move(0, 0)
  await page.waitForTimeout(600) // charts
  await page.screenshot({ path: to })
  await leave(page)
}

const to = process.argv[3]
const database = path.join(folder, 'night.db')
execFileSync(binary, ['analyze', '-q', '--db', database, ...LABS.map(moved)], { stdio: 'ignore' })
const browser = await browse()
const base = await serve(database)
await picture(browser, base, '/', '.adjacencies', { width: 1200, height: 660 }, path.join(to, 'overview.png'))
await picture(browser, base, '/peerings/10.0.12.1-10.0.12.2', '.charts canvas', { width: 1200, height: 820 }, path.join(to, 'peering.png'))
await stop(browser)
