/** The Chinese sentences of the registers and of the way between them. */
import type { PlaceName } from '../places/route'

export const registers = {
  places: { desk: '值守台', beds: '床位', elders: '老人', assessments: '评估', waiting: '轮候', patrols: '探访', fleet: '设备' } satisfies Record<PlaceName, string>,
  shell: { waiting: (n: number) => `${n} 个呼叫没人接`, toDesk: '去值守台', goTo: '去哪一页：g 再按 d 值守台 b 床位 e 老人 a 评估 w 轮候 p 探访 f 设备' },
  list: {
    count: (n: string) => `${n} 条`, atLeast: (n: string) => `已取 ${n} 条，还有`, columns: '列', file: '导出', print: '打印', sort: '按这一列排', sortLater: '取完全部才能排', verbs: '能做的事', more: '再取一页', reading: '正在取…', making: '正在取全部…',
    cut: (n: string) => `只取了前 ${n} 条，请先缩小范围`, unreachable: '读不出来，连不上服务。', gone: '没有这一条，或不归你管。', all: '全部', search: '姓名开头', back: '返回', none: '没有登记', saved: '已存', since: (days: number) => (days < 1 ? '今天起' : `已 ${days} 天`), never: '从来没有',
  },
  form: { look: (n: number) => `还有 ${n} 处要改，看红字。`, kept: '上次没写完的，接着写。', discard: '清空重写', save: '存', saving: '正在存…', needed: '必填', cancel: '先不', required: '必填', tooShort: '太短', tooLong: '太长', notNumber: '要填数字', notDate: '日期不对，例：1943-05-01', other: (why: string) => why },
  problem: {
    'elder.cannot_merge': '这两条现在并不了。', 'merge.cannot_undo': '这次合并撤不了。', 'respite.bed_not_active': '床位不在用，不能订。', 'respite.overlaps': '和已订的重了。', 'respite.no_days_left': '今年的天数用完了。',
    'import.already_done': '这个文件导入过，先撤销那一次。', 'import.already_undone': '已经撤销过。',
    'waiting.already': '已经在轮候。', 'waiting.ended': '这条轮候已经结束。', 'waiting.not_entitled': '条件还不够，不能给床位。', 'waiting.not_first': '前面还有人，要写明原因。', 'patrol.no_item': '菜单里没有探访，不能排。', 'patrol.already_off': '已经从本月名单上去掉了。',
    'assessment.already_under_way': '已有一份在填。', 'assessment.not_now': '这份评估现在不能这样做。', 'assessment.changed_meanwhile': '别处刚改过，已换成新的。', 'assessment.same_person': '评估和复核不能是同一人。', 'input.invalid': '有没填好的，看标红的。',
    'elder.changed_meanwhile': '别人刚改过，已换成新的，请再看一眼。', 'elder.already_registered': '这个人已经登记过。',
    'bed.illegal_move': '现在走不到那一步。', 'bed.gate_shut': '还差几样。', 'bed.elder_has_one': '这位老人已有床位。', 'provider.not_eligible': '这家机构许可到期或在黑名单上，不能再收床位。', 'works.illegal_step': '改造现在走不到那一步。', 'works.roles_clash': '同一家（同一人）不能又设计又验收。', 'contract.illegal_step': '合同现在不能这样做。', 'contract.no_template': '本区还没有合同范本。', 'contract.old_template': '范本已换新版，重拟一份。', 'contract.bed_in_use': '床位还在用，先暂停或结束床位。',
  } as Record<string, string>,
  elder: {
    merge: '并过来', mergeWhy: '怎么知道是同一人（至少四个字）', mergeInto: (id: string) => `把 ${id} 并到这里`,
    title: '老人', none: '没有找到。姓名按开头找；电话或身份证号要输全。', register: '登记老人', search: '姓名开头，或整个电话、身份证号', noNumber: '号码不完整，要输全', name: '姓名', who: '性别年龄', ability: '能力', groups: '类别', address: '住址', climb: '楼层', area: '社区', dialect: '方言', notes: '先要知道', allAreas: '全部区域', allGroups: '全部类别', allLevels: '全部能力', left: '已迁出或去世', notAssessed: '没评估过',
    reveal: '看全部资料', hide: '收起资料', assess: '评估', why: '为什么要看', whyHint: '例：接到热线，核对身份', whys: ['接到热线，核对身份', '上门前核对门禁和电话', '更正登记资料', '家属来电询问'], noted: '谁、什么时候、为什么看，都记下来；两分钟后自动收起。', sealedConditions: '有病史记录，看全部资料可见', leftOn: (at: string, why: string) => `${at} 离开${why ? `：${why}` : ''}`, merged: '已并入', alike: '可能是同一人：',
    walk: '进门要走', noKey: '没人有钥匙', idNumber: '身份证号', born: '出生', guardian: '监护人', village: '村（居）委会代为照管', nobodyOnDuty: '现在没人值班', devices: '设备', noDevices: '一台设备也没有，按了也没人知道。', today: '今天上门', noVisits: '今天没有安排。', calls: '呼叫', noCalls: '没有呼叫过。', registered: (on: string) => `登记于 ${on}`,
    addGroup: '加类别', source: '依据', from: '从', until: '到（可不填）', endGroup: '到今天为止', noGroups: '没有类别。', consents: '同意', noConsents: '还没有问过。', sex: '性别', byId: '按身份证', phone: '电话', home: '住处', lon: '经度（WGS-84）', lat: '纬度（WGS-84）', floor: '楼层', keyPhone: '钥匙人电话', firstContact: '第一联系人', relation: '关系', bed: '床位', noBed: '没有家庭养老床位。', change: '更正', changeHint: '只存你改的；灰字是遮住的旧值，不填就不动。', conditions: '病史', leaves: '离开日期', leftWhy: '为什么离开', contactsClosed: '要改联系人，先“看全部资料”。', up: '上移', down: '下移', addContact: '加联系人', saveContacts: '存联系人', assessments: '评估',
  },
  category: { living_alone: '独居', empty_nest: '空巢', left_behind: '留守', aged: '高龄', disabled: '失能', dementia: '失智', bereaved: '失独', severe_handicap: '重残', special_family: '计生特殊', destitute: '特困', low_income: '低保', other: '' },
  purpose: { care: '上门照护', health: '健康资料', location: '位置', video: '视频', family: '告诉家属', authorities: '报主管部门', other: '' },
  stage: { applied: '已申请', assessed: '已评估', surveyed: '已查勘', adapting: '改造中', devices_installed: '设备已装', tested: '试呼通过', contracted: '已签约', active: '在用', suspended: '暂停', closed: '已结束', other: '' },
  step: { applied: '退回申请', assessed: '评估完成', surveyed: '查勘完成', adapting: '开始改造', devices_installed: '设备装好', tested: '试呼都通过', contracted: '签约完成', active: '启用', closed: '结束', other: '' },
  lack: {
    'provider.licence_expired': '机构的许可到期了', 'provider.blacklisted': '机构在黑名单上', 'assessment.none': '没有在有效期内、已复核的能力评估', 'works.none': '没有改造单', 'works.not_accepted': '改造还没验收', 'device.missing': '没有列进要装的设备', 'device.not_fitted': '还没装', 'device.not_tested': '装好后还没有真的试呼通过',
    'contract.none': '没有合同', 'contract.not_signed': '合同还没签', 'contract.over': '合同到期了', 'contract.old_template': '合同不是现行范本', 'contract.not_begun': '合同还没到生效日', 'contract.other_provider': '合同是与别的机构签的', 'elder.left': '老人已离开名册，请结束床位',
  } as Record<string, string>,
  deviceKind: { call: '呼叫器', wristband: '手环', smoke: '烟感', gas: '燃气', water: '水浸', activity: '活动感应', wander: '防走失', door: '门磁', other: '设备' },
  pause: { hospital: '住院', away: '外出', other: '其他' },
  worksState: { surveyed: '已查勘', designed: '已设计', building: '施工中', built: '已完工', sent_back: '退回返工', accepted: '已验收', cancelled: '已取消', other: '' },
  worksStep: { surveyed: '退回查勘', designed: '设计完成', building: '开工', built: '完工', sent_back: '退回返工', accepted: '验收通过', cancelled: '取消', other: '' },
  contractState: { drawn: '待签', signed: '已签', withdrawn: '冷静期内撤回', ended: '已终止', renewed: '已续签', other: '' },
  signer: { elder: '本人', guardian: '监护人', other: '' },
  bed: {
    many: (n: string, step: string) => `${n} 张都${step}`, moved: (ok: string, bad: string) => `成了 ${ok} 张，没成 ${bad} 张`,
    lackOf: (kind: string, lack: string) => `${kind}：${lack}`,
    title: '家庭养老床位', name: (id: string) => `床位 ${id}`, board: '看板', list: '列表', view: '怎么看', sum: (active: string, suspended: string) => `在用 ${active} · 暂停 ${suspended}`, blocked: (n: number) => `${n} 卡住`, noneHere: '这一步没有。', more: (n: number) => `等 ${n + 1} 项`, ready: (to: string) => `可以走到“${to}”`, cut: '只列前 200 张，在列表里看全部。', none: '没有床位。在老人页申请。', elder: '老人', id: '床位', state: '阶段', days: '天数', blocks: '卡在哪', address: '住址',
    path: '走到哪一步', steps: '下一步', refused: '还不能走，差这些：', waitsFor: '下一步还差：', wouldLack: '床位在用，但照现在的规定差这些：', allowed: (list: string) => `现在可以走：${list}。`, backTo: (to: string) => `退回“${to}”`, suspend: '暂停', resume: '恢复', close: '结束床位', why: '原因', whyMaybe: '原因（可不填）', kind: '为什么', from: '从哪天', backOn: '哪天回来', notYours: '推进床位由站长或主管来做。', pauses: '暂停过', goesOn: '还在暂停', history: '经过',
    must: '必装', notFitted: '还没装', notTested: '装上了，没试过', passed: (ago: string) => `真实试呼通过 ${ago}`, addDevice: '加设备', noDevices: '没有列设备。', terminal: '终端编号', fit: '装上了',
    works: '适老化改造', noWorks: '还没有改造单。', openWorks: '开始查勘', design: '设计', serve: '施工', accept: '验收', choose: '选机构', cost: '费用', split: (grant: string, own: string) => `补助 ${grant}，自付 ${own}`, finding: '说明（不用改造时必填）', before: (n: number) => `改前 ${n}`, after: (n: number) => `改后 ${n}`, picture: '拍照', item: '要做的一项', price: '单价（元）', addItem: '加一项',
    contract: '合同', template: '范本', newer: (v: number) => `现行第 ${v} 版`, term: '期限', due: (n: number) => `还有 ${n} 天到期`, signed: '签字', notSigned: '还没签', cooling: '冷静期到', licence: '机构许可到', signElder: '本人签了', signGuardian: '监护人签了', renew: '续签', endContract: '终止', noContract: '没有合同。', months: '几个月', draw: '拟合同', guardian: '监护人（本人不能签时）', noGuardian: '本人签', apply: '申请床位', applyAt: '由哪个站管', applied: '申请好了',
  },
  scale: { gbt42195: 'GB/T 42195 能力评估', ltci2021: '长护险失能评估', mzt039: '旧版 MZ/T 039', other: '' },
  part: { B1: '自理能力', B2: '基础运动能力', B3: '精神状态', B4: '感知觉与社会参与', daily: '日常生活活动', mind: '认知', senses: '感知觉与沟通', other: '' },
  assessState: { draft: '填写中', submitted: '待复核', approved: '已复核', returned: '退回改', dropped: '作废', other: '' },
  assessReason: { first: '首次', routine: '常规', immediate: '即时', review: '复评', other: '其他' },
  pile: { submitted: '待复核', draft: '填写中', returned: '退回改', due: '该再评的', missing: '80 岁以上没评过', approved: '已复核', other: '' },
  pileEmpty: { submitted: '没有等复核的。', draft: '没有填到一半的。', returned: '没有退回的。', due: '没有到期或该提前再评的。', missing: '80 岁以上的都评过了。', approved: '还没有复核过的评估。', other: '' },
  trigger: { falls: '30 天内跌倒两次', expired: '已到期', expiring: '快到期', other: '' },
  event: { fall: '跌倒', lost: '走失', choking: '噎食', self_harm: '自杀自伤', other: '其他' },
  combine: { once: '两条规则合计加一级', each: '两条规则各加一级', other: '' },
  count: { sum: '各类事件合计', per_kind: '同一类事件', other: '' },
  assess: {
    title: '评估', begin: '开始评估', scale: '量表', reason: '为什么评', go: '开始', keys: '数字打分，回车到下一项，上下键移动，X 记拒答；边填边存。', points: (n: number) => `${n} 分`, answered: (n: number, of: number) => `已答 ${n} / ${of}`, between: (best: string, worst: string) => (best === worst ? best : `${best} 到 ${worst} 之间`), kept: (at: string) => `已存 ${at}`, notKept: '没存上，会再试',
    refused: '拒答', unverified: '未核实', on: '评估日期', note: '备注', drop: '作废', submit: '提交复核', changes: '影响等级的情况', coma: '昏迷（直接评为最重一级）', events: (n: number) => `${n} 天内照护风险事件（次）`, diagnoses: '确诊 F00–F99', psychiatrist: '精神科医生确诊', remove: '去掉', add: '加',
    returned: (who: string, note: string) => `${who} 退回：${note}`, noLevel: '还没有结果', holds: (until: string) => `有效到 ${until}`, over: (on: string) => `${on} 起不再有效`, worse: (n: number) => `加重 ${n} 级`, reading: (combine: string, count: string) => `按本区的读法：${combine}；${count}满两次算数。读法未经核实。`, reviewed: (who: string) => `复核 ${who}`, notMine: '自己评的要别人来复核。', notYours: (who: string) => `${who} 正在填。`, lookAt: (n: number) => `${n} 项拒答，复核要说明`, reviewNote: '复核意见', approve: '通过', giveBack: '退回', backNeeds: '退回要写明原因。',
    why: '为什么', level: '结果', left: (n: number) => `还差 ${n} 项`, by: '评估人', until: '有效到', look: '注意', coverage: (age: number) => `${age} 岁以上评估覆盖`,
  },
  waiting: {
    title: '床位轮候', none: '没有人在等床位。', position: '第几位', why: '为什么在这一位', asked: '申请日', unmet: (list: string) => `还不能排：${list}`, noTier: '一般', behind: (tier: string) => `${tier}（排在前一档之后）`, decided: (by: string, value: string) => `同档比${by}：${value}`, noPriority: '没有优先', sum: (waiting: string, unfit: string) => `排上 ${waiting} 人，条件不够 ${unfit} 人。`, rule: (verified: boolean): string => (verified ? '' : '排序规则未经核实'), grant: '给床位', grantTo: (who: string) => `给 ${who} 开床位`, whyNotFirst: '不是第一位，为什么先给（必填）', withdraw: '撤下', ask: '排队等床位', waits: (n: number) => `轮候第 ${n} 位`, unfit: '轮候，条件还不够',
  },
  orderBy: { tier: '档次', first_among_equals: '优先照顾', ability: '失能程度', asked_on: '申请日', age: '年龄', entry: '登记先后', other: '' },
  patrol: {
    title: '探访', status: '探访了没有', groups: '因为', seen: (on: string) => `${on} 看过`, planned: (on: string) => `安排在 ${on}`, missing: (n: number) => `没人去，还剩 ${n} 天`, month: '月份', make: '给没人去的排上', making: '正在排…', made: '排好了，等下一版计划。', note: '记一次探访', noteFor: (who: string) => `${who} 的探访`, by: '谁去看的', on: '哪天', found: '看到什么', excuse: '本月不探访', excuseWhy: '为什么本月不用去（主管填）', sum: (done: string, targets: string, left: number) => `看过 ${done} / ${targets} 人，本月还剩 ${left} 天`,
  },
  patrolStatus: { missing: '没人去', planned: '已安排', done: '看过了', all: '全部', other: '' },
  patrolEmpty: { missing: '没有漏掉的人。', planned: '没有安排着的。', done: '这个月还没看过谁。', all: '这个月的名单还没生成。', other: '' },
  promise: { title: '本月服务承诺', line: (had: string, planned: string, due: string) => `已做 ${had}，已排 ${planned}，应有 ${due}`, short: (h: string) => `照这样会少 ${h}` },
  cover: { whole: '今后 14 天，床位昼夜都有人值班。', open: (who: string, minutes: string) => `${who} 今后 14 天有 ${minutes} 分没人值班` },
  missed: { title: '服务找人', roll: '名册', rule: '应有的', facts: '依据', since: '从哪天', source: '出处', none: '应享受的都享受到了。', allRules: '全部', sum: (people: string, ago: string) => `${people} 人 · 上次查 ${ago}` },
  imports: {
    open: '导入', title: '导入老人名册', choose: '选 CSV 或 XLSX 文件', template: '下载模板', reading: '正在读…', tried: (rows: string, good: string, bad: string) => `试读了 ${rows} 行：${good} 行可以导入，${bad} 行有问题。现在什么都没写进去。`, ignored: (list: string) => `不认识的列，没有用：${list}`, row: '行', column: '列', why: '为什么 · 怎样才对', bring: (n: string) => `导入这 ${n} 行`, faults: '把问题存成表', came: (n: string) => `导入了 ${n} 位老人。有问题的行改好再传。`, past: '导入过的', line: (added: string, refused: string) => `进 ${added} 行，退 ${refused} 行`, undo: '撤销', gone: '已撤销', undone: (removed: string, kept: string) => `撤掉 ${removed} 位；${kept} 位后来有人动过，留着。`,
  },
  respite: { title: '喘息服务', book: '订喘息', carer: '让谁歇一歇', to: '到', none: '没有订过。', cancel: '退订', cancelled: '已退' },
  fleet: {
    title: '呼叫设备', models: '按型号', model: '型号', total: '台数', offline: '没有心跳', lowBattery: '电量低', neverTested: '送到没试过', testDue: '该月检了', first: '一次送达', firstOf: (share: string, n: string) => `${share}（近 30 天 ${n} 条）`, noCalls: '近 30 天没有消息',
    id: '编号', state: '状态', online: '在线', away: '没有心跳', battery: '电量', seen: '上次心跳', tested: '上次试呼', installed: '装上', where: '装在', nowhere: '没有地址', firmware: '固件', signal: '信号', worn: '佩戴', wornYes: '戴着', wornNo: '没戴',
    all: '全部', empty: '没有这样的设备。', emptyAll: '还没有登记设备。', code: '发领取码', codeIs: (code: string) => `领取码（只显示这一次，24 小时内用）：${code}`, elder: '看老人', outages: '服务自己停过的时候', outage: (from: string, until: string, n: number) => `${from} 到 ${until} 没收心跳，之后 ${n} 台没再出声`, noTest: '没试过',
  },
}

export type Registers = typeof registers
