/** English for the names, and Chinese for the sources, that the service's own rules come with; it judges none of them. */

/** Of the rules that the service comes with; a district's own names stay as they are. */
export const KNOWN: Readonly<Record<string, string>> = {
  '独居': 'lives alone', '空巢': 'empty nest', '留守': 'left behind', '重残': 'severe handicap', '计生特殊': 'special family', '特困': 'destitute', '低保': 'low income',
  '60 周岁以上': '60 or older', '评估有效': 'a valid assessment', '已离开名册': 'has left the register', '已有床位': 'has a bed', '已合并到另一条': 'merged into another row', '轻度失能以上': 'mild disability or worse', '低保且失能、高龄或计生特殊': 'low income, and disabled, 80+ or special family', '军人家属、烈属': 'family of soldiers or martyrs',
  '重度 特困/低保': 'severe, destitute or low income', '中度 特困/低保': 'moderate, destitute or low income', '重度 优待对象': 'severe, honoured group',
  '80 周岁以上能力评估': 'assessment at 80', '特殊困难老年人探访': 'patrol of people in special need', '经济困难家庭适老化改造': 'home works for low incomes', '政府购买居家服务（重度 特困/低保）': 'paid home care, severe', '政府购买居家服务（中度 特困/低保）': 'paid home care, moderate',
}
/** What a count by code is called while no row has told its name. */
export const BY_CODE: Readonly<Record<string, string>> = {
  assessment_80: '80 周岁以上能力评估', patrol_special: '特殊困难老年人探访', home_adaptation: '经济困难家庭适老化改造', home_care_60h: '政府购买居家服务（重度 特困/低保）', home_care_45h: '政府购买居家服务（中度 特困/低保）',
}
/** Where the rules that the service comes with are from; a district's own texts stay as they are. */
export const SOURCES: Readonly<Record<string, string>> = {
  'Weihai 14th five-year plan (emergency aid); Qingdao adds an activity monitor': '威海“十四五”规划（助急）；青岛另加活动监测',
  'reference of 3,000 CNY a household, once (secondary source); three roles of the national programme': '每户一次 3,000 元为参考值（二手来源）；三方分设出自国家行动方案',
  'practice of service contracts; no published figure': '服务合同的通行做法，没有公布的数字',
  '威民发〔2018〕161号: 60, 45 and 30 hours a month': '威民发〔2018〕161号：每月 60、45、30 小时',
  "a district's draft of the 14th five-year plan asks for preconditions and order; the order within is ours": '某区“十四五”规划征求意见稿要求有条件、有先后；档内次序是系统自定的',
  'low-fee respite is asked for without a figure; these are ours': '文件只要求低偿喘息，没有数字；数字是系统自定的',
  "a district's draft of the 14th five-year plan: five groups; other districts name four, without 重残": '某区“十四五”规划征求意见稿：五类；别的区是四类，没有重残',
  'district and city plans (80+ assessed, five patrol groups, adaptation); 威民发〔2018〕161号 for home care': '区、市规划（80 岁以上评估、五类探访、适老化改造）；居家服务依据威民发〔2018〕161号',
}
