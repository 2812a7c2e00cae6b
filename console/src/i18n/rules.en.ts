/** The English sentences of what a district sets, and of the duty roster, beside the Chinese ones. */
import type { DutyWords, Rules } from './rules.zh'

export const rules: Rules = {
  title: 'Rules', view: 'View', views: { policies: 'Policies', templates: 'Contract templates', providers: 'Providers', readings: 'Readings' },
  kind: {
    'bed.waiting': 'Waiting for a bed', 'patrol.groups': 'Patrols', 'bed.devices': 'Devices of a bed', 'bed.contract': 'Terms of contracts', 'bed.works': 'Grant for works', 'bed.promise': 'Promised hours', 'bed.respite': 'Respite', entitlements: 'Service finds people', other: 'Rule',
  },
  effect: {
    'bed.waiting': 'The list is put in order anew at once; nobody is struck off; beds that were granted stay.', 'patrol.groups': 'The next register follows it; whoever is on this month\'s stays.', 'bed.devices': 'Beds on their way are checked by it; active ones stay active and say what they lack.', 'bed.contract': 'Contracts drawn up from now on; signed ones stay.',
    'bed.works': 'Works opened from now on; open ones stay.', 'bed.promise': 'From its day on hours are reckoned by it.', 'bed.respite': 'Blocks booked from now on; booked ones keep their price.', entitlements: 'Tonight\'s look follows it: findings that no longer hold end, new ones are listed.', other: '',
  },
  field: {
    preconditions: 'Who may wait (all of these)', tiers: 'Tiers (first to last)', first_among_equals: 'First among equals', order: 'Then by', groups: 'Whom', goal_percent: 'Goal', auto: 'Visits made every night', devices: 'What is fitted', cooling_off_days: 'Cooling off', remind_days: 'Reminder before the end', longest_months: 'Longest', grant_cap_fen: 'Cap of the grant a home', separate: 'Not the same firm', promises: 'Promised hours (the first that holds)', hour_fen: 'An hour', longest_hours: 'Longest block', days_a_year: 'At most a year', rules: 'Entitled to what', other: '',
  },
  unit: { days: (n) => (n === 1 ? '1 day' : `${n} days`), months: (n) => (n === 1 ? '1 month' : `${n} months`), hours: (n) => (n === 1 ? '1 hour' : `${n} hours`), percent: (n) => `${n}%`, money: (yuan) => yuan },
  unitName: { days: 'days', months: 'months', hours: 'hours', percent: '%', money: 'yuan' },
  yes: 'yes', no: 'no', must: 'mandatory', may: 'optional', line: (name, what) => `${name}: ${what}`, and: ' and ', or: ' or ', bracket: (inner) => `(${inner})`, not: (inner) => `not ${inner}`,
  age: (n) => `${n} or older`, ability: (level) => `${level} or worse`, is: { lives_alone: 'lives alone', assessed: 'a valid assessment', other: '' },
  role: { design: 'design', serve: 'building', accept: 'acceptance', other: '' },
  needs: { apart: 'Design and acceptance must be ticked: they are never one firm.', caller: 'At least one call device, and mandatory.', named: 'Every rule needs a name.', coded: 'Every rule needs a code: lower-case letters, digits, dots and underscores, a letter first.', other: '' },
  orderBy: { ability: 'ability', age: 'age', asked_on: 'day asked', other: '' },
  first: { ability: { most: 'worse first', least: 'better first' }, age: { most: 'older first', least: 'younger first' }, asked_on: { most: 'later first', least: 'earlier first' } },
  payer: { government: 'government', insurance: 'care insurance', own: 'own money', other: '' },
  promised: (hours, payer) => `${hours} hours a month, paid by ${payer}`, gives: (what) => `gives ${what}`,
  given: { assessment: 'an assessment', patrol: 'patrols', home_adaptation: 'works at home', home_care: 'care at home', other: '' },
  asIs: 'as shipped; not changed here', since: (day) => `since ${day}`, of: (area) => `set for ${area}`, source: 'Source', verified: 'held against the text', unverified: 'not held against the text', change: 'Change', history: 'History', noHistory: 'Never changed: it is as shipped.', setBy: (who, at) => `set by ${who}, ${at}`, notBegun: (day) => `begins ${day}`, until: (day) => `until ${day}`,
  area: 'Where', editing: (what, where) => `Change “${what}”: ${where}`, from: 'From', whereFrom: 'Source (document, or who decided)', checked: 'I held it against the text', differs: 'What changes', same: 'Nothing changed yet.', gone: 'gone', come: 'new', set: 'Set it', kept: 'What stood before stays in the history.', isSet: 'Set.',
  named: { name: 'Name', when: 'Condition', minutes: 'Minutes a month', payer: 'Paid by', code: 'Code', gives: 'Gives' }, addRow: 'Add', addCondition: 'Add condition', kindOfCondition: 'Condition',
  condition: { category: 'in the group', age: 'age', ability: 'ability', lives_alone: 'lives alone', assessed: 'validly assessed', all: 'all of', any: 'any of', not: 'not', other: '' },
  notYours: 'Supervisors and administrators set the rules.', wholeDistrict: 'One for the whole district: change it there',
  template: {
    none: 'No template yet: no contract can be drawn up.', version: (n) => `Version ${n}`, current: 'current', coming: (day) => `from ${day}`, old: 'old', by: (who, at) => (who ? `written by ${who}, ${at}` : `written ${at}`), show: 'Read it', hide: 'Hide', next: 'Write the next version', first: 'Write the first version', drawn: (n) => `${n} to be signed`, waiting: (n) => `${n} signed, bed not active`, live: (n) => `${n} in use`,
    title: 'Title', body: 'Text', from: 'In use from', publish: 'Publish this version', effect: 'Once it is in use',
    redraw: (n) => `${n} contracts not signed yet must be drawn up anew; the old ones can no longer be signed.`, again: (n) => `${n} beds signed but not active are held up until their contract is drawn up and signed anew.`, stay: (n) => `${n} active beds go on; they change when they renew.`, nobody: 'No contract is touched.', done: (n) => `Version ${n} is published.`, tooSame: 'The text is the current one, word for word.', notDistrict: 'Districts write templates.',
  },
  provider: {
    title: 'Providers', name: 'Provider', until: 'Licence until', state: 'May take beds', ok: 'yes', expired: 'licence ended', black: 'black list', soon: (n) => `ends in ${n} days`, change: 'Change', of: (who) => `Standing of ${who}`, blacklist: 'On the black list (takes no more beds)', why: 'Why', effect: 'Active beds go on and say what they lack; new ones, hand-overs and activations are refused.', none: 'No providers.', done: 'Kept.',
  },
  reading: {
    title: 'How GB/T 42195 and the care insurance are read', combine: 'Two worsening rules at once', count: 'How “twice” is counted', valid: 'Months a result holds', checked: 'I held it against the district\'s text', save: 'Set it', done: 'Set; results that stand keep theirs.', cells: 'Care insurance table (rows: daily life; columns: mind and senses)', cellsNote: 'The table is as shipped; cells with ▲ are not verified.',
  },
}

export const duty: DutyWords = {
  title: 'Duty', what: 'Who answers calls when; hatched is when nobody does.', post: { station: 'Stations', desk: 'Desk', supervisor: 'Supervisor', village: 'Villages', other: '' }, posts: 'Post', where: 'Where', notYours: 'Station managers, supervisors and administrators keep the roster.', missing: (minutes) => `${minutes} min open`, open: (where, minutes) => `${where}: nobody on duty for ${minutes} minutes of the next 14 days.`, fill: 'Press the hatching to fill it.', whole: (where) => `${where}: somebody day and night for 14 days.`, gap: (hours) => `nobody ${hours}`, unreachable: 'neither account nor number: cannot be reached', nobody: 'nobody', sum: 'In all', missingMin: 'Nobody (minutes)', remark: 'Remark',
  add: 'Add a duty', changeOf: (who) => `Duty of ${who}`, station: 'Station', who: 'Who', somebody: 'somebody without an account: name and number', lastOn: (at) => `last on ${at}`, from: 'From', fromNow: 'From now (what is over stays)', to: 'To', repeat: 'The same on how many days (1 to 14)', adding: (n, of) => `Adding ${n} of ${of}`, added: (n) => `${n} added`, changed: 'Changed', remove: 'Take off', endNow: 'End it now', sure: 'Really? Nobody may be there', sureNow: 'Really? Nobody may be there', removed: 'Taken off', endedNow: 'Ended now',
}
