//! Connected regions of a mask.

/// Marked pixels that touch each other, corners included, and the box around them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Region {
    pub left: usize,
    pub right: usize,
    pub top: usize,
    pub bottom: usize,
    /// Pixels.
    pub area: usize,
    /// Sides of pixels beyond which no marked pixel lies.
    pub edges: usize,
    /// The pixel by which it was found, the first row by row.
    pub first: usize,
}

impl Region {
    pub fn width(&self) -> usize {
        self.right - self.left + 1
    }

    pub fn height(&self) -> usize {
        self.bottom - self.top + 1
    }
}

/// The regions of a mask, in the order of their first pixels.
pub(crate) fn regions(mask: &[bool], width: usize) -> Vec<Region> {
    let mut seen = vec![false; mask.len()];
    let mut found = Vec::new();
    for start in 0..mask.len() {
        if mask[start] && !seen[start] {
            found.push(grow(mask, width, start, &AROUND, &mut seen, &mut |_| {}));
        }
    }
    found
}

/// The region of a pixel, of pixels that touch in one of these directions; `see` is told each of its pixels.
pub(crate) fn grow(
    mask: &[bool],
    width: usize,
    start: usize,
    around: &[(isize, isize)],
    seen: &mut [bool],
    see: &mut dyn FnMut(usize),
) -> Region {
    let height = mask.len() / width.max(1);
    let (x, y) = (start % width, start / width);
    let mut region = Region {
        left: x,
        right: x,
        top: y,
        bottom: y,
        area: 0,
        edges: 0,
        first: start,
    };
    let mut open = vec![start];
    seen[start] = true;
    while let Some(place) = open.pop() {
        let (x, y) = (place % width, place / width);
        region.area += 1;
        region.left = region.left.min(x);
        region.right = region.right.max(x);
        region.top = region.top.min(y);
        region.bottom = region.bottom.max(y);
        see(place);
        for &(dx, dy) in around {
            let (Some(x), Some(y)) = (x.checked_add_signed(dx), y.checked_add_signed(dy)) else {
                region.edges += usize::from(dx == 0 || dy == 0);
                continue;
            };
            let is_marked = x < width && y < height && mask[y * width + x];
            if !is_marked {
                region.edges += usize::from(dx == 0 || dy == 0);
            } else if !seen[y * width + x] {
                seen[y * width + x] = true;
                open.push(y * width + x);
            }
        }
    }
    region
}

/// Pixels touch by their sides.
pub(crate) const SIDES: [(isize, isize); 4] = [(-1, 0), (1, 0), (0, -1), (0, 1)];
/// Pixels touch by their sides or corners.
pub(crate) const AROUND: [(isize, isize); 8] = [
    (-1, 0),
    (1, 0),
    (0, -1),
    (0, 1),
    (-1, -1),
    (1, -1),
    (-1, 1),
    (1, 1),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_that_touch_at_a_corner_are_one_region() {
        let rows = ["#..#", "#..#", ".#..", "...#"];
        let mask: Vec<bool> = rows.concat().chars().map(|one| one == '#').collect();
        let found = regions(&mask, 4);
        let shape = |at: usize| {
            let one: &Region = &found[at];
            (one.width(), one.height(), one.area, one.edges)
        };
        assert_eq!(found.len(), 3);
        assert_eq!(shape(0), (2, 3, 3, 10));
        assert_eq!(shape(1), (1, 2, 2, 6));
        assert_eq!(shape(2), (1, 1, 1, 4));
    }
}
