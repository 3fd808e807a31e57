//! What is measured of a reader with a test.

use serde::Serialize;

use crate::cases::Cases;
use crate::delong::{self, Placements, placements};
use crate::estimate::Undefined;

/// The figure of merit of a reader with a test, in 0..=1, higher is better.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    /// The area under the ROC curve of the ratings.
    #[default]
    Auroc,
    /// The share of diseased cases whose rating is at least the threshold of the cases.
    Sensitivity,
    /// The share of healthy cases whose rating is below the threshold of the cases.
    Specificity,
}

/// A figure of merit, with what each case adds to it.
pub(super) enum Measured {
    Area(Placements),
    Share(Share),
}

/// A share of the cases of one truth.
pub(super) struct Share {
    value: f64,
    /// The truth of the cases that count.
    of: bool,
    /// 1 for a case that was judged rightly, 0 for another; in the order of the cases.
    right: Vec<f64>,
}

impl Figure {
    /// # Errors
    /// [`Undefined::NoThreshold`] for a share without a threshold, and the errors for a class without a case.
    pub(super) fn of(self, cases: &Cases) -> Result<Measured, Undefined> {
        let diseased = match self {
            Self::Auroc => return placements(cases).map(Measured::Area),
            Self::Sensitivity => true,
            Self::Specificity => false,
        };
        let threshold = cases.threshold().ok_or(Undefined::NoThreshold)?;
        let count = match diseased {
            true => cases.diseased(),
            false => cases.healthy(),
        };
        if count == 0 {
            return Err(match diseased {
                true => Undefined::NoDiseasedCase,
                false => Undefined::NoHealthyCase,
            });
        }
        let both = cases.truth().iter().zip(cases.score());
        let right = both.map(|(truth, score)| f64::from(u8::from((*score >= threshold) == *truth)));
        let right: Vec<f64> = right.collect();
        let of_class = right.iter().zip(cases.truth());
        let sum: f64 = of_class
            .filter(|(_, truth)| **truth == diseased)
            .map(|(right, _)| right)
            .sum();
        Ok(Measured::Share(Share {
            value: sum / count as f64,
            of: diseased,
            right,
        }))
    }
}

impl Measured {
    pub(super) fn value(&self) -> f64 {
        match self {
            Self::Area(placements) => placements.area,
            Self::Share(share) => share.value,
        }
    }

    /// See [`super::Covariances::of`].
    pub(super) fn covariance(&self, other: &Self, cases: &Cases) -> Result<f64, Undefined> {
        match (self, other) {
            (Self::Area(a), Self::Area(b)) => delong::covariance(cases, a, b),
            (Self::Share(a), Self::Share(b)) => a.covariance(b, cases),
            _ => Err(Undefined::NotPaired),
        }
    }

    /// See [`super::Covariances::of`].
    pub(super) fn jackknife(&self, other: &Self, cases: &Cases) -> Result<f64, Undefined> {
        match (self, other) {
            (Self::Area(a), Self::Area(b)) => delong::jackknife(cases, a, b),
            (Self::Share(a), Self::Share(b)) => a.jackknife(b, cases),
            _ => Err(Undefined::NotPaired),
        }
    }
}

impl Share {
    /// The unbiased covariance of two means of the same cases; of several cases of a patient that of ratios of sums over patients.
    ///
    /// # Source
    /// Rao and Scott 1992, Biometrics 48:577-585.
    fn covariance(&self, other: &Self, cases: &Cases) -> Result<f64, Undefined> {
        let totals = cases.totals(|i| match cases.truth()[i] == self.of {
            true => [
                1.0,
                self.right[i] - self.value,
                other.right[i] - other.value,
            ],
            false => [0.0; 3],
        });
        let patients = totals.iter().filter(|total| total[0] > 0.0).count() as f64;
        if patients < 2.0 {
            return Err(match cases.cluster() {
                Some(_) => Undefined::TooFewPatients,
                None => Undefined::TooFewCases,
            });
        }
        let n: f64 = totals.iter().map(|total| total[0]).sum();
        let products: f64 = totals.iter().map(|total| total[1] * total[2]).sum();
        Ok(patients / (patients - 1.0) * products / (n * n))
    }

    /// Leaving out each case: without one that does not count the share stays as it is.
    fn jackknife(&self, other: &Self, cases: &Cases) -> Result<f64, Undefined> {
        let counted = (0..cases.n()).filter(|&i| cases.truth()[i] == self.of);
        let (mut m, mut products) = (0.0, 0.0);
        for i in counted {
            m += 1.0;
            products += (self.right[i] - self.value) * (other.right[i] - other.value);
        }
        if m < 2.0 {
            return Err(Undefined::TooFewCases);
        }
        let n = cases.n() as f64;
        Ok((n - 1.0) / n * products / (m - 1.0_f64).powi(2))
    }
}
