//! What is looked for under each principle, found in the state by fixed rules.

use galen_control::act::examine::Examination;
use galen_control::act::window::Window;
use galen_control::judge::{CriterionResult, Crossing, Outcome};
use galen_control::{Change, Release, ReleaseState};
use galen_spec::Name;
use galen_spec::risk::Verification;
use galen_store::Digest;

use crate::book::{Book, artifact, recorded};
use crate::document::labelling::{bounds, does_not_use, results_of, unused};
use crate::document::pms_report::quantity;
use crate::page::{Source, Span};

/// One thing that is looked for.
pub(super) struct Item {
    pub what: &'static str,
    /// Whether it bears on the principle itself, and not only on what surrounds it.
    pub core: bool,
    /// Where it was found; `None` if it was not.
    pub shown: Option<Vec<Span>>,
    /// What helps where it was not found.
    pub help: Help,
}

/// What makes a thing that was not found.
#[derive(Clone, Copy)]
pub(super) enum Help {
    /// The command that makes it.
    Command(&'static str),
    /// What has to be done first, where a command alone would change nothing.
    First(&'static str),
    /// Galen records no such thing.
    Outside,
}

fn core(what: &'static str, command: &'static str, shown: Option<Vec<Span>>) -> Item {
    Item {
        what,
        core: true,
        shown,
        help: Help::Command(command),
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
        help: Help::Outside,
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
        if let Some(columns) = unused(book, &live.model, result) {
            spans.push(Span::text(format!(" ({})", does_not_use(columns))));
        }
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
    let keys = book.state.keys.values();
    let ledger = keys.max_by_key(|key| key.entry).map(|newest| {
        vec![
            recorded(book.state.keys.len() as u64, newest.entry),
            Span::text(" enrolled keys sign the records; this page checked no signature, "),
            Span::code("galen verify"),
            Span::text(" does"),
        ]
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

/// What helps a project whose frozen data plan has one source.
const ANOTHER_SITE: &str = "the frozen data plan names one source: declare data of another site in data.yaml, freeze it again and add them";

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
        Item {
            help: match book.specs.data {
                Some(_) => Help::First(ANOTHER_SITE),
                None => Help::Command("galen freeze data"),
            },
            ..core("Data of more than one site or source", "", several)
        },
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
    let uses = |result: &CriterionResult| {
        live(book).is_some_and(|(live, _)| unused(book, &live.model, result).is_none())
    };
    let disturbed = live_results(book, |result| {
        let endpoint = protocol.and_then(|plan| plan.endpoint(&result.endpoint));
        uses(result)
            && endpoint.is_some_and(|endpoint| {
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
                vec![
                    book.declared(Name::Protocol, plan.criteria.len()),
                    Span::text(" criteria, each with its reason"),
                ]
            }),
        ),
        beside(
            "Each claim tied to endpoints",
            "galen freeze intent",
            claims.map(|held| {
                vec![
                    book.declared(Name::Intent, held.value.claims.len()),
                    Span::text(" claims, each with endpoints"),
                ]
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
            "Performance shown after the time of training",
            "galen monitor run",
            after_training(book),
        ),
        Item {
            help: Help::First(
                "the reference set of the live release comes from a source that it learned from as well: judge on data of another site, declared as a source of their own in data.yaml",
            ),
            ..core(
                "Performance shown in another place, on a source of data that training did not touch",
                "",
                on_another_source(book),
            )
        },
    ]
}

/// The latest window of use whose performance held, of the live release if it has one. It shows another time and no
/// other place: the people of a window come to the same laboratory.
fn after_training(book: &Book) -> Option<Vec<Span>> {
    let monitor = &book.specs.monitor.as_ref()?.value;
    let held = |window: &Window| {
        window.checks.iter().find_map(|outcome| {
            let mut declared = monitor.checks.iter();
            let check = declared.find(|check| check.id == outcome.check)?;
            let so = check.check == "performance" && outcome.crossing == Crossing::Ok;
            so.then(|| (quantity(check), outcome.estimate.clone()))
        })
    };
    let is_live = |window: &Window| Some(&window.release) == book.state.live.as_ref();
    let (facts, (what, estimate)) = book
        .state
        .windows
        .values()
        .filter_map(|facts| Some((facts, held(&facts.window)?)))
        .max_by_key(|(facts, _)| (is_live(&facts.window), &facts.window.window, facts.entry))?;
    let window = &facts.window;
    let released = book
        .state
        .releases
        .iter()
        .find(|release| release.id == window.release);
    let standing = match released.map(|release| release.state) {
        Some(ReleaseState::Live) => "live".to_owned(),
        Some(state) => format!("{state}, not live"),
        None => "not live".to_owned(),
    };
    let mut spans = said(format!(
        "Window {} of {} ({standing}), {what}: ",
        window.window, window.release
    ));
    spans.extend(book.estimate(&estimate, &window.evidence, &[]).0);
    Some(spans)
}

/// The verdict on the live release, if its reference set was drawn from a declared source that it did not learn from.
fn on_another_source(book: &Book) -> Option<Vec<Span>> {
    let (live, change) = live(book)?;
    let judged = change.judged.as_ref()?;
    let declared = &book.specs.data.as_ref()?.value.sources;
    let datasets = &book.state.datasets;
    let source = |content: Digest| {
        let mut content = content;
        // A part of a part is drawn from its whole in the end; no chain is longer than the list of datasets.
        for _ in 0..=datasets.len() {
            let (name, version) = datasets.iter().find_map(|(name, versions)| {
                let version = versions.iter().find(|version| version.digest == content)?;
                Some((name, version))
            })?;
            match version.drawn_from {
                Some(whole) => content = whole,
                None => return declared.iter().find(|source| source.id == *name),
            }
        }
        None
    };
    let judged_on = source(judged.judge.dataset)?;
    let learned: Option<Vec<&str>> = live
        .model
        .training
        .iter()
        .map(|name| datasets.get(name))
        .flat_map(|versions| match versions {
            Some(versions) => versions.iter().map(Some).collect(),
            None => vec![None],
        })
        .map(|version| Some(source(version?.digest)?.id.as_str()))
        .collect();
    let mut learned = learned.filter(|names| !names.is_empty())?;
    learned.sort_unstable();
    learned.dedup();
    (!learned.contains(&judged_on.id.as_str())).then(|| {
        vec![
            Span::text(format!(
                "{} learned from {} and was judged on {}, ",
                live.id,
                learned.join(", "),
                judged_on.id
            )),
            Span::number("evidence", artifact(&judged.judge.evidence)),
        ]
    })
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
