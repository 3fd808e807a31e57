use crate::picture::Pixels;

/// Which pixels of an image are meant: those that are not wholly black.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mask {
    width: usize,
    height: usize,
    /// Row by row, 64 pixels a word.
    words: Vec<u64>,
}

impl Mask {
    pub fn of(pixels: &Pixels) -> Self {
        let mut words = vec![0_u64; pixels.count().div_ceil(64)];
        for index in 0..pixels.count() {
            let is_meant = pixels.colour(index).iter().any(|&part| part > 0.0);
            words[index / 64] |= u64::from(is_meant) << (index % 64);
        }
        Self {
            width: pixels.width(),
            height: pixels.height(),
            words,
        }
    }

    /// Pixels of a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Whether each pixel is meant, row by row.
    pub fn bits(&self) -> Vec<bool> {
        let pixels = 0..self.width * self.height;
        pixels
            .map(|index| self.words[index / 64] >> (index % 64) & 1 == 1)
            .collect()
    }

    /// Pixels of this mask, of the other, and of both; none if they are not of one size.
    pub fn overlap(&self, other: &Self) -> Option<[u64; 3]> {
        if (self.width, self.height) != (other.width, other.height) {
            return None;
        }
        let count = |words: &mut dyn Iterator<Item = u64>| {
            words.map(|word| u64::from(word.count_ones())).sum()
        };
        let both = self.words.iter().zip(&other.words).map(|(a, b)| a & b);
        Some([
            count(&mut self.words.iter().copied()),
            count(&mut other.words.iter().copied()),
            count(&mut both.into_iter()),
        ])
    }
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, GrayImage, Luma};

    use super::*;

    #[test]
    fn masks_overlap_where_both_are_not_black() {
        let mask = |width: u32, is_meant: &dyn Fn(u32) -> bool| {
            let image = GrayImage::from_fn(width, 10, |x, _| Luma([u8::from(is_meant(x))]));
            Mask::of(&Pixels::of(DynamicImage::ImageLuma8(image)).expect("pixels"))
        };
        let (left, middle) = (mask(13, &|x| x < 6), mask(13, &|x| (4..9).contains(&x)));
        assert_eq!(left.overlap(&middle), Some([60, 50, 20]));
        assert_eq!(left.overlap(&mask(12, &|_| true)), None);
    }
}
