// The page on paper: as wide as it, by day's colours. What draws to a width is told before and after.
import { options } from 'preact'
import { useEffect, useState } from 'preact/hooks'

const told = new Set<(printing: boolean) => void>()

// The class comes first, so that whoever is told measures what will be printed. It must be drawn before this returns: the
// browser does not wait.
const turn = (printing: boolean) => () => {
  document.documentElement.classList.toggle('printing', printing)
  const usual = options.debounceRendering
  options.debounceRendering = (draw) => draw()
  told.forEach((tell) => tell(printing))
  if (usual) options.debounceRendering = usual
  else delete options.debounceRendering
}
addEventListener('beforeprint', turn(true))
addEventListener('afterprint', turn(false))

export function onPrint(tell: (printing: boolean) => void): () => void {
  told.add(tell)
  return () => void told.delete(tell)
}

export function usePrinting(): boolean {
  const [printing, setPrinting] = useState(false)
  useEffect(() => onPrint(setPrinting), [])
  return printing
}
