"""Whether everything is ready for the next call: ladders, goals and gateways as data, the lint, the auditor."""
