/** The Chinese sentences of what a district sets, and of the duty roster. */

export const rules = {
  title: '规则', view: '看什么', views: { policies: '政策', templates: '合同范本', providers: '机构', readings: '评估读法' },
  kind: {
    'bed.waiting': '床位轮候', 'patrol.groups': '探访对象', 'bed.devices': '床位设备', 'bed.contract': '合同期限', 'bed.works': '改造补助', 'bed.promise': '服务承诺', 'bed.respite': '喘息服务', entitlements: '服务找人', other: '规则',
  } as Record<string, string>,
  /** What somebody who changes it changes with it. */
  effect: {
    'bed.waiting': '轮候名单当场按新规则重排，撤不撤人由你看着办；已经给出的床位不动。', 'patrol.groups': '下一次生成名单时按新规则；这个月已在名单上的人不会掉下来。', 'bed.devices': '还没启用的床位按新单子查；在用的床位照用，页面上会写差什么。', 'bed.contract': '以后拟的合同按新期限；签过的不变。',
    'bed.works': '以后开的改造单按新上限；已开的不变。', 'bed.promise': '从生效那天起，承诺时数按新条件算。', 'bed.respite': '以后订的按新价；订好的不变。', entitlements: '今晚查名册时按新规则：不再符合的自动收掉，新符合的列出来。', other: '',
  } as Record<string, string>,
  field: {
    preconditions: '排队条件（都要满足）', tiers: '先后档次（从前到后）', first_among_equals: '同档优先', order: '同档再比', groups: '探访谁', goal_percent: '目标', auto: '每晚自动排探访', devices: '要装什么', cooling_off_days: '冷静期', remind_days: '到期前提醒', longest_months: '最长', grant_cap_fen: '每户补助上限', separate: '不能是同一家', promises: '承诺时数（头一条合适的算数）', hour_fen: '每小时', longest_hours: '一次最长', days_a_year: '一年最多', rules: '应享受什么', other: '',
  } as Record<string, string>,
  unit: { days: (n: number) => `${n} 天`, months: (n: number) => `${n} 个月`, hours: (n: number) => `${n} 小时`, percent: (n: number) => `${n}%`, money: (yuan: string) => yuan },
  unitName: { days: '天', months: '月', hours: '小时', percent: '%', money: '元' },
  yes: '是', no: '否', must: '必装', may: '可装', line: (name: string, what: string) => `${name}：${what}`, and: '，且', or: ' 或 ', bracket: (inner: string) => `（${inner}）`, not: (inner: string) => `不是${inner}`,
  age: (n: number) => `${n} 岁以上`, ability: (level: string) => `${level}或更重`, is: { lives_alone: '独自居住', assessed: '有有效评估', other: '' } as Record<string, string>,
  role: { design: '设计', serve: '施工', accept: '验收', other: '' } as Record<string, string>,
  needs: { apart: '设计和验收必须勾上：这两样不能是同一家。', caller: '至少要有一台呼叫器，并且必装。', named: '每一条都要有名称。', coded: '每一条都要有代号：小写字母开头，只用小写字母、数字、点和下划线。', other: '' } as Record<string, string>,
  orderBy: { ability: '失能程度', age: '年龄', asked_on: '申请日', other: '' } as Record<string, string>,
  first: { ability: { most: '重的在前', least: '轻的在前' }, age: { most: '大的在前', least: '小的在前' }, asked_on: { most: '晚的在前', least: '早的在前' } } as Record<string, Record<string, string>>,
  payer: { government: '政府', insurance: '长护险', own: '自付', other: '' } as Record<string, string>,
  promised: (hours: string, payer: string) => `每月 ${hours} 小时，${payer}出`, gives: (what: string) => `给：${what}`,
  given: { assessment: '能力评估', patrol: '探访', home_adaptation: '适老化改造', home_care: '居家服务', other: '' } as Record<string, string>,
  asIs: '系统自带的，本区没改过', since: (day: string) => `${day} 起`, of: (area: string) => `${area}定的`, source: '出处', verified: '已和原文核对', unverified: '没和原文核对过', change: '改', history: '历史', noHistory: '没人改过，一直用系统自带的。', setBy: (who: string, at: string) => `${who} ${at}定的`, notBegun: (day: string) => `${day} 才生效`, until: (day: string) => `到 ${day} 为止`,
  area: '在哪里', editing: (what: string, where: string) => `改“${what}”：${where}`, from: '从哪天起', whereFrom: '出处（文号或谁定的）', checked: '我对照过原文', differs: '改了这些', same: '还没有改动。', gone: '去掉', come: '改成', set: '就这样定', kept: '以前的留在历史里，随时看得到。', isSet: '定好了。',
  named: { name: '叫什么', when: '什么条件', minutes: '每月分钟', payer: '谁出', code: '代号', gives: '给什么' }, addRow: '加一条', addCondition: '加条件', kindOfCondition: '条件',
  condition: { category: '属于类别', age: '年龄', ability: '能力', lives_alone: '独自居住', assessed: '有有效评估', all: '都要满足', any: '满足一条', not: '不是', other: '' } as Record<string, string>,
  notYours: '规则由主管或管理员来定。', wholeDistrict: '全区统一，在区里改',
  template: {
    none: '还没有范本，签不了合同。', version: (n: number) => `第 ${n} 版`, current: '现行', coming: (day: string) => `${day} 起用`, old: '旧版', by: (who: string, at: string) => `${who} ${at}写的`.trim(), show: '看全文', hide: '收起', next: '写下一版', first: '写第一版', drawn: (n: string) => `待签 ${n}`, waiting: (n: string) => `签了还没启用 ${n}`, live: (n: string) => `在用 ${n}`,
    title: '名称', body: '全文', from: '从哪天起用', publish: '发布这一版', effect: '这一版起用以后',
    redraw: (n: string) => `${n} 份还没签的合同要按新版重拟，旧的签不了。`, again: (n: string) => `${n} 张签了还没启用的床位会卡住，要重拟重签。`, stay: (n: string) => `${n} 张在用的床位不受影响，续签时换新版。`, nobody: '现在没有合同受影响。', done: (n: number) => `第 ${n} 版发布了。`, tooSame: '全文和现行版一模一样。', notDistrict: '范本由区里写。',
  },
  provider: {
    title: '机构', name: '机构', until: '许可到', state: '能不能收床位', ok: '能收', expired: '许可到期', black: '黑名单', soon: (n: number) => `还有 ${n} 天到期`, change: '改', of: (who: string) => `${who}的许可和名单`, blacklist: '列入黑名单（不能再收床位）', why: '为什么', effect: '在用的床位照用，页面上会写差什么；新床位进不来，移交和启用都会被挡住。', none: '没有机构。', done: '存好了。',
  },
  reading: {
    title: 'GB/T 42195 与长护险怎么读', combine: '跌倒等两条规则同时成立', count: '“两次”怎么数', valid: '结果管多少个月', checked: '我对照过本区文件', save: '就这样定', done: '定好了，已出的结果不变。', cells: '长护险组合表（行：日常活动；列：认知与感知）', cellsNote: '表由系统自带，未经核实的格子有 ▲。',
  },
}

export const duty = {
  title: '值班', what: '谁在什么时候接呼叫；画斜线的是没人管的时候。', post: { station: '护理站', desk: '值守台', supervisor: '主管', village: '村居', other: '' }, posts: '哪一类', where: '哪里', notYours: '排班由站长、主管或管理员来做。', missing: (minutes: string) => `缺 ${minutes} 分`, open: (where: string, minutes: string) => `${where}今后 14 天有 ${minutes} 分没人值班。`, fill: '点斜线补上。', whole: (where: string) => `${where}今后 14 天昼夜都有人。`, gap: (hours: string) => `没人值班 ${hours}`, unreachable: '没有账号也没有号码，叫不到', nobody: '没人值班', sum: '合计', missingMin: '没人值班（分钟）', remark: '备注',
  add: '加一班', changeOf: (who: string) => `${who}的班`, station: '护理站', who: '谁', somebody: '没有账号的人：写姓名和电话', lastOn: (at: string) => `最后排在 ${at}`, from: '从', fromNow: '从现在起（前面的已经值过）', to: '到', repeat: '一样的排几天（1 到 14）', adding: (n: number, of: number) => `正在排 ${n} / ${of}`, added: (n: number) => `加了 ${n} 班`, changed: '改好了', remove: '取消这一班', endNow: '到现在为止', sure: '真的取消？这段时间可能没人', sureNow: '真的下班？后面可能没人', removed: '取消了', endedNow: '到现在为止',
}

export type Rules = typeof rules
export type DutyWords = typeof duty
