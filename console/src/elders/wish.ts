/** What was typed into the form as the service wants it: empty is nothing, figures are figures; it judges none of it. */

export interface ElderWish {
  name: string; id_number: string; sex: string; born_on: string; phone: string; lives_alone: boolean; dialect: string; notes: string
  area_code: string; address: string; lon: string; lat: string; floor: string; lift: boolean; access_note: string; gate_code: string; key_holder: string; key_holder_phone: string
  contact_name: string; contact_relation: string; contact_phone: string
}

const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim())
/** A figure when it reads as one; else the text, so that the service names the fault. */
const figure = (text: string): number | string | null => (text.trim() === '' ? null : Number.isFinite(Number(text)) ? Number(text) : text.trim())

export function wishOf(one: ElderWish): Record<string, unknown> {
  const contact = one.contact_name.trim() || one.contact_phone.trim()
  return {
    name: one.name, id_number: orNull(one.id_number), sex: orNull(one.sex), born_on: orNull(one.born_on), phone: orNull(one.phone), lives_alone: one.lives_alone, dialect: orNull(one.dialect), notes: orNull(one.notes),
    home: {
      area_code: one.area_code, address: one.address, lon: figure(one.lon), lat: figure(one.lat), datum: 'wgs84', floor: figure(one.floor), lift: one.lift, access_note: orNull(one.access_note), gate_code: orNull(one.gate_code), key_holder: orNull(one.key_holder), key_holder_phone: orNull(one.key_holder_phone),
    },
    contacts: contact ? [{ name: one.contact_name, relation: one.contact_relation, phone: orNull(one.contact_phone) }] : [],
  }
}
