// usage: node build.mjs SOURCES PACKAGES OUT [--watch]
// In:  the page's sources, and the folder that has node_modules. Out: OUT with the page, each file compressed (*.gz);
//      with --watch plain files, made anew at each change: for routetap serve --assets OUT.
import { createRequire } from 'node:module'
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync, watch } from 'node:fs'
import { gzipSync } from 'node:zlib'
import path from 'node:path'

const [sources, packages, out] = process.argv.slice(2, 5).map((p) => path.resolve(p))
const watching = process.argv.includes('--watch')
const esbuild = createRequire(path.join(packages, 'package.json'))('esbuild')
const copied = ['index.html', 'icon.svg']

const options = {
  entryPoints: { app: path.join(sources, 'main.tsx') },
  outdir: out,
  bundle: true,
  minify: !watching,
  sourcemap: watching ? 'inline' : false,
  format: 'esm',
  target: ['es2021', 'chrome100', 'firefox100', 'safari15'],
  jsx: 'automatic',
  jsxImportSource: 'preact',
  nodePaths: [path.join(packages, 'node_modules')],
  legalComments: 'none',
  logLevel: 'warning',
  write: watching,
}

mkdirSync(out, { recursive: true })
if (watching) {
  const copy = () => copied.forEach((name) => copyFileSync(path.join(sources, name), path.join(out, name)))
  copy()
  watch(sources, copy)
  await (await esbuild.context(options)).watch()
} else {
  const built = await esbuild.build(options)
  rmSync(out, { recursive: true })
  mkdirSync(out, { recursive: true })
  const files = built.outputFiles.map((f) => [path.basename(f.path), f.contents])
  for (const name of copied) files.push([name, readFileSync(path.join(sources, name))])
  let total = 0
  for (const [name, bytes] of files) {
    const small = gzipSync(bytes, { level: 9 })
    total += small.length
    writeFileSync(path.join(out, name + '.gz'), small)
  }
  console.log(`the page: ${(total / 1024).toFixed(1)} KiB compressed`)
}
