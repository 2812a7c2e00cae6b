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
    'state.changed': '别人刚改过，已换成新的，请再看一眼。', 'bed.illegal_step': '现在走不到那一步。', 'bed.not_ready': '还不能启用，差下面几样。',
  } as Record<string, string>,
  fleet: {
    title: '呼叫设备', models: '按型号', model: '型号', total: '台数', offline: '没有心跳', lowBattery: '电量低', neverTested: '送到没试过', testDue: '该月检了', first: '一次送达', firstOf: (share: string, n: string) => `${share}（近 30 天 ${n} 条）`, noCalls: '近 30 天没有消息',
    id: '编号', state: '状态', online: '在线', away: '没有心跳', battery: '电量', seen: '上次心跳', tested: '上次试呼', installed: '装上', where: '装在', nowhere: '没有地址', firmware: '固件', signal: '信号', worn: '佩戴', wornYes: '戴着', wornNo: '没戴',
    all: '全部', empty: '没有这样的设备。', emptyAll: '还没有登记设备。', code: '发领取码', codeIs: (code: string) => `领取码（只显示这一次，24 小时内用）：${code}`, elder: '看老人', outages: '服务自己停过的时候', outage: (from: string, until: string, n: number) => `${from} 到 ${until} 没收心跳，之后 ${n} 台没再出声`, noTest: '没试过',
  },
}

export type Registers = typeof registers
