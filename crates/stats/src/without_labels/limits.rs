use serde::Serialize;

/// How many deviations of the reference's chunks lie within the limits.
const DEVIATIONS: f64 = 3.0;

/// The values between which a metric is as it was in the chunks of the reference.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Limits {
    /// A value below it has crossed.
    pub low: f64,
    /// A value above it has crossed.
    pub high: f64,
}

impl Limits {
    /// Three standard deviations around the mean of what the chunks of the reference realized, kept in what the metric can
    /// be. `None` when no chunk realized anything.
    ///
    /// # Source
    /// NannyML 0.13.1, `StandardDeviationThreshold`; Shewhart 1931, Economic Control of Quality of Manufactured Product.
    pub(super) fn of(realized: &[f64], max: Option<f64>) -> Option<Limits> {
        let n = realized.len() as f64;
        let mean = realized.iter().sum::<f64>() / n;
        let squares = realized.iter().map(|value| (value - mean).powi(2));
        let half = DEVIATIONS * (squares.sum::<f64>() / n).sqrt();
        let limits = Limits {
            low: (mean - half).max(0.0),
            high: (mean + half).min(max.unwrap_or(f64::INFINITY)),
        };
        (limits.low.is_finite() && limits.high.is_finite() && n > 0.0).then_some(limits)
    }

    /// Whether a value lies outside.
    pub fn crossed(&self, value: f64) -> bool {
        value < self.low || value > self.high
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_lie_three_deviations_around_the_mean_and_within_what_can_be() {
        let limits = Limits::of(&[0.9, 0.8, 0.7], Some(1.0)).expect("chunks");
        let half = 3.0 * (0.02_f64 / 3.0).sqrt();
        assert!((limits.low - (0.8 - half)).abs() < 1e-15);
        assert_eq!(limits.high, 1.0);
        assert!(limits.crossed(0.5) && !limits.crossed(limits.low) && !limits.crossed(1.0));
        assert_eq!(Limits::of(&[], Some(1.0)), None);
    }
}
