/** The service's objections in Chinese: its sentences are few and fixed, so patterns carry them; an unknown one stays as it came. */

type Turn = [pattern: RegExp, zh: string]

const PROBLEMS: readonly Turn[] = [
  [/^(is missing|is empty|cannot be empty|Field required|String should have at least 1 character)/, '没填'],
  [/^is missing or doubled/, '没填或填了两样'],
  [/^has (\d+) places$/, '有 $1 位'],
  [/^has (\d+) characters$/, '有 $1 个字'],
  [/^holds something other than digits/, '混进了不是数字的字'],
  [/^holds (.+)$/, '有不该有的字 $1'],
  [/^begins or ends with a mark/, '开头或结尾是符号'],
  [/^the check character does not fit/, '最后一位校验码对不上'],
  [/^places 7 to 14 \((.+)\) are no date of birth/, '第 7 到 14 位（$1）不是出生日期'],
  [/^is no telephone number/, '不是电话号码'],
  [/^a mobile number of (\d+) digits/, '手机号有 $1 位'],
  [/^(\S+) cannot be a date of birth/, '$1 不可能是出生日期'],
  [/^(\S+) cannot be$/, '$1 不行'],
  [/^(\S+) differs from the ID number/, '$1 和身份证号不符'],
  [/^(\S+) lies before (\S+)/, '$1 早于 $2'],
  [/^(\S+) is outside of what is kept/, '$1 超出范围'],
  [/^0, 0 lies in the sea/, '0, 0 在海里'],
  [/^the same ID number stands in row (\d+)/, '和第 $1 行是同一个身份证号'],
  [/^is in the register as elder (\d+)/, '已经登记过，是老人 $1'],
  [/^is in the register, in another district/, '在别的区登记过'],
  [/^no such heading/, '没有这一列'],
  [/^no guardian is named in it/, '合同里没有写监护人'],
  [/^the elder cannot sign for themselves/, '本人不能签字'],
  [/^another provider runs the bed now/, '床位已换机构'],
  [/^Input should be a valid date/, '不是日期'],
  [/^Input should be a valid (number|integer)/, '要填数字'],
  [/^Input should be (greater|less) than/, '超出范围'],
  [/^String should have at most (\d+)/, '太长，最多 $1 个字'],
  [/^String should match/, '写法不对'],
  [/^'(.*)' is no floor/, '“$1”不是楼层'],
  [/^'(.*)' is no date/, '“$1”不是日期'],
  [/^'(.*)' is no number/, '“$1”不是数字'],
  [/^'(.*)' is no (\S+)/, '“$1”不对'],
  [/^is '(.*)'$/, '是“$1”'],
  [/^has (\d+) rows/, '有 $1 行'],
  [/^is neither UTF-8 nor GB 18030/, '编码认不出来'],
  [/^is (\S+)$/, '是 $1'],
]
const ACCEPTED: readonly Turn[] = [
  [/^18 places: 17 digits/, '18 位：17 位数字加一位数字或 X（老证 15 位）'],
  [/^(\S) at the end, or mend one digit before it/, '最后一位应是 $1，或前面有一位写错'],
  [/^1 to (\d+) letters of any script.*/, '1 到 $1 个字，可带 ·'],
  [/^a date (\S+) to (\S+)/, '$1 到 $2 之间的日期'],
  [/^a value, or an ID number that tells it/, '填上，或填身份证号'],
  [/^a value in every row/, '每行都要填'],
  [/^a value(, or leave it out|: it is required)?$/, '要填'],
  [/^3 to 20 digits.*/, '3 到 20 位数字，例 0535-6012349'],
  [/^11 digits/, '11 位'],
  [/^one row for each person/, '一人一行'],
  [/^leave the row out, or change the elder there/, '删掉这行，或去改那位老人'],
  [/^a row within your scope/, '只能是你名下区域的'],
  [/^a telephone number, or the id of a contact with one/, '填电话'],
  [/^where the home is/, '住处的位置'],
  [/^(\S+) or later, or none/, '$1 或以后，或不填'],
  [/^see (the template|\/docs).*/, '照模板填'],
  [/^a whole number such as (\S+)/, '整数，例 $1'],
  [/^a date such as (\S+)/, '日期，例 $1'],
  [/^degrees such as (\S+)/, '度数，例 $1'],
  [/^at most (\d+): split it/, '最多 $1 行，拆开传'],
  [/^a number such as (\S+)/, '数字，例 $1'],
  [/^a contract drawn up with guardian_id/, '重拟一份，写上监护人'],
  [/^guardian$/, '由监护人签'],
  [/^a contract with that one/, '和新机构重拟'],
  [/^at least (\S+)/, '至少 $1'],
  [/^at most this long: (\d+)/, '最多 $1 个字'],
  [/^at most (\S+)/, '最多 $1'],
]

function turn(text: string, turns: readonly Turn[]): string {
  for (const [pattern, zh] of turns) if (pattern.test(text)) return text.replace(pattern, zh)
  return text
}

export const problemInChinese = (problem: string): string => turn(problem, PROBLEMS)
export const acceptedInChinese = (accepted: string): string => turn(accepted, ACCEPTED)
