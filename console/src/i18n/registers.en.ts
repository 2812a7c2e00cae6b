/** The English sentences of the registers, beside the Chinese ones. */
import type { Registers } from './registers.zh'

export const registers: Registers = {
  places: { desk: 'Desk', beds: 'Beds', elders: 'Elders', assessments: 'Assess', waiting: 'Waiting', patrols: 'Patrols', fleet: 'Devices' },
  shell: { waiting: (n) => (n === 1 ? '1 call unanswered' : `${n} calls unanswered`), toDesk: 'To the desk', goTo: 'Go to: g, then d desk, b beds, e elders, a assess, w waiting, p patrols, f devices' },
  list: {
    count: (n) => `${n} rows`, atLeast: (n) => `${n} read, more to come`, columns: 'Columns', file: 'Export', print: 'Print', sort: 'Sort by this', sortLater: 'Read all rows first', verbs: 'What can be done', more: 'Next page', reading: 'Reading…', making: 'Reading all rows…',
    cut: (n) => `Only the first ${n}; narrow the filter`, unreachable: 'Cannot be read: the service does not answer.', gone: 'Nothing here, or not within your area.', all: 'All', search: 'Name begins', back: 'Back', none: 'not registered', saved: 'Saved', since: (days) => (days < 1 ? 'since today' : days === 1 ? '1 day' : `${days} days`), never: 'never',
  },
  form: { look: (n) => `${n} ${n === 1 ? 'field needs' : 'fields need'} a change, see red.`, kept: 'Your unfinished draft.', discard: 'Start over', save: 'Save', saving: 'Saving…', needed: 'required', cancel: 'Not now', required: 'required', tooShort: 'too short', tooLong: 'too long', notNumber: 'a number, please', notDate: 'not a date, e.g. 1943-05-01', other: (why) => why },
  problem: {
    'elder.changed_meanwhile': 'Somebody changed it just now; the new one is shown, look again.', 'elder.already_registered': 'This person is registered already.',
    'state.changed': 'Somebody changed it just now; the new one is shown, look again.', 'bed.illegal_step': 'That step cannot follow the present state.', 'bed.not_ready': 'Cannot become active yet; see what is missing.',
  },
  elder: {
    title: 'Elders', none: 'Nobody found. Names by their beginning; telephone and ID numbers whole.', register: 'Register', search: 'Name begins, or a whole phone or ID number', noNumber: 'the number is not whole', name: 'Name', who: 'Sex, age', ability: 'Ability', groups: 'Groups', address: 'Address', climb: 'Floor', area: 'Community', dialect: 'Dialect', notes: 'Know first', allAreas: 'All areas', allGroups: 'All groups', allLevels: 'All levels', left: 'moved or died', notAssessed: 'not assessed',
    reveal: 'Show all', hide: 'Hide again', assess: 'Assess', why: 'Why', whyHint: 'e.g. hotline call, checking identity', whys: ['Hotline call, checking identity', 'Checking door code before a visit', 'Correcting the register', 'The family asks by telephone'], noted: 'Who looked, when and why is written down; it hides again after two minutes.', sealedConditions: 'there are medical notes; show all to read them', leftOn: (at, why) => `left on ${at}${why ? `: ${why}` : ''}`, merged: 'merged into', alike: 'Perhaps the same person:',
    walk: 'Walk to the door', noKey: 'nobody has a key', idNumber: 'ID number', born: 'Born', guardian: 'guardian', village: 'village committee stands in', nobodyOnDuty: 'nobody on duty now', devices: 'Devices', noDevices: 'No device: a press reaches nobody.', today: 'Visits today', noVisits: 'Nothing planned today.', calls: 'Calls', noCalls: 'Never called.', registered: (on) => `Registered ${on}`,
    addGroup: 'Add group', source: 'Source', from: 'From', until: 'Until (may be empty)', endGroup: 'Ends today', noGroups: 'In no group.', consents: 'Consents', noConsents: 'Not asked yet.', sex: 'Sex', byId: 'by ID number', phone: 'Phone', home: 'Home', lon: 'Longitude (WGS-84)', lat: 'Latitude (WGS-84)', floor: 'Floor', keyPhone: 'Key holder phone', firstContact: 'First contact', relation: 'Relation', bed: 'Bed', noBed: 'No family care bed.', assessments: 'Assessments',
  },
  category: { living_alone: 'lives alone', empty_nest: 'empty nest', left_behind: 'left behind', aged: '80+', disabled: 'disabled', dementia: 'dementia', bereaved: 'lost only child', severe_handicap: 'severe handicap', special_family: 'special family', destitute: 'destitute', low_income: 'low income', other: '' },
  purpose: { care: 'care at home', health: 'health data', location: 'location', video: 'video', family: 'telling the family', authorities: 'reporting to authorities', other: '' },
  fleet: {
    title: 'Call devices', models: 'By model', model: 'Model', total: 'Devices', offline: 'No heartbeat', lowBattery: 'Low battery', neverTested: 'Delivered, never tested', testDue: 'Monthly test due', first: 'First attempt', firstOf: (share, n) => `${share} (${n} messages in 30 days)`, noCalls: 'no messages in 30 days',
    id: 'Number', state: 'State', online: 'online', away: 'no heartbeat', battery: 'Battery', seen: 'Last heartbeat', tested: 'Last test', installed: 'Installed', where: 'Where', nowhere: 'no address', firmware: 'Firmware', signal: 'Signal', worn: 'Worn', wornYes: 'worn', wornNo: 'not worn',
    all: 'All', empty: 'No such devices.', emptyAll: 'No devices registered yet.', code: 'Issue claim code', codeIs: (code) => `Claim code (shown this once, good for 24 h): ${code}`, elder: 'Elder', outages: 'When the service itself was away', outage: (from, until, n) => `${from} to ${until}: no heartbeats taken, ${n} devices silent since`, noTest: 'never tested',
  },
}
