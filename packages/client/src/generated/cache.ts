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
  "ApproveCutOutcome": [
    "ApproveCutSuccess",
    "Busy",
    "CoverageBroken",
    "Forbidden",
    "IdempotencyConflict",
    "IllegalTransition",
    "InvalidInput",
    "LaneMismatch",
    "LaneNotServed",
    "NotApproved",
    "NotFound",
    "PlanStale",
    "PlanTooCostly",
    "SameParty",
    "SignatureRefused"
  ],
  "BacklogMessage": [
    "BacklogChange",
    "BacklogSnapshot",
    "Heartbeat",
    "Ready",
    "Reset"
  ],
  "ChangeRulesOutcome": [
    "Busy",
    "ChangeRulesSuccess",
    "Forbidden",
    "IdempotencyConflict",
    "IllegalTransition",
    "InvalidInput",
    "LaneNotServed"
  ],
  "CommentOutcome": [
    "Busy",
    "CommentSuccess",
    "Forbidden",
    "IdempotencyConflict",
    "IllegalTransition",
    "InvalidInput",
    "LaneNotServed",
    "NotFound",
    "PlanStale"
  ],
  "CreatePrincipalOutcome": [
    "AlreadyRegistered",
    "Busy",
    "CreatePrincipalSuccess",
    "Forbidden",
    "IdempotencyConflict",
    "InvalidInput",
    "LaneNotServed",
    "NotFound",
    "SameParty"
  ],
  "CutManyOutcome": [
    "CutManySuccess",
    "Forbidden",
    "InvalidInput"
  ],
  "CutOutcome": [
    "AlreadyCut",
    "Busy",
    "CoverageBroken",
    "CutSuccess",
    "DependencyOpen",
    "Drifted",
    "Forbidden",
    "IdempotencyConflict",
    "IllegalTransition",
    "InvalidInput",
    "LaneMismatch",
    "LaneNotServed",
    "NotApproved",
    "NotFound",
    "NotSanctioned",
    "PlanStale",
    "PlanTooCostly",
    "SameParty",
    "SignatureRefused"
  ],
  "CutStatementOutcome": [
    "AlreadyCut",
    "Busy",
    "CoverageBroken",
    "CutStatementSuccess",
    "DependencyOpen",
    "Drifted",
    "Forbidden",
    "IdempotencyConflict",
    "IllegalTransition",
    "InvalidInput",
    "LaneMismatch",
    "LaneNotServed",
    "NotApproved",
    "NotFound",
    "NotSanctioned",
    "PlanStale",
    "PlanTooCostly",
    "SameParty",
    "SignatureRefused"
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
  "IssueTokenOutcome": [
    "Busy",
    "Forbidden",
    "IdempotencyConflict",
    "IllegalTransition",
    "InvalidInput",
    "IssueTokenSuccess",
    "LaneNotServed",
    "NotFound"
  ],
  "MarkManyOutcome": [
    "Forbidden",
    "InvalidInput",
    "MarkManySuccess"
  ],
  "MarkOutcome": [
    "Busy",
    "CoverageBroken",
    "Forbidden",
    "IdempotencyConflict",
    "InvalidInput",
    "LaneNotServed",
    "MarkSuccess",
    "NotFound",
    "PlanTooCostly"
  ],
  "NarrowTokenOutcome": [
    "Busy",
    "Forbidden",
    "IdempotencyConflict",
    "IllegalTransition",
    "InvalidInput",
    "LaneNotServed",
    "NarrowTokenSuccess",
    "NotFound"
  ],
  "Node": [
    "AddressAlias",
    "AffectedRow",
    "ChangeSet",
    "Comment",
    "CommentResolution",
    "Dependency",
    "Document",
    "Entry",
    "History",
    "Manifest",
    "Person",
    "Principal",
    "Profile",
    "ReviewDecision",
    "Signature",
    "Source",
    "Sweep",
    "Unit",
    "UnitBlock",
    "UnitVersion",
    "VerifyResult",
    "VocabularyTerm"
  ],
  "PassportOutcome": [
    "Busy",
    "Forbidden",
    "IllegalTransition",
    "InvalidInput",
    "NotFound",
    "Passport"
  ],
  "PlanDiffOutcome": [
    "Busy",
    "Forbidden",
    "IllegalTransition",
    "InvalidInput",
    "NotFound",
    "PlanDiff"
  ],
  "PlanOutcome": [
    "Busy",
    "Forbidden",
    "IllegalTransition",
    "InvalidInput",
    "NotFound",
    "Plan",
    "PlanTooCostly"
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
    "AlreadyRegistered",
    "Busy",
    "CommentsOpen",
    "CoverageBroken",
    "DependencyCycle",
    "DependencyOpen",
    "Drifted",
    "Forbidden",
    "IdempotencyConflict",
    "IllegalTransition",
    "InvalidInput",
    "LaneMismatch",
    "LaneNotServed",
    "NotApproved",
    "NotFound",
    "NotLive",
    "NotSanctioned",
    "PlanStale",
    "PlanTooCostly",
    "SameParty",
    "SignatureRefused"
  ],
  "RegisterProfileOutcome": [
    "AlreadyRegistered",
    "Busy",
    "Forbidden",
    "IdempotencyConflict",
    "InvalidInput",
    "LaneNotServed",
    "RegisterProfileSuccess"
  ],
  "RegisterSourceOutcome": [
    "Busy",
    "Forbidden",
    "IdempotencyConflict",
    "InvalidInput",
    "LaneNotServed",
    "RegisterSourceSuccess"
  ],
  "RegisterVocabularyOutcome": [
    "AlreadyRegistered",
    "Busy",
    "Forbidden",
    "IdempotencyConflict",
    "InvalidInput",
    "LaneNotServed",
    "RegisterVocabularySuccess"
  ],
  "ResolveCommentOutcome": [
    "Busy",
    "Forbidden",
    "IdempotencyConflict",
    "IllegalTransition",
    "InvalidInput",
    "LaneNotServed",
    "NotFound",
    "ResolveCommentSuccess",
    "SameParty"
  ],
  "ReviewManyOutcome": [
    "Forbidden",
    "InvalidInput",
    "ReviewManySuccess"
  ],
  "ReviewOutcome": [
    "Busy",
    "CommentsOpen",
    "CoverageBroken",
    "Forbidden",
    "IdempotencyConflict",
    "IllegalTransition",
    "InvalidInput",
    "LaneNotServed",
    "NotFound",
    "NotLive",
    "PlanStale",
    "PlanTooCostly",
    "ReviewSuccess",
    "SameParty"
  ],
  "RevokeCutApprovalOutcome": [
    "Busy",
    "Forbidden",
    "IdempotencyConflict",
    "IllegalTransition",
    "InvalidInput",
    "LaneNotServed",
    "NotFound",
    "RevokeCutApprovalSuccess"
  ],
  "RevokeTokenOutcome": [
    "Busy",
    "Forbidden",
    "IdempotencyConflict",
    "InvalidInput",
    "LaneNotServed",
    "NotFound",
    "RevokeTokenSuccess"
  ],
  "RotateTokenOutcome": [
    "Busy",
    "Forbidden",
    "IdempotencyConflict",
    "IllegalTransition",
    "InvalidInput",
    "LaneNotServed",
    "NotFound",
    "RotateTokenSuccess"
  ],
  "SuspendPrincipalOutcome": [
    "Busy",
    "Forbidden",
    "IdempotencyConflict",
    "IllegalTransition",
    "InvalidInput",
    "LaneNotServed",
    "NotFound",
    "SuspendPrincipalSuccess"
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
  "UpdatePrincipalOutcome": [
    "AlreadyRegistered",
    "Busy",
    "Forbidden",
    "IdempotencyConflict",
    "IllegalTransition",
    "InvalidInput",
    "LaneNotServed",
    "NotFound",
    "SameParty",
    "UpdatePrincipalSuccess"
  ],
  "VerifyManyOutcome": [
    "Forbidden",
    "InvalidInput",
    "VerifyManySuccess"
  ],
  "VerifyOutcome": [
    "Busy",
    "Drifted",
    "Forbidden",
    "IdempotencyConflict",
    "IllegalTransition",
    "InvalidInput",
    "LaneMismatch",
    "LaneNotServed",
    "NotFound",
    "PlanTooCostly",
    "SameParty",
    "SignatureRefused",
    "VerifySuccess"
  ],
  "VerifyStatementOutcome": [
    "Busy",
    "Drifted",
    "Forbidden",
    "IdempotencyConflict",
    "IllegalTransition",
    "InvalidInput",
    "LaneMismatch",
    "LaneNotServed",
    "NotFound",
    "PlanTooCostly",
    "SameParty",
    "SignatureRefused",
    "VerifyStatementSuccess"
  ],
  "Written": [
    "AbandonSuccess",
    "ApproveCutSuccess",
    "ChangeRulesSuccess",
    "CommentSuccess",
    "CreatePrincipalSuccess",
    "CutSuccess",
    "DeclareDependencySuccess",
    "IssueTokenSuccess",
    "MarkSuccess",
    "NarrowTokenSuccess",
    "RegisterProfileSuccess",
    "RegisterSourceSuccess",
    "RegisterVocabularySuccess",
    "ResolveCommentSuccess",
    "ReviewSuccess",
    "RevokeCutApprovalSuccess",
    "RevokeTokenSuccess",
    "RotateTokenSuccess",
    "SuspendPrincipalSuccess",
    "SweepSuccess",
    "UpdatePrincipalSuccess",
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
  "Comment": {
    "replies": [
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
    "answers": [
      "filter",
      "order"
    ],
    "changeSets": [
      "filter",
      "order",
      "sort"
    ],
    "comments": [
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
  "Person": {
    "principals": [
      "filter",
      "order",
      "sort"
    ]
  },
  "Plan": {
    "excluded": [
      "blank"
    ],
    "units": [
      "toReview"
    ]
  },
  "PlanDiff": {
    "units": [
      "changes",
      "toReview"
    ]
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
    "audit": [
      "filter",
      "order"
    ],
    "changeSets": [
      "filter",
      "order",
      "sort"
    ],
    "comments": [
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
    "profiles": [
      "name"
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
    "tokens": [
      "filter"
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
  "Act",
  "AddressAliasConnection",
  "AddressAliasEdge",
  "AddressAliasEvidence",
  "AffectedRowConnection",
  "AffectedRowEdge",
  "AffectedRowEvidence",
  "AlreadyCut",
  "AlreadyRegistered",
  "ApproveCutSuccess",
  "AuditRow",
  "AuditRowConnection",
  "AuditRowEdge",
  "Backlog",
  "BacklogChange",
  "BacklogSnapshot",
  "Busy",
  "CarriedOver",
  "CarriedOverShare",
  "CaughtUp",
  "ChangeRulesSuccess",
  "ChangeSetConnection",
  "ChangeSetEdge",
  "ChangeSetEvidence",
  "Checkpoint",
  "CommentConnection",
  "CommentEdge",
  "CommentSuccess",
  "CommentsOpen",
  "ConsistencyProof",
  "Coverage",
  "CoverageBroken",
  "CreatePrincipalSuccess",
  "CutApproval",
  "CutManySuccess",
  "CutStatementSuccess",
  "CutSuccess",
  "DeclareDependencySuccess",
  "DependencyConnection",
  "DependencyCycle",
  "DependencyEdge",
  "DependencyOpen",
  "Divergence",
  "DocumentConnection",
  "DocumentEdge",
  "Drifted",
  "EarlierApproval",
  "EntryConnection",
  "EntryEdge",
  "EntryEvidence",
  "ExcludedStretch",
  "ExcludedStretchConnection",
  "ExcludedStretchEdge",
  "Forbidden",
  "Gap",
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
  "IssueTokenSuccess",
  "JudgedOtherwise",
  "LaneMismatch",
  "LaneNotServed",
  "LogRecord",
  "ManifestConnection",
  "ManifestEdge",
  "ManifestEvidence",
  "MarkManySuccess",
  "MarkSuccess",
  "NamedDoer",
  "NarrowTokenSuccess",
  "NotApproved",
  "NotFound",
  "NotLive",
  "NotSanctioned",
  "OtherDecision",
  "PageInfo",
  "Passport",
  "PhaseDuration",
  "Plan",
  "PlanChangeCount",
  "PlanDiff",
  "PlanDiffUnit",
  "PlanDiffUnitConnection",
  "PlanDiffUnitEdge",
  "PlanStale",
  "PlanTooCostly",
  "PlannedUnit",
  "PlannedUnitConnection",
  "PlannedUnitEdge",
  "PrincipalConnection",
  "PrincipalEdge",
  "Problem",
  "ProfileConnection",
  "ProfileEdge",
  "Readiness",
  "Ready",
  "Reconstruction",
  "RegisterProfileSuccess",
  "RegisterSourceSuccess",
  "RegisterVocabularySuccess",
  "Reset",
  "ResolveCommentSuccess",
  "ReviewDecisionConnection",
  "ReviewDecisionEdge",
  "ReviewDecisionEvidence",
  "ReviewManySuccess",
  "ReviewSuccess",
  "RevokeCutApprovalSuccess",
  "RevokeTokenSuccess",
  "RotateTokenSuccess",
  "RowCount",
  "Rules",
  "SameParty",
  "Session",
  "SignatureConnection",
  "SignatureEdge",
  "SignatureEvidence",
  "SignatureRefused",
  "SigningKey",
  "SourceConnection",
  "SourceEdge",
  "StatementToSign",
  "StatusAge",
  "StatusCount",
  "SuspendPrincipalSuccess",
  "SweepConnection",
  "SweepEdge",
  "SweepEvidence",
  "SweepSuccess",
  "ThroughputBucket",
  "Token",
  "TokenConnection",
  "TokenEdge",
  "UnitActionCount",
  "UnitBlockConnection",
  "UnitBlockEdge",
  "UnitBlockEvidence",
  "UnitConnection",
  "UnitEdge",
  "UnitInclusion",
  "UnitVersionConnection",
  "UnitVersionEdge",
  "UpdatePrincipalSuccess",
  "VerifyFinding",
  "VerifyManySuccess",
  "VerifyResultConnection",
  "VerifyResultEdge",
  "VerifyResultEvidence",
  "VerifyStatementSuccess",
  "VerifySuccess",
  "WitnessCosignature",
  "WordStretch"
];
