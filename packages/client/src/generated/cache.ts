/** The types of each interface and union. */
export const possibleTypes: Record<string, string[]> = {
  "AbandonOutcome": [
    "AbandonSuccess",
    "AlreadyCut",
    "Busy",
    "Forbidden",
    "IdempotencyConflict",
    "IllegalTransition",
    "InvalidInput",
    "LaneNotServed",
    "NotFound"
  ],
  "BacklogMessage": [
    "BacklogChange",
    "BacklogSnapshot",
    "Heartbeat",
    "Ready",
    "Reset"
  ],
  "CutOutcome": [
    "AlreadyCut",
    "Busy",
    "CoverageBroken",
    "CutSuccess",
    "DependencyOpen",
    "Forbidden",
    "IdempotencyConflict",
    "IllegalTransition",
    "InvalidInput",
    "LaneMismatch",
    "LaneNotServed",
    "NotApproved",
    "NotFound",
    "PlanStale"
  ],
  "DeclareDependencyOutcome": [
    "Busy",
    "DeclareDependencySuccess",
    "DependencyCycle",
    "Forbidden",
    "IdempotencyConflict",
    "IllegalTransition",
    "InvalidInput",
    "LaneNotServed",
    "NotFound"
  ],
  "HistoryMessage": [
    "CaughtUp",
    "Heartbeat",
    "HistoryEvent",
    "Ready",
    "Reset"
  ],
  "MarkOutcome": [
    "Busy",
    "CoverageBroken",
    "Forbidden",
    "IdempotencyConflict",
    "InvalidInput",
    "LaneNotServed",
    "MarkSuccess",
    "NotFound"
  ],
  "Node": [
    "AddressAlias",
    "AffectedRow",
    "ChangeSet",
    "Dependency",
    "Document",
    "Entry",
    "History",
    "Manifest",
    "Principal",
    "ReviewDecision",
    "Signature",
    "Source",
    "Sweep",
    "Unit",
    "UnitBlock",
    "UnitVersion",
    "VerifyResult"
  ],
  "PassportOutcome": [
    "Busy",
    "Forbidden",
    "IllegalTransition",
    "InvalidInput",
    "NotFound",
    "Passport"
  ],
  "PlanOutcome": [
    "Busy",
    "Forbidden",
    "IllegalTransition",
    "InvalidInput",
    "NotFound",
    "Plan"
  ],
  "ReconstructOutcome": [
    "Busy",
    "Forbidden",
    "InvalidInput",
    "NotFound",
    "Reconstruction"
  ],
  "Refusal": [
    "AlreadyCut",
    "Busy",
    "CoverageBroken",
    "DependencyCycle",
    "DependencyOpen",
    "Forbidden",
    "IdempotencyConflict",
    "IllegalTransition",
    "InvalidInput",
    "LaneMismatch",
    "LaneNotServed",
    "NotApproved",
    "NotFound",
    "NotLive",
    "PlanStale",
    "SameParty"
  ],
  "RegisterSourceOutcome": [
    "Busy",
    "Forbidden",
    "IdempotencyConflict",
    "InvalidInput",
    "LaneNotServed",
    "RegisterSourceSuccess"
  ],
  "ReviewOutcome": [
    "Busy",
    "CoverageBroken",
    "Forbidden",
    "IdempotencyConflict",
    "IllegalTransition",
    "InvalidInput",
    "LaneNotServed",
    "NotFound",
    "NotLive",
    "PlanStale",
    "ReviewSuccess",
    "SameParty"
  ],
  "SweepOutcome": [
    "Busy",
    "Forbidden",
    "IdempotencyConflict",
    "IllegalTransition",
    "InvalidInput",
    "LaneNotServed",
    "NotFound",
    "SweepSuccess"
  ],
  "VerifyOutcome": [
    "Busy",
    "Forbidden",
    "IdempotencyConflict",
    "IllegalTransition",
    "InvalidInput",
    "LaneMismatch",
    "LaneNotServed",
    "NotFound",
    "SameParty",
    "VerifySuccess"
  ],
  "Written": [
    "AbandonSuccess",
    "CutSuccess",
    "DeclareDependencySuccess",
    "MarkSuccess",
    "RegisterSourceSuccess",
    "ReviewSuccess",
    "SweepSuccess",
    "VerifySuccess"
  ]
};

/** The lists of each type, and the arguments that choose one. */
export const LISTS: Readonly<Record<string, Readonly<Record<string, string[]>>>> = {
  "BacklogSnapshot": {
    "entries": []
  },
  "ChangeSet": {
    "affectedRows": [
      "filter",
      "order"
    ],
    "compensations": [
      "filter",
      "order"
    ],
    "signatures": [
      "filter",
      "order"
    ],
    "triggeredBy": [
      "filter",
      "order"
    ],
    "verifyResults": [
      "filter",
      "order"
    ]
  },
  "Document": {
    "changeSets": [
      "filter",
      "order"
    ],
    "entries": [
      "filter",
      "order"
    ],
    "openEntries": [
      "filter",
      "order"
    ],
    "sources": [
      "filter",
      "order"
    ],
    "units": [
      "filter",
      "order"
    ]
  },
  "Entry": {
    "changeSets": [
      "filter",
      "order"
    ],
    "dependenciesFrom": [
      "filter",
      "order"
    ],
    "dependenciesTo": [
      "filter",
      "order"
    ],
    "escalatedBy": [
      "filter",
      "order"
    ],
    "escalations": [
      "filter",
      "order"
    ],
    "history": [
      "filter",
      "order"
    ],
    "lastOfSweeps": [
      "filter",
      "order"
    ],
    "manifests": [
      "filter",
      "order"
    ],
    "reviewDecisions": [
      "filter",
      "order"
    ],
    "verifyResults": [
      "filter",
      "order"
    ]
  },
  "Manifest": {
    "changeSets": [
      "filter",
      "order"
    ],
    "reviewDecisions": [
      "filter",
      "order"
    ],
    "unitBlocks": [
      "filter",
      "order"
    ],
    "verifyResults": [
      "filter",
      "order"
    ]
  },
  "Plan": {
    "excluded": [
      "blank"
    ],
    "units": []
  },
  "Query": {
    "addressAliases": [
      "filter",
      "order"
    ],
    "affectedRows": [
      "filter",
      "order"
    ],
    "changeSets": [
      "filter",
      "order"
    ],
    "dependencies": [
      "filter",
      "order"
    ],
    "documents": [
      "filter",
      "order"
    ],
    "entries": [
      "filter",
      "order"
    ],
    "history": [
      "filter",
      "order"
    ],
    "manifests": [
      "filter",
      "order"
    ],
    "principals": [
      "filter",
      "order"
    ],
    "reviewDecisions": [
      "filter",
      "order"
    ],
    "signatures": [
      "filter",
      "order"
    ],
    "sources": [
      "filter",
      "order"
    ],
    "sweeps": [
      "filter",
      "order"
    ],
    "unitBlocks": [
      "filter",
      "order"
    ],
    "units": [
      "filter",
      "order"
    ],
    "verifyResults": [
      "filter",
      "order"
    ]
  },
  "ReviewDecision": {
    "changeSets": [
      "filter",
      "order"
    ],
    "verifyResults": [
      "filter",
      "order"
    ]
  },
  "Source": {
    "entries": [
      "filter",
      "order"
    ]
  },
  "Unit": {
    "children": [
      "filter",
      "order"
    ],
    "versions": [
      "filter",
      "order"
    ]
  },
  "UnitBlock": {
    "reviewDecisions": [
      "filter",
      "order"
    ]
  },
  "VerifyResult": {
    "signatures": [
      "filter",
      "order"
    ]
  }
};

/** Types without an id of their own: they belong to the row that has them. */
export const VALUES: readonly string[] = [
  "AbandonSuccess",
  "AddressAliasEdge",
  "AddressAliasEvidence",
  "AffectedRowEdge",
  "AffectedRowEvidence",
  "AlreadyCut",
  "Backlog",
  "BacklogChange",
  "BacklogSnapshot",
  "Busy",
  "CaughtUp",
  "ChangeSetEdge",
  "ChangeSetEvidence",
  "Checkpoint",
  "ConsistencyProof",
  "Coverage",
  "CoverageBroken",
  "CutSuccess",
  "DeclareDependencySuccess",
  "DependencyCycle",
  "DependencyEdge",
  "DependencyOpen",
  "DocumentEdge",
  "EntryEdge",
  "EntryEvidence",
  "ExcludedStretch",
  "ExcludedStretchEdge",
  "Forbidden",
  "Heartbeat",
  "HistoryEdge",
  "HistoryEvent",
  "HistoryEvidence",
  "IdempotencyConflict",
  "IllegalTransition",
  "Incarnation",
  "InclusionProof",
  "Integrity",
  "IntegrityFinding",
  "IntegrityPass",
  "InvalidInput",
  "LaneMismatch",
  "LaneNotServed",
  "LogRecord",
  "ManifestEdge",
  "ManifestEvidence",
  "MarkSuccess",
  "NotApproved",
  "NotFound",
  "NotLive",
  "PageInfo",
  "Passport",
  "PhaseDuration",
  "Plan",
  "PlanStale",
  "PlannedUnit",
  "PlannedUnitEdge",
  "PrincipalEdge",
  "Problem",
  "Ready",
  "Reconstruction",
  "RegisterSourceSuccess",
  "Reset",
  "ReviewDecisionEdge",
  "ReviewDecisionEvidence",
  "ReviewSuccess",
  "RowCount",
  "SameParty",
  "Session",
  "SignatureEdge",
  "SignatureEvidence",
  "SigningKey",
  "SourceEdge",
  "StatusAge",
  "StatusCount",
  "SweepEdge",
  "SweepEvidence",
  "SweepSuccess",
  "ThroughputBucket",
  "UnitActionCount",
  "UnitBlockEdge",
  "UnitBlockEvidence",
  "UnitEdge",
  "UnitVersionEdge",
  "VerifyFinding",
  "VerifyResultEdge",
  "VerifyResultEvidence",
  "VerifySuccess",
  "WitnessCosignature"
];
