"""The intake's own SQL, the same text for both databases ($1, $2, ...); refuses to import any model.

tests/service/intake/test_sql.py compares every column named here with the models.
"""

LEVEL_UNTIL = """CASE WHEN e.ability IS NOT NULL THEN (
           SELECT s.valid_until_on FROM assessment s
           WHERE s.elder_id = e.id AND s.scale = 'gbt42195' AND s.state = 'approved' AND s.ended_on IS NULL
           ORDER BY s.assessed_on DESC LIMIT 1) END AS elder_ability_until"""
"""The last day of the result behind an elder's level: the newest, which no later one ended. Found by the index of
elder and day alone (ordered by id as well, PostgreSQL sorts), and not looked for where nobody was ever assessed."""

CARD = f"""
SELECT i.id, i.kind, i.playbook, i.severity, i.state, i.drill, i.opened_at, i.last_alert_at, i.presses,
       i.press_times, i.rung, i.terminal_id, i.station_id, i.provider_id, i.area_code, i.lon, i.lat, i.datum,
       i.acknowledged_at, i.acknowledged_by, a.display AS acknowledged_by_display,
       i.assigned_at, i.assigned_to, c.name AS assigned_to_name, i.assigned_travel_s,
       i.on_scene_at, i.recovering_at, i.closed_at, i.outcome, i.note,
       i.household_id, i.elder_id, e.name AS elder_name, e.sex AS elder_sex, e.born_on AS elder_born_on,
       e.ability AS elder_ability, e.lives_alone AS elder_lives_alone, e.dialect AS elder_dialect,
       e.notes AS elder_notes, {LEVEL_UNTIL},
       h.address, h.floor, h.lift, h.lon AS home_lon, h.lat AS home_lat, h.datum AS home_datum,
       ar.name AS community,
       (SELECT n.rung FROM timer n WHERE n.incident_id = i.id
        AND n.state NOT IN ('fired', 'stopped', 'quarantined') ORDER BY n.due_at, n.step LIMIT 1) AS next_rung,
       (SELECT n.due_at FROM timer n WHERE n.incident_id = i.id
        AND n.state NOT IN ('fired', 'stopped', 'quarantined') ORDER BY n.due_at, n.step LIMIT 1) AS next_rung_due_at
FROM incident i
LEFT JOIN elder e ON e.id = i.elder_id
LEFT JOIN household h ON h.id = i.household_id
LEFT JOIN area ar ON ar.code = i.area_code
LEFT JOIN account a ON a.id = i.acknowledged_by
LEFT JOIN caregiver c ON c.id = i.assigned_to
"""
"""Everything `incident_card` needs of an incident `i`; a WHERE is added by its reader.

Not `= 'armed'`: for that PostgreSQL would read the index of all armed timers for each incident. And no join to the
next timer: PostgreSQL read all timers there are to hash them, 1.1 of the 1.4 ms in which a batch was looked up.
"""

LOCK = "SELECT pg_advisory_xact_lock(5591383)"
"""PostgreSQL only: one intake batch at a time over all processes, so that duplicates meet each other."""

TERMINALS = """
SELECT t.id, t.household_id, COALESCE(t.elder_id, (SELECT CASE WHEN count(*) = 1 THEN min(e.id) END FROM elder e
           WHERE e.household_id = t.household_id)) AS elder_id,
       t.station_id, t.provider_id, COALESCE(t.area_code, h.area_code) AS area_code,
       t.boot, t.counter, t.replay_bits, t.online, t.battery, t.signal, t.worn, t.firmware, t.seen_at
FROM terminal t LEFT JOIN household h ON h.id = t.household_id
WHERE t.id = ANY($1) ORDER BY t.id FOR UPDATE OF t
"""

NEW_CARDS = f"""
SELECT t.id AS terminal_id, e.name AS elder_name, e.sex AS elder_sex, e.born_on AS elder_born_on,
       e.ability AS elder_ability, e.lives_alone AS elder_lives_alone, e.dialect AS elder_dialect,
       e.notes AS elder_notes, {LEVEL_UNTIL},
       h.address, h.floor, h.lift, h.lon AS home_lon, h.lat AS home_lat, h.datum AS home_datum,
       ar.name AS community
FROM terminal t
LEFT JOIN household h ON h.id = t.household_id
LEFT JOIN elder e ON e.id = COALESCE(t.elder_id, (SELECT CASE WHEN count(*) = 1 THEN min(o.id) END FROM elder o
                                                  WHERE o.household_id = t.household_id))
LEFT JOIN area ar ON ar.code = COALESCE(t.area_code, h.area_code)
WHERE t.id = ANY($1)
"""
"""What the card of an incident that this batch opens says of the home, as CARD would read it afterwards."""

BEATING = """
SELECT t.id, t.household_id, COALESCE(t.area_code, (SELECT h.area_code FROM household h WHERE h.id = t.household_id))
       AS area_code, t.provider_id, t.boot, t.counter, t.replay_bits, t.online, t.battery, t.signal, t.worn, t.firmware
FROM terminal t WHERE t.id = ANY($1) ORDER BY t.id FOR UPDATE OF t
"""
"""Locked in one order: two writers that meet then wait for one another instead of both for ever."""

EARLIER = """
SELECT a.id, a.terminal_id, a.msg_id, a.reuse, a.boot, a.counter, a.body_hash, a.kind, a.incident_id, a.seq,
       a.received_at, a.warnings, i.state, i.acknowledged_at, i.assigned_at, i.on_scene_at, i.recovering_at, i.closed_at
FROM unnest($1::text[], $2::text[]) AS k(terminal_id, msg_id) CROSS JOIN alert a
LEFT JOIN incident i ON i.id = a.incident_id
WHERE a.terminal_id = k.terminal_id AND a.msg_id = k.msg_id ORDER BY a.id
"""
"""Pairs, not two lists: of 64 terminals and 64 ids a database would look up all 4,096 combinations."""

OPEN_INCIDENTS = f"""{CARD}
WHERE i.id = ANY(ARRAY(
          SELECT o.id FROM terminal k JOIN incident o ON o.household_id = k.household_id AND o.state <> 'closed'
          WHERE k.id = ANY($1)
          UNION ALL
          SELECT o.id FROM incident o WHERE o.household_id IS NULL AND o.state <> 'closed' AND o.terminal_id = ANY($1)
      )) AND i.state <> 'closed' AND NOT i.drill
ORDER BY i.id FOR UPDATE OF i
"""
"""The open cases of the homes of terminals, as cards. Found by the index of what is open: asked with an OR, the
embedded database read every case there ever was."""

LADDERS = "SELECT id, area_code, kind, from_min, to_min, rungs FROM ladder WHERE retired_at IS NULL ORDER BY id"

CARDS = CARD + "WHERE i.id = ANY($1)"

INCIDENT_COLUMNS = [
    *("id", "household_id", "elder_id", "terminal_id", "station_id", "provider_id", "area_code", "playbook", "kind"),
    *("severity", "drill", "ladder_id", "state", "presses", "press_times", "rung", "lon", "lat", "datum"),
    *("opened_at", "last_alert_at"),
]
ALERT_COLUMNS = [
    *("seq", "id", "terminal_id", "msg_id", "reuse", "boot", "counter", "body_hash", "kind", "severity", "incident_id"),
    *("received_at", "occurred_at", "lon", "lat", "datum", "accuracy_m", "battery", "text", "extra", "warnings"),
    *("gap", "again"),
]
TIMER_COLUMNS = ["incident_id", "step", "cycle", "rung", "due_at", "state", "armed_at", "fired_at"]
EVENT_COLUMNS = ["seq", "at", "topic", "subject", "area_code", "provider_id", "caregiver_ids", "data"]
NOTICE_COLUMNS = [
    *("incident_id", "step", "cycle", "rung", "text", "provider_id", "area_code", "must", "target", "name"),
    *("account_id", "caregiver_id", "channel", "then", "key", "state", "attempts", "made_at", "due_at"),
]
UNVERIFIED_COLUMNS = ["terminal_id", "source", "reason", "body", "received_at"]
AUDIT_COLUMNS = ["at", "account_id", "action", "subject", "detail"]
UNREADABLE_COLUMNS = ["id", "terminal_id", "problem", "body", "received_at"]

JOIN_INCIDENT = """
UPDATE incident SET kind = $2, severity = $3, presses = $4, press_times = $5, last_alert_at = $6,
       lon = COALESCE($7, lon), lat = COALESCE($8, lat), datum = COALESCE($9, datum) WHERE id = $1
"""
SEE_TERMINAL = """
UPDATE terminal SET boot = $2, counter = $3, replay_bits = $4, seen_at = $5, online = true, battery = $6, signal = $7,
       worn = $8, firmware = $9, tested_at = COALESCE($10, tested_at) WHERE id = $1
"""
LOSE_TERMINALS = """
UPDATE terminal SET online = false WHERE id IN (
    SELECT id FROM terminal WHERE online AND seen_at < $1 AND COALESCE(silent_after_s, 0) = $2 ORDER BY id LIMIT 200
) AND online RETURNING id, area_code, provider_id, battery
"""
SILENCES = "SELECT DISTINCT COALESCE(silent_after_s, 0) AS after_s FROM terminal WHERE online"
PULSE = "SELECT at FROM pulse WHERE id = 1 FOR UPDATE"
FIRST_PULSE = "INSERT INTO pulse (id, at) VALUES (1, $1) ON CONFLICT (id) DO NOTHING"
NEXT_PULSE = "UPDATE pulse SET at = $1 WHERE id = 1"
ADD_OUTAGE = "INSERT INTO outage (from_at, until_at, silent) VALUES ($1, $2, $3)"
OUTAGES_TO_TELL = "SELECT id, until_at FROM outage WHERE told_at IS NULL AND until_at <= $1 ORDER BY id FOR UPDATE"
SILENT_SINCE = "SELECT id FROM terminal WHERE online AND seen_at < $1 ORDER BY id LIMIT $2"
TELL_OUTAGE = "UPDATE outage SET silent = $2, told_at = $3 WHERE id = $1"
AGAIN = "UPDATE alert SET again = again + $2 WHERE id = $1"
KEYS = "SELECT id, key_sealed, old_key_sealed, old_key_until_at FROM terminal WHERE id = ANY($1)"
CLAIM = """
UPDATE claim_code SET used_at = $2 WHERE code_hash = $1 AND used_at IS NULL AND until_at > $2 RETURNING terminal_id
"""
END_CODES = "UPDATE claim_code SET used_at = $2 WHERE terminal_id = $1 AND used_at IS NULL"
GIVE_KEY = """
UPDATE terminal SET key_sealed = $2, old_key_sealed = NULL, old_key_until_at = NULL, boot = 0, counter = 0,
       replay_bits = 0 WHERE id = $1
"""
LOCK_KEY = "SELECT boot, counter, replay_bits, key_sealed FROM terminal WHERE id = $1 FOR UPDATE"
COUNT = "UPDATE terminal SET boot = $2, counter = $3, replay_bits = $4 WHERE id = $1"
NEXT_KEY = """
UPDATE terminal SET old_key_sealed = key_sealed, old_key_until_at = $3, key_sealed = $2 WHERE id = $1
"""
KEYS_CHANGED = "SELECT pg_notify('unwalled_keys', $1)"
TAKE_SEQ = "UPDATE sequence SET last = last + $1 WHERE id = 1 RETURNING last"
LAST_SEQ = "SELECT last FROM sequence WHERE id = 1"
FLOORS = {"alert": 2, "incident": 3, "unreadable_call": 4}
"""Rows of `sequence` below which no id of these tables is given out again, on the embedded database: after a restore
(service.realtime.restored). PostgreSQL's own sequences are moved on instead."""


def last_id(table: str) -> str:
    """The highest id that may have been given out, on the embedded database."""
    known, floor = f"SELECT max(id) FROM {table}", f"SELECT last FROM sequence WHERE id = {FLOORS[table]}"
    return f"SELECT max(COALESCE(({known}), 0), COALESCE(({floor}), 0)) AS last"


def insert(table: str, columns: list[str]) -> str:
    """An INSERT of one row with a numbered place for each column."""
    places = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
    names = ", ".join(f'"{column}"' for column in columns)  # one is called then
    return f"INSERT INTO {table} ({names}) VALUES ({places})"
