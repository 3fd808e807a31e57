//! What is looked for under each principle, found in the state by fixed rules.

use galen_control::act::examine::Examination;
use galen_control::judge::{CriterionResult, Crossing, Outcome};
use galen_control::{Change, Release};
use galen_spec::Name;
use galen_spec::risk::Verification;

use crate::book::{Book, artifact, recorded};
use crate::document::labelling::{bounds, results_of};
use crate::page::{Source, Span};

/// One thing that is looked for.
pub(super) struct Item {
    pub what: &'static str,
    /// Whether it bears on the principle itself, and not only on what surrounds it.
    pub core: bool,
    /// Where it was found; `None` if it was not.
    pub shown: Option<Vec<Span>>,
    /// The command that makes it; `None` if galen records no such thing.
    pub command: Option<&'static str>,
}

fn core(what: &'static str, command: &'static str, shown: Option<Vec<Span>>) -> Item {
    Item {
        what,
        core: true,
        shown,
        command: Some(command),
    }
}

fn beside(what: &'static str, command: &'static str, shown: Option<Vec<Span>>) -> Item {
    Item {
        core: false,
        ..core(what, command, shown)
    }
}

/// What no act of galen records, so that it is never found here.
fn outside(what: &'static str, core: bool) -> Item {
    Item {
        what,
        core,
        shown: None,
        command: None,
    }
}

/// What is looked for under the principle of that number, from 1.
pub(super) fn items(book: &Book, number: usize) -> Vec<Item> {
    match number {
        1 => expertise(book),
        2 => engineering(book),
        3 => representative(book),
        4 => independent(book),
        5 => reference_standard(book),
        6 => design(book),
        7 => human_ai_team(book),
        8 => testing(book),
        9 => information(book),
        10 => monitoring(book),
        _ => Vec::new(),
    }
}

fn said(text: impl Into<String>) -> Vec<Span> {
    vec![Span::text(text)]
}

fn frozen(book: &Book, name: Name) -> Option<Vec<Span>> {
    let frozen = book.state.frozen.get(&name)?;
    Some(vec![
        Span::code(name.file()),
        Span::text(" version "),
        recorded(frozen.version.into(), frozen.entry),
        Span::text(format!(", frozen by {}", book.actor(&frozen.by))),
    ])
}

fn live<'a>(book: &Book<'a>) -> Option<(&'a Release, &'a Change)> {
    let live = book.state.live_release()?;
    Some((live, book.state.changes.get(&live.change)?))
}

/// The results of the live release that have a number and are so.
fn live_results(book: &Book, so: impl Fn(&CriterionResult) -> bool) -> Option<Vec<Span>> {
    let (live, change) = live(book)?;
    let evidence = change.judged.as_ref()?.judge.evidence;
    let results = results_of(book, live)?;
    let mut spans: Vec<Span> = Vec::new();
    for result in results
        .iter()
        .filter(|result| result.result != Outcome::NotApplicable && so(result))
    {
        if !spans.is_empty() {
            spans.push(Span::text("; "));
        }
        spans.push(Span::text(format!("{}: ", result.title)));
        spans.extend(
            book.estimate(&result.estimate, &evidence, &bounds(result))
                .0,
        );
    }
    (!spans.is_empty()).then_some(spans)
}

fn expertise(book: &Book) -> Vec<Item> {
    let team = book.specs.team.as_ref().map(|held| {
        let roles: std::collections::BTreeSet<&String> = held
            .value
            .people
            .iter()
            .flat_map(|person| &person.roles)
            .collect();
        let roles: Vec<String> = roles
            .into_iter()
            .map(|role| role.replace('_', " "))
            .collect();
        said(format!("Roles: {}", roles.join(", ")))
    });
    let signed = live(book).and_then(|(live, change)| {
        let first = change.signatures.first()?;
        let roles: Vec<String> = change
            .signatures
            .iter()
            .map(|one| one.role.replace('_', " "))
            .collect();
        Some(vec![
            Span::number(
                format!("{} signatures", change.signatures.len()),
                Source::Entry(first.entry),
            ),
            Span::text(format!(" of {} on {}", roles.join(" and "), live.id)),
        ])
    });
    let after = book
        .state
        .findings
        .iter()
        .find(|finding| finding.cause.is_some())
        .map(|finding| {
            vec![
                Span::text("Cause found for "),
                Span::number(finding.id.as_str(), Source::Entry(finding.entry)),
            ]
        });
    vec![
        core(
            "Intended use with its place in the workflow, frozen",
            "galen freeze intent",
            frozen(book, Name::Intent),
        ),
        core("Team with roles and competence", "galen freeze team", team),
        core(
            "Signatures of several roles on the live release",
            "galen change sign CHANGE --role ROLE",
            signed,
        ),
        beside(
            "Expertise after release: a finding whose cause was analysed",
            "galen finding analyse FINDING",
            after,
        ),
    ]
}

fn engineering(book: &Book) -> Vec<Item> {
    let runs = book
        .state
        .runs
        .iter()
        .max_by_key(|(_, run)| run.entry)
        .map(|(id, run)| {
            vec![
                Span::text("Provenance of every run, the latest "),
                Span::number(id.as_str(), Source::Entry(run.entry)),
            ]
        });
    let validated = book
        .state
        .examined
        .values()
        .find(|facts| facts.examine.examination == Examination::Validate)
        .map(|facts| {
            vec![
                Span::text("Expectations on "),
                Span::number(
                    facts.examine.dataset.as_str(),
                    artifact(&facts.examine.evidence),
                ),
            ]
        });
    let ledger = (!book.state.keys.is_empty()).then(|| {
        said(format!(
            "Records signed with {} enrolled keys; galen verify shows that they stand",
            book.state.keys.len()
        ))
    });
    vec![
        core("Provenance of each run", "galen run STAGE", runs),
        core(
            "Data quality tested against declared expectations",
            "galen data validate NAME",
            validated,
        ),
        core(
            "Methodical risk management, frozen",
            "galen freeze risk",
            frozen(book, Name::Risk),
        ),
        core(
            "Decisions that can be recovered, with integrity",
            "galen key new PERSON",
            ledger,
        ),
        outside("Software bill of materials", false),
        outside("Analysis of security threats", false),
    ]
}

fn representative(book: &Book) -> Vec<Item> {
    let population = book
        .specs
        .intent
        .as_ref()
        .map(|held| said(&held.value.population));
    let flow = book.state.splits.values().find_map(|split| {
        let evidence = book.evidence_of(&split.flow)?;
        let mut spans = said(format!("{}: included ", split.dataset));
        spans.extend(book.quantity(&split.flow, Some(&evidence), "included").0);
        Some(spans)
    });
    let several = book
        .specs
        .data
        .as_ref()
        .filter(|held| held.value.sources.len() > 1)
        .map(|held| {
            let names: Vec<&str> = held
                .value
                .sources
                .iter()
                .map(|source| source.id.as_str())
                .collect();
            said(format!("Sources: {}", names.join(", ")))
        });
    vec![
        beside(
            "Intended population, declared",
            "galen freeze intent",
            population,
        ),
        core(
            "Cohort with inclusion and exclusion, counted",
            "galen data split NAME",
            flow,
        ),
        core(
            "Results of declared subgroups with interval and n",
            "galen gate CHANGE",
            live_results(book, |result| result.by.is_some()),
        ),
        core(
            "Data of more than one site or source",
            "galen freeze data",
            several,
        ),
        outside(
            "Tested population beside intended population (ethnicity, devices, sites)",
            false,
        ),
    ]
}

fn independent(book: &Book) -> Vec<Item> {
    let split = book.state.splits.values().next().map(|split| {
        vec![
            Span::text(format!(
                "{} divided once by the declared seed, ",
                split.dataset
            )),
            Span::number("flow", artifact(&split.flow)),
        ]
    });
    let sealed = book.state.sealed.values().next().map(|sealed| {
        vec![
            Span::text(format!(
                "{} sealed to {}, ",
                sealed.seal.dataset,
                book.person(&sealed.seal.custodian)
            )),
            Span::number("record", Source::Entry(sealed.entry)),
        ]
    });
    let looks = book
        .state
        .changes
        .values()
        .filter_map(|change| change.judged.as_ref())
        .max_by_key(|judged| judged.entry);
    let looks = looks.map(|judged| {
        vec![
            recorded(judged.judge.look.into(), judged.entry),
            Span::text(" of "),
            recorded(judged.judge.looks_allowed.into(), judged.entry),
            Span::text(" looks used"),
        ]
    });
    let checked = book
        .state
        .examined
        .values()
        .find(|facts| facts.examine.examination == Examination::Check)
        .map(|facts| {
            vec![
                Span::text("Clinical checks of "),
                Span::number(
                    facts.examine.dataset.as_str(),
                    artifact(&facts.examine.evidence),
                ),
            ]
        });
    vec![
        core(
            "Reference set drawn before anything was trained",
            "galen data split NAME",
            split,
        ),
        core("Reference set sealed", "galen data seal NAME", sealed),
        core(
            "Looks at the reference set counted",
            "galen gate CHANGE",
            looks,
        ),
        core("Data checked for leakage", "galen data check NAME", checked),
        outside("External validation in proportion to the risk", false),
    ]
}

fn reference_standard(book: &Book) -> Vec<Item> {
    let standard = book
        .specs
        .data
        .as_ref()
        .map(|held| &held.value.reference_standard);
    vec![
        core(
            "Reference standard, declared before measuring",
            "galen freeze data",
            standard.map(|standard| said(&standard.method)),
        ),
        core(
            "Its limits",
            "galen freeze data",
            standard.map(|standard| said(&standard.limits)),
        ),
        outside("Agreement of readers, or why none is needed", false),
    ]
}

fn design(book: &Book) -> Vec<Item> {
    let protocol = book.specs.protocol.as_ref().map(|held| &held.value);
    let reasons = protocol.filter(|plan| {
        plan.criteria
            .iter()
            .all(|criterion| !criterion.rationale.trim().is_empty())
    });
    let claims = book.specs.intent.as_ref().filter(|held| {
        let claims = &held.value.claims;
        !claims.is_empty() && claims.iter().all(|claim| !claim.endpoints.is_empty())
    });
    let disturbed = live_results(book, |result| {
        let endpoint = protocol.and_then(|plan| plan.endpoint(&result.endpoint));
        endpoint.is_some_and(|endpoint| {
            endpoint.under.is_some()
                || matches!(
                    endpoint.difference,
                    Some(galen_spec::protocol::Difference::DropUnder(_))
                )
        })
    });
    let candidates = book
        .state
        .runs
        .values()
        .filter(|run| run.model.is_some())
        .max_by_key(|run| run.entry);
    let several = book
        .state
        .runs
        .values()
        .filter(|run| run.model.is_some())
        .count()
        > 1;
    let candidates = candidates.filter(|_| several).map(|run| {
        vec![
            Span::text("Several candidates were trained, the latest in "),
            Span::number("this run", Source::Entry(run.entry)),
        ]
    });
    vec![
        core(
            "Acceptance criteria with a clinical reason each",
            "galen freeze protocol",
            reasons.map(|plan| {
                said(format!(
                    "{} criteria, each with its reason",
                    plan.criteria.len()
                ))
            }),
        ),
        beside(
            "Each claim tied to endpoints",
            "galen freeze intent",
            claims.map(|held| {
                said(format!(
                    "{} claims, each with endpoints",
                    held.value.claims.len()
                ))
            }),
        ),
        core(
            "Performance under declared disturbance of the inputs",
            "galen gate CHANGE",
            disturbed,
        ),
        core("Candidates compared", "galen run STAGE", candidates),
    ]
}

fn human_ai_team(book: &Book) -> Vec<Item> {
    let misuse = book.specs.risk.as_ref().and_then(|held| {
        let control = held.value.risk_controls.iter().find(|control| {
            control
                .verified_by
                .iter()
                .any(|verification| matches!(verification, Verification::Contraindication(_)))
        })?;
        Some(said(format!(
            "Foreseen misuse is met by information only: {}",
            control.text
        )))
    });
    let workflow = book
        .specs
        .intent
        .as_ref()
        .map(|held| said(&held.value.workflow));
    vec![
        outside(
            "Study of users with the device, with the performance of the team",
            true,
        ),
        outside("Usability evaluation (IEC 62366-1)", true),
        beside(
            "Workflow and users, declared",
            "galen freeze intent",
            workflow,
        ),
        beside(
            "Foreseeable misuse in the risk file",
            "galen freeze risk",
            misuse,
        ),
    ]
}

fn testing(book: &Book) -> Vec<Item> {
    let before = book.state.frozen.get(&Name::Protocol).filter(|_| {
        !book.state.criteria.is_empty() && book.state.criteria.values().all(|post_hoc| !post_hoc)
    });
    let before = before.map(|frozen| {
        vec![
            Span::text("Every criterion was declared before the first look, "),
            Span::number("record", Source::Entry(frozen.entry)),
        ]
    });
    let performance = |id: &str| {
        let monitor = book.specs.monitor.as_ref();
        let declared =
            monitor.and_then(|held| held.value.checks.iter().find(|check| check.id == id));
        declared.is_some_and(|check| check.check == "performance")
    };
    let outside_training = book.state.windows.values().find_map(|facts| {
        let mut outcomes = facts.window.checks.iter();
        let decided = outcomes
            .find(|outcome| outcome.crossing == Crossing::Ok && performance(&outcome.check))?;
        let mut spans = said(format!("Window {}: ", facts.window.window));
        spans.extend(
            book.estimate(&decided.estimate, &facts.window.evidence, &[])
                .0,
        );
        Some(spans)
    });
    vec![
        core(
            "Plan frozen before the reference set was opened",
            "galen freeze protocol",
            before,
        ),
        core(
            "Required criteria met by their intervals",
            "galen gate CHANGE",
            live_results(book, |result| {
                result.required && result.result == Outcome::Pass
            }),
        ),
        core(
            "Results of declared subgroups",
            "galen gate CHANGE",
            live_results(book, |result| result.by.is_some()),
        ),
        core(
            "Performance shown outside the time and place of training",
            "galen monitor run",
            outside_training,
        ),
    ]
}

fn information(book: &Book) -> Vec<Item> {
    let document = |kind: &str| {
        let (entry, document) = book.state.documents.get(kind)?;
        Some(vec![
            Span::number(document.kind.as_str(), Source::Entry(*entry)),
            Span::text(" was built and is on the ledger"),
        ])
    };
    let limits = live(book).and_then(|(live, change)| {
        let judged = change.judged.as_ref()?;
        results_of(book, live)?;
        let told = if judged.judge.limitations.is_empty() {
            "none".to_owned()
        } else {
            judged.judge.limitations.join(", ")
        };
        Some(vec![
            Span::text(format!(
                "Limitations of {} from its verdict: {told}, ",
                live.id
            )),
            Span::number("evidence", artifact(&judged.judge.evidence)),
        ])
    });
    vec![
        core(
            "Intended use, users and contraindications, frozen",
            "galen freeze intent",
            frozen(book, Name::Intent),
        ),
        core(
            "Limitations of the live release told from evidence",
            "galen gate CHANGE",
            limits,
        ),
        core(
            "Instructions for use or model card on the ledger",
            "galen dossier build labelling",
            document("labelling").or_else(|| document("model-card")),
        ),
        outside(
            "A way for users to report, and what became of reports",
            false,
        ),
    ]
}

fn monitoring(book: &Book) -> Vec<Item> {
    let windows = book
        .state
        .windows
        .values()
        .max_by_key(|facts| facts.entry)
        .map(|facts| {
            vec![
                Span::text("Latest window "),
                Span::number(
                    facts.window.window.as_str(),
                    artifact(&facts.window.evidence),
                ),
                Span::text(" of "),
                recorded(book.state.windows.len() as u64, facts.entry),
            ]
        });
    let handled = book.state.alerts.first().map(|alert| {
        vec![
            Span::text("First alert "),
            Span::number(alert.id.as_str(), Source::Entry(alert.entry)),
        ]
    });
    let rollback = book.state.rollbacks.first().map(|(entry, back)| {
        vec![
            Span::text(format!("{} was rolled back, ", back.from)),
            Span::number("record", Source::Entry(*entry)),
        ]
    });
    let compared = book
        .specs
        .protocol
        .as_ref()
        .and_then(|held| {
            held.value.criteria.iter().find(|criterion| {
                criterion.updates_only
                    && criterion.kind == galen_spec::protocol::CriterionKind::Required
            })
        })
        .map(|criterion| {
            vec![
                Span::text("Required of updates: "),
                Span::code(&criterion.id),
            ]
        });
    vec![
        core(
            "Monitoring plan with rollback policy, frozen",
            "galen freeze monitor",
            frozen(book, Name::Monitor),
        ),
        core("Windows of use checked", "galen monitor run", windows),
        beside("Alerts raised and recorded", "galen monitor run", handled),
        core(
            "Retraining bound to a gate against the release before",
            "galen freeze protocol",
            compared,
        ),
        beside("Rollback exercised", "galen rollback", rollback),
    ]
}
