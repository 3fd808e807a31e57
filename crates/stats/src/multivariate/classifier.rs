use super::forest::Forest;
use super::{Drawing, Rows, Settings};
use crate::cases::Cases;
use crate::delong::{covariance, placements};
use crate::draw::Draw;
use crate::drift::Drawn;
use crate::estimate::{Estimate, Undefined};
use crate::interval;
use serde::{Deserialize, Serialize};

/// Rows of each table that a cross-validation needs.
pub(super) const ROWS_MIN: usize = 20;
/// Streams that the trees of one part may use.
pub(super) const STREAMS: u64 = 1 << 32;

/// How well the rows of today can be told from those of the reference, and by what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DomainClassifier {
    /// The cross-validated area under the ROC curve: 0.5 when nothing tells them apart.
    pub auc: Estimate,
    /// For each column, how much of the area is lost when its values are shuffled among the rows: what drove it. Of two
    /// columns that say the same each shows little.
    pub importance: Vec<f64>,
    /// The rows that were drawn from each table.
    pub drawn: Drawn,
}

/// Cross-validates a classifier that tells current rows from those of the reference.
///
/// A forest of random trees learns on all parts but one and scores the rows of that; a patient is in one part only. The area
/// is the mean of those of the parts. Its interval is DeLong's, with patients Obuchowski's, made wider because the parts learn
/// from each other: what chance put into two of them counts twice. Where it has no width (rows that are told apart without
/// exception) it is Newcombe's. The importance of a column is the mean over the parts of what one seeded shuffle of it costs.
///
/// # Errors
/// Those of the tables, and [`Undefined::TooFewCases`] below 20 drawn rows in either or without a part that has both.
///
/// # Source
/// Lopez-Paz and Oquab 2017, ICLR (arXiv:1610.06545) and Rabanser, Gunnemann and Lipton 2019, NeurIPS (arXiv:1810.11953):
/// domain classifiers; Nadeau and Bengio 2003, Mach Learn 52:239-281: the variance of a cross-validated mean; DeLong, DeLong
/// and Clarke-Pearson 1988, Biometrics 44:837-845; Obuchowski 1997, Biometrics 53:567-578; Newcombe 2006, Stat Med
/// 25:559-573; Breiman 2001, Mach Learn 45:5-32: the importance.
pub fn domain_classifier(
    reference: &Rows,
    current: &Rows,
    settings: &Settings,
) -> Result<DomainClassifier, Undefined> {
    let drawing = Drawing::of(reference, current, settings.rows_max, settings.seed)?;
    if drawing.reference.min(drawing.current) < ROWS_MIN {
        return Err(Undefined::TooFewCases);
    }
    let settings = &Settings {
        folds: settings.folds.max(2),
        trees: settings.trees.max(1),
        ..*settings
    };
    let part = parts(&drawing, settings);
    let mut areas = Vec::new();
    let mut variances = Vec::new();
    let mut lost = vec![0.0; drawing.columns.len()];
    for fold in 0..settings.folds {
        let (out, rest): (Vec<usize>, Vec<usize>) =
            (0..drawing.n()).partition(|&row| part[row] == fold);
        let stream = STREAMS * (fold as u64 + 1);
        let forest = Forest::grow(&drawing, &rest, settings.trees, settings.seed, stream);
        let scores = forest.scores(out.len(), |place, column| {
            drawing.columns[column][out[place]]
        });
        let cases = cases(&drawing, &out, scores)?;
        let Ok(placed) = placements(&cases) else {
            continue;
        };
        areas.push(placed.area);
        variances.push(covariance(&cases, &placed, &placed));
        for (column, lost) in lost.iter_mut().enumerate() {
            let mut draw = Draw::new(settings.seed, stream - 1 - column as u64);
            let area = shuffled_area(&drawing, &forest, &out, column, &mut draw)?;
            *lost += placed.area - area;
        }
    }
    if areas.is_empty() {
        return Err(Undefined::TooFewCases);
    }
    let folds = areas.len() as f64;
    Ok(DomainClassifier {
        auc: estimate(&drawing, &areas, variances, settings),
        importance: lost.into_iter().map(|lost| lost / folds).collect(),
        drawn: drawing.drawn(),
    })
}

/// The part of each row. Rows of a patient are in one part; each table is spread evenly.
pub(super) fn parts(drawing: &Drawing, settings: &Settings) -> Vec<usize> {
    let mut part = vec![0; drawing.n()];
    let mut deal = |rows: Vec<Vec<usize>>, stream: u64| {
        let mut rows = rows;
        let count = rows.len();
        Draw::new(settings.seed, stream).shuffle_front(&mut rows, count);
        for (place, rows) in rows.into_iter().enumerate() {
            rows.into_iter()
                .for_each(|row| part[row] = place % settings.folds);
        }
    };
    match &drawing.patients {
        None => {
            deal((0..drawing.reference).map(|row| vec![row]).collect(), 1);
            deal(
                (drawing.reference..drawing.n())
                    .map(|row| vec![row])
                    .collect(),
                2,
            );
        }
        Some(patients) => {
            let mut of_patient = std::collections::BTreeMap::<u32, Vec<usize>>::new();
            for (row, &patient) in patients.iter().enumerate() {
                of_patient.entry(patient).or_default().push(row);
            }
            deal(of_patient.into_values().collect(), 1);
        }
    }
    part
}

/// The rows as cases: whether it is a current one, and its score.
fn cases(drawing: &Drawing, rows: &[usize], scores: Vec<f64>) -> Result<Cases, Undefined> {
    let truth = rows.iter().map(|&row| drawing.is_current(row)).collect();
    let patients = drawing.patients.as_ref();
    let cluster = patients.map(|patients| rows.iter().map(|&row| patients[row]).collect());
    Cases::new(truth, scores, None, cluster).map_err(|_| Undefined::NotFinite)
}

/// The area when the values of a column are shuffled among these rows.
fn shuffled_area(
    drawing: &Drawing,
    forest: &Forest,
    rows: &[usize],
    column: usize,
    draw: &mut Draw,
) -> Result<f64, Undefined> {
    let mut shuffled: Vec<f64> = rows
        .iter()
        .map(|&row| drawing.columns[column][row])
        .collect();
    draw.shuffle_front(&mut shuffled, rows.len());
    let scores = forest.scores(rows.len(), |place, other| {
        if other == column {
            shuffled[place]
        } else {
            drawing.columns[other][rows[place]]
        }
    });
    Ok(placements(&cases(drawing, rows, scores)?)?.area)
}

/// The mean area of the parts with its interval. Were the parts independent, its variance would be the mean of theirs over
/// their number; Nadeau and Bengio add the rows judged over the rows learned from.
fn estimate(
    drawing: &Drawing,
    areas: &[f64],
    variances: Vec<Result<f64, Undefined>>,
    settings: &Settings,
) -> Estimate {
    let folds = areas.len() as f64;
    let area = areas.iter().sum::<f64>() / folds;
    let variance: Result<f64, Undefined> = variances.into_iter().sum();
    let level = settings.level;
    let share = 1.0 / folds + 1.0 / (settings.folds as f64 - 1.0);
    let interval =
        variance.and_then(|sum| interval::normal(area, sum / folds * share, (0.0, 1.0), level));
    let n = drawing.n() as u64;
    let clusters = drawing.patients.as_ref().map(|patients| {
        let patients: std::collections::BTreeSet<&u32> = patients.iter().collect();
        patients.len() as u64
    });
    let found = match interval {
        Ok(interval) if clusters.is_some() => {
            Estimate::new(area, interval, n, level, "obuchowski_cross_validated")
        }
        Ok(interval) => Estimate::new(area, interval, n, level, "delong_cross_validated"),
        Err(why) if clusters.is_some() => {
            Estimate::without_interval(area, why, n, level, "obuchowski_cross_validated")
        }
        Err(_) => {
            let sizes = (drawing.reference as f64, drawing.current as f64);
            let interval = interval::mann_whitney(area, sizes.0, sizes.1, level);
            Estimate::new(area, interval, n, level, "newcombe_method_5")
        }
    };
    found.clusters(clusters).seed(settings.seed)
}
