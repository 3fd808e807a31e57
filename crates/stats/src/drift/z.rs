use super::{DriftAbout, DriftResult, DriftTest, Kind, Sample, bins};
use crate::estimate::Undefined;
use crate::normal;

/// Z test of two proportions: the share of the second category, reference minus current, over its pooled error.
///
/// Takes categories, at most two in both samples together. One category alone has the statistic 0 and p 1.
///
/// # Errors
/// [`Undefined::EmptySample`], [`Undefined::WrongKind`], [`Undefined::MoreThanTwoCategories`].
///
/// # Source
/// Fleiss, Levin and Paik 2003, Statistical Methods for Rates and Proportions, section 3.1 (no continuity correction);
/// categories in the order of their names, as in Evidently 0.7.23.
pub struct Z;

impl DriftTest for Z {
    fn about(&self) -> DriftAbout {
        DriftAbout {
            id: "z",
            title: "Z test of two proportions",
            source: "Fleiss, Levin and Paik 2003; Evidently 0.7.23",
            kind: Kind::Category,
            gives_p: true,
            default_threshold: 0.05,
        }
    }

    fn test(&self, reference: &Sample, current: &Sample) -> Result<DriftResult, Undefined> {
        let (Sample::Categories(known), Sample::Categories(seen)) = (reference, current) else {
            return Err(Undefined::WrongKind);
        };
        let counts = bins::categories(known, seen)?;
        let second = match counts.len() {
            1 => {
                return Ok(DriftResult {
                    statistic: Some(0.0),
                    p_value: Some(1.0),
                });
            }
            2 => counts.values().nth(1).copied().unwrap_or_default(),
            _ => return Err(Undefined::MoreThanTwoCategories),
        };
        let (k1, n1, k2, n2) = (
            second.0 as f64,
            known.len() as f64,
            second.1 as f64,
            seen.len() as f64,
        );
        let pooled = (k1 + k2) / (n1 + n2);
        let error = (pooled * (1.0 - pooled) * (1.0 / n1 + 1.0 / n2)).sqrt();
        let statistic = (k1 / n1 - k2 / n2) / error;
        Ok(DriftResult {
            statistic: Some(statistic),
            p_value: Some(normal::two_sided_p(statistic)),
        })
    }
}
