//! Images that show the same: found by their fingerprints, in better than quadratic time.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::picture::Fingerprint;
use crate::picture::fingerprint::{View, Waves};

/// Frequencies of an axis that a hash is made of.
const LOW: usize = 8;
/// A hash is cut into so many words; two hashes that differ in fewer than twice as many bits have a word that differs in
/// one bit at most.
const WORDS: usize = 4;
const WORD_BITS: u32 = 16;
/// Hashes that differ in more bits are of images that nobody compares; those of different ones differ in half of the bits.
const DIFFER: u32 = 20;
/// Copies of one image that are looked for; of more it is known that there are many.
const COPIES: usize = 20;
/// Pairs by which it is found how alike different images are.
const DRAWN: usize = 20_000;
/// The share of sets without copies in which two images would be taken for one.
const BY_CHANCE: f64 = 0.001;
/// Pairs that are less alike are no copies, however different the others are.
const LEAST: f64 = 0.6;
/// Pairs that are more alike are copies, however few waves make them up.
const SAME: f64 = 0.99;

/// Two images that show the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// Their numbers, the lower first.
    pub images: [usize; 2],
    /// The correlation of what they are known by, in 0..=1.
    pub likeness: f64,
    /// Fisher's z of the likeness by its standard error: blurred images, which few waves make up, are alike by chance.
    pub z: f64,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Alike {
    /// By their numbers.
    pub pairs: Vec<Pair>,
    /// From which [`Pair::z`] on two images are taken for copies.
    pub limit: f64,
    /// Images without a fingerprint: blank ones.
    pub blank: usize,
}

/// Pairs of images that show the same: turned, mirrored, cut at the rim by up to 5 % of each side, brightened, packed again.
///
/// Hashes of 63 bits (is a low wave stronger than in the middle of all images) find candidates, by words that agree in all bits
/// but one; fingerprints decide, by Fisher's z of their correlation and the number of waves that make up the more blurred image. The
/// limit is drawn from the set itself: most pairs that are drawn at random show different things, and a z that would come once in a
/// thousand such sets by chance is the limit (the upper half of a normal distribution). Below a correlation of 0.6 nothing is a
/// copy, from 0.99 on everything. Where images are alike by their kind, such as cells in the middle of a tile, more is asked. An image with more than 20 copies is
/// listed with 20.
///
/// # Source
/// Fisher 1921, Metron 1:3-32 (the error of a correlation); Norouzi, Punjani and Fleet 2012, CVPR: 3108-3115 (search by words of a hash).
pub fn alike(fingerprints: &[Option<Fingerprint>]) -> Alike {
    let known: Vec<(usize, &Fingerprint)> = fingerprints
        .iter()
        .enumerate()
        .filter_map(|(number, one)| Some((number, one.as_ref()?)))
        .collect();
    let blank = fingerprints.len() - known.len();
    if known.len() < 2 {
        return Alike {
            blank,
            ..Alike::default()
        };
    }
    let limit = limit(&known);
    let whole: Vec<Waves> = known.iter().map(|(_, one)| one.whole()).collect();
    let counts: Vec<f32> = whole.iter().map(Waves::count).collect();
    let middle = Middle::of(&whole);
    let hashes: Vec<u64> = whole.iter().map(|waves| middle.hash(waves)).collect();
    let index = Index::of(&hashes);
    let found = (0..known.len()).into_par_iter().map(|at| {
        let mut best: BTreeMap<usize, Likeness> = BTreeMap::new();
        let mut near = Vec::new();
        for (cut, waves) in known[at].1.cuts().enumerate() {
            let count = waves.count();
            for view in View::all() {
                let seen = waves.seen(view);
                let hash = middle.hash(&seen);
                index.near(hash, &mut near);
                // Whole images are compared once, and otherwise one of the two is cut.
                near.retain(|&other| {
                    let differs = (hash ^ hashes[other]).count_ones();
                    differs <= DIFFER && other != at && (cut > 0 || other < at)
                });
                for &other in &near {
                    if best.len() >= COPIES {
                        break;
                    }
                    let fewer = count.min(counts[other]);
                    let likeness = Likeness::of(&seen, &whole[other], fewer);
                    if likeness.is_copy(limit) {
                        let best = best.entry(other).or_insert(likeness);
                        *best = best.higher(likeness);
                    }
                }
            }
        }
        best
    });
    let found: Vec<_> = found.collect();
    let mut pairs: BTreeMap<[usize; 2], Likeness> = BTreeMap::new();
    for (at, best) in found.into_iter().enumerate() {
        for (other, likeness) in best {
            let (a, b) = (known[at].0, known[other].0);
            let best = pairs.entry([a.min(b), a.max(b)]).or_insert(likeness);
            *best = best.higher(likeness);
        }
    }
    let pairs = pairs.into_iter().map(|(images, likeness)| Pair {
        images,
        likeness: likeness.value,
        z: likeness.z,
    });
    Alike {
        pairs: pairs.collect(),
        limit,
        blank,
    }
}

/// How alike two views are.
#[derive(Clone, Copy)]
struct Likeness {
    value: f64,
    z: f64,
}

impl Likeness {
    /// Of two views, of which `waves` make up the more blurred.
    fn of(a: &Waves, b: &Waves, waves: f32) -> Self {
        let value = f64::from(a.likeness(b)).clamp(-1.0, 1.0);
        // Packing leaves the last thousandth of a correlation open.
        let z = value.clamp(-0.9999, 0.9999).atanh() * f64::from(waves - 3.0).max(1.0).sqrt();
        Self { value, z }
    }

    fn is_copy(self, limit: f64) -> bool {
        (self.z >= limit && self.value >= LEAST) || self.value >= SAME
    }

    fn higher(self, other: Self) -> Self {
        if other.z > self.z { other } else { self }
    }
}

/// How alike two images are at most, over views and cuts of the first.
fn highest(a: &Fingerprint, b: &Fingerprint) -> f64 {
    let whole = b.whole();
    let own = whole.count();
    let of_cut = |waves: Waves| {
        let fewer = waves.count().min(own);
        let of_view = |view| Likeness::of(&waves.seen(view), &whole, fewer).z;
        View::all().map(of_view).fold(f64::NEG_INFINITY, f64::max)
    };
    a.cuts().map(of_cut).fold(f64::NEG_INFINITY, f64::max)
}

/// From which z on two images are copies.
fn limit(known: &[(usize, &Fingerprint)]) -> f64 {
    let n = known.len() as u64;
    // Numbers that are spread evenly, by the golden ratio: the same pairs every time.
    let spread = |at: u64| at.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20;
    let drawn = (0..DRAWN as u64).into_par_iter().filter_map(|at| {
        let (a, b) = (spread(2 * at + 1) % n, spread(2 * at + 2) % n);
        (a != b).then(|| highest(known[a as usize].1, known[b as usize].1))
    });
    let mut scale: Vec<f64> = drawn.collect();
    scale.sort_by(f64::total_cmp);
    let Some(&median) = scale.get(scale.len() / 2) else {
        return 0.0;
    };
    let upper = scale[scale.len() * 975 / 1000];
    let spread = (upper - median) / 1.959_964;
    let pairs = known.len() as f64 * (known.len() - 1) as f64 / 2.0;
    // The tail of a normal distribution beyond x is below exp(-x²/2)/2.
    let beyond = (2.0 * (0.5 * pairs / BY_CHANCE).ln()).max(0.0).sqrt();
    median + beyond * spread
}

/// The middle of each low wave over all images and their views.
struct Middle(Vec<f32>);

impl Middle {
    fn of(whole: &[Waves]) -> Self {
        let of_wave = |(u, v): (usize, usize)| {
            // An odd wave has the other sign in the mirror, so its middle over the views is 0.
            if u % 2 == 1 || v % 2 == 1 {
                return 0.0;
            }
            let both = whole
                .iter()
                .flat_map(|waves| [waves.at(u, v), waves.at(v, u)]);
            let mut both: Vec<f32> = both.collect();
            let at = both.len() / 2;
            *both.select_nth_unstable_by(at, f32::total_cmp).1
        };
        Self(low_waves().map(of_wave).collect())
    }

    fn hash(&self, waves: &Waves) -> u64 {
        let bits = low_waves().zip(&self.0).enumerate();
        bits.fold(0, |hash, (at, ((u, v), middle))| {
            // Neighbouring waves go to different words, so that each word knows coarse and fine.
            let place = (at % WORDS) * WORD_BITS as usize + at / WORDS;
            hash | u64::from(waves.at(u, v) > *middle) << place
        })
    }
}

fn low_waves() -> impl Iterator<Item = (usize, usize)> {
    (1..LOW * LOW).map(|at| (at % LOW, at / LOW))
}

/// The images by each word of their hash.
struct Index {
    /// For each word, where the images of each value begin in `images`.
    from: Vec<Vec<u32>>,
    images: Vec<Vec<u32>>,
}

impl Index {
    fn of(hashes: &[u64]) -> Self {
        let (mut from, mut images) = (Vec::new(), Vec::new());
        for word in 0..WORDS {
            let value = |hash: &u64| (hash >> (word as u32 * WORD_BITS)) as usize & 0xffff;
            let mut begins = vec![0_u32; (1 << WORD_BITS) + 1];
            for hash in hashes {
                begins[value(hash) + 1] += 1;
            }
            for at in 1..begins.len() {
                begins[at] += begins[at - 1];
            }
            let mut order: Vec<u32> = (0..hashes.len() as u32).collect();
            order.sort_by_key(|&image| value(&hashes[image as usize]));
            from.push(begins);
            images.push(order);
        }
        Self { from, images }
    }

    /// The images of which a word differs in one bit at most; once for each such word.
    fn near(&self, hash: u64, into: &mut Vec<usize>) {
        into.clear();
        for (word, (from, images)) in self.from.iter().zip(&self.images).enumerate() {
            let own = (hash >> (word as u32 * WORD_BITS)) as usize & 0xffff;
            let others = (0..WORD_BITS).map(|bit| own ^ (1 << bit));
            for value in std::iter::once(own).chain(others) {
                let range = from[value] as usize..from[value + 1] as usize;
                into.extend(images[range].iter().map(|&image| image as usize));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, GrayImage, Luma, imageops};

    use super::*;
    use crate::picture::Pixels;

    /// A cell in the middle of a tile, with grains of its own.
    fn cell(number: u32) -> GrayImage {
        let grain = |at: u32| {
            let mixed = (number * 131 + at).wrapping_mul(0x9E37_79B9);
            f64::from((mixed ^ mixed >> 15).wrapping_mul(0x85EB_CA6B) >> 8) / f64::from(1 << 24)
        };
        GrayImage::from_fn(64, 64, |x, y| {
            let (x, y) = (f64::from(x) / 64.0, f64::from(y) / 64.0);
            let middle = ((x - 0.5).hypot(y - 0.5) < 0.4) as u8;
            let grains: f64 = (0..14)
                .map(|at| {
                    let far = (x - grain(3 * at)).hypot(y - grain(3 * at + 1));
                    (-(far * far) / 0.006).exp() * (grain(3 * at + 2) - 0.5)
                })
                .sum();
            Luma([(120.0 + 50.0 * f64::from(middle) + 120.0 * grains).clamp(0.0, 255.0) as u8])
        })
    }

    fn known(image: &GrayImage) -> Option<Fingerprint> {
        let pixels = Pixels::of(DynamicImage::ImageLuma8(image.clone()));
        Fingerprint::of(&pixels.expect("pixels"))
    }

    #[test]
    fn copies_are_found_among_images_of_one_kind_and_others_are_none() {
        let mut images: Vec<GrayImage> = (0..300).map(cell).collect();
        let first: Vec<_> = images.iter().map(known).collect();
        assert_eq!(alike(&first).pairs, []);
        images.push(imageops::rotate90(&images[7]));
        images.push(
            imageops::crop_imm(&imageops::flip_horizontal(&images[20]), 3, 3, 61, 61).to_image(),
        );
        images.push(GrayImage::new(64, 64));
        let all: Vec<_> = images.iter().map(known).collect();
        let found = alike(&all);
        let pairs: Vec<[usize; 2]> = found.pairs.iter().map(|pair| pair.images).collect();
        assert_eq!(pairs, [[7, 300], [20, 301]]);
        assert_eq!(found.blank, 1);
        // Of copies of one image a few are listed for each.
        let many = vec![known(&images[0]); 200];
        assert!((199..=200 * COPIES).contains(&alike(&many).pairs.len()));
        assert_eq!(alike(&[None, known(&images[0])]).pairs, []);
    }
}
