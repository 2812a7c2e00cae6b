/** Every Chinese sentence of the console; `Catalogue` is its shape, so a missing English one fails the type check. */
import type { Family, IncidentState, Mode, Outcome, VisitState, CaregiverState } from '../api/types'
import { registers } from './registers.zh'
import { duty, rules } from './rules.zh'

const WEEK = ['周日', '周一', '周二', '周三', '周四', '周五', '周六']
const LEVEL = ['', '一级', '二级', '三级', '四级', '五级']
type Of<K extends string> = Record<K, string>

export const zh = {
  reg: registers,
  rules,
  duty,
  app: {
    name: '无墙', desk: '值守台', title: '值守台 · 无墙', waitingTitle: (n: number, clock: string, kind: string) => `(${n}) ${clock} ${kind}`,
    language: 'English', languageShort: 'EN', languageHint: '换成英文', signOut: '退出', demoData: '演示数据', retry: '重试', close: '收起', nav: '主导航',
    plans: '计划', watch: '值守', keys: '按键', me: (name: string) => `我是 ${name}`,
  },
  signIn: {
    lead: '没有围墙的养老院', what: '床在家里，护理员在路上，铃在这里响。', name: '账号', password: '密码', go: '上岗', going: '正在核对…',
    wrong: '账号或密码不对。看看大小写和输入法。', unreachable: '连不上服务。呼叫仍会在电话响起；过一会儿再试。',
    tooMany: '试得太多了，过一会儿再试。', refused: (why: string) => `没让进：${why}`, demo: '这是演示城，人物都是编的。账号和密码印在启动窗口里。',
    needName: '还差账号', needPassword: '还差密码', expired: '上次登录到期了，再上一次岗。', loading: '正在看你是否已上岗…', schematic: '示意海图', choose: '给自己定一个密码', again: '再输一遍', keep: '定下来', notSame: '两遍要一样', chosen: '密码定好了，用它上岗。',
  },
  words: {
    anonymous: '不明', female: '女', male: '男', age: (sex: string, age: number) => `${sex} ${age}`, alone: '独居', careLevel: (level: string | number) => CARE[String(level)] ?? `${level}`, levelRanOut: (level: string, on: string) => `${level}（等级已于 ${on} 过期）`, levelUnproved: (level: string) => `${level}（没有有效评估）`,
    speaks: (dialect: string) => (dialect.endsWith('话') && !dialect.startsWith('说') ? `说${dialect}` : dialect), floor: (n: number) => `${n} 楼`, noLift: '无电梯', lift: '有电梯',
    minutes: (n: number) => `${n} 分`, hours: (n: string) => `${n} 时`,
    km: (n: string) => `${n} 公里`, metres: (n: number) => `${n} 米`, agoMinutes: (n: number) => `${n} 分前`, agoSeconds: (n: string) => `${n} 秒前`,
    date: (month: number, day: number, week: number) => `${month}月${day}日 ${WEEK[week] ?? ''}`, level: (n: number) => LEVEL[n] ?? `${n} 级`, people: (n: number) => `${n} 人`, sep: ' · ', stop: '；', list: '、',
  },
  kind: {
    sos: 'SOS 按键', fall: '跌倒', smoke: '烟感报警', gas: '燃气报警', inactivity: '久无动静', wander: '走出范围', door: '门磁', bed_exit: '离床', hotline: '热线', manual: '手动登记', other: '呼叫',
  },
  kindGlyph: { sos: 'SOS', fall: '跌', smoke: '烟', gas: '气', inactivity: '静', wander: '走', door: '门', bed_exit: '床', hotline: '话', manual: '手', other: '呼' },
  incidentState: { open: '待接', acknowledged: '已接', assigned: '已派', on_scene: '已到场', recovering: '恢复中', closed: '已结' } satisfies Of<IncidentState>,
  outcome: { helped: '已救助', hospital: '送医', false_alarm: '误触', device_fault: '设备故障', not_found: '没找到人', other: '其他' } satisfies Of<Outcome>,
  rung: { desk: '值守台', station: '护理站', family: '家属', village: '村居', supervisor: '主管', again: '再响', lost: '附近', sent: '被派的人', found: '已找到', other: '下一级' },
  role: { admin: '管理员', dispatcher: '值守员', station_manager: '站长', caregiver: '护理员', supervisor: '主管', other: '成员' },
  family: { meal: '助餐', urgent: '助急', medical: '助医', escort: '助行', bath: '助浴', clean: '助洁', patrol: '探访', volunteer: '陪伴', respite: '喘息' } satisfies Of<Family>,
  familyGlyph: { meal: '餐', urgent: '急', medical: '医', escort: '行', bath: '浴', clean: '洁', patrol: '访', volunteer: '陪', respite: '喘' } satisfies Of<Family>,
  mode: { walk: '步行', ebike: '电动车', bus: '公交', car: '汽车' } satisfies Of<Mode>,
  doing: { idle: '待命', moving: '在路上', serving: '服务中', responding: '赶往呼叫', off: '不当班' } satisfies Of<CaregiverState>,
  visitState: { accepted: '待服务', en_route: '在路上', arrived: '已到', in_service: '服务中', finished: '已完成', confirmed: '已确认', cancelled: '已取消', missed: '没去成' } satisfies Of<VisitState>,
  header: {
    dayShift: '白班', nightShift: '夜班', handover: (at: string) => `${at} 交班`, waiting: ['待接', '呼叫'], handling: ['正在', '处置'], late: ['上门', '迟到'],
    tray: ['等待', '派单'], onDuty: (total: number) => ['在岗', `共 ${total}`], openList: '打开列表', sla: '时限指标', answered: '60 秒内接听', onSite: '45 分到场', onTime: '准点上门', online: '终端在线',
    goal: (pct: string) => `目标 ${pct}`, none: '暂无', live: '实时', stale: '停滞', off: '断开', connecting: '正在连接', theme: '昼夜切换 (N)', clock: '服务器时间',
    ringing: (what: string) => `正在响铃：${what}。F9 静音 60 秒`, silent: '没有在响', soundOff: '还没试铃', muted: (s: number) => `静音 ${s} 秒`,
  },
  feed: {
    staleLead: (at: string, ago: string) => `数据停在 ${at}，已 ${ago}。`, staleMore: '呼叫仍会在电话响起；时钟按本机继续走，位置和计划可能已变。',
    staleMorePhone: (phone: string) => `呼叫仍会在电话 ${phone} 响起；时钟按本机继续走，位置和计划可能已变。`,
    tries: (n: number) => `正在第 ${n} 次重连。`, offLead: (ago: string) => `与服务断开 ${ago}。`, offMore: '本台已视为离线：升级链跳过本台，直接呼叫护理站与手机。请改用电话接警。',
    reconnect: '立即重连', mapStamp: (at: string) => `位置停在 ${at}`, planStamp: (at: string) => `计划停在 ${at}`, seconds: (n: number) => `${n} 秒`, minutesSeconds: (m: number, s: number) => `${m} 分 ${s} 秒`,
    callInstead: '本台已视为离线，请用电话接警', callInsteadPhone: (phone: string) => `本台接不了，请用电话 ${phone}`,
  },
  queue: {
    title: '呼叫队列', counts: (w: number, h: number, d: number) => `待接 ${w} · 处置 ${h} · 演练 ${d}`, none: '没有待接呼叫。', last: (at: string) => `上一次 ${at}`, presses: (n: number) => `第 ${n} 次按下`,
    pressedAt: (times: string) => `按下 ${times}`, goal: (seconds: number, rung: string) => `${seconds} 秒 · ${rung}`, left: (s: number, rung: string) => `余 ${s} 秒自动转${rung}`, ladderEnd: '升级链走完了，请用电话打 120', goalOnly: (seconds: number) => `${seconds} 秒`, passed: (rung: string) => `已转${rung}，同时继续响铃`,
    answer: '接听', send: (name: string, min: number) => `派 ${name} ${min} 分`, sendChoose: '选人派', reading: '正在算谁最近…', noOne: '没有可派的人', call120: '120', hold120: '按住 1 秒，出现口述稿', answered: (who: string, clock: string) => `${who} 已接 ${clock}`,
    lost: (who: string, at: string) => `${who} ${at} 先接了，你在旁听`, again: (clock: string) => `无进展再响 ${clock}`, againNow: '已 3 分没进展，再响', onSite: '到场', sent: (name: string) => `已派 ${name}`, sentEta: (name: string, at: string) => `${name} ${at} 到`,
    notSent: '还没派人', drill: '演练 · 不计考核', closedToday: (n: number) => `今天已结 ${n}`, answerIn: (clock: string) => `接听 ${clock}`, failed: (why: string) => `没成：${why}`, markOnScene: '到场了', markRecovering: '转恢复', close: '结案', resend: '改派', unknownPlace: '没有地址', nextRung: (rung: string) => `下一级“${rung}”`, reached: (rungs: string) => `已通知${rungs}`, accepted: (who: string) => `${who} 回话：这就去`, declined: (who: string, why: string) => `${who} 去不了：${why}。请另派人`,
    newCall: (kind: string, who: string, place: string) => `${kind}，${who}，${place}`, tryBell: '试铃', bellAsk: '浏览器要你按一下才肯响：', bellOk: '听见了', bellHow: '刚才响了三声。没听见就调大音量再试。', drillMark: '演',
    crowd: (n: number, places: number) => `${n} 个呼叫待接，来自 ${places} 处：每栋楼先接一个`, house: (name: string, n: number) => `${name}，${n} 个待接`, houseCalls: (n: number) => `${n} 个待接`, houseMore: (n: number) => `同一栋楼还有 ${n} 个`, houseLess: '收起', further: (n: number) => `还有 ${n} 处，再列一些`,
  },
  detail: {
    open: '资料', title: '怎么进门 · 找谁', note: '资料为本次事件开放，结案 30 分钟后收回；每次打开都有记录。', masked: '结案已过 30 分钟，只剩遮住的。', reading: '正在打开…', phone: '本人', gate: '门禁', key: '钥匙', way: '进门', know: '先要知道', contacts: '联系人', log: '经过', none: '没有登记',
  },
  assign: {
    title: '谁去', count: (n: number) => `可派 ${n} 人`, send: '派', choose: '选', slipNone: '没有单受影响', slip: (name: string, min: number) => `${name} +${min} 分`, slipWindow: (name: string, min: number) => `${name} +${min} 分，超窗`, unfit: (why: string) => `不该派：${why}`, despite: '仍然派', empty: '附近没有能派的人。请打 120，或联系护理站。',
    sum: (name: string, min: number, slips: number, broken: number) => `派 ${name}：${min} 分到，顺延 ${slips} 单，超窗 ${broken} 单。`, digits: '数字选人，F2 派', cancel: '先不派', arrives: (at: string) => `${at} 到`,
  },
  closing: {
    title: '结案', outcome: '结果', note: '恢复说明（家属看得到）', example: '例：15:10 服药后缓解，女儿 17 点到家，今晚 20 点电话回访。', lacks: (what: string) => `还不能结案：${what}`, lack: { answered: '还没接听', outcome: '没选结果', note: '没写恢复说明', on_site: '没人到场' }, done: '结案', cancel: '先不结',
  },
  say120: {
    title: '打 120 时这样说', note: '系统不拨 120，请用电话拨。', here: (place: string) => `地址：${place}`, who: (who: string) => `病人：${who}`, why: (kind: string, n: number) => (n > 1 ? `情况：${kind}，按了 ${n} 次` : `情况：${kind}`), door: (floor: string) => `上楼：${floor}`, known: (notes: string) => `要知道：${notes}`, meet: '我们会派护理员到楼下接。', copy: '抄下', copied: '已抄到剪贴板',
  },
  map: {
    title: '地图', caregivers: (n: number) => `护理员 ${n}`, elders: (n: string) => `老人 ${n}`, sites: (n: number) => `站点 ${n}`, chosen: (name: string) => `已选 ${name}`, rest: (n: number, way: string) => `余 ${n} 单 ${way}`, clear: '清除', done: '已走', going: '在途', planned: '计划', proposed: '可派', old: '位置旧',
    failed: '地图读不出来，列表照常可用。', loading: '正在读取地图…', station: '站', canteen: '餐', arrive: (name: string, clock: string) => `${name} ${clock} 到`, press: (n: number) => `第 ${n} 次`, fit: '看全部', zoomIn: '放大', zoomOut: '缩小', off: (way: string) => `离画面 ${way}`,
  },
  timeline: {
    title: '今天的计划', version: (v: number, at: string, who: string) => `第 ${v} 版 · ${who}${at} 发布`, none: '今天没有计划。', noneHint: '在“计划”里排一版再发布。', caregiver: '护理员', hours: '工时', done: '已完成', inService: '服务中', planned: '待服务', late: '迟到', shifted: '将顺延', eventful: (n: number) => `有事的 ${n}`, all: (n: number) => `全部 ${n}`, h4: '4 时', h10: '10 时', day: '全天',
    now: (at: string) => `现在 ${at}`, rest: '休', wait: '等', two: '双', lateBy: (n: number) => `迟${n}`, over: (n: number) => `超${n}`, more: (n: number) => `+${n}`, boxes: (n: number) => `${n} 份`, offToday: '今天不当班', absent: (n: number) => `不在岗 · 名下还有 ${n} 单`, responding: '赶往呼叫', quiet: '都在正点上，没有要管的行。', reading: '正在读取今天的计划…',
    tip: (from: string, to: string, what: string, who: string, where: string) => `${from}–${to} ${what} ${who} ${where}`, run: '排班',
  },
  trouble: {
    title: '今日异常', todo: (n: number) => `${n} 待办`, handled: (n: number) => `已处理 ${n}`, none: '没有异常。', lateLead: (n: number) => `迟到 ${n} 分`, late: (who: string, whom: string, what: string) => `${who} → ${whom} ${what}`, lateMore: (at: string, place: string) => `${at} 的单 · ${place}`, missedLead: '没去成', waitLead: '双人等人', wait: (here: string, there: string) => `${here} 到，${there} 未到`, waitMore: (whom: string, what: string) => `${whom} ${what}须同时开始`,
    knockLead: (n: number) => `将晚 ${n} 分`, offlineLead: '终端离线', offline: (n: number) => `${n} 台没有心跳`, offlineMore: '呼叫可能到不了，请安排巡访', batteryLead: '电量低', battery: (n: number) => `${n} 台要充电或换电池`, oldLead: '位置旧', old: (who: string, n: number) => `${who} ${n} 分前`, oldMany: (n: number, who: string) => `${n} 人 ${who}`, oldMore: '手机可能没电或没有网络', jobLead: '计划没算完就停了', jobMore: '已发布的那一版照常用',
    look: '看行', ok: '知道了', rerun: '再算', callBackLead: '要回电', callBackMore: '终端发来的话读不懂，请打电话问一声', callBackDone: '已回电',
  },
  tray: {
    title: '未派单', count: (n: number) => `${n} 单`, none: '没有未派的单。', two: (n: number) => `双人 ${n} 分`, one: (n: number) => `${n} 分`, look: '看位置', fresh: '发布后才下的单，还没排', noReason: '没有说明原因', over: '已过', left: (n: number) => `${n} 人`,
    reason: { skill: '没有人会做', refused: '会做的人被谢绝', pinned: '指定的人去不了', bag: '带不下', shift: '窗内没人当班', window: '窗内赶不到', ride: '离食堂太远，饭会凉', busy: '都排满了', price: '绕路太远，不划算', nobody: '没有护理员', other: '没排上' },
    passed: { skill: '会做', refused: '可上门', pinned: '指定', bag: '带得下', shift: '当班', window: '窗内', ride: '送得热', busy: '有空', price: '划算' },
  },
  place: {
    title: '安排这一单', choose: '先在时间轴或未派单里选一单。', begun: '这一单已经开始或结束，不能再挪。', best: '最合适的位置', look: '找位置', reading: '正在找…', none: '今天谁的路线上都放不下。看看未派原因，或放宽时间窗。', detour: (n: number) => (n === 0 ? '不绕路' : `绕 ${n} 分`), nobody: '不耽误别人', told: (who: string) => `要告知 ${who}`, take: '取', taking: '正在放进去…', taken: '放好了，新一版已生效。', notTaken: (why: string) => `没放成：${why}。再找一次。`,
    pin: '固定', notPinned: '没有固定', isPinned: (who: string, at: string) => (at ? `固定 ${who} ${at}` : `固定 ${who}`), who: '护理员', nth: (n: number) => `第 ${n} 人`, at: '开始（可不填）', fix: '固定', unfix: '取消固定', note: '固定后，重排时别人绕着它排；已发布的计划不会马上变。', pinned: '固定了，下次排班照办。', free: '不再固定。',
    refused: { 'plan.not_in_force': '今天没有生效的计划，或刚换了一版。再找一次。', 'visit.begun': '这一单已经开始或结束，不能再挪。', 'visit.no_place': '选的人那里已经放不下了。', 'plan.failed': '没算出来，再试一次。' },
    tell: '要告知的人', tellNobody: '谁的安排都没变', tellLeft: (left: number, all: number) => (left === 0 ? `${all} 家都告知了` : `还有 ${left} 家，共 ${all} 家`), tellMore: (n: number) => `还有 ${n} 单没列出，在时间轴上看。`, change: (was: string, now: string) => `${was} → ${now}`, dropped: (was: string, why: string) => `${was} → 没人去：${why}`,
  },
  today: {
    visits: (n: number) => `今日 ${n} 单`, split: (done: number, on: number, rest: number, tray: number) => `完成 ${done} · 服务中 ${on} · 待 ${rest} · 未派 ${tray}`, meals: (n: number) => `助餐 ${n} 份`, delivered: (n: number, missed: number) => `送达 ${n} · 没送成 ${missed}`, label: '今日数字',
  },
  plan: {
    title: '排今天的计划', area: '区域', seconds: '算多久', run: '开始算', running: (phase: string) => `正在算 · ${phase}`, cancel: '停下', publish: '发布', publishing: '正在发布…', draft: '草稿', drafts: '草稿和版本', cost: '代价', served: '排上', unserved: '没排上', versionN: (v: number) => `第 ${v} 版`, published: '在用', none: '还没有草稿。', done: (served: number, left: number) => `算完了：排上 ${served} 单，没排上 ${left} 单。看过再发布。`,
    failed: '计划没算完就停了，已发布的那一版照常用。', failedWhy: (why: string) => `计划没算完就停了：${why}。已发布的那一版照常用。`, cancelled: '停下了，什么也没改。', noArea: '你名下没有区域，不能排班。', secondsN: (n: number) => `${n} 秒`, elapsed: (s: string) => `已 ${s} 秒`, starting: '排队中', phase: { starting: '起步', construct: '先排一版', ruin: '拆开重排', exact: '精算', ortools: '基准解法', other: '计算' }, superseded: '用过', worse: (n: number) => `比在用的多 ${n} 单没排上`, reading: '正在读取草稿…',
  },
  ready: {
    hotline: '热线', drills: '演练', lead: (n: number) => `有 ${n} 处会让呼叫没人应。`, list: '看清单', title: '呼叫链检查', what: '每分钟查一次：值班有没有空档，每一级有没有人、有没有号码，终端有没有地址。', none: '每一级都有人，都叫得到。',
    unheard: (id: string, drill: boolean) => `${drill ? '演练' : '呼叫'} ${id} 一个人也没叫到。`, unheardMore: '最后一级也没有人值班。请马上接听，或用电话找人。',
    logOnly: (what: string) => `${what}没有通道，只写在日志里`, gap: (post: string, from: string, to: string, where: string) => `${post} ${from} 到 ${to} 没人值班（${where}）`, noNumber: (n: number) => `${n} 个班次的人没有号码也没有账号`, noAddress: (n: number) => `${n} 台终端没有地址`, noContact: (n: number) => `${n} 位有终端的老人没有联系人`, badLadder: '有一条升级链读不出来，正按默认的走',
    channel: { console: '值守台', push: '手机应用', sms: '短信', voice: '语音电话', webhook: '外部系统', other: '其他' }, noticeState: { pending: '待发', leased: '在发', sent: '已发', seen: '已看到', failed: '没发到', unknown: '不确定', stopped: '不用发了', other: '' },
    numberOrName: '来电号码，或姓名开头', name: '姓名开头', through: (as: string, who: string) => `${who}（${as}）`, hotlineTitle: '热线来电', saidWhat: '对方说了什么', openCall: '登记呼叫', kind: '类别', drillsTitle: '演练', noDrills: '近一个月没有演练。', begin: '开始演练', beginWhat: '全程走真的升级链，真的通知人，每句话都说明是演练，不计考核。',
    promise: { answered: '60 秒接听', answered_late: '180 秒接听', on_site: '45 分到场', other: '' }, answeredIn: (n: string) => `接听 ${n}`, onSiteIn: (n: string) => `到场 ${n}`, confirmed: '已回话', notices: '通知', medicines: '用药', lastVisit: '上次上门', divert: '派并改排', diverting: '已派，后面的单正在重新安排',
    radius: (way: string) => `在 ${way} 以内找`, told: (n: number) => `已请 ${n} 人留意`, lastSeen: (where: string, at: string) => `最后在${where}，${at}`, home: '家附近', foundLead: (where: string, at: string) => `${at} 找到了${where ? `，在${where}` : ''}`, found: '找到了', foundWhere: '在哪里找到的', correct: '改', where: '最后在哪里', ago: '几分钟前', wears: '穿什么、什么样子', search: '开始找', moves: { walk: '步行', wheelchair: '轮椅', bus: '可能坐了车' },
  },
  demo: { clock: '演示钟', speed: (n: number) => `${n}×`, pause: '停钟', go: '走钟', hint: '只动计划、上门和位置；呼叫永远是真时间' },
  keys: {
    title: '全部按键', answer: '接听', send: '派所选或最近', digits: '选第几人，或换面板', say120: '120（按住 1 秒）', mute: '静音 60 秒', next: '下一条', previous: '上一条', open: '打开', back: '返回', find: '找人', night: '昼夜', sheet: '全部按键', reconnect: '断线时立即重连', close: '结案', onScene: '到场了', plan: '排班', note: '正在打字时，字母键不起作用；F 键照常。', move: '上下条', all: '全部按键', panels: '换面板',
  },
  find: { title: '找人', hint: '姓名、地址或护理员', none: '没有找到。', visit: '上门', caregiver: '护理员', incident: '呼叫' },
  footer: { seq: (n: string) => `事件 #${n}`, consoles: (n: number) => `值守台 ${n} 台在线`, duty: '值班' },
  problem: {
    'network.unreachable': '连不上服务，没有发出去', 'incident.illegal_step': '这一步已经过了，看看现在的状态', 'incident.not_closable': '还差一步，现在不能结', 'incident.already_acknowledged': '别人先接了', 'role.forbidden': '你没有这个权限',
  },
  print: { foot: (who: string, at: string, v: string) => `${who} · ${at} · ${v} · 含个人信息，用后收回` },
}

const CARE: Record<string, string> = { '0': '能力完好', '1': '轻度失能', '2': '中度失能', '3': '重度失能', '4': '完全失能', '5': '完全失能' }

export type Catalogue = typeof zh
