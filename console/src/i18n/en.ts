/** Every English sentence of the console, beside the Chinese one. */
import { registers } from './registers.en'
import { duty, rules } from './rules.en'
import type { Catalogue } from './zh'

const WEEK = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const MONTH = ['', 'Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const CARE: Record<string, string> = { '0': 'able', '1': 'mild need', '2': 'moderate need', '3': 'severe need', '4': 'full need', '5': 'full need' }
const many = (n: number, one: string, more = `${one}s`): string => `${n} ${n === 1 ? one : more}`

export const en: Catalogue = {
  reg: registers,
  rules,
  duty,
  app: {
    name: 'Unwalled', desk: 'Desk', title: 'Desk · Unwalled', waitingTitle: (n, clock, kind) => `(${n}) ${clock} ${kind}`,
    language: '中文', languageShort: '中', languageHint: 'Switch to Chinese', signOut: 'Sign out', demoData: 'Demo data', retry: 'Retry', close: 'Close', nav: 'Main',
    plans: 'Plans', watch: 'Desk', keys: 'Keys', me: (name) => `I am ${name}`,
  },
  signIn: {
    lead: 'A nursing home without walls', what: 'Beds at home, caregivers on the road, the bell rings here.', name: 'Account', password: 'Password', go: 'Start shift', going: 'Checking…',
    wrong: 'Account or password is wrong. Check capitals and input method.', unreachable: 'The service cannot be reached. Calls still ring by phone; try again shortly.',
    tooMany: 'Too many tries. Wait a little.', refused: (why) => `Not let in: ${why}`, demo: 'This is the demo town; its people are invented. Names and passwords are printed where it was started.',
    needName: 'Account is missing', needPassword: 'Password is missing', expired: 'Your sign-in ended. Sign in again.', loading: 'Checking whether you are signed in…', schematic: 'Schematic chart', choose: 'Choose your password', again: 'Once more', keep: 'Keep it', notSame: 'both must be the same', chosen: 'Password kept. Sign in with it.',
  },
  words: {
    anonymous: 'unknown', female: 'F', male: 'M', age: (sex, age) => `${sex} ${age}`, alone: 'lives alone', careLevel: (level) => CARE[String(level)] ?? `${level}`, levelRanOut: (level, on) => `${level} (ran out ${on})`, levelUnproved: (level) => `${level} (no valid assessment)`,
    speaks: (dialect) => `speaks ${dialect.replace(/^说/, '')}`, floor: (n) => `floor ${n}`, noLift: 'no lift', lift: 'lift',
    minutes: (n) => `${n} min`, hours: (n) => `${n} h`,
    km: (n) => `${n} km`, metres: (n) => `${n} m`, agoMinutes: (n) => `${n} min ago`, agoSeconds: (n) => `${n} s ago`,
    date: (month, day, week) => `${WEEK[week] ?? ''} ${day} ${MONTH[month] ?? ''}`, level: (n) => `level ${n}`, people: (n) => many(n, 'person', 'people'), sep: ' · ', stop: '; ', list: ', ',
  },
  kind: {
    sos: 'SOS button', fall: 'Fall', smoke: 'Smoke', gas: 'Gas', inactivity: 'No movement', wander: 'Wandering', door: 'Door', bed_exit: 'Out of bed', hotline: 'Hotline', manual: 'Entered by hand', other: 'Call',
  },
  kindGlyph: { sos: 'SOS', fall: 'F', smoke: 'Sm', gas: 'G', inactivity: 'N', wander: 'W', door: 'D', bed_exit: 'B', hotline: 'T', manual: 'H', other: 'C' },
  incidentState: { open: 'waiting', acknowledged: 'answered', assigned: 'sent', on_scene: 'on site', recovering: 'recovering', closed: 'closed' },
  outcome: { helped: 'Helped', hospital: 'Hospital', false_alarm: 'False alarm', device_fault: 'Device fault', not_found: 'Nobody found', other: 'Other' },
  rung: { desk: 'desk', station: 'station', family: 'family', village: 'village committee', supervisor: 'supervisor', again: 'ringing again', lost: 'nearby', sent: 'sent', found: 'found', other: 'next rung' },
  role: { admin: 'Admin', dispatcher: 'Dispatcher', station_manager: 'Station manager', caregiver: 'Caregiver', supervisor: 'Supervisor', other: 'Member' },
  family: { meal: 'Meal', urgent: 'Urgent', medical: 'Medical', escort: 'Escort', bath: 'Bath', clean: 'Housekeeping', patrol: 'Patrol', volunteer: 'Company', respite: 'Respite' },
  familyGlyph: { meal: 'M', urgent: 'E', medical: 'C', escort: 'T', bath: 'B', clean: 'H', patrol: 'V', volunteer: 'A', respite: 'R' },
  mode: { walk: 'on foot', ebike: 'e-bike', bus: 'bus', car: 'car' },
  doing: { idle: 'ready', moving: 'on the way', serving: 'serving', responding: 'to a call', off: 'off duty' },
  visitState: { accepted: 'planned', en_route: 'on the way', arrived: 'arrived', in_service: 'in service', finished: 'done', confirmed: 'confirmed', cancelled: 'cancelled', missed: 'missed' },
  header: {
    dayShift: 'Day', nightShift: 'Night', handover: (at) => `until ${at}`, waiting: ['calls', 'waiting'], handling: ['being', 'handled'], late: ['visits', 'late'],
    tray: ['not', 'assigned'], onDuty: (total) => ['on duty', `of ${total}`], openList: 'Open the list', sla: 'Promises', answered: 'Answer 60 s', onSite: 'Site 45 min', onTime: 'On time', online: 'Online',
    goal: (pct) => `goal ${pct}`, none: 'none yet', live: 'Live', stale: 'Stopped', off: 'Cut off', connecting: 'Connecting', theme: 'Day or night (N)', clock: 'Server time',
    ringing: (what) => `Ringing: ${what}. F9 mutes for 60 s`, silent: 'Not ringing', soundOff: 'Bell not tried', muted: (s) => `muted ${s} s`,
  },
  feed: {
    staleLead: (at, ago) => `Data stopped at ${at}, ${ago} ago.`, staleMore: 'Calls still ring by phone; clocks run on this machine, positions and the plan may have changed.',
    staleMorePhone: (phone) => `Calls still ring on ${phone}; clocks run on this machine, positions and the plan may have changed.`,
    tries: (n) => `Reconnecting, try ${n}.`, offLead: (ago) => `Cut off from the service for ${ago}.`, offMore: 'This desk counts as gone: the ladder goes past it to station and phones. Answer by phone.',
    reconnect: 'Reconnect now', mapStamp: (at) => `positions of ${at}`, planStamp: (at) => `plan of ${at}`, seconds: (n) => `${n} s`, minutesSeconds: (m, s) => `${m} min ${s} s`,
    callInstead: 'This desk counts as gone; answer by phone', callInsteadPhone: (phone) => `This desk cannot answer; use ${phone}`,
  },
  queue: {
    title: 'Calls', counts: (w, h, d) => `${w} waiting · ${h} handled · ${many(d, 'drill')}`, none: 'No calls waiting.', last: (at) => `Last ${at}`, presses: (n) => `press ${n}`,
    pressedAt: (times) => `Pressed ${times}`, goal: (seconds, rung) => `${seconds} s · ${rung}`, left: (s, rung) => `${s} s to ${rung}`, ladderEnd: 'The ladder is used up: call 120 by phone', goalOnly: (seconds) => `${seconds} s`, passed: (rung) => `passed to ${rung}; still ringing here`,
    answer: 'Answer', send: (name, min) => `Send ${name} ${min} min`, sendChoose: 'Choose who', reading: 'Finding the nearest…', noOne: 'Nobody to send', call120: '120', hold120: 'Hold 1 s to see what to say', answered: (who, clock) => `${who} answered ${clock}`,
    lost: (who, at) => `${who} answered first at ${at}. You are listening in`, again: (clock) => `rings again in ${clock}`, againNow: '3 min without progress; rings again', onSite: 'On site', sent: (name) => `${name} sent`, sentEta: (name, at) => `${name} there ${at}`,
    notSent: 'nobody sent yet', drill: 'Drill · not counted', closedToday: (n) => `${n} closed today`, answerIn: (clock) => `answered ${clock}`, failed: (why) => `Not done: ${why}`, markOnScene: 'On site now', markRecovering: 'Recovering', close: 'Close', resend: 'Send other', unknownPlace: 'no address', nextRung: (rung) => `next: ${rung}`, reached: (rungs) => `told: ${rungs}`, accepted: (who) => `${who}: on my way`, declined: (who, why) => `${who} cannot go: ${why}. Send somebody else`,
    newCall: (kind, who, place) => `${kind}, ${who}, ${place}`, tryBell: 'Try the bell', bellAsk: 'The browser rings only after one press:', bellOk: 'I heard it', bellHow: 'Three notes just rang. If not heard, turn up and try again.', drillMark: 'D',
    crowd: (n, places) => `${n} calls wait in ${many(places, 'place')}: one of each building first`, house: (name, n) => `${name}, ${n} waiting`, houseCalls: (n) => `${n} waiting`, houseMore: (n) => `${n} more in this building`, houseLess: 'Fold', further: (n) => `${many(n, 'more place')}: list some`,
  },
  detail: {
    open: 'File', title: 'How to get in, whom to call', note: 'Opened for this call, taken back 30 minutes after its close; every opening is noted.', masked: 'Closed for more than 30 minutes: masked.', reading: 'Opening…', phone: 'Self', gate: 'Gate', key: 'Key', way: 'Way in', know: 'Know first', contacts: 'Contacts', log: 'What happened', none: 'none on file',
  },
  assign: {
    title: 'Who goes', count: (n) => `${n} can go`, send: 'Send', choose: 'Pick', slipNone: 'no visit moves', slip: (name, min) => `${name} +${min} min`, slipWindow: (name, min) => `${name} +${min} min, past window`, unfit: (why) => `Should not go: ${why}`, despite: 'Send all the same', empty: 'Nobody near can go. Call 120 or the station.',
    sum: (name, min, slips, broken) => `${name} there in ${min} min; ${many(slips, 'visit')} later, ${broken} past the window.`, digits: 'digits choose, F2 sends', cancel: 'Not yet', arrives: (at) => `there ${at}`,
  },
  closing: {
    title: 'Close', outcome: 'Outcome', note: 'Recovery note (the family sees it)', example: 'e.g. better after medicine at 15:10, daughter home at 17, call back tonight at 20.', lacks: (what) => `Cannot close yet: ${what}`, lack: { answered: 'not answered', outcome: 'no outcome', note: 'no recovery note', on_site: 'nobody on site' }, done: 'Close', cancel: 'Not yet',
  },
  say120: {
    title: 'What to tell 120', note: 'The system never dials 120. Use the phone.', here: (place) => `Address: ${place}`, who: (who) => `Patient: ${who}`, why: (kind, n) => (n > 1 ? `What: ${kind}, pressed ${n} times` : `What: ${kind}`), door: (floor) => `Access: ${floor}`, known: (notes) => `To know: ${notes}`, meet: 'A caregiver will meet you downstairs.', copy: 'Copy', copied: 'Copied',
  },
  map: {
    title: 'Map', caregivers: (n) => `Caregivers ${n}`, elders: (n) => `Elders ${n}`, sites: (n) => `Sites ${n}`, chosen: (name) => `${name} chosen`, rest: (n, way) => `${many(n, 'visit')} left ${way}`, clear: 'Clear', done: 'done', going: 'on the way', planned: 'planned', proposed: 'could go', old: 'old position',
    failed: 'The map cannot be read; the lists work as usual.', loading: 'Reading the map…', station: 'S', canteen: 'M', arrive: (name, clock) => `${name} there ${clock}`, press: (n) => `press ${n}`, fit: 'Show all', zoomIn: 'Zoom in', zoomOut: 'Zoom out', off: (way) => `${way} outside`,
  },
  timeline: {
    title: "Today's plan", version: (v, at, who) => `version ${v} · ${who}published ${at}`, none: 'No plan today.', noneHint: 'Make one under Plans and publish it.', caregiver: 'Caregiver', hours: 'Hours', done: 'done', inService: 'in service', planned: 'planned', late: 'late', shifted: 'will slip', eventful: (n) => `Eventful ${n}`, all: (n) => `All ${n}`, h4: '4 h', h10: '10 h', day: 'Day',
    now: (at) => `now ${at}`, rest: 'rest', wait: 'waits', two: '×2', lateBy: (n) => `+${n} late`, over: (n) => `+${n} over`, more: (n) => `+${n}`, boxes: (n) => many(n, 'box', 'boxes'), offToday: 'off today', absent: (n) => `absent · ${many(n, 'visit')} still in this name`, responding: 'to a call', quiet: 'Everything is on time; no row needs you.', reading: "Reading today's plan…",
    tip: (from, to, what, who, where) => `${from}–${to} ${what} ${who} ${where}`, run: 'Plan',
  },
  trouble: {
    title: 'Exceptions', todo: (n) => `${n} to do`, handled: (n) => `${n} handled`, none: 'No exceptions.', lateLead: (n) => `${n} min late`, late: (who, whom, what) => `${who} → ${whom} ${what}`, lateMore: (at, place) => `due ${at} · ${place}`, missedLead: 'Missed', waitLead: 'Waiting for the second', wait: (here, there) => `${here} is there, ${there} is not`, waitMore: (whom, what) => `${whom} ${what}: both start together`,
    knockLead: (n) => `will be ${n} min late`, offlineLead: 'Terminals offline', offline: (n) => `${n} without heartbeat`, offlineMore: 'calls may not arrive; have them visited', batteryLead: 'Low battery', battery: (n) => `${many(n, 'terminal')} to charge`, oldLead: 'Old position', old: (who, n) => `${who} ${n} min ago`, oldMany: (n, who) => `${many(n, 'person', 'people')} ${who}`, oldMore: 'the phone may be flat or without network', jobLead: 'Planning stopped early', jobMore: 'the published version stays in use',
    look: 'Show row', ok: 'Noted', rerun: 'Run again', callBackLead: 'Call back', callBackMore: 'a message from this terminal could not be read', callBackDone: 'Called',
  },
  tray: {
    title: 'Not assigned', count: (n) => many(n, 'visit'), none: 'No visit waits for somebody.', two: (n) => `two people ${n} min`, one: (n) => `${n} min`, look: 'Show place', fresh: 'ordered since the plan, in none yet', noReason: 'no reason given', over: 'past', left: (n) => `${n}`,
    reason: { skill: 'nobody has the skill', refused: 'those who could are refused', pinned: 'the chosen one cannot', bag: 'too much to carry', shift: 'nobody on shift then', window: 'nobody gets there in time', ride: 'too far for a hot meal', busy: 'everybody is busy', price: 'too far out of the way', nobody: 'no caregivers', other: 'left out' },
    passed: { skill: 'skilled', refused: 'welcome', pinned: 'chosen', bag: 'can carry', shift: 'on shift', window: 'in time', ride: 'still hot', busy: 'free', price: 'worth it' },
  },
  place: {
    title: 'Place this visit', choose: 'Choose a visit on the timeline or in the tray first.', begun: 'This visit has begun or ended and stays where it is.', best: 'Best places', look: 'Look', reading: 'Looking…', none: 'It fits into nobody\'s route today. See its reason, or widen its window.', detour: (n) => (n === 0 ? 'no detour' : `${n} min detour`), nobody: 'delays nobody', told: (who) => `to tell: ${who}`, take: 'Take', taking: 'Placing…', taken: 'Placed; the new version is in force.', notTaken: (why) => `Not placed: ${why}. Look again.`,
    pin: 'Pin', notPinned: 'not pinned', isPinned: (who, at) => (at ? `pinned to ${who} ${at}` : `pinned to ${who}`), who: 'Caregiver', nth: (n) => `Person ${n}`, at: 'Start (may be empty)', fix: 'Pin', unfix: 'Unpin', note: 'The next plans fill the day around it; the plan in force does not change at once.', pinned: 'Pinned; the next plan keeps to it.', free: 'No longer pinned.',
    refused: { 'plan.not_in_force': 'No plan is in force today, or another one is by now. Look again.', 'visit.begun': 'This visit has begun or ended and stays where it is.', 'visit.no_place': 'There is no room with those chosen any more.', 'plan.failed': 'No result; try again.' },
    tell: 'To be told', tellNobody: 'nobody\'s visit changes', tellLeft: (left, all) => (left === 0 ? `all ${all} told` : `${left} of ${all} left`), tellMore: (n) => `${n} more are not listed; see the timeline.`, change: (was, now) => `${was} → ${now}`, dropped: (was, why) => `${was} → nobody: ${why}`,
  },
  today: {
    visits: (n) => many(n, 'visit'), split: (done, on, rest, tray) => `${done} done · ${on} on · ${rest} left · ${tray} open`, meals: (n) => many(n, 'meal'), delivered: (n, missed) => `${n} delivered · ${missed} not`, label: "Today's numbers",
  },
  plan: {
    title: 'Plan today', area: 'Area', seconds: 'Think for', run: 'Start', running: (phase) => `Planning · ${phase}`, cancel: 'Stop', publish: 'Publish', publishing: 'Publishing…', draft: 'draft', drafts: 'Drafts and versions', cost: 'cost', served: 'served', unserved: 'not served', versionN: (v) => `version ${v}`, published: 'in use', none: 'No drafts yet.', done: (served, left) => `Done: ${served} served, ${left} not. Look, then publish.`,
    failed: 'Planning stopped early; the published version stays in use.', failedWhy: (why) => `Planning stopped early: ${why}. The published version stays in use.`, cancelled: 'Stopped; nothing was changed.', noArea: 'You have no area, so you cannot plan.', secondsN: (n) => `${n} s`, elapsed: (s) => `${s} s so far`, starting: 'queued', phase: { starting: 'starting', construct: 'first version', ruin: 'reordering', exact: 'exact search', ortools: 'baseline', other: 'computing' }, superseded: 'was in use', worse: (n) => `${n} more not served than the one in use`, reading: 'Reading drafts…',
  },
  ready: {
    hotline: 'Hotline', drills: 'Drills', lead: (n) => `${n} ${n === 1 ? 'thing' : 'things'} would let a call go unheard.`, list: 'See the list', title: 'Is every rung reachable', what: 'Looked at every minute: gaps in duty, people and numbers on every rung, addresses of terminals.', none: 'Somebody can be reached on every rung.',
    unheard: (id, drill) => `${drill ? 'Drill' : 'Call'} ${id} has reached nobody.`, unheardMore: 'Not even the last rung has anybody on duty. Answer it now, or find somebody by telephone.',
    logOnly: (what) => `${what}: no gateway, written to the log only`, gap: (post, from, to, where) => `${post}: nobody from ${from} to ${to} (${where})`, noNumber: (n) => `${many(n, 'duty', 'duties')} without number or account`, noAddress: (n) => `${many(n, 'terminal')} without an address`, noContact: (n) => `${many(n, 'elder')} with a terminal and no contact`, badLadder: 'A ladder cannot be read; calls go by the default',
    channel: { console: 'desk', push: 'app', sms: 'message', voice: 'voice call', webhook: 'other system', other: 'other' }, noticeState: { pending: 'waiting', leased: 'going out', sent: 'sent', seen: 'seen', failed: 'not reached', unknown: 'uncertain', stopped: 'not needed', other: '' },
    numberOrName: 'Number that calls, or how the name begins', name: 'How the name begins', through: (as, who) => `${who} (${as})`, hotlineTitle: 'A call by telephone', saidWhat: 'What was said', openCall: 'Open the call', kind: 'Kind', drillsTitle: 'Drills', noDrills: 'No drill in the last month.', begin: 'Begin a drill', beginWhat: 'The whole ladder, real people told; every word says that it is a drill, and no figure counts it.',
    promise: { answered: '60 s', answered_late: '180 s', on_site: '45 min', other: '' }, answeredIn: (n) => `answered ${n}`, onSiteIn: (n) => `on site ${n}`, confirmed: 'confirmed', notices: 'Told', medicines: 'Medicines', lastVisit: 'Last visit', divert: 'Send and re-plan', diverting: 'Sent; the visits after it are being planned anew',
    radius: (way) => `Look within ${way}`, told: (n) => `${n} asked to look`, lastSeen: (where, at) => `Last seen ${where}, ${at}`, home: 'near home', foundLead: (where, at) => `Found ${at}${where ? `, ${where}` : ''}`, found: 'Found', foundWhere: 'Found where', correct: 'Correct', where: 'Last seen where', ago: 'Minutes ago', wears: 'Clothes, looks', search: 'Begin the search', moves: { walk: 'on foot', wheelchair: 'wheelchair', bus: 'perhaps by bus' },
  },
  demo: { clock: 'Demo clock', speed: (n) => `${n}×`, pause: 'Pause', go: 'Run', hint: 'Moves plan, visits and positions only; calls are always in real time' },
  keys: {
    title: 'All keys', answer: 'Answer', send: 'Send the chosen or nearest', digits: 'Choose a person, or a panel', say120: '120 (hold 1 s)', mute: 'Mute for 60 s', next: 'Next', previous: 'Previous', open: 'Open', back: 'Back', find: 'Find a person', night: 'Day or night', sheet: 'All keys', reconnect: 'Reconnect now when stopped', close: 'Close the call', onScene: 'On site now', plan: 'Plan', note: 'Letters do nothing while you type; F-keys always work.', move: 'up, down', all: 'all keys', panels: 'panels',
  },
  find: { title: 'Find', hint: 'Name, address or caregiver', none: 'Nothing found.', visit: 'visit', caregiver: 'caregiver', incident: 'call' },
  footer: { seq: (n) => `event #${n}`, consoles: (n) => `${many(n, 'desk')} online`, duty: 'On duty' },
  problem: {
    'network.unreachable': 'the service cannot be reached; nothing was sent', 'incident.illegal_step': 'that step has passed; look at the present state', 'incident.not_closable': 'a step is missing, so it cannot be closed yet', 'incident.already_acknowledged': 'somebody else was first', 'role.forbidden': 'you may not do this',
  },
  print: { foot: (who, at, v) => `${who} · ${at} · ${v} · personal data: take back after use` },
}
