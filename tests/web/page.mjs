// usage: UI=FOLDER-with-node_modules node page.mjs BINARY [WORDS]
// In:  the program, captures of tests/captures, Chromium. Out: what the page does otherwise than it should, as an engineer
//      at night would notice it, and a last line `N passed, N failed, N skipped`. With WORDS only tests whose names have
//      them; with SHOTS=FOLDER pictures of all views.
import { run } from './harness.mjs'
import './overview.mjs'
import './peering.mjs'
import './views.mjs'
import './live.mjs'
import './reading.mjs'
import './paper.mjs'

process.exit(await run(process.argv[3] ?? ''))
