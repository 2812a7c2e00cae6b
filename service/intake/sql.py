"""The intake's own SQL, the same text for both databases ($1, $2, ...); refuses to import any model.

tests/service/intake/test_sql.py compares every column named here with the models.
"""

CARD = """
SELECT i.id, i.kind, i.playbook, i.severity, i.state, i.drill, i.opened_at, i.last_alert_at, i.presses,
       i.press_times, i.rung, i.terminal_id, i.station_id, i.provider_id, i.area_code, i.lon, i.lat, i.datum,
       i.acknowledged_at, i.acknowledged_by, a.display AS acknowledged_by_display,
       i.assigned_at, i.assigned_to, c.name AS assigned_to_name, i.assigned_travel_s,
       i.on_scene_at, i.recovering_at, i.closed_at, i.outcome, i.note,
       i.elder_id, e.name AS elder_name, e.sex AS elder_sex, e.born_on AS elder_born_on,
       e.ability AS elder_ability, e.lives_alone AS elder_lives_alone, e.dialect AS elder_dialect,
       e.notes AS elder_notes,
       h.address, h.floor, h.lift, h.lon AS home_lon, h.lat AS home_lat, h.datum AS home_datum,
       ar.name AS community, t.rung AS next_rung, t.due_at AS next_rung_due_at
FROM incident i
LEFT JOIN elder e ON e.id = i.elder_id
LEFT JOIN household h ON h.id = i.household_id
LEFT JOIN area ar ON ar.code = i.area_code
LEFT JOIN account a ON a.id = i.acknowledged_by
LEFT JOIN caregiver c ON c.id = i.assigned_to
LEFT JOIN timer t ON t.id = (SELECT n.id FROM timer n WHERE n.incident_id = i.id AND n.state = 'armed'
                             ORDER BY n.due_at, n.step LIMIT 1)
"""
"""Everything `incident_card` needs of an incident `i`; a WHERE is added by its reader."""
