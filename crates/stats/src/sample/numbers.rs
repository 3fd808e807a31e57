use crate::estimate::Undefined;

/// The numbers of a column in rising order, equal ones counted: sorted once, then every statistic is one walk.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SortedNumbers {
    /// Each distinct number, rising; 0 and -0 are one.
    values: Vec<f64>,
    /// How many numbers are at most the value at this place.
    up_to: Vec<u64>,
}

impl SortedNumbers {
    /// Sorts and counts the numbers.
    ///
    /// # Errors
    /// [`Undefined::NotFinite`] for an infinite number or NaN.
    pub fn of(numbers: &[f64]) -> Result<SortedNumbers, Undefined> {
        if numbers.iter().any(|number| !number.is_finite()) {
            return Err(Undefined::NotFinite);
        }
        if let Some(few) = count_few(numbers) {
            return Ok(SortedNumbers::from_sorted(few));
        }
        // Whole numbers in the same order sort in half the time of floats by comparison.
        let mut keys: Vec<u64> = numbers.iter().map(|&number| key(number)).collect();
        keys.sort_unstable();
        let mut sorted = SortedNumbers {
            values: Vec::with_capacity(keys.len()),
            up_to: Vec::with_capacity(keys.len()),
        };
        for (at, &this) in keys.iter().enumerate() {
            if keys.get(at + 1) != Some(&this) {
                sorted.values.push(number(this));
                sorted.up_to.push(at as u64 + 1);
            }
        }
        Ok(sorted)
    }

    /// Takes numbers that are counted already, in any order; a count of 0 is dropped.
    ///
    /// # Errors
    /// [`Undefined::NotFinite`] for an infinite number or NaN.
    pub fn from_counts(
        counts: impl IntoIterator<Item = (f64, u64)>,
    ) -> Result<SortedNumbers, Undefined> {
        let mut counts: Vec<(f64, u64)> =
            counts.into_iter().filter(|(_, count)| *count > 0).collect();
        if counts.iter().any(|(number, _)| !number.is_finite()) {
            return Err(Undefined::NotFinite);
        }
        counts.sort_unstable_by(|(a, _), (b, _)| a.total_cmp(b));
        Ok(SortedNumbers::from_sorted(counts))
    }

    fn from_sorted(counts: impl IntoIterator<Item = (f64, u64)>) -> SortedNumbers {
        let mut sorted = SortedNumbers::default();
        let mut n = 0;
        for (value, count) in counts {
            n += count;
            if sorted.values.last() == Some(&value) {
                sorted.values.pop();
                sorted.up_to.pop();
            }
            // -0 becomes 0.
            sorted.values.push(value + 0.0);
            sorted.up_to.push(n);
        }
        sorted
    }

    /// The numbers of both.
    pub fn merge(&self, other: &SortedNumbers) -> SortedNumbers {
        SortedNumbers::from_sorted(together(self, other).map(|step| (step.value, step.a + step.b)))
    }

    /// The number of values.
    pub fn n(&self) -> u64 {
        self.up_to.last().copied().unwrap_or(0)
    }

    /// Whether there is no value.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The number of distinct values.
    pub fn distinct(&self) -> usize {
        self.values.len()
    }

    /// Each distinct number with its count, rising.
    pub fn counts(&self) -> impl ExactSizeIterator<Item = (f64, u64)> {
        let mut before = 0;
        self.values.iter().zip(&self.up_to).map(move |(&x, &n)| {
            let count = n - std::mem::replace(&mut before, n);
            (x, count)
        })
    }

    /// The smallest number.
    pub fn min(&self) -> Option<f64> {
        self.values.first().copied()
    }

    /// The largest number.
    pub fn max(&self) -> Option<f64> {
        self.values.last().copied()
    }

    /// The mean; `None` without a value or if it is not finite.
    pub fn mean(&self) -> Option<f64> {
        let sum: f64 = self.counts().map(|(x, count)| x * count as f64).sum();
        Some(sum / self.n() as f64).filter(|mean| mean.is_finite())
    }

    /// The standard deviation with n - 1; `None` below two values or if it is not finite.
    pub fn deviation(&self) -> Option<f64> {
        let squares = self.central_sum(self.mean()?, 2);
        let deviation = (squares / (self.n() as f64 - 1.0)).sqrt();
        Some(deviation).filter(|deviation| deviation.is_finite())
    }

    /// The sum of the differences from a centre, each to this power.
    pub(crate) fn central_sum(&self, centre: f64, power: i32) -> f64 {
        self.counts()
            .map(|(x, count)| (x - centre).powi(power) * count as f64)
            .sum()
    }

    /// The number at this place of the rising order, from 0.
    pub(crate) fn nth(&self, place: u64) -> Option<f64> {
        let at = self.up_to.partition_point(|&n| n <= place);
        self.values.get(at).copied()
    }

    /// The quantile of a share in 0..=1, linear between neighbours.
    ///
    /// # Source
    /// Hyndman and Fan 1996, American Statistician 50:361-365, definition 7.
    pub fn quantile(&self, share: f64) -> Option<f64> {
        let place = share.clamp(0.0, 1.0) * self.n().checked_sub(1)? as f64;
        let (low, high) = (
            self.nth(place.floor() as u64)?,
            self.nth(place.ceil() as u64)?,
        );
        Some(between(low, high, place.fract()))
    }

    /// How many numbers lie below the first edge, in each bin, and above the last edge: one count more than edges. A bin
    /// holds its lower edge, the last one also its upper. The edges rise.
    pub fn histogram(&self, edges: &[f64]) -> Vec<u64> {
        let below = |at: usize| match at.checked_sub(1) {
            Some(before) => self.up_to[before],
            None => 0,
        };
        let last = edges.len().saturating_sub(1);
        let cuts = edges.iter().enumerate().map(|(at, edge)| {
            below(if at == last {
                self.values.partition_point(|value| value <= edge)
            } else {
                self.values.partition_point(|value| value < edge)
            })
        });
        let mut before = 0;
        cuts.chain([self.n()])
            .map(|cut| cut - std::mem::replace(&mut before, cut))
            .collect()
    }
}

/// One value of two samples, with how often it is in each.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Step {
    pub(crate) value: f64,
    pub(crate) a: u64,
    pub(crate) b: u64,
}

/// The distinct values of two samples in one rising order.
pub(crate) fn together(a: &SortedNumbers, b: &SortedNumbers) -> impl Iterator<Item = Step> {
    let (mut i, mut j) = (0, 0);
    let (mut of_a, mut of_b) = (0, 0);
    std::iter::from_fn(move || {
        // No value is infinite, so infinity stands for the end of a sample.
        let x = a.values.get(i).copied().unwrap_or(f64::INFINITY);
        let y = b.values.get(j).copied().unwrap_or(f64::INFINITY);
        let value = x.min(y);
        if value == f64::INFINITY {
            return None;
        }
        // Which sample comes next is chance: choosing numbers instead of ways through the code spares the processor
        // half of its wrong guesses.
        let (from_a, from_b) = (x <= y, y <= x);
        let up_to_a = a.up_to.get(i).copied().unwrap_or(of_a);
        let up_to_b = b.up_to.get(j).copied().unwrap_or(of_b);
        let next_a = if from_a { up_to_a } else { of_a };
        let next_b = if from_b { up_to_b } else { of_b };
        let step = Step {
            value,
            a: next_a - of_a,
            b: next_b - of_b,
        };
        (of_a, of_b) = (next_a, next_b);
        i += usize::from(from_a);
        j += usize::from(from_b);
        Some(step)
    })
}

/// The quantile of two samples together, as [`SortedNumbers::quantile`]; for one value at least.
pub(crate) fn pooled_quantile(a: &SortedNumbers, b: &SortedNumbers, share: f64) -> f64 {
    let place = share * (a.n() + b.n() - 1) as f64;
    let (mut low, mut high) = (f64::NAN, f64::NAN);
    let mut n = 0;
    for step in together(a, b) {
        n += step.a + step.b;
        if low.is_nan() && n > place.floor() as u64 {
            low = step.value;
        }
        if n > place.ceil() as u64 {
            high = step.value;
            break;
        }
    }
    between(low, high, place.fract())
}

fn between(low: f64, high: f64, share: f64) -> f64 {
    // Not low + share * (high - low), which overflows and does not end at high.
    low * (1.0 - share) + high * share
}

/// A key that is in the order of the numbers.
fn key(number: f64) -> u64 {
    // -0 becomes 0.
    let bits = (number + 0.0).to_bits();
    if bits >> 63 == 1 {
        !bits
    } else {
        bits | 1 << 63
    }
}

/// The number of a key.
fn number(key: u64) -> f64 {
    f64::from_bits(if key >> 63 == 1 {
        key & !(1 << 63)
    } else {
        !key
    })
}

/// Distinct numbers up to which counting them in a table is faster than sorting all.
const FEW: usize = 8192;

/// Each distinct number with its count, rising; `None` if there are many.
fn count_few(numbers: &[f64]) -> Option<Vec<(f64, u64)>> {
    // At most a quarter full, so that most numbers are found at their first place.
    let size = (4 * numbers.len().clamp(1, FEW)).next_power_of_two();
    let mut table = vec![(0_u64, 0_u64); size];
    let mut distinct = 0;
    for &x in numbers {
        let key = key(x);
        // Fibonacci hashing: Knuth 1998, The Art of Computer Programming 3, section 6.4.
        let hash = key.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut place = (hash >> (u64::BITS - size.ilog2())) as usize;
        loop {
            let slot = &mut table[place];
            if slot.1 == 0 {
                distinct += 1;
                if distinct > FEW {
                    return None;
                }
                *slot = (key, 1);
                break;
            }
            if slot.0 == key {
                slot.1 += 1;
                break;
            }
            place = (place + 1) & (size - 1);
        }
    }
    table.retain(|slot| slot.1 > 0);
    table.sort_unstable();
    Some(
        table
            .into_iter()
            .map(|(key, count)| (number(key), count))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::Draw;

    fn of(numbers: &[f64]) -> SortedNumbers {
        SortedNumbers::of(numbers).expect("finite")
    }

    #[test]
    fn equal_numbers_are_counted_once_and_zero_has_no_sign() {
        let sorted = of(&[2.0, -0.0, -1.5, 0.0, 2.0, 2.0]);
        let counts: Vec<_> = sorted.counts().collect();
        assert_eq!(counts, [(-1.5, 1), (0.0, 2), (2.0, 3)]);
        assert_eq!((sorted.n(), sorted.distinct()), (6, 3));
        assert_eq!((sorted.min(), sorted.max()), (Some(-1.5), Some(2.0)));
        let again =
            SortedNumbers::from_counts([(2.0, 3), (0.0, 1), (5.0, 0), (-1.5, 1), (-0.0, 1)]);
        assert_eq!(again, Ok(sorted));
    }

    #[test]
    fn many_distinct_numbers_are_sorted_as_few_are_counted() {
        let mut draw = Draw::new(5, 0);
        let numbers: Vec<f64> = (0..3 * FEW).map(|_| draw.normal()).collect();
        let mut wanted = numbers.clone();
        wanted.sort_unstable_by(f64::total_cmp);
        assert_eq!(of(&numbers).values, wanted);
        let rounded: Vec<f64> = numbers.iter().map(|x| (x * 50.0).round() / 50.0).collect();
        let sorted = of(&rounded);
        assert!(sorted.distinct() < 500);
        for (value, count) in sorted.counts() {
            assert_eq!(
                count as usize,
                rounded.iter().filter(|&&x| x == value).count()
            );
        }
    }

    #[test]
    fn merging_sorted_numbers_is_sorting_all() {
        let (a, b) = ([3.0, 1.0, 1.0], [2.0, 1.0, -4.0]);
        assert_eq!(of(&a).merge(&of(&b)), of(&[a, b].concat()));
        assert_eq!(of(&a).merge(&of(&[])), of(&a));
    }

    /// numpy.quantile, numpy.mean and numpy.std(ddof=1) of the same numbers.
    #[test]
    fn quantiles_and_moments_are_those_of_numpy() {
        let sorted = of(&[4.0, 1.0, 1.0, 2.5, 7.0]);
        assert_eq!(sorted.quantile(0.5), Some(2.5));
        let tenth = sorted.quantile(0.9).expect("five");
        assert!((tenth - 5.8).abs() < 1e-14, "{tenth}");
        assert_eq!(sorted.mean(), Some(3.1));
        assert!((sorted.deviation().expect("five") - 2.509_980_079_602_226_5).abs() < 1e-15);
        assert_eq!(of(&[1.0]).deviation(), None);
        assert_eq!(of(&[]).quantile(0.5), None);
        let (a, b) = (of(&[4.0, 1.0]), of(&[2.5, 1.0, 7.0]));
        assert_eq!(pooled_quantile(&a, &b, 0.9), tenth);
        assert_eq!(pooled_quantile(&a, &b, 1.0), 7.0);
    }

    #[test]
    fn a_histogram_counts_every_number_also_those_outside_its_edges() {
        let sorted = of(&[-1.0, 0.0, 0.5, 1.0, 1.0, 2.0, 3.0]);
        assert_eq!(sorted.histogram(&[0.0, 1.0, 2.0]), [1, 2, 3, 1]);
        assert_eq!(sorted.histogram(&[]), [7]);
    }

    #[test]
    fn what_is_not_finite_is_no_number() {
        for x in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(SortedNumbers::of(&[1.0, x]), Err(Undefined::NotFinite));
            assert_eq!(
                SortedNumbers::from_counts([(x, 1)]),
                Err(Undefined::NotFinite)
            );
        }
    }
}
