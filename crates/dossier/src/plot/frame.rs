use super::canvas::{AXIS, Anchor, Canvas, GRID, INK, SOFT, TEXT};

/// A range of a quantity laid over a range of the picture.
#[derive(Clone, Copy)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    start: f64,
    end: f64,
    log: bool,
}

impl Scale {
    /// A scale that holds all of `values` with some air; `low` and `high` of nothing are 0 and 1.
    pub fn around(values: impl Iterator<Item = f64>, start: f64, end: f64) -> Self {
        let (mut low, mut high) = extremes(values);
        if high - low < 1e-9 * high.abs().max(1.0) {
            let air = if high == 0.0 { 0.5 } else { 0.1 * high.abs() };
            (low, high) = (low - air, high + air);
        }
        let air = 0.04 * (high - low);
        Self::new(low - air, high + air, start, end)
    }

    /// A scale of equal ratios. Values that are not above zero do not count.
    pub fn around_log(values: impl Iterator<Item = f64>, start: f64, end: f64) -> Self {
        let (low, high) = extremes(values.filter(|v| *v > 0.0));
        let (low, high) = if low > 0.0 { (low, high) } else { (0.5, 2.0) };
        let scale = Self::new(low / 1.08, high * 1.08, start, end);
        Self { log: true, ..scale }
    }

    /// A scale with given ends.
    pub fn new(low: f64, high: f64, start: f64, end: f64) -> Self {
        Self {
            low,
            high,
            start,
            end,
            log: false,
        }
    }

    /// Where a value lies. Values outside lie on the edge.
    pub fn at(&self, value: f64) -> f64 {
        let value = value.clamp(self.low, self.high);
        let share = if self.log {
            (value.max(self.low).ln() - self.low.ln()) / (self.high.ln() - self.low.ln())
        } else {
            (value - self.low) / (self.high - self.low)
        };
        self.start + share * (self.end - self.start)
    }

    /// Round values to write along the axis, about `wanted` of them.
    pub fn ticks(&self, wanted: usize) -> Vec<f64> {
        if self.log {
            let round: Vec<f64> = (-6..=6)
                .flat_map(|e| [1.0, 1.5, 2.0, 3.0, 5.0, 7.0].map(|m| m * 10f64.powi(e)))
                .filter(|v| (self.low..=self.high).contains(v))
                .collect();
            let keep = round.len().div_ceil(wanted.max(1)).max(1);
            return round.into_iter().step_by(keep).collect();
        }
        let step = self.step(wanted);
        let first = (self.low / step - 1e-9).ceil();
        (0..=40)
            .map(|i| (first + f64::from(i)) * step)
            .take_while(|v| *v <= self.high + 1e-9 * step)
            .map(|v| if v.abs() < 1e-9 * step { 0.0 } else { v })
            .collect()
    }

    fn step(&self, wanted: usize) -> f64 {
        let rough = (self.high - self.low) / wanted.max(1) as f64;
        let power = 10f64.powf(rough.log10().floor());
        let round = [1.0, 2.0, 2.5, 5.0, 10.0]
            .into_iter()
            .find(|m| m * power >= rough * 0.999)
            .unwrap_or(10.0);
        round * power
    }

    /// Decimals that tell ticks of this scale apart.
    fn tick_decimals(&self, wanted: usize) -> usize {
        if self.log {
            return 2;
        }
        let step = self.step(wanted);
        (0..=6)
            .find(|d| {
                let scaled = step * 10f64.powi(*d);
                (scaled - scaled.round()).abs() < 1e-6 * scaled.max(1.0)
            })
            .unwrap_or(6) as usize
    }

    /// A value as written beside a mark: with decimals that still tell a thirtieth of the scale apart.
    pub fn write(&self, value: f64) -> String {
        let span = self.high - self.low;
        let decimals = (1.5 - span.log10()).ceil().clamp(0.0, 5.0) as usize;
        written(value, decimals)
    }
}

/// A number in decimals, with a real minus sign and no minus zero; the very large and very small in powers of ten.
pub(super) fn written(value: f64, decimals: usize) -> String {
    if value.abs() >= 1e7 {
        return format!("{value:.1e}").replace('-', "−");
    }
    let text = format!("{value:.decimals$}");
    match text.strip_prefix('-') {
        Some(rest) if rest.chars().all(|c| c == '0' || c == '.') => rest.to_owned(),
        Some(rest) => format!("−{rest}"),
        None => text,
    }
}

fn extremes(values: impl Iterator<Item = f64>) -> (f64, f64) {
    // Beyond these a picture says nothing, and differences would overflow.
    let held = values
        .filter(|v| v.is_finite())
        .map(|v| v.clamp(-1e12, 1e12));
    let (low, high) = held.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| {
        (low.min(v), high.max(v))
    });
    if low <= high { (low, high) } else { (0.0, 1.0) }
}

/// How the numbers of an axis are written.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Ticks {
    Plain,
    Percent,
}

/// A horizontal axis under the picture with faint lines up to `top`.
pub(super) fn axis_below(
    canvas: &mut Canvas,
    scale: &Scale,
    [top, bottom]: [f64; 2],
    title: &str,
    ticks: Ticks,
) {
    for tick in scale.ticks(6) {
        let x = scale.at(tick);
        canvas.line([x, top], [x, bottom], GRID, 1.0, "");
        canvas.line([x, bottom], [x, bottom + 4.0], AXIS, 1.0, "");
        canvas.text(
            [x, bottom + 18.0],
            Anchor::Middle,
            SOFT,
            &tick_text(scale, tick, 6, ticks),
        );
    }
    canvas.line([scale.start, bottom], [scale.end, bottom], AXIS, 1.0, "");
    let middle = (scale.start + scale.end) / 2.0;
    canvas.text([middle, bottom + 38.0], Anchor::Middle, INK, title);
}

/// A vertical axis at the left with faint lines to `right`. The title stands over it, so that it is read without turning the head.
pub(super) fn axis_left(
    canvas: &mut Canvas,
    scale: &Scale,
    [left, right]: [f64; 2],
    wanted: usize,
    ticks: Ticks,
) {
    for tick in scale.ticks(wanted) {
        let y = scale.at(tick);
        canvas.line([left, y], [right, y], GRID, 1.0, "");
        canvas.text(
            [left - 8.0, y + TEXT * 0.35],
            Anchor::End,
            SOFT,
            &tick_text(scale, tick, wanted, ticks),
        );
    }
    canvas.line([left, scale.start], [left, scale.end], AXIS, 1.0, "");
}

fn tick_text(scale: &Scale, tick: f64, wanted: usize, ticks: Ticks) -> String {
    let decimals = scale.tick_decimals(wanted);
    match ticks {
        Ticks::Plain if scale.log => {
            let text = written(tick, 2);
            let text = text.trim_end_matches('0').trim_end_matches('.');
            if text.is_empty() {
                "0".into()
            } else {
                text.into()
            }
        }
        Ticks::Plain => written(tick, decimals),
        Ticks::Percent => format!("{}%", written(tick * 100.0, decimals.saturating_sub(2))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        let scale = Scale::new(0.47, 0.93, 0.0, 100.0);
        let texts: Vec<_> = scale
            .ticks(6)
            .into_iter()
            .map(|t| tick_text(&scale, t, 6, Ticks::Plain))
            .collect();
        assert_eq!(texts, ["0.5", "0.6", "0.7", "0.8", "0.9"]);
    }

    #[test]
    fn a_ratio_and_its_inverse_are_as_far_from_one() {
        let scale = Scale::around_log([0.5, 2.0].into_iter(), 0.0, 100.0);
        let (below, above) = (
            scale.at(1.0) - scale.at(0.7),
            scale.at(1.0 / 0.7) - scale.at(1.0),
        );
        assert!((below - above).abs() < 1e-9);
    }

    #[test]
    fn minus_zero_is_written_as_zero() {
        assert_eq!(written(-0.0001, 2), "0.00");
        assert_eq!(written(-0.5, 1), "−0.5");
    }
}
