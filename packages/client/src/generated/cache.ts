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
  "Backlog": {
    "waitingForMe": [
      "filter",
      "order",
      "sort"
    ]
  },
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
      "order",
      "sort"
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
      "order",
      "sort"
    ],
    "entries": [
      "filter",
      "order",
      "sort"
    ],
    "openEntries": [
      "filter",
      "order",
      "sort"
    ],
    "sources": [
      "filter",
      "order",
      "sort"
    ],
    "units": [
      "filter",
      "order"
    ]
  },
  "Entry": {
    "changeSets": [
      "filter",
      "order",
      "sort"
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
      "order",
      "sort"
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
      "order",
      "sort"
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
      "order",
      "sort"
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
      "order",
      "sort"
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
      "order",
      "sort"
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
      "order",
      "sort"
    ],
    "sweepPasses": [
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
      "order",
      "sort"
    ],
    "verifyResults": [
      "filter",
      "order"
    ]
  },
  "Source": {
    "entries": [
      "filter",
      "order",
      "sort"
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
  "AddressAliasConnection",
  "AddressAliasEdge",
  "AddressAliasEvidence",
  "AffectedRowConnection",
  "AffectedRowEdge",
  "AffectedRowEvidence",
  "AlreadyCut",
  "Backlog",
  "BacklogChange",
  "BacklogSnapshot",
  "Busy",
  "CaughtUp",
  "ChangeSetConnection",
  "ChangeSetEdge",
  "ChangeSetEvidence",
  "Checkpoint",
  "ConsistencyProof",
  "Coverage",
  "CoverageBroken",
  "CutSuccess",
  "DeclareDependencySuccess",
  "DependencyConnection",
  "DependencyCycle",
  "DependencyEdge",
  "DependencyOpen",
  "DocumentConnection",
  "DocumentEdge",
  "EntryConnection",
  "EntryEdge",
  "EntryEvidence",
  "ExcludedStretch",
  "ExcludedStretchConnection",
  "ExcludedStretchEdge",
  "Forbidden",
  "Heartbeat",
  "HistoryConnection",
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
  "ManifestConnection",
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
  "PlannedUnitConnection",
  "PlannedUnitEdge",
  "PrincipalConnection",
  "PrincipalEdge",
  "Problem",
  "Ready",
  "Reconstruction",
  "RegisterSourceSuccess",
  "Reset",
  "ReviewDecisionConnection",
  "ReviewDecisionEdge",
  "ReviewDecisionEvidence",
  "ReviewSuccess",
  "RowCount",
  "SameParty",
  "Session",
  "SignatureConnection",
  "SignatureEdge",
  "SignatureEvidence",
  "SigningKey",
  "SourceConnection",
  "SourceEdge",
  "StatusAge",
  "StatusCount",
  "SweepConnection",
  "SweepEdge",
  "SweepEvidence",
  "SweepSuccess",
  "ThroughputBucket",
  "UnitActionCount",
  "UnitBlockConnection",
  "UnitBlockEdge",
  "UnitBlockEvidence",
  "UnitConnection",
  "UnitEdge",
  "UnitInclusion",
  "UnitVersionConnection",
  "UnitVersionEdge",
  "VerifyFinding",
  "VerifyResultConnection",
  "VerifyResultEdge",
  "VerifyResultEvidence",
  "VerifySuccess",
  "WitnessCosignature"
];
