//! The frame around every page: the notice, where one is, what is live.

use maud::{DOCTYPE, Markup, html};

use crate::failure::Failure;
use crate::watch::{Seen, Standing};

/// The places, in the order of the data.
const PLACES: [(&str, &str); 10] = [
    ("/", "Overview"),
    ("/data", "Data"),
    ("/runs", "Runs"),
    ("/changes", "Changes"),
    ("/releases", "Releases"),
    ("/monitor", "Monitor"),
    ("/findings", "Findings"),
    ("/documents", "Documents"),
    ("/ledger", "Ledger"),
    ("/try", "Try the model"),
];

/// A page; without what was seen of the ledger it has no navigation, such as before the log-in.
pub(super) fn page(seen: Option<&Seen>, place: &str, title: &str, body: Markup) -> Markup {
    let state = seen.map(|seen| &seen.view.state);
    let project = state.map_or("galen", |state| state.project.as_str());
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · " (project) }
                link rel="icon" href="/favicon.svg" type="image/svg+xml";
                link rel="stylesheet" href="/style.css";
            }
            body {
                a.skip href="#main" { "Skip to the page" }
                @if let Some(notice) = state.and_then(|state| state.notice.as_ref()) {
                    p.notice role="note" { span.notice-mark aria-hidden="true" { "!" } (notice) }
                }
                @if let Some((since, why)) = seen.and_then(|seen| seen.trouble.as_ref()) {
                    p.notice.stop role="alert" {
                        span.notice-mark aria-hidden="true" { "!" }
                        "The ledger cannot be verified now (" (why) "). What is shown was verified at "
                        (since.strftime("%Y-%m-%d %H:%M:%S UTC")) ", and serves for a limited time only."
                    }
                }
                div.frame {
                    @if let Some(seen) = seen { (side(seen, place)) }
                    main id="main" tabindex="-1" { (body) }
                }
            }
        }
    }
}

fn side(seen: &Seen, place: &str) -> Markup {
    let state = &seen.view.state;
    let alerts = state.open_alerts().count();
    let open = state
        .findings
        .iter()
        .filter(|it| it.state != galen_control::FindingState::Closed)
        .count();
    html! {
        header.side {
            a.brand href="/" aria-label={ "galen, overview of " (state.project) } {
                img src="/favicon.svg" alt="" width="28" height="28";
                span { strong { "galen" } small { (state.project) } }
            }
            nav aria-label="Pages" {
                ul {
                    @for (href, name) in PLACES {
                        li {
                            a href=(href) aria-current=[(href == place).then_some("page")] {
                                (name)
                                @if href == "/monitor" && alerts > 0 {
                                    span.count title="open alerts" { (alerts) span.unseen { " open alerts" } }
                                }
                                @if href == "/findings" && open > 0 {
                                    span.count title="findings that are not closed" { (open) span.unseen { " not closed" } }
                                }
                            }
                        }
                    }
                }
            }
            div.side-foot {
                (live(seen))
                a href="/logout" { "Log out" }
            }
        }
    }
}

fn live(seen: &Seen) -> Markup {
    let (tone, symbol, what) = match &seen.view.standing {
        Standing::Live(live) => ("good", "●", format!("{} is live", live.release.id)),
        Standing::Nothing => ("doubt", "○", "No release is live".to_owned()),
        Standing::Unusable(_) => ("bad", "✗", "The live model cannot be used".to_owned()),
    };
    html! {
        p class={ "live " (tone) } { span aria-hidden="true" { (symbol) } " " (what) }
        p.records { (galen_dossier::book::counted(seen.view.state.entries)) " records on the ledger" }
    }
}

/// A page that says what could not be answered.
pub(super) fn failure(seen: Option<&Seen>, failure: &Failure) -> Markup {
    let title = failure.status.canonical_reason().unwrap_or("Error");
    let mut sentence = failure.message.clone();
    if let Some(first) = sentence.get(..1) {
        sentence = first.to_uppercase() + &sentence[1..];
    }
    let body = html! {
        article.page {
            header.page-head { h1 { (title) } p.subtitle { (failure.status.as_u16()) } }
            p { (sentence) "." }
            @if !failure.help.is_empty() { p { "What to do: " (failure.help) } }
            p { a href="/" { "To the overview" } }
        }
    };
    page(seen, "", title, body)
}
