/// For each pixel the squared distance of its centre to that of the nearest one that is set; infinite if none is. In time linear in the pixels.
///
/// # Source
/// Felzenszwalb and Huttenlocher 2012, Theory of Computing 8:415-428.
pub(super) fn squares_to_nearest(set: &[bool], width: usize, spacing: [f64; 2]) -> Vec<f64> {
    let height = set.len() / width;
    let start = set.iter().map(|is| if *is { 0.0 } else { f64::INFINITY });
    let mut squares: Vec<f64> = start.collect();
    let mut line = Line::of(width.max(height));
    let mut column = vec![0.0; height];
    for x in 0..width {
        for y in 0..height {
            column[y] = squares[y * width + x];
        }
        line.lower(&mut column, spacing[1]);
        for y in 0..height {
            squares[y * width + x] = column[y];
        }
    }
    for row in squares.chunks_exact_mut(width) {
        line.lower(row, spacing[0]);
    }
    squares
}

/// The lower envelope of parabolas on a line.
struct Line {
    /// Where the parabolas of the envelope have their bottom.
    bottoms: Vec<usize>,
    /// From where on each is the lowest.
    from: Vec<f64>,
    before: Vec<f64>,
}

impl Line {
    fn of(length: usize) -> Self {
        Self {
            bottoms: Vec::with_capacity(length),
            from: Vec::with_capacity(length),
            before: Vec::with_capacity(length),
        }
    }

    /// Replaces each value by the least of all values plus the squared distance of their places.
    fn lower(&mut self, values: &mut [f64], step: f64) {
        self.before.clear();
        self.before.extend_from_slice(values);
        self.bottoms.clear();
        self.from.clear();
        let place = |at: usize| at as f64 * step;
        for at in (0..values.len()).filter(|at| self.before[*at].is_finite()) {
            let mut from = f64::NEG_INFINITY;
            while let (Some(&last), Some(&last_from)) = (self.bottoms.last(), self.from.last()) {
                let rise =
                    self.before[at] + place(at).powi(2) - self.before[last] - place(last).powi(2);
                from = rise / (2.0 * (place(at) - place(last)));
                if from > last_from {
                    break;
                }
                self.bottoms.pop();
                self.from.pop();
                from = f64::NEG_INFINITY;
            }
            self.bottoms.push(at);
            self.from.push(from);
        }
        let mut lowest = 0;
        for (at, value) in values.iter_mut().enumerate() {
            while self
                .from
                .get(lowest + 1)
                .is_some_and(|from| *from < place(at))
            {
                lowest += 1;
            }
            if let Some(&bottom) = self.bottoms.get(lowest) {
                *value = self.before[bottom] + (place(at) - place(bottom)).powi(2);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_pixel_is_that_of_a_search_through_all() {
        let mut state = 7_u64;
        let mut next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            state >> 33
        };
        for density in [2, 5, 40] {
            let (width, height, spacing) = (13, 9, [0.7, 1.9]);
            let set: Vec<bool> = (0..width * height).map(|_| next() % density == 0).collect();
            let found = squares_to_nearest(&set, width, spacing);
            for (at, found) in found.iter().enumerate() {
                let far = |other: usize| {
                    let x = ((at % width) as f64 - (other % width) as f64) * spacing[0];
                    let y = ((at / width) as f64 - (other / width) as f64) * spacing[1];
                    x * x + y * y
                };
                let nearest = (0..set.len())
                    .filter(|other| set[*other])
                    .map(far)
                    .fold(f64::INFINITY, f64::min);
                assert!(
                    (found - nearest).abs() < 1e-9 || *found == nearest,
                    "{found} {nearest}"
                );
            }
        }
        assert!(
            squares_to_nearest(&[false; 12], 4, [1.0, 1.0])
                .iter()
                .all(|one| one.is_infinite())
        );
    }
}
