//! The placement values behind every variance of an AUROC.

use crate::cases::Cases;
use crate::estimate::Undefined;
use crate::tally::Tally;

/// The area under the ROC curve and, for each case, the share of cases of the other class that it beats (ties half).
///
/// # Source
/// DeLong, DeLong and Clarke-Pearson 1988, Biometrics 44:837-845 (V10 and V01); Sun and Xu 2014, IEEE Signal Process
/// Lett 21:1389-1393 (by one sort instead of all pairs).
pub(crate) struct Placements {
    pub(crate) area: f64,
    /// V10 of a diseased case, V01 of a healthy one, in the order of the cases.
    value: Vec<f64>,
}

/// Computes placement values in O(n log n).
///
/// # Errors
/// [`Undefined::NoDiseasedCase`] and [`Undefined::NoHealthyCase`].
pub(crate) fn placements(cases: &Cases) -> Result<Placements, Undefined> {
    let (diseased, healthy) = (cases.diseased(), cases.healthy());
    match (diseased, healthy) {
        (0, 0) => return Err(Undefined::NoCase),
        (0, _) => return Err(Undefined::NoDiseasedCase),
        (_, 0) => return Err(Undefined::NoHealthyCase),
        _ => {}
    }
    if cases.weight().is_some() {
        return weighted(cases);
    }
    let (truth, score) = (cases.truth(), cases.score());
    let mut order: Vec<usize> = (0..cases.n()).collect();
    order.sort_unstable_by(|&i, &j| score[i].total_cmp(&score[j]));
    let mut value = vec![0.0; cases.n()];
    let (mut diseased_below, mut healthy_below) = (0, 0);
    // Twice the number of pairs that are in the right order: a whole number, so the area does not depend on the order.
    let mut twice_won: u128 = 0;
    for tied in order.chunk_by(|&i, &j| score[i] == score[j]) {
        let diseased_tied = tied.iter().filter(|&&i| truth[i]).count();
        let healthy_tied = tied.len() - diseased_tied;
        let healthy_beaten = 2 * healthy_below + healthy_tied;
        let diseased_above = 2 * (diseased - diseased_below - diseased_tied) + diseased_tied;
        twice_won += diseased_tied as u128 * healthy_beaten as u128;
        for &i in tied {
            value[i] = if truth[i] {
                healthy_beaten as f64 / (2 * healthy) as f64
            } else {
                diseased_above as f64 / (2 * diseased) as f64
            };
        }
        diseased_below += diseased_tied;
        healthy_below += healthy_tied;
    }
    let area = twice_won as f64 / (2.0 * diseased as f64 * healthy as f64);
    Ok(Placements { area, value })
}

/// The same of cases that stand for others.
fn weighted(cases: &Cases) -> Result<Placements, Undefined> {
    let [healthy, diseased] = Tally::of(cases).sums();
    if diseased <= 0.0 {
        return Err(Undefined::NoDiseasedCase);
    }
    if healthy <= 0.0 {
        return Err(Undefined::NoHealthyCase);
    }
    let (truth, score) = (cases.truth(), cases.score());
    let mut order: Vec<usize> = (0..cases.n()).collect();
    order.sort_unstable_by(|&i, &j| score[i].total_cmp(&score[j]));
    let mut value = vec![0.0; cases.n()];
    let (mut diseased_below, mut healthy_below, mut won) = (0.0, 0.0, 0.0);
    for tied in order.chunk_by(|&i, &j| score[i] == score[j]) {
        let of = |is: bool| {
            let those = tied.iter().filter(|&&i| truth[i] == is);
            those.map(|&i| cases.weight_of(i)).sum::<f64>()
        };
        let (diseased_tied, healthy_tied) = (of(true), of(false));
        let healthy_beaten = healthy_below + healthy_tied / 2.0;
        let diseased_above = diseased - diseased_below - diseased_tied / 2.0;
        won += diseased_tied * healthy_beaten;
        for &i in tied {
            value[i] = if truth[i] {
                healthy_beaten / healthy
            } else {
                diseased_above / diseased
            };
        }
        diseased_below += diseased_tied;
        healthy_below += healthy_tied;
    }
    Ok(Placements {
        area: won / (diseased * healthy),
        value,
    })
}

/// The covariance of two areas by leaving out each case, of cases that each are a patient of their own.
///
/// # Errors
/// [`Undefined::TooFewCases`] when a class has fewer than two.
///
/// # Source
/// Dorfman, Berbaum and Metz 1992, Invest Radiol 27:723-731 (pseudovalues); an area without a case follows from its placement value.
pub(crate) fn jackknife(cases: &Cases, a: &Placements, b: &Placements) -> Result<f64, Undefined> {
    let (m, n) = (cases.diseased() as f64, cases.healthy() as f64);
    if m < 2.0 || n < 2.0 {
        return Err(Undefined::TooFewCases);
    }
    let without = |placements: &Placements, i: usize| {
        let size = if cases.truth()[i] { m } else { n };
        (size * placements.area - placements.value[i]) / (size - 1.0)
    };
    let all = 0..cases.n();
    let pairs: Vec<[f64; 2]> = all.map(|i| [without(a, i), without(b, i)]).collect();
    let count = pairs.len() as f64;
    let mean = |at: usize| pairs.iter().map(|pair| pair[at]).sum::<f64>() / count;
    let centre = [mean(0), mean(1)];
    let products = pairs
        .iter()
        .map(|pair| (pair[0] - centre[0]) * (pair[1] - centre[1]));
    Ok((count - 1.0) / count * products.sum::<f64>())
}

/// The covariance of two areas over the same cases; the variance when both are the same. Cases of one patient may
/// depend on each other; without patients each case stands alone and this is DeLong's covariance.
///
/// # Errors
/// [`Undefined::TooFewCases`] or [`Undefined::TooFewPatients`] when a class has fewer than two.
///
/// # Source
/// Obuchowski 1997, Biometrics 53:567-578 (S10, S01 and S11 of sums over patients).
pub(crate) fn covariance(cases: &Cases, a: &Placements, b: &Placements) -> Result<f64, Undefined> {
    // For each patient: diseased cases, healthy cases, and the centred sums of both placements in both classes.
    let totals = cases.totals(|i| {
        let (from_a, from_b) = (a.value[i] - a.area, b.value[i] - b.area);
        if cases.truth()[i] {
            [1.0, 0.0, from_a, from_b, 0.0, 0.0]
        } else {
            [0.0, 1.0, 0.0, 0.0, from_a, from_b]
        }
    });
    let patients = totals.len() as f64;
    let with_diseased = totals.iter().filter(|total| total[0] > 0.0).count() as f64;
    let with_healthy = totals.iter().filter(|total| total[1] > 0.0).count() as f64;
    if with_diseased < 2.0 || with_healthy < 2.0 {
        return Err(match cases.cluster() {
            Some(_) => Undefined::TooFewPatients,
            None => Undefined::TooFewCases,
        });
    }
    let [n, m] = match cases.weight() {
        None => [cases.healthy() as f64, cases.diseased() as f64],
        Some(_) => Tally::of(cases).sums(),
    };
    let sum = |product: fn(&[f64; 6]) -> f64| totals.iter().map(product).sum::<f64>();
    let diseased = with_diseased / (with_diseased - 1.0) * sum(|t| t[2] * t[3]) / (m * m);
    let healthy = with_healthy / (with_healthy - 1.0) * sum(|t| t[4] * t[5]) / (n * n);
    let both = patients / (patients - 1.0) * sum(|t| t[2] * t[5] + t[3] * t[4]) / (m * n);
    Ok(diseased + healthy + both)
}
