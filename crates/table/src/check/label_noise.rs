use galen_spec::data::Severity;
use serde_json::json;

use super::inputs::Inputs;
use super::{About, Check, CheckHead, Finding, Measure, Study, percent};
use crate::expectation::share;

/// Labels that the inputs contradict: a list to read again, never a change.
///
/// A forest of random trees scores each drawn row without having learned from it. A row is suspected if its score lies three
/// quarters of the way from the mean of its own label to that of the other (confident learning takes the whole way; labels that
/// are wrong pull the mean towards them). Mean scores that lie less than 0.4 apart say nothing. Where the two kinds overlap, such rows are no errors, and many rows lie between the
/// two: so rows are noted only if the rest is told apart well (the lower bound of its area under the curve is 0.95) and at most
/// a quarter lies in the middle half of the way; it warns only if the rest is told apart nearly without error (0.98), at most
/// an eighth lies in the middle, and at least 3 % are surely suspected: the rows lie where their label should not be. At most 2,000 diseased and as many healthy rows are drawn, by their content. The limits are conventions of galen.
///
/// # Source
/// Northcutt, Jiang and Chuang 2021, J Artif Intell Res 70:1373-1411 (confident learning); Frenay and Verleysen 2014, IEEE
/// Trans Neural Netw Learn Syst 25:845-869 (label noise and overlap).
pub struct LabelNoise;

const REST_TOLD_WELL: f64 = 0.95;
const REST_TOLD: f64 = 0.98;
/// How far the mean scores of the two labels must lie apart.
const APART: f64 = 0.4;
/// How far a suspect lies on the way to the mean score of the other label.
const WAY: f64 = 0.75;
const WARN: f64 = 0.03;
/// Shares of rows in the middle.
const MIDDLE_NOTED: f64 = 0.25;
const MIDDLE_WARNED: f64 = 0.125;
/// Rows that are listed.
const LISTED: usize = 100;

impl Check for LabelNoise {
    fn about(&self) -> About {
        About {
            id: "label_noise",
            head: CheckHead::Integrity,
            what: "Do the inputs contradict labels?",
            source: "Northcutt, Jiang and Chuang 2021",
        }
    }

    fn find(&self, study: &Study) -> Vec<Finding> {
        look(study).into_iter().collect()
    }
}

fn look(study: &Study) -> Option<Finding> {
    let inputs = Inputs::of(study);
    let columns = study.honest().into_iter();
    let columns: Vec<Vec<f64>> = columns.filter_map(|name| inputs.column(name)).collect();
    let scores = inputs.held_out(&columns).ok()?;
    let auroc = inputs.auroc(scores.clone())?;
    let mean_of = |kind: bool| {
        let of_kind = scores.iter().zip(&inputs.truth);
        let of_kind: Vec<f64> = of_kind
            .filter(|(_, t)| **t == kind)
            .map(|(s, _)| *s)
            .collect();
        of_kind.iter().sum::<f64>() / of_kind.len() as f64
    };
    let (healthy, diseased) = (mean_of(false), mean_of(true));
    if diseased - healthy < APART {
        return None;
    }
    let way = |row: usize| (scores[row] - healthy) / (diseased - healthy);
    let middle = (0..scores.len()).filter(|&row| (1.0 - WAY..WAY).contains(&way(row)));
    let middle = middle.count() as f64 / scores.len() as f64;
    let is_suspect = |row: &usize| {
        let way = way(*row);
        if inputs.truth[*row] {
            way <= 1.0 - WAY
        } else {
            way >= WAY
        }
    };
    let (mut suspects, rest): (Vec<usize>, Vec<usize>) = (0..scores.len()).partition(is_suspect);
    if suspects.is_empty() {
        return None;
    }
    // The surest first.
    let doubt = |row: usize| {
        let score = scores[row];
        if inputs.truth[row] {
            score
        } else {
            1.0 - score
        }
    };
    suspects.sort_by(|&a, &b| doubt(a).total_cmp(&doubt(b)));
    let mut kept = vec![false; scores.len()];
    rest.iter().for_each(|&row| kept[row] = true);
    let rest = inputs.cases(scores.clone())?.filter(|row| kept[row]);
    let rest = galen_stats::metric::by_id("auroc")
        .map(|auroc| galen_stats::metric::measure(auroc, &rest, study.roles.level))?;
    let suspected = share(suspects.len(), scores.len(), study.roles.level);
    if rest.low.or(rest.value)? < REST_TOLD_WELL || middle > MIDDLE_NOTED {
        return None;
    }
    let is_clear =
        rest.low.or(rest.value).is_some_and(|low| low >= REST_TOLD) && middle <= MIDDLE_WARNED;
    let is_many = suspected.low.is_some_and(|low| low >= WARN);
    let listed: Vec<_> = suspects
        .iter()
        .take(LISTED)
        .map(|&row| {
            let label = if inputs.truth[row] {
                "diseased"
            } else {
                "healthy"
            };
            json!({"row": inputs.rows[row], "label": label, "score": scores[row]})
        })
        .collect();
    Some(Finding {
        check: "label_noise",
        severity: if is_clear && is_many { Severity::Warn } else { Severity::Note },
        columns: vec![study.roles.label.clone()],
        message: format!(
            "The inputs contradict {} of {} labels ({}): read these rows again, nothing was changed.",
            suspects.len(),
            scores.len(),
            percent(suspected.value.unwrap_or_default()),
        ),
        measure: Some(Measure {
            name: "share_of_suspected_labels",
            estimate: suspected,
        }),
        evidence: json!({
            "auroc": auroc, "auroc_of_the_rest": rest, "share_in_the_middle": middle, "suspects": listed, "listed": listed.len(),
            "suspected": suspects.len(), "rows_looked_at": scores.len(),
        }),
        help: "Have them read again, blinded to the model; change a label only by the rule that made it."
            .to_owned(),
    })
}
