// Both OPENs side by side: what each offers, and what is in use.
import type { Offer, Open } from './api'
import { place } from './parts'
import { familiesIn, moment, stamp, type Moment } from './words'

const FIT_WORDS: Record<Offer['fit'], string> = { plain: '', agreed: 'both', 'one-sided': 'one side only', conflict: 'conflict' }

export function Opens({ opens, offers, now }: { opens: [Open, Open]; offers: Offer[]; now: Moment }) {
  if (!offers.length) return <p class="notice">No OPEN was seen: the capture began when the session was up, or none was sent.</p>
  const apart = opens[0].seen && opens[1].seen && opens[0].connection !== opens[1].connection
  return (
    <>
      {apart && <p class="notice">The two OPENs are of different connections: the latest that each side sent.</p>}
      <div class="scroll">
        <table class="offers">
          <thead>
            <tr>
              <th scope="col">From the OPENs</th>
              {opens.map((o) => (
                <th scope="col" key={o.address}>
                  <span class="address">{o.address}</span>
                  <span class="faint">
                    {o.seen ? `${stamp(moment(o.time), now)}, ${place(o.frame ?? null, o.file)}` : 'no OPEN was seen'}
                    {o.cut && ', cut by the capture'}
                  </span>
                </th>
              ))}
              <th scope="col">In use</th>
            </tr>
          </thead>
          <tbody>
            {offers.map((o) => (
              <tr key={o.key} class={`fit-${o.fit}`}>
                <th scope="row">{familiesIn(o.name)}</th>
                {o.offers.map((text, i) => (
                  <td key={i} data-side={opens[i]!.address}>
                    {text !== null ? familiesIn(text) : <span class="faint">{opens[i]!.seen ? '–' : '?'}</span>}
                  </td>
                ))}
                <td data-side="together:" class={o.use === null && o.fit !== 'conflict' ? 'nothing' : ''}>
                  {o.use !== null && familiesIn(o.use)}
                  {o.fit === 'conflict' && <span class="tag bad">{FIT_WORDS.conflict}</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {opens.some((o) => o.faults?.length) && (
        <ul class="faults">
          {opens.flatMap((o) => (o.faults ?? []).map((f) => <li key={o.address + f}>{o.address}: {f}</li>))}
        </ul>
      )}
    </>
  )
}
