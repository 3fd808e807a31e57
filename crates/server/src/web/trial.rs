//! One person, typed into a form that is made from the contract of the live model. Nothing of it is kept.

use std::collections::BTreeMap;

use axum::extract::{Query, State};
use axum::response::Response;
use galen_control::State as Folded;
use galen_dossier::book::written;
use galen_dossier::plot::{Contribution, Plot, Waterfall};
use galen_lifecycle::Project;
use galen_model::explain::{Explanation, Scale, Settings, explainer};
use galen_model::{Encoded, Input, InputColumn, InputKind};
use maud::{Markup, html};

use super::{Shared, show, svg};
use crate::failure::Failure;
use crate::oip::clinical_use;
use crate::site::Site;
use crate::watch::Live;

/// The exact explainer values all coalitions of up to this many inputs.
const EXACT_INPUTS_MAX: usize = 10;

/// `/try`.
pub(super) async fn page(
    State(site): Shared,
    Query(query): Query<BTreeMap<String, String>>,
) -> Result<Response, Failure> {
    show(&site, "/try", move |desk| {
        let title = "Try the model".to_owned();
        let seen = desk.site.see()?;
        let live = match Site::live(&seen) {
            Ok(live) => live,
            Err(failure) => return Ok((title, nothing(&failure.message))),
        };
        let state = &seen.view.state;
        let told = (!query.is_empty()).then(|| tell(desk.project, state, &live, &query));
        Ok((title, body(state, &live, &query, told)))
    })
    .await
}

/// What the model says of one person.
struct Told {
    score: f64,
    flagged: bool,
    /// Why the score is so, or why that cannot be told.
    explanation: Result<Explanation, String>,
}

fn tell(
    project: &Project,
    state: &Folded,
    live: &Live,
    query: &BTreeMap<String, String>,
) -> Result<Told, String> {
    let contract = live.model.contract();
    let columns = contract
        .inputs()
        .iter()
        .map(|input| Ok((input.name.clone(), typed(input, query)?)))
        .collect::<Result<Vec<_>, String>>()?;
    let encoded = contract
        .encode_columns(&columns)
        .and_then(Encoded::within_range)
        .map_err(|error| {
            // There is one person here and no rows.
            error.to_string().replace(" in row 0", "")
        })?;
    let scores = live
        .model
        .scores(&encoded)
        .map_err(|error| error.to_string())?;
    let score = *scores.first().ok_or("the model gave no score")?;
    Ok(Told {
        score,
        flagged: score >= live.threshold,
        explanation: explain(project, state, live, &encoded),
    })
}

fn explain(
    project: &Project,
    state: &Folded,
    live: &Live,
    person: &Encoded,
) -> Result<Explanation, String> {
    let background = live.background(project, state)?;
    let exact = live.model.contract().inputs().len() <= EXACT_INPUTS_MAX;
    let method =
        explainer(if exact { "exact" } else { "permutation" }).ok_or("there is no explainer")?;
    let settings = Settings {
        scale: Scale::LogOdds,
        resamples: 0,
        ..Settings::default()
    };
    method
        .explain(live.model.as_ref(), person, background, &settings)
        .map_err(|error| error.to_string())
}

fn typed(input: &Input, query: &BTreeMap<String, String>) -> Result<InputColumn, String> {
    let text = query
        .get(&input.name)
        .map(|text| text.trim())
        .filter(|text| !text.is_empty());
    Ok(match input.kind {
        InputKind::Category { .. } => InputColumn::Texts(vec![text.map(str::to_owned)]),
        InputKind::Number => {
            let number = text.map(|text| {
                text.parse::<f64>().map_err(|_| {
                    format!(
                        "{} must be a number such as 1.2, not {text:.20?}",
                        input.name
                    )
                })
            });
            InputColumn::Numbers(vec![number.transpose()?])
        }
    })
}

fn nothing(why: &str) -> Markup {
    html! {
        article.page {
            header.page-head { h1 { "Try the model" } }
            div.note.warn role="note" { p { strong.note-word { "Caution." } " There is no model to ask: " (why) "." } }
        }
    }
}

fn body(
    state: &Folded,
    live: &Live,
    query: &BTreeMap<String, String>,
    told: Option<Result<Told, String>>,
) -> Markup {
    let contract = live.model.contract();
    html! {
        article.page.wide {
            header.page-head {
                h1 { "Try the model" }
                p.subtitle { (live.release.id) ", " (contract.output.meaning) }
            }
            div.trial {
                form.person action="/try" method="get" aria-label="One person" {
                    @for input in contract.inputs() { (field(input, query.get(&input.name))) }
                    button type="submit" { "Score this person" }
                    p.small {
                        "Made up values only: what is typed stands in the address. Nothing is logged, and nothing goes to the ledger."
                    }
                }
                div.told aria-live="polite" {
                    @match told {
                        None => p.placeholder { "Fill in the form to see the score, the flag, and what they come from." },
                        Some(Err(why)) => div.note.stop role="alert" {
                            p { strong.note-word { "Not scored." } " " (why) "." }
                        },
                        Some(Ok(told)) => (answer(state, live, query, &told)),
                    }
                }
            }
        }
    }
}

fn answer(state: &Folded, live: &Live, query: &BTreeMap<String, String>, told: &Told) -> Markup {
    let percent = told.score * 100.0;
    html! {
        section class={ "card result " (if told.flagged { "doubt" } else { "good" }) } aria-label="Result" {
            p.score { strong { (written(told.score, 3)) } span { (live.model.contract().output.meaning) } }
            (gauge(told.score, live.threshold))
            p {
                @if told.flagged { span.badge.doubt { span aria-hidden="true" { "⚑" } " flagged" } }
                @else { span.badge.neutral { span aria-hidden="true" { "–" } " not flagged" } }
                " " (written(percent, 1)) " in 100; the declared threshold is " (written(live.threshold, 2)) "."
            }
            p.small { (clinical_use(state, live)) }
        }
        h2 { "Where the score comes from" }
        @match &told.explanation {
            Ok(explanation) => {
                figure {
                    (svg(waterfall(explanation, query).svg("How the score of this person came about, input by input")))
                    figcaption {
                        "Shapley values (" (explanation.method) ") on log odds against " (explanation.background)
                        " people that the model learned from. They say what the model leans on, not what causes the outcome."
                    }
                }
            }
            Err(why) => div.note.warn role="note" { p { strong.note-word { "Caution." } " Not explained: " (why) "." } },
        }
    }
}

/// The score on its scale, with the threshold.
fn gauge(score: f64, threshold: f64) -> Markup {
    let at = |share: f64| (share.clamp(0.0, 1.0) * 400.0 * 100.0).round() / 100.0;
    html! {
        svg.gauge viewBox="0 0 400 30" role="img" aria-label={ "Score " (written(score, 3)) ", threshold " (written(threshold, 2)) } {
            rect.track x="0" y="9" width="400" height="12" rx="6" {}
            rect.fill x="0" y="9" width=(at(score).max(6.0)) height="12" rx="6" {}
            rect.limit x=(at(threshold) - 1.0) y="2" width="2" height="26" {}
        }
    }
}

fn waterfall(explanation: &Explanation, query: &BTreeMap<String, String>) -> Plot {
    let values = explanation.values.first().cloned().unwrap_or_default();
    let mut contributions: Vec<Contribution> = explanation
        .features
        .iter()
        .zip(values)
        .map(|(name, value)| {
            let shown = query.get(name).filter(|text| !text.trim().is_empty());
            Contribution {
                label: name.clone(),
                shown: shown.cloned().unwrap_or_else(|| "not measured".to_owned()),
                value,
            }
        })
        .collect();
    contributions.sort_by(|a, b| b.value.abs().total_cmp(&a.value.abs()));
    Plot::Waterfall(Waterfall {
        quantity: "Log odds".to_owned(),
        base_label: "mean of the background".to_owned(),
        base: explanation.base,
        contributions,
        total_label: "this person".to_owned(),
    })
}

fn field(input: &Input, value: Option<&String>) -> Markup {
    let id = format!("input-{}", input.name);
    let hint = hint(input);
    html! {
        div.field {
            label for=(id) {
                (input.name.replace('_', " "))
                @if let Some(unit) = &input.unit { span.unit { (unit) } }
            }
            @match &input.kind {
                InputKind::Category { values } => select id=(id) name=(input.name) required[!input.may_be_missing] {
                    @if input.may_be_missing { option value="" { "not known" } }
                    @for one in values { option value=(one) selected[value == Some(one)] { (one) } }
                },
                InputKind::Number => input id=(id) name=(input.name) type="number" step="any" inputmode="decimal"
                    value=[value] required[!input.may_be_missing] min=[input.range.map(|range| range[0])]
                    max=[input.range.map(|range| range[1])] aria-describedby={ (id) "-hint" };,
            }
            @if !hint.is_empty() { p.hint id={ (id) "-hint" } { (hint) } }
        }
    }
}

fn hint(input: &Input) -> String {
    let range = input.range.map(|[low, high]| format!("{low} to {high}"));
    let missing = input
        .may_be_missing
        .then(|| "may stay empty if it was not measured".to_owned());
    [range, missing]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join("; ")
}
