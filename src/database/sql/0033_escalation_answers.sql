/* The plans that answer an escalation, and whether any does: what an escalation is overdue by. */
create index manifest_envelope_escalation_idx on cutter_governance.manifest_envelope (escalation_ref)
  where escalation_ref is not null;
