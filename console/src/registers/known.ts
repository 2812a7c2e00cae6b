/** English for the names that the service's own rules give to groups, tiers and entitlements; it judges none of them. */

/** Of the rules that the service comes with; a district's own names stay as they are. */
export const KNOWN: Readonly<Record<string, string>> = {
  '独居': 'lives alone', '空巢': 'empty nest', '留守': 'left behind', '重残': 'severe handicap', '计生特殊': 'special family', '特困': 'destitute', '低保': 'low income',
  '60 周岁以上': '60 or older', '评估有效': 'a valid assessment', '轻度失能以上': 'mild disability or worse', '低保且失能、高龄或计生特殊': 'low income, and disabled, 80+ or special family', '军人家属、烈属': 'family of soldiers or martyrs',
  '重度 特困/低保': 'severe, destitute or low income', '中度 特困/低保': 'moderate, destitute or low income', '重度 优待对象': 'severe, honoured group',
  '80 周岁以上能力评估': 'assessment at 80', '特殊困难老年人探访': 'patrol of people in special need', '经济困难家庭适老化改造': 'home works for low incomes', '政府购买居家服务（重度 特困/低保）': 'paid home care, severe', '政府购买居家服务（中度 特困/低保）': 'paid home care, moderate',
}
/** What a count by code is called while no row has told its name. */
export const BY_CODE: Readonly<Record<string, string>> = {
  assessment_80: '80 周岁以上能力评估', patrol_special: '特殊困难老年人探访', home_adaptation: '经济困难家庭适老化改造', home_care_60h: '政府购买居家服务（重度 特困/低保）', home_care_45h: '政府购买居家服务（中度 特困/低保）',
}
