// What OSPF did before a session was lost: adjacencies that were left or came up, LSAs that changed or went, as steps among
// what happened in the peering.
import { OspfPill } from './adjacencies'
import type { Ospf, OspfActivity, Transition } from './api'
import { useData } from './data'
import { typeOf } from './lsas'
import { Link } from './parts'
import type { Step } from './story'
import { moment, plain } from './words'

// So long before the hold time began to run, seconds; and of several at most so many.
const BEFORE = 60
const MOST = 40

export interface Underlay {
  ospf: Ospf
  activity: OspfActivity
}

// Asked for only where a session was lost.
export function useUnderlay(lost: boolean): Underlay | null {
  const ospf = useData<Ospf>(lost ? 'ospf' : null).data
  const activity = useData<OspfActivity>(ospf?.links.length ? 'ospf/activity' : null).data
  return ospf && activity && { ospf, activity }
}

export const lossesOf = (list: Transition[]) => list.filter((t) => t.from === 'Established').map((t) => moment(t.time)).filter((t) => t !== null)

const mapAt = (t: number) => `/ospf?at=${(t + 2e-6).toFixed(6)}`

function adjacencySteps({ ospf }: Underlay): Step[] {
  const at = new Map(ospf.standing.map((s, i) => [s.number, ospf.adjacencies[i]!]))
  return ospf.transitions.flatMap((t) => {
    const [a, when] = [at.get(t.adjacency), moment(t.time)]
    if (!a || when === null || (t.from !== 'Full' && t.to !== 'Full')) return []
    const what = (
      <>
        <Link to={mapAt(when)}>OSPF</Link> {a.link}: <span class="address">{a.routers[t.side]}</span> <span class="faint">has</span> <span class="address">{a.routers[t.side ? 0 : 1]}</span>{' '}
        <span class="faint">{t.from} →</span> <OspfPill state={t.to} /> <span class="faint">{plain(t.cause)}</span>
      </>
    )
    return [{ t: when, frame: t.frame, side: -1, kind: 'ospf', what }]
  })
}

function lsaSteps({ activity }: Underlay): Step[] {
  return activity.latest.flatMap((l) => {
    const when = moment(l.time)
    if (when === null || l.change === 'new') return []
    const what = (
      <>
        <Link to={mapAt(when)}>OSPF</Link> {typeOf(l.type)} LSA <span class="address">{l.link_state_id}</span> of <span class="address">{l.advertising_router}</span> {l.change}
        {l.words && `: ${l.words}`}
      </>
    )
    return [{ t: when, frame: null, side: -1, kind: 'ospf', what }]
  })
}

export function underlaySteps(u: Underlay | null, losses: number[], hold: number | null): Step[] {
  if (!u || !losses.length) return []
  const near = (t: number | null) => t !== null && losses.some((loss) => t <= loss && t >= loss - BEFORE - (hold ?? 0))
  return [...adjacencySteps(u), ...lsaSteps(u)]
    .filter((s) => near(s.t))
    .sort((a, b) => a.t! - b.t!)
    .slice(-MOST)
}
