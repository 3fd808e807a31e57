//! The overview: where the project is, what blocks, what happened last.

use galen_control::{Change, ChangeState, FindingState, State};
use galen_dossier::book::counted;
use galen_dossier::{Links, Page, html as dossier};
use galen_spec::Name;
use maud::{Markup, html};

use super::desk::Desk;
use super::ledger;
use super::words::when;
use crate::failure::Failure;
use crate::oip::model_name;
use crate::watch::Standing;

/// Records that are shown.
const LAST: u64 = 8;

/// How a step of the lifecycle stands.
#[derive(Clone, Copy, PartialEq)]
enum Stand {
    Done,
    Attention,
    Open,
}

impl Stand {
    fn class(self) -> &'static str {
        match self {
            Stand::Done => "done",
            Stand::Attention => "attention",
            Stand::Open => "open",
        }
    }

    fn symbol(self) -> &'static str {
        match self {
            Stand::Done => "✓",
            Stand::Attention => "!",
            Stand::Open => "·",
        }
    }

    fn word(self) -> &'static str {
        match self {
            Stand::Done => "done",
            Stand::Attention => "needs attention",
            Stand::Open => "not yet",
        }
    }
}

struct Step {
    name: &'static str,
    href: &'static str,
    stand: Stand,
    says: String,
}

/// `/`.
pub(super) fn page(desk: &Desk) -> Result<Markup, Failure> {
    let state = desk.state;
    let size = state.entries;
    let last = desk.project.records(size.saturating_sub(LAST), size)?;
    let mut records = Page::new("");
    records.push(ledger::table(desk, &last));
    let waiting = waiting(state);
    Ok(html! {
        article.page.wide {
            header.page-head {
                h1 { (state.device) }
                p.subtitle { "Project " (state.project) ", " (counted(size)) " records on the ledger" }
            }
            (hero(desk))
            section aria-labelledby="lifecycle" {
                h2 id="lifecycle" { "Lifecycle" }
                ol.steps {
                    @for step in steps(state) {
                        li class=(step.stand.class()) {
                            a href=(step.href) {
                                span.step-mark aria-hidden="true" { (step.stand.symbol()) }
                                strong { (step.name) }
                                span.step-says { (step.says) }
                                span.unseen { " (" (step.stand.word()) ")" }
                            }
                        }
                    }
                }
            }
            div.halves {
                section aria-labelledby="blocks" {
                    h2 id="blocks" { "What waits" }
                    @if waiting.is_empty() { p.calm { "Nothing waits for anybody." } }
                    @else {
                        ul.waiting {
                            @for (href, what, command) in &waiting {
                                li { a href=(href) { (what) } @if !command.is_empty() { " " code { (command) } } }
                            }
                        }
                    }
                }
                section aria-labelledby="alerts" {
                    h2 id="alerts" { "Alerts and findings" }
                    (alerts(state))
                }
            }
            section.last aria-labelledby="last" {
                h2 id="last" { "Last records" }
                (inner(&records))
                p { a href="/ledger" { "The whole ledger" } }
            }
        }
    })
}

/// The blocks of a page without its frame.
fn inner(page: &Page) -> Markup {
    let text = dossier::fragment(
        page,
        &Links::Server {
            root: String::new(),
        },
    )
    .into_string();
    let begin = text
        .find("</header>")
        .map_or(0, |at| at + "</header>".len());
    let end = text.rfind("</article>").unwrap_or(text.len());
    maud::PreEscaped(text.get(begin..end).unwrap_or_default().to_owned())
}

/// What is live, and whether it may be used.
fn hero(desk: &Desk) -> Markup {
    let state = desk.state;
    let (tone, title, says) = match (&desk.view.standing, state.live_release()) {
        (Standing::Live(live), Some(release)) => (
            "good",
            format!("{} is live", release.id),
            crate::oip::clinical_use(state, live),
        ),
        (Standing::Unusable(why), _) => (
            "bad",
            "The live model cannot be used".to_owned(),
            why.clone(),
        ),
        _ => (
            "doubt",
            "No release is live".to_owned(),
            "not authorised for clinical use".to_owned(),
        ),
    };
    html! {
        section class={ "hero " (tone) } aria-label="What is live" {
            div {
                p.hero-title { (title) }
                p { (says) }
            }
            @if let Some(release) = state.live_release() {
                dl.hero-facts {
                    div { dt { "Since" } dd { (when(release.since, release.as_of)) } }
                    div { dt { "Inputs" } dd { (release.model.inputs.join(", ")) } }
                    div { dt { "Ask it" } dd { code { "POST /v2/models/" (model_name(state)) "/infer" } } }
                }
                p.hero-more { a href={ "/releases/" (release.id) } { "How it was judged" } " " a href="/try" { "Try it" } }
            }
        }
    }
}

fn steps(state: &State) -> Vec<Step> {
    let done = |yes: bool| if yes { Stand::Done } else { Stand::Open };
    let frozen = state.frozen.len();
    let open_changes = state
        .changes
        .values()
        .filter(|change| change.is_open())
        .count();
    let judged = state
        .changes
        .values()
        .filter(|change| change.judged.is_some())
        .count();
    let findings = state
        .findings
        .iter()
        .filter(|it| it.state != FindingState::Closed)
        .count();
    let plural =
        |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
    let step = |name, href, stand, says| Step {
        name,
        href,
        stand,
        says,
    };
    vec![
        step(
            "Declare",
            "/documents/protocol",
            done(frozen == Name::ALL.len()),
            format!("{frozen} of {} files frozen", Name::ALL.len()),
        ),
        step(
            "Authorise",
            "/ledger",
            done(state.authorisation().is_some()),
            state
                .authorisation()
                .map_or("no authorisation in force".to_owned(), |it| {
                    it.granted.number.clone()
                }),
        ),
        step(
            "Data",
            "/data",
            done(!state.sealed.is_empty()),
            format!(
                "{}, {} sealed",
                plural(state.datasets.len(), "dataset", "datasets"),
                state.sealed.len()
            ),
        ),
        step(
            "Train",
            "/runs",
            done(!state.runs.is_empty()),
            plural(state.runs.len(), "run", "runs"),
        ),
        step(
            "Judge",
            "/changes",
            done(judged > 0),
            format!(
                "{}, {}",
                plural(judged, "change judged", "changes judged"),
                plural(state.looks as usize, "look", "looks")
            ),
        ),
        step(
            "Sign",
            "/changes",
            if open_changes > 0 {
                Stand::Attention
            } else {
                done(!state.releases.is_empty())
            },
            if open_changes > 0 {
                plural(open_changes, "change is open", "changes are open")
            } else {
                "no change is open".to_owned()
            },
        ),
        step(
            "Release",
            "/releases",
            done(state.live.is_some()),
            state
                .live
                .clone()
                .map_or("nothing is live".to_owned(), |id| format!("{id} is live")),
        ),
        step(
            "Watch",
            "/monitor",
            if state.open_alerts().next().is_none() {
                done(!state.windows.is_empty())
            } else {
                Stand::Attention
            },
            format!(
                "{}, {}",
                plural(state.windows.len(), "window", "windows"),
                plural(state.open_alerts().count(), "open alert", "open alerts")
            ),
        ),
        step(
            "Find",
            "/findings",
            if findings > 0 {
                Stand::Attention
            } else {
                done(!state.findings.is_empty())
            },
            if findings > 0 {
                plural(findings, "finding is not closed", "findings are not closed")
            } else {
                plural(state.findings.len(), "finding", "findings")
            },
        ),
        step(
            "Show",
            "/documents",
            done(!state.documents.is_empty()),
            plural(
                state.documents.len(),
                "document recorded",
                "documents recorded",
            ),
        ),
    ]
}

/// What blocks, where it is shown, and the command that goes on.
fn waiting(state: &State) -> Vec<(String, String, String)> {
    let mut waiting = Vec::new();
    let mut wait = |href: &str, what: String, command: &str| {
        waiting.push((href.to_owned(), what, command.to_owned()))
    };
    for name in Name::ALL {
        if !state.frozen.contains_key(&name) {
            wait(
                "/ledger",
                format!("{} is not frozen", name.file()),
                &format!("galen freeze {name}"),
            );
        }
    }
    if state.authorisation().is_none() {
        wait(
            "/releases",
            "No authorisation covers the intent and PCCP in force".to_owned(),
            "galen authorise",
        );
    }
    for (id, change) in state.changes.iter().filter(|(_, change)| change.is_open()) {
        let (what, command) = next(id, change);
        wait(&format!("/changes/{id}"), what, &command);
    }
    if state.live.is_none() && !state.releases.is_empty() {
        wait(
            "/releases",
            "No release is live".to_owned(),
            "galen releases",
        );
    }
    for finding in &state.findings {
        match finding.state {
            FindingState::Open => wait(
                "/findings",
                format!("{} waits for its cause", finding.id),
                &format!("galen finding analyse {} --cause …", finding.id),
            ),
            FindingState::Analysed => wait(
                "/findings",
                format!("{} waits for its correction", finding.id),
                &format!("galen finding close {} --correction …", finding.id),
            ),
            FindingState::Closed => {}
        }
    }
    waiting
}

fn next(id: &str, change: &Change) -> (String, String) {
    match change.state {
        ChangeState::Proposed => (
            format!("{id} waits to be judged"),
            format!("galen gate {id}"),
        ),
        ChangeState::Judged => (
            format!("{id} waits to be assessed"),
            format!("galen change assess {id} …"),
        ),
        ChangeState::Assessed => (
            format!(
                "{id} has {} signatures and waits for its release",
                change.signatures.len()
            ),
            format!("galen change sign {id} --role … --reason …"),
        ),
        ChangeState::Rejected | ChangeState::Released => {
            (format!("{id} is {}", change.state), String::new())
        }
    }
}

fn alerts(state: &State) -> Markup {
    html! {
        @if state.open_alerts().next().is_none() && state.findings.is_empty() {
            p.calm { "No alert is open, and no finding was opened." }
        }
        ul.waiting {
            @for alert in state.open_alerts().rev().take(6) {
                li {
                    a href="/monitor" { (alert.check.replace('_', " ")) } " of " (alert.release) ", "
                    @if alert.windows.len() > 1 { "windows " } @else { "window " }
                    (alert.windows.join(", "))
                    span.small { " (" (galen_dossier::book::word(&alert.action)) ")" }
                }
            }
            @for finding in state.findings.iter().rev().take(4) {
                li { a href="/findings" { (finding.id) } ", " (finding.state) ": " (finding.title) }
            }
        }
    }
}
