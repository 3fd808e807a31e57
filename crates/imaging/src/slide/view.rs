use crate::picture::Pixels;

/// Points of the longer side at most.
const POINTS: usize = 1024;
/// Points of a tile's side at least, where it has as many pixels.
const TILE_POINTS: usize = 8;

/// An image made small: each point the mean colour of a square of pixels.
pub(super) struct View {
    /// Width and height of the image.
    pub pixels: [usize; 2],
    /// Width and height in points.
    pub size: [usize; 2],
    /// Pixels of a point's side.
    pub step: usize,
    /// Red, green and blue, each in 0..=1, row by row.
    pub colours: Vec<[f32; 3]>,
}

impl View {
    pub fn of(pixels: &Pixels, side: usize) -> Self {
        let (width, height) = (pixels.width(), pixels.height());
        let small = width.max(height).div_ceil(POINTS);
        let step = small.min(side / TILE_POINTS).max(1);
        let size = [width.div_ceil(step), height.div_ceil(step)];
        let mut sums = vec![[0.0_f64; 3]; size[0] * size[1]];
        let mut counts = vec![0_u32; sums.len()];
        for y in 0..height {
            for x in 0..width {
                let place = y / step * size[0] + x / step;
                let colour = pixels.colour(y * width + x);
                for (sum, part) in sums[place].iter_mut().zip(colour) {
                    *sum += part;
                }
                counts[place] += 1;
            }
        }
        let mean = |(sum, count): ([f64; 3], u32)| sum.map(|part| (part / f64::from(count)) as f32);
        Self {
            pixels: [width, height],
            size,
            step,
            colours: sums.into_iter().zip(counts).map(mean).collect(),
        }
    }

    /// The points whose middle lies in a square of pixels.
    pub fn within(&self, corner: [usize; 2], side: usize) -> impl Iterator<Item = usize> {
        let range = |axis: usize| {
            let middle = self.step / 2;
            let first = corner[axis].saturating_sub(middle).div_ceil(self.step);
            let end = (corner[axis] + side)
                .saturating_sub(middle)
                .div_ceil(self.step);
            first..end.min(self.size[axis])
        };
        let (across, width) = (range(0), self.size[0]);
        range(1).flat_map(move |y| across.clone().map(move |x| y * width + x))
    }

    /// The longer side, in points.
    pub fn longest(&self) -> usize {
        self.size[0].max(self.size[1])
    }
}

/// Hue in degrees, saturation and value of a colour, both in 0..=1.
///
/// # Source
/// Smith 1978, Comput Graph (SIGGRAPH) 12:12-19 (the hexcone model).
pub(super) fn hue_saturation_value([red, green, blue]: [f32; 3]) -> [f32; 3] {
    let most = red.max(green).max(blue);
    let range = most - red.min(green).min(blue);
    if range <= 0.0 {
        return [0.0, 0.0, most];
    }
    let sixth = if most == red {
        (green - blue) / range
    } else if most == green {
        2.0 + (blue - red) / range
    } else {
        4.0 + (red - green) / range
    };
    [(60.0 * sixth).rem_euclid(360.0), range / most, most]
}

/// The mean of each point's square of `2 * radius + 1` points, as far as it lies in the view.
pub(super) fn blurred(values: &[f32], [width, height]: [usize; 2], radius: usize) -> Vec<f32> {
    // Sums of all values above and to the left, so that a square costs four of them.
    let mut sums = vec![0.0_f64; (width + 1) * (height + 1)];
    for y in 0..height {
        let mut row = 0.0;
        for x in 0..width {
            row += f64::from(values[y * width + x]);
            sums[(y + 1) * (width + 1) + x + 1] = sums[y * (width + 1) + x + 1] + row;
        }
    }
    let at = |x: usize, y: usize| sums[y * (width + 1) + x];
    let mut means = Vec::with_capacity(values.len());
    for y in 0..height {
        let (top, bottom) = (y.saturating_sub(radius), (y + radius + 1).min(height));
        for x in 0..width {
            let (left, right) = (x.saturating_sub(radius), (x + radius + 1).min(width));
            let sum = at(right, bottom) - at(left, bottom) - at(right, top) + at(left, top);
            means.push((sum / ((right - left) * (bottom - top)) as f64) as f32);
        }
    }
    means
}
