//! Seeded draws that are the same on every machine.

use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore, SeedableRng};
use statrs::function::factorial::ln_factorial;

/// A stream of random numbers; different streams of one seed are independent.
pub(crate) struct Draw(ChaCha8Rng);

impl Draw {
    pub(crate) fn new(seed: u64, stream: u64) -> Draw {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Draw(rng)
    }

    /// A whole number below `bound` > 0, each equally likely.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let bound = bound as u64;
        // The last, incomplete run of `bound` numbers is refused, or small numbers would come more often.
        let limit = u64::MAX - u64::MAX % bound;
        loop {
            let number = self.0.next_u64();
            if number < limit {
                return (number % bound) as usize;
            }
        }
    }

    /// Hands out `count` whole numbers below `bound`, each equally likely; in blocks, which is faster than one by one.
    ///
    /// # Source
    /// Lemire 2019, ACM Trans Model Comput Simul 29:3.
    pub(crate) fn each_below(&mut self, bound: u32, count: usize, mut take: impl FnMut(u32)) {
        let incomplete = bound.wrapping_neg() % bound;
        let mut words = [0_u8; 4096];
        let mut left = count;
        while left > 0 {
            self.0.fill_bytes(&mut words);
            for word in words.chunks_exact(4) {
                let number = u32::from_le_bytes([word[0], word[1], word[2], word[3]]);
                let product = u64::from(number) * u64::from(bound);
                // An incomplete last run would make some numbers more likely.
                if (product as u32) < incomplete {
                    continue;
                }
                take((product >> 32) as u32);
                left -= 1;
                if left == 0 {
                    break;
                }
            }
        }
    }

    /// How many of `n` things of this probability happen; in time that grows with n.
    pub(crate) fn binomial(&mut self, n: u64, probability: f64) -> u64 {
        (0..n).filter(|_| self.uniform() < probability).count() as u64
    }

    /// A number between 0 and 1, never either of them: the middle of one of 2^53 cells.
    pub(crate) fn uniform(&mut self) -> f64 {
        ((self.0.next_u64() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// A standard normal number.
    pub(crate) fn normal(&mut self) -> f64 {
        crate::normal::quantile(self.uniform())
    }

    /// Moves `count` random things to the front, in random order; all of them if there are not more.
    pub(crate) fn shuffle_front<T>(&mut self, things: &mut [T], count: usize) {
        for at in 0..count.min(things.len()) {
            let from = at + self.below(things.len() - at);
            things.swap(at, from);
        }
    }

    /// `count` different whole numbers below `bound`, rising; all of them if there are not more.
    ///
    /// # Source
    /// Floyd, in Bentley 1987, Commun ACM 30:754-757.
    pub(crate) fn choose(&mut self, bound: u64, count: u64) -> Vec<u64> {
        if count >= bound {
            return (0..bound).collect();
        }
        let mut chosen = std::collections::BTreeSet::new();
        for last in bound - count..bound {
            let number = self.below(last as usize + 1) as u64;
            if !chosen.insert(number) {
                chosen.insert(last);
            }
        }
        chosen.into_iter().collect()
    }

    /// How many of `count` things that are taken without replacement are among the `marked` of `all` things.
    ///
    /// # Source
    /// Kachitvichyanukul and Schmeiser 1985, J Stat Comput Simul 22:127-145 (inversion, here outward from the mode).
    pub(crate) fn hypergeometric(&mut self, all: u64, marked: u64, count: u64) -> u64 {
        let (first, last) = ((count + marked).saturating_sub(all), count.min(marked));
        if first == last {
            return first;
        }
        let mode = ((count + 1) as u128 * (marked + 1) as u128 / (all + 2) as u128) as u64;
        let mode = mode.clamp(first, last);
        let ln_choose = |n: u64, k: u64| ln_factorial(n) - ln_factorial(k) - ln_factorial(n - k);
        let ln_p =
            ln_choose(marked, mode) + ln_choose(all - marked, count - mode) - ln_choose(all, count);
        let at_mode = ln_p.exp();
        // P(x + 1) / P(x).
        let ratio = |x: u64| {
            (marked - x) as f64 * (count - x) as f64
                / ((x + 1) as f64 * (all - marked + x + 1 - count) as f64)
        };
        let mut rest = self.uniform() - at_mode;
        let (mut low, mut high) = (mode, mode);
        let (mut p_low, mut p_high) = (at_mode, at_mode);
        while rest > 0.0 {
            let (can_fall, can_rise) = (low > first, high < last);
            if !can_fall && !can_rise {
                // Rounding left a little over.
                return mode;
            }
            if can_rise {
                p_high *= ratio(high);
                high += 1;
                rest -= p_high;
                if rest <= 0.0 {
                    return high;
                }
            }
            if can_fall {
                low -= 1;
                p_low /= ratio(low);
                rest -= p_low;
                if rest <= 0.0 {
                    return low;
                }
            }
            if p_low + p_high <= f64::MIN_POSITIVE {
                return mode;
            }
        }
        mode
    }

    /// How many of `count` things that are taken without replacement from bins are from each bin.
    pub(crate) fn taken_from(&mut self, bins: &[u64], count: u64) -> Vec<u64> {
        let mut all: u64 = bins.iter().sum();
        let mut rest = count.min(all);
        let take = |&bin: &u64| {
            let taken = self.hypergeometric(all, bin, rest);
            all -= bin;
            rest -= taken;
            taken
        };
        bins.iter().map(take).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_draws_have_mean_0_and_variance_1() {
        let mut draw = Draw::new(1, 0);
        let values: Vec<f64> = (0..20_000).map(|_| draw.normal()).collect();
        let mean = values.iter().sum::<f64>() / 20_000.0;
        let variance = values
            .iter()
            .map(|value| (value - mean).powi(2))
            .sum::<f64>()
            / 19_999.0;
        assert!(
            mean.abs() < 0.03 && (variance - 1.0).abs() < 0.04,
            "{mean} {variance}"
        );
    }

    #[test]
    fn every_number_below_a_bound_comes_about_equally_often() {
        let mut draw = Draw::new(2, 0);
        let mut seen = [0; 7];
        for _ in 0..14_000 {
            seen[draw.below(7)] += 1;
        }
        assert!(
            seen.iter().all(|&count| (1_800..2_200).contains(&count)),
            "{seen:?}"
        );
    }

    #[test]
    fn chosen_numbers_are_different_and_each_comes_about_equally_often() {
        let mut draw = Draw::new(3, 0);
        let mut seen = [0; 10];
        for _ in 0..10_000 {
            let chosen = draw.choose(10, 3);
            assert!(chosen.is_sorted_by(|a, b| a < b) && chosen.len() == 3);
            chosen.iter().for_each(|&at| seen[at as usize] += 1);
        }
        assert!(
            seen.iter().all(|&count| (2_800..3_200).contains(&count)),
            "{seen:?}"
        );
        assert_eq!(draw.choose(3, 5), [0, 1, 2]);
    }

    #[test]
    fn hypergeometric_draws_come_as_often_as_the_distribution_says() {
        // Of 10 things 4 are marked, 5 are taken: P(x) of 0..=4 are 6, 60, 120, 60 and 6 of 252.
        let mut draw = Draw::new(4, 0);
        let mut seen = [0.0; 5];
        for _ in 0..25_200 {
            seen[draw.hypergeometric(10, 4, 5) as usize] += 1.0;
        }
        for (seen, wanted) in seen.iter().zip([600.0, 6000.0, 12000.0, 6000.0, 600.0]) {
            let error: f64 = 4.0 * f64::sqrt(wanted);
            assert!((seen - wanted).abs() < error, "{seen} {wanted}");
        }
        // Mean and variance of a large one: n K / N and that times (N - K) (N - n) / (N (N - 1)).
        let many: Vec<f64> = (0..4000)
            .map(|_| draw.hypergeometric(2_000_000, 500_000, 1_000_000) as f64)
            .collect();
        let mean = many.iter().sum::<f64>() / 4000.0;
        let variance = many.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 3999.0;
        assert!((mean - 250_000.0).abs() < 20.0, "{mean}");
        assert!((variance / 93_750.0 - 1.0).abs() < 0.1, "{variance}");
    }

    #[test]
    fn draws_from_bins_take_no_more_than_a_bin_holds() {
        let mut draw = Draw::new(5, 0);
        let bins = [3, 0, 5, 1];
        for count in 0..=9 {
            let taken = draw.taken_from(&bins, count);
            assert_eq!(taken.iter().sum::<u64>(), count);
            assert!(taken.iter().zip(bins).all(|(&taken, bin)| taken <= bin));
        }
    }
}
