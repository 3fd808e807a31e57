//! Summaries of values that merge: that of two parts is that of the whole, exactly or within an error that is known beforehand.
//!
//! They are ours because the library's (`datasketches` 0.6) flips unseeded coins in its quantiles, so that the same file would
//! give other numbers every time, and counts different values by an estimate that depends on their order.

mod distinct;
mod quantiles;

pub use distinct::Distinct;
pub use quantiles::Quantiles;

/// Spreads the bits of a number over 64 bits, one to one, the same on every machine and in every version: registers and
/// hashes of two parts, or two sites, fit together.
///
/// # Source
/// Steele, Lea and Flood 2014, OOPSLA: 453-472 (SplitMix64), with the constants of Stafford's variant 13.
pub fn spread(bits: u64) -> u64 {
    let mut z = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
